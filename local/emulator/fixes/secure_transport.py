"""Loopback counts as encrypted in transit.

The stock emulator serves plain HTTP, so that every policy with the usual denial of
`aws:SecureTransport` = false, or of an old `s3:TlsVersion`, locks everyone out. Traffic to
127.0.0.1 never leaves the machine: calls from there have `aws:SecureTransport` true and
`s3:TlsVersion` 1.3. The denials stay in force for any other origin.
"""

from __future__ import annotations

import contextvars
import functools
import ipaddress
from typing import Any

from ministack import app
from ministack.core import iam_evaluator

TLS_VERSION = "1.3"


@functools.lru_cache(maxsize=1024)
def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def apply() -> None:
    """Pin a secure origin for every request from this machine, and for the emulator itself."""
    stock_pin = iam_evaluator.pin_request_origin
    stock_key = iam_evaluator._resolve_condition_key

    def pin(source_ip: str, secure_transport: bool) -> None:
        stock_pin(source_ip, secure_transport or _is_loopback(source_ip))

    def condition_key(key: str, context: Any) -> Any:
        if key.lower() == "s3:tlsversion":
            return TLS_VERSION if context.secure_transport else None
        return stock_key(key, context)

    iam_evaluator._request_origin = contextvars.ContextVar(
        "request_origin", default=("127.0.0.1", True)
    )
    iam_evaluator.pin_request_origin = app.pin_request_origin = pin
    iam_evaluator._resolve_condition_key = condition_key
