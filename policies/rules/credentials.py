"""The rule on credentials: none in code, configuration or state (SEC-3)."""

import re
from collections.abc import Iterator

from policies.facts.reading import Node
from policies.facts.resource import Resource
from policies.facts.types import API_STAGE, FUNCTION, PROVIDER
from policies.pack.answers import Answer, verdict
from policies.pack.policy import Rule, Settings, Severity, Types

_SECRET_NAME = re.compile(
    r"(?:^|[_.-])(?:[a-z0-9]*passw(?:or)?ds?|pass|passphrase|pwd|secrets?|tokens?|api_?key"
    r"|access_?key(?:_?id)?|(?:private|secret|signing|master|hmac|jwt)_?key|credentials?|auth"
    r"|db_?pass|passcode|pw)(?:$|[_.-])",
    re.IGNORECASE,
)
# A name or ARN of a secret is no secret.
_NO_SECRET_NAME = re.compile(r"(?:_ARN|_NAME|(?<!ACCESS_KEY)_ID)$")
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SECRET_VALUE = re.compile(
    r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22}|glpat-[\w-]{20}|\bnpm_[A-Za-z0-9]{36}"
    r"|xox[abprs]-[A-Za-z0-9-]{10}|\bxapp-\d-\w|\bAccountKey=\w"
    r"|hooks\.slack\.com/services/\w+/\w+/\w|[sr]k_live_[A-Za-z0-9]{16}|\bsk-[\w-]{20}"
    r"|\bAIza[\w-]{35}|\bSG\.[\w-]{16,}\.[\w-]{16}"
    r"|\b(?:Bearer|Basic) [A-Za-z0-9+/=._-]{16}"
    r"|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\."
    r"|[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s:@]+@"
    r"|(?i:\b(?:\w*password|\w*passwd|(?:\w+_)?(?:pwd|secret|token|api_?key))"
    r'(?:=[^\s&]|"\s*:\s*"[^"]))'
)
# Forty characters of a secret access key, told from a hash by its mixed alphabet.
_SECRET_KEY = re.compile(r"(?=[^/+]*[/+])(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9/+]{40}")
# Properties that hold one. Those that end with Wo are written only, and stay out of the state.
_SECRET_PROPERTY = re.compile(
    r"(?:.*\.)?(?:[\w-]*[pP]assword|\w*[pP]rivateKey|secretKey|client_?[sS]ecret|customerKey"
    r"|(?:access|auth|oauth|secret)Token|platformCredential|basicAuthCredentials|keyMaterialBase64)"
)
_VARIABLES = {
    FUNCTION: ("environment", "variables"),
    API_STAGE: ("variables",),
}

CREDENTIALS = Rule(
    name="no-credentials",
    sentence="No credential stands in the program, its configuration, or the state.",
    severity=Severity.CRITICAL,
    requirements=("SEC-3",),
    fix="Let the function's role give it its rights, and pass names instead of secrets.",
    governs=Types(
        where=lambda type_: type_.startswith("aws:") or type_ == PROVIDER,
        otherwise="Governs AWS resources and providers only.",
    ),
    general=True,
    passes=("Function: {environment: {variables: {TABLE_NAME: status-table-dev}}}",),
    fails=(
        "Function: {environment: {variables: {DB_PASSWORD: any}}}",
        "aws: {secretKey: any}",
    ),
)


def _judge_credentials(resource: Resource, _settings: Settings) -> Answer:
    problems = [
        f"{leaf.path} looks like a credential"
        for leaf in resource.inputs.leaves()
        if isinstance(leaf.value, str)
        and (
            _SECRET_VALUE.search(leaf.value)
            or _SECRET_KEY.fullmatch(leaf.value)
            or (leaf.value and resource.type != PROVIDER and _SECRET_PROPERTY.fullmatch(leaf.path))
        )
    ]
    if resource.type == PROVIDER:
        problems += [
            f"{key} is set in the program or its configuration"
            for key in ("accessKey", "secretKey", "token")
            if resource.inputs.has(key)
        ]
    problems += [
        f"{variable.path} is named like a credential" for variable in _named_like_one(resource)
    ]
    return verdict(problems)


def _named_like_one(resource: Resource) -> Iterator[Node]:
    path = _VARIABLES.get(resource.type)
    if path is None:
        return
    node = resource.inputs
    for key in path:
        node = node.object(key)
    for name, variable in node.members():
        if _sounds_secret(name):
            yield variable
        else:
            node.text(name)


def _sounds_secret(name: str) -> bool:
    words = _WORDS.sub("_", name).upper()
    return bool(_SECRET_NAME.search(words) and not _NO_SECRET_NAME.search(words))


POLICIES = (CREDENTIALS.judged_alone(_judge_credentials),)
