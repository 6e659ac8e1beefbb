"""What is allowed is what is done, by whatever names a request calls it beside.

The stock emulator asks for the right to the first action that a request names: in its query, a
form, the header `X-Amz-Target`, and last by its method and path. Its services look elsewhere:
who may read an object deletes it with `DELETE /bucket/key?Action=GetObject`. On AWS the service's
protocol says what names the action. Here a request to a service whose actions are methods and
paths names none otherwise; one to another service that names several asks for an action that
there is not, such as `iam:(DeleteRole+GetRole)`: no right but to all actions has it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from ministack.core import iam_actions

_BY_PATH = frozenset({"lambda", "s3"})


def _checked(stock: Any) -> Any:
    def action(
        service: str,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query: dict[str, list[str]],
    ) -> Any:
        if service in _BY_PATH:
            unnamed = {key: value for key, value in query.items() if key != "Action"}
            return stock(service, method, path, {}, b"", unnamed)
        content, target = headers.get("content-type", ""), headers.get("x-amz-target", "")
        form = body if "json" not in content or "form" in content else b""
        names = {
            *query.get("Action", ()),
            *parse_qs(form.decode(errors="replace")).get("Action", ()),
        }
        if "." in target:
            names.add(target.rpartition(".")[2])
        found = stock(service, method, path, headers, body, query)
        if len(names) > 1 and found is not None:
            return f"{found.partition(':')[0]}:({'+'.join(sorted(names))})"
        return found

    return action


def apply() -> None:
    """Let no name stand for another action."""
    iam_actions.extract_iam_action = _checked(iam_actions.extract_iam_action)
