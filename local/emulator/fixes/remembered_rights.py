"""A caller's right to a call is worked out once, and anew when a policy may have changed.

Not a difference in behaviour but in speed: the stock emulator gathers and evaluates a role's
policies, a queue's or a key's for every call, a third of what a call takes. Here what a caller was
allowed stays allowed, for the same resource under the same conditions, until a request ends that
did more than read or write items, messages and objects; so does what a service was allowed to
invoke. Every call's signature is checked, and that its caller's session has not ended. Neither
refusals are remembered nor rights that depend on the time; and nothing is, once a service was asked
for something that works on after its answer and may change a policy unseen.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from ministack import app
from ministack.core import iam_evaluator
from ministack.core.responses import _account_from_sts_session, get_account_id
from ministack.core.router import extract_access_key_id

from local.emulator.fixes import service_calls

_MOST = 4096  # rights remembered at a time
_CHANGE_NO_RIGHTS = frozenset(
    {
        "dynamodb:ConditionCheckItem",
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
        "execute-api:Invoke",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:PutObject",
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:ReceiveMessage",
        "sqs:SendMessage",
    }
)
_WORK_ON = frozenset({"cloudformation", "states"})
_TIMES = frozenset({"aws:currenttime", "aws:epochtime"})

# What the request at hand was asked rights for: its actions, and the conditions on the time.
_asked: ContextVar[set[str]] = ContextVar("asked")


class _Rights:
    """What was allowed since a policy may last have changed."""

    def __init__(self) -> None:
        self.known: set[tuple[Any, ...]] = set()
        self._most = _MOST

    def add(self, right: tuple[Any, ...], known: set[tuple[Any, ...]]) -> None:
        """Add a right to what was known when it began to be worked out."""
        if len(known) >= self._most:
            self.forget()
        else:
            known.add(right)

    def forget(self) -> None:
        """Start anew; a right that was worked out before and is added now goes nowhere."""
        self.known = set()

    def end(self) -> None:
        """Forget what is known, and know no more."""
        self._most = 0
        self.forget()


_rights = _Rights()


def _forget_after(stock: Any) -> Any:
    async def serve(scope: Any, receive: Any, send: Any) -> None:
        asked: set[str] = set()
        _asked.set(asked)
        try:
            await stock(scope, receive, send)
        finally:
            if not _WORK_ON.isdisjoint(action.partition(":")[0] for action in asked):
                _rights.end()
            elif not asked or not asked - _TIMES <= _CHANGE_NO_RIGHTS:
                _rights.forget()

    return serve


def _remember(stock: Any) -> Any:
    def enforce(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        asked = _asked.get(set())
        asked.add(iam_action)
        call = (access_key_id, iam_action, service, region, resource_arn, service_context)
        if not _is_signed(access_key_id):
            return stock(*call)
        account, origin = get_account_id(), iam_evaluator._request_origin.get()
        right, known = (*call[:-1], repr(service_context), account, origin), _rights.known
        if right in known:
            checked = iam_evaluator.authenticate(access_key_id, account)
            return checked if isinstance(checked, iam_evaluator.AuthError) else None
        refused = stock(*call)
        if refused is None and asked.isdisjoint(_TIMES):
            _rights.add(right, known)
        return refused

    return enforce


def _remember_invoking(stock: Any) -> Any:
    def may_invoke(service: str, function_arn: str, source_arn: str) -> bool:
        right, known = (service, function_arn, source_arn, get_account_id()), _rights.known
        if right not in known:
            if not stock(service, function_arn, source_arn):
                return False
            _rights.add(right, known)
        return True

    return may_invoke


def _is_signed(access_key_id: str) -> bool:
    """Whether the caller has shown by its signature who it is, or is about to be asked to."""
    if not access_key_id:
        return False
    request = iam_evaluator._signed_request.get()
    if request is None:
        return bool(iam_evaluator._verified_key.get() == access_key_id)
    return request.access_key_id == access_key_id and not request.s3_scoped


def _note_times(stock: Any) -> Any:
    def condition_key(key: str, context: Any) -> Any:
        if key.lower() in _TIMES:
            _asked.get(set()).add(key.lower())
        return stock(key, context)

    return condition_key


def _caller_arn(headers: dict[str, str], query_params: dict[str, list[str]] | None = None) -> str:
    """Who calls, by the credential alone; the stock emulator gathers its policies for the name."""
    account = get_account_id()
    key = extract_access_key_id(headers or {}, query_params or {})
    found = (
        iam_evaluator.resolve_credential(key, _account_from_sts_session(key) or account)
        if key
        else None
    )
    return getattr(found, "principal_arn", "") or f"arn:aws:iam::{account}:root"


def apply() -> None:
    """Remember rights; applied after every fix that asks for more of them."""
    app.app = _forget_after(app.app)
    iam_evaluator.enforce = _remember(iam_evaluator.enforce)
    iam_evaluator._resolve_condition_key = _note_times(iam_evaluator._resolve_condition_key)
    iam_evaluator.request_caller_arn = _caller_arn
    service_calls._may_invoke = _remember_invoking(service_calls._may_invoke)
