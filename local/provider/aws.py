"""Connections to AWS: one client per service and region, shared by all threads."""

import os
import threading
from dataclasses import dataclass, field
from typing import Any

_LOCAL_ACCOUNT = "000000000000"
_MISSING = ("NotFound", "NoSuch", "NonExistent", "DoesNotExist")


def account() -> str:
    """The account that the emulator derives from the access key: the key itself if 12 digits."""
    key = os.environ.get("AWS_ACCESS_KEY_ID", "")
    return key if len(key) == len(_LOCAL_ACCOUNT) and key.isdigit() else _LOCAL_ACCOUNT


def endpoint() -> str:
    """The URL that every call goes to.

    Raises:
        LookupError: it isn't set; this provider never talks to AWS itself.
    """
    url = os.environ.get("AWS_ENDPOINT_URL", "").rstrip("/")
    if not url:
        raise LookupError(
            "AWS_ENDPOINT_URL is not set: the local provider serves an emulator only. "
            'Run `eval "$(.venv/bin/pipeline env)"` first, or take the local plugins off PATH.'
        )
    return url


@dataclass(frozen=True, kw_only=True)
class Aws:
    """AWS as one resource sees it: a region of an account."""

    region: str
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def within(self, region: str | None) -> "Aws":
        """The same account in another region (the same one for ``None``)."""
        return Aws(region=region or self.region, _clients=self._clients, _lock=self._lock)

    def client(self, service: str) -> Any:
        """The boto3 client of a service (boto3 ships no types of its own)."""
        # Only a deployment needs boto3, whose import costs more than a whole preview's calls.
        import boto3
        from botocore.config import Config

        with self._lock:
            key = (service, self.region)
            if key not in self._clients:
                self._clients[key] = boto3.client(
                    service,
                    region_name=self.region,
                    endpoint_url=endpoint(),
                    config=Config(max_pool_connections=64, s3={"addressing_style": "path"}),
                )
            return self._clients[key]

    def arn(self, service: str, resource: str, *, regional: bool = True) -> str:
        """An ARN in this account, with the region unless the service is global."""
        return f"arn:aws:{service}:{self.region if regional else ''}:{account()}:{resource}"


class MissingError(Exception):
    """A resource that is not there, where AWS answers with an empty list instead of an error."""


def is_missing(error: Exception) -> bool:
    """Whether a failed call says that what it named is not there."""
    if isinstance(error, MissingError):
        return True
    code = str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))
    return code == "404" or any(part in code for part in _MISSING)
