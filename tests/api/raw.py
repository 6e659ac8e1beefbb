"""Requests as they are written: no client library mends the path."""

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.integration.cloud import Partner


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer, its headers by their names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


def ask(
    partner: Partner,
    target: str,
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    tampering: dict[str, str] | None = None,
) -> Answer:
    """Ask for a path and query behind the API's stage, byte for byte as given.

    Args:
        partner: who asks, and signs.
        target: path and query behind the stage.
        method: the HTTP method.
        headers: what is sent beside the signature.
        tampering: headers that are changed once all is signed.
    """
    base = urlsplit(partner.cloud.outputs["statusApiUrl"])
    request = requests.PreparedRequest()
    request.method, request.url = method, f"{base.geturl()}{target}"
    request.headers = requests.structures.CaseInsensitiveDict(headers or {})
    partner.signature(request)
    request.headers.update(tampering or {})
    kind = http.client.HTTPSConnection if base.scheme == "https" else http.client.HTTPConnection
    connection = kind(base.netloc, timeout=30)
    try:
        connection.putrequest(method, base.path + target, skip_accept_encoding=True)
        for name, value in request.headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(status=answer.status, headers=found, body=answer.read())
    finally:
        connection.close()
