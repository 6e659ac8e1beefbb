"""What is a credential: by its value, or by the name that it has.

Tokens of services are told by two detectors that are kept for it: Kingfisher (488 rules, each
with its checksum or its least entropy) and detect-secrets (26 forms). What AWS and standards
define is told here. `docs/credentials.md` says how much both sides of it were measured to find.
"""

import re
from collections.abc import Callable
from functools import cache

# Loading the detectors takes half a second, so texts of plain words and numbers do without, and
# digests: what they look for has letters and digits in one run, or a prefix and many letters.
_MAY_BE = re.compile(
    r"(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{9}|_[A-Za-z]{30}|A[KS]IA[A-Z]|PRIVATE KEY"
    r"|\b[a-z]+-(?=[\w-]{0,19}[A-Z])[\w-]{20}|://[^/\s]*@"
)
_DIGEST = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}|[A-Za-z0-9+/]{43}=")
# Those whose forms identifiers and hashes have as well.
_NO_DETECTORS = {
    "Base64 High Entropy String",
    "Hex High Entropy String",
    "Public IP (ipv4)",
    "Secret Keyword",
}
_AWS_SECRET_KEY = re.compile(
    r"(?<![\w/+.-])(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=\D*\d)(?=[^g-zG-Z]*[g-zG-Z])"
    r"[A-Za-z0-9/+]{40}(?![\w/+=.-])"
)
_WORD = re.compile(r"[a-z]{3,}")
_AUTHORISATION = re.compile(r"\b(?:Bearer|Basic) [A-Za-z0-9+/=._~-]{16}")  # RFC 6750, RFC 7617
_USERINFO = re.compile(r"://[^/\s@:]*:(?P<value>[^/\s@]+)@")  # RFC 3986
# name=value in connection strings, URLs and environment files, "name": "value" in JSON.
_MEMBER = re.compile(
    r"""(?:^|[\s?&;,{'"])(?P<name>[A-Za-z][\w.-]*)(?:\s*=\s*|["']\s*:\s*["'])(?P<value>[^\s&;'"]+)"""
)
_PLACEHOLDER = re.compile(r"[$%{<].*")


def is_credential(text: str) -> bool:
    """Whether a text is a credential, or holds one."""
    return bool(
        _AUTHORISATION.search(text)
        or any(map(_is_random, _AWS_SECRET_KEY.findall(text)))
        or any(map(_is_given, _USERINFO.finditer(text)))
        or any(
            names_credential(member["name"], alone=True) and _is_given(member)
            for member in _MEMBER.finditer(text)
        )
        or (may_be_token(text) and any(finds(text) for finds in detectors()))
    )


def may_be_token(text: str) -> bool:
    """Whether the detectors might find something; they are loaded for nothing else."""
    return _MAY_BE.search(text) is not None and not _DIGEST.fullmatch(text)


def _is_given(member: re.Match[str]) -> bool:
    """Whether a value stands there, and not the place of one."""
    return not _PLACEHOLDER.fullmatch(member["value"])


def _is_random(key: str) -> bool:
    """Whether less than half of it are words, as in a path or in a name of many words."""
    return sum(map(len, _WORD.findall(key))) < len(key) / 2


@cache
def detectors() -> tuple[Callable[[str], bool], ...]:
    """What tells tokens of services: Kingfisher, then detect-secrets."""
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
    from kingfisher_sdk import Scanner

    forms = [
        plugin()
        for kind, plugin in get_mapping_from_secret_type_to_class().items()
        if kind not in _NO_DETECTORS
    ]
    services = Scanner()
    return (
        lambda text: any(found.visible for found in services.scan(text)),
        lambda text: any(any(True for _ in form.analyze_string(text)) for form in forms),
    )


_TERM = re.compile(
    r"(?:^|_)(?:[A-Z0-9]*PASSW(?:OR)?DS?|[A-Z]*PASSPHRASE|PASSCODE|DB_?PASS|PASS$|PWD|PW|SECRETS?"
    r"|TOKENS?|(?:[A-Z]*API|ACCESS|ACCOUNT|APP|ENCRYPTION|HMAC|JWT|LICENSE|MASTER|PRIVATE|SIGNING"
    r"|SUBSCRIPTION)_?KEYS?|CREDENTIALS?|AUTH|AUTHORI[SZ]ATION)(?=_|$)"
)
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[-.]")
# A name whose last word is one of these is of something about a credential.
_ABOUT = re.compile(
    r"AGE|ALGORITHM|ALIAS|ARN|AUDIENCE|BACKEND|BUCKET|CACHE|CLASS|COOKIE|COUNT|DAYS|DISABLED"
    r"|DOMAIN|DURATION|EMAIL|ENABLED|ENDPOINT|EXPIRATION|EXPIRES|EXPIRY|FIELD|FILE|FLOW|FORMAT"
    r"|GRANT|HEADER|HOST|HOURS|ID|INTERVAL|ISSUER|KIND|LABEL|LENGTH|LEVEL|LIFETIME|LIMIT"
    r"|LOCATION|MANAGER|MAX|METHOD|MIN|MINUTE|MINUTES|MODE|MS|NAME|OPTIONAL|PAGE|PARAM"
    r"|PARAMETER|PATH|PATTERN|POLICY|PORT|PREFIX|PROVIDER|QUEUE|QUOTA|RATE|REALM|REGEX|REGION"
    r"|REQUIRED|ROLE|ROTATION|SCHEME|SCOPE|SCOPES|SECOND|SECONDS|SERVER|SERVICE|SIZE|SOURCE"
    r"|STATUS|STORE|STRATEGY|SUBJECT|SUFFIX|TABLE|TEMPLATE|THROUGH|TIME|TIMEOUT|TOPIC|TTL|TYPE"
    r"|URI|URL|USER|USERNAME|VALIDITY|VERSION"
)
# One that begins so counts credentials, or says whether there have to be any.
_ASKS = re.compile(r"(?:ALLOW|ENABLE|HAS|IS|MAX|MIN|NEXT|NUM|NUMBER|REQUIRES?|USE)_")


def names_credential(name: str, *, alone: bool = False) -> bool:
    """Whether what has this name is a credential, and not something about one.

    Args:
        name: In any of the usual spellings.
        alone: Whether its last word has to say so.
    """
    words = _WORDS.sub("_", name).upper()
    terms = list(_TERM.finditer(words))
    if not terms:
        return False
    rest = words[terms[-1].end() :].strip("_")
    if terms[-1][0].endswith("ACCESS_KEY") and rest == "ID":
        return True
    about = rest != "" if alone else _ABOUT.fullmatch(rest.rpartition("_")[2])
    return not about and not _ASKS.match(words)
