"""Credentials: none in code, configuration or state (SEC-3)."""

import re
from collections.abc import Iterator

from policies.facts.credentials import is_credential, names_credential
from policies.facts.reading import Node
from policies.facts.resource import Resource
from policies.facts.types import API_STAGE, FUNCTION, PROVIDER
from policies.facts.wire import SIGNATURE
from policies.pack.answers import Answer, verdict
from policies.pack.policy import Rule, Settings, Severity, Types, only

# Properties that hold one. Those that end with Wo are written only, and stay out of the state; what
# variables are named is for the rule on names.
_SECRET_PROPERTY = re.compile(
    r"(?!.*\bvariables\.)(?:.*\.)?(?:[\w-]*[pP]assword|\w*[pP]rivateKey|secretKey|client_?[sS]ecret|customerKey"
    r"|(?:access|auth|oauth|secret)Token|platformCredential|basicAuthCredentials|keyMaterialBase64"
    r"|secretString|secretBinary)"
)
_OF_PROVIDERS = ("accessKey", "secretKey", "token")

VALUES = Rule(
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
        "Function: {environment: {variables: {DATABASE: 'postgres://feed:any@db.example.com'}}}",
        "aws: {secretKey: any}",
    ),
)


def _judge_values(resource: Resource, _settings: Settings) -> Answer:
    problems = [
        f"{leaf.path} is a credential, or holds one"
        for _, leaf in resource.inputs.scalars(but=(SIGNATURE,))
        if isinstance(leaf.value, str)
        and (
            is_credential(leaf.value)
            or (leaf.value and resource.type != PROVIDER and _SECRET_PROPERTY.fullmatch(leaf.path))
        )
    ]
    if resource.type == PROVIDER:
        problems += [
            f"{key} is set in the program or its configuration"
            for key in _OF_PROVIDERS
            if resource.inputs.has(key)
        ]
    for variables in _variables(resource):
        for name, _ in variables.members():
            variables.text(name)  # of what is unknown nobody can tell
    return verdict(problems)


NAMES = Rule(
    name="credential-names",
    sentence="No variable of a function or a stage is named like a credential.",
    severity=Severity.HIGH,
    requirements=("SEC-3",),
    fix=(
        "Let the function read the secret where it is kept, or name the variable after what it "
        "holds; a value that no detector takes for a credential may be waived."
    ),
    governs=only(FUNCTION, API_STAGE),
    waivable=True,
    passes=("Function: {environment: {variables: {TOKEN_TTL_SECONDS: '900'}}}",),
    fails=("Function: {environment: {variables: {DB_PASSWORD: any}}}",),
)


def _judge_names(resource: Resource, _settings: Settings) -> Answer:
    return verdict(
        [
            f"{variable.path} is named like a credential"
            for variables in _variables(resource)
            for name, variable in variables.members()
            if names_credential(name)
        ]
    )


def _variables(resource: Resource) -> Iterator[Node]:
    if resource.type == FUNCTION:
        yield resource.inputs.object("environment").object("variables")
    elif resource.type == API_STAGE:
        yield resource.inputs.object("variables")


POLICIES = (VALUES.judged_alone(_judge_values), NAMES.judged_alone(_judge_names))
