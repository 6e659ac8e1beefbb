"""Rules on who may reach a resource: resource policies, permissions, the public (FN-5)."""

import re

from policies.facts.arns import Arn
from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.facts.types import (
    API,
    API_STAGE,
    BUCKET,
    BUCKET_OWNERSHIP,
    BUCKET_POLICY,
    BUCKET_PUBLIC_ACCESS,
    FUNCTION,
    KEY,
    KEY_POLICY,
    PERMISSION,
    QUEUE,
    QUEUE_POLICY,
    TOPIC,
    TOPIC_POLICY,
)
from policies.iam.statements import Statement, statements
from policies.pack.answers import Answer, failed, not_applicable, verdict
from policies.pack.policy import Rule, Settings, Severity, only

_NEED_ONE = (BUCKET_POLICY, KEY, KEY_POLICY, QUEUE_POLICY, TOPIC_POLICY)
_ACCOUNT = re.compile(r"(?:arn:aws:iam::)?(\d{12})(?::.+)?")
_SERVICE = r"[a-z0-9-]+(?:\.{})?\.amazonaws\.com"
# Conditions that tie a service's call to this stack, so that nobody else can make it call.
_SOURCES = ("aws:sourceaccount", "aws:sourcearn", "kms:encryptioncontext:")
_POSITIVE = re.compile(r"(ForAnyValue:)?(StringEquals|StringLike|ArnEquals|ArnLike)")

RESOURCE_POLICIES = Rule(
    name="resource-policy",
    sentence=(
        "Resource policies allow named actions to this account and to its services alone, and deny "
        "no deletion."
    ),
    severity=Severity.CRITICAL,
    requirements=("FN-5", "ORG-4"),
    fix=(
        "Name principal and actions; give services a condition on aws:SourceArn or "
        "aws:SourceAccount; deny nothing without a condition."
    ),
    governs=only(API, BUCKET, QUEUE, TOPIC, *_NEED_ONE),
    passes=(
        """
        Queue: {policy: {Statement: {Effect: Allow, Principal: {Service: events.amazonaws.com},
          Action: 'sqs:SendMessage',
          Resource: 'arn:aws:sqs:us-east-1:123456789012:work-dlq-dev.fifo',
          Condition: {StringEquals: {'aws:SourceAccount': '123456789012'}}}}}
        """,
    ),
    fails=(
        """
        Queue: {policy: {Statement: {Effect: Allow, Principal: '*', Action: 'sqs:SendMessage',
          Resource: 'arn:aws:sqs:us-east-1:123456789012:work-dlq-dev.fifo'}}}
        """,
    ),
)


def _judge_policy(resource: Resource, stack: Stack, _settings: Settings) -> Answer:
    document = resource.inputs.document("policy")
    if document is None:
        if resource.type in _NEED_ONE:
            return failed("policy is missing")
        return not_applicable("This resource carries no policy of its own.")
    problems: list[str] = []
    for statement in statements(document):
        if statement.allows:
            problems += _openings(statement, stack)
        elif _keeps(statement):
            problems.append(
                f"{statement.path} denies deletion to everyone, so the stack could not be destroyed"
            )
    return verdict(problems)


def _openings(statement: Statement, stack: Stack) -> list[str]:
    at = statement.path
    problems = [f"{at}.{key} allows all but what it names" for key in statement.inverted]
    if any("*" in action or "?" in action for action in statement.actions):
        problems.append(f"{at}.Action has a wildcard")
    if not statement.principals and "NotPrincipal" not in statement.inverted:
        problems.append(f"{at}.Principal is missing")
    for kind, value in statement.principals:
        if kind == "Service":
            if not re.fullmatch(_SERVICE.format(re.escape(stack.home[0])), value):
                problems.append(f"{at}.Principal.Service is no service of this region")
            if not _names_source(statement, stack):
                problems.append(f"{at}.Condition does not tie the service's call to this stack")
        elif kind != "AWS":
            problems.append(f"{at}.Principal is everyone, or no AWS account, user, role or service")
        elif not _is_own_account(value, stack):
            problems.append(f"{at}.Principal.AWS is not of this account")
    return problems


def _keeps(denial: Statement) -> bool:
    """Whether it denies deletion, whatever the call, to whoever destroys the stack too."""
    everyone = "NotPrincipal" in denial.inverted or any(
        value == "*" or value.endswith(":root") for _, value in denial.principals
    )
    deletion = "NotAction" in denial.inverted or any(map(_deletes, denial.actions))
    return everyone and deletion and not denial.conditions


def _deletes(action: str) -> bool:
    """Whether an action, or one that it stands for by a wildcard, deletes something."""
    service, _, verb = action.rpartition(":")
    start = re.split("[*?]", verb)[0]
    return any(
        start.startswith(deletion) or (start != verb and deletion.startswith(start))
        for deletion in ("delete", *(["schedulekeydeletion"] if service == "kms" else []))
    )


def _is_own_account(principal: str, stack: Stack) -> bool:
    account = _ACCOUNT.fullmatch(principal)
    return account is not None and account.group(1) == stack.home[1]


def _names_source(statement: Statement, stack: Stack) -> bool:
    """Whether there is a condition on the source, and each one names this stack's account alone."""
    sources = [
        values
        for operator, key, values in statement.conditions
        if _POSITIVE.fullmatch(operator) and key.startswith(_SOURCES)
    ]
    return bool(sources) and all(
        values and all(_is_own_source(value, stack) for value in values) for values in sources
    )


def _is_own_source(value: str, stack: Stack) -> bool:
    region, account = stack.home
    arn = Arn.parse(value)
    if arn is None:
        return value == account
    if not arn.account:
        return stack.owner_of(value) is not None
    return arn.account == account and arn.region in ("", region)


PERMISSIONS = Rule(
    name="function-permission",
    sentence=(
        "Besides the queues, only {services} may invoke functions, and only for this account."
    ),
    severity=Severity.CRITICAL,
    requirements=("FN-5", "MQ-1"),
    fix=(
        "Name the service, sourceArn and, where the ARN has no account, sourceAccount; let "
        "everything else reach the function by its queue."
    ),
    governs=only(PERMISSION),
    schema={
        "services": {
            "type": "array",
            "description": "Services that may invoke functions.",
            "items": {"type": "string"},
            "default": ["apigateway.amazonaws.com", "s3.amazonaws.com"],
        }
    },
    passes=(
        """
        Permission: {action: 'lambda:InvokeFunction', function: status-function-dev,
          principal: apigateway.amazonaws.com,
          sourceArn: 'arn:aws:execute-api:us-east-1:123456789012:*/status-stage-dev/GET/status/*'}
        Function: {name: status-function-dev}
        Stage: {stageName: status-stage-dev}
        """,
    ),
    fails=(
        """
        Permission: {action: 'lambda:InvokeFunction', function: status-function-dev,
          principal: '*'}
        Function: {name: status-function-dev}
        """,
    ),
)


def _judge_permission(permission: Resource, stack: Stack, settings: Settings) -> Answer:
    inputs = permission.inputs
    problems = []
    if inputs.text("action") != "lambda:InvokeFunction":
        problems.append("action is not lambda:InvokeFunction")
    if stack.target(permission, "function", FUNCTION) is None:
        problems.append("function is no function of this stack")
    if inputs.text("principal") not in settings["services"]:
        problems.append(f"principal is not among {', '.join(settings['services'])}")
    problems += [
        f"{key} would open the function to calls that do not come through the API"
        for key in ("functionUrlAuthType", "invokedViaFunctionUrl")
        if inputs.has(key)
    ]
    problems += [
        f"{key} is a condition that S3 and API Gateway never send, so the permission would "
        f"match no call"
        for key in ("eventSourceToken", "principalOrgId")
        if inputs.has(key)
    ]
    source = inputs.text("sourceArn") or ""
    if "*" in source and not _names_stage(source, stack):
        problems.append("sourceArn has a wildcard that AWS does not force")
    account = inputs.text("sourceAccount")
    own_account = stack.home[1]
    if not source.startswith("arn:aws:"):
        problems.append("sourceArn is missing, or not an ARN of AWS")
    if account not in (None, own_account):
        problems.append("sourceAccount is not this account")
    if account is None and f":{own_account}:" not in source:
        problems.append("neither sourceArn nor sourceAccount names this account")
    return verdict(problems)


def _names_stage(source: str, stack: Stack) -> bool:
    """Whether it names an API, or else, where AWS assigns its identifier, a stage of this stack."""
    arn = Arn.parse(source)
    if arn is None or arn.service != "execute-api":
        return False
    api, stage = f"{arn.resource}/".split("/")[:2]
    stages = {node.inputs.text("stageName") for node in stack.of(API_STAGE)}
    return (arn.region, arn.account) == stack.home and ("*" not in api or stage in stages)


_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")

PUBLIC_ACCESS = Rule(
    name="bucket-public-access",
    sentence="Buckets block public access in all four ways.",
    severity=Severity.CRITICAL,
    requirements=("FN-5", "SEC-3"),
    fix="Declare a BucketPublicAccessBlock with all four switches true.",
    governs=only(BUCKET),
    passes=(
        """
        Bucket: {bucket: uploads-bucket-dev}
        BucketPublicAccessBlock: {bucket: uploads-bucket-dev, blockPublicAcls: true,
          blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true}
        """,
    ),
    fails=(
        """
        Bucket: {bucket: uploads-bucket-dev}
        BucketPublicAccessBlock: {bucket: uploads-bucket-dev, blockPublicAcls: true}
        """,
        "Bucket: {bucket: uploads-bucket-dev}",
    ),
)


def _judge_public_access(bucket: Resource, stack: Stack, _settings: Settings) -> Answer:
    blocks = stack.referring(BUCKET_PUBLIC_ACCESS, "bucket", bucket)
    problems = []
    if not blocks:
        problems.append("it has no BucketPublicAccessBlock in this stack")
    for block in blocks:
        problems += [
            f"{block.name}.{key} is not true" for key in _BLOCKS if not block.inputs.flag(key)
        ]
    return verdict(problems)


OWNERSHIP = Rule(
    name="bucket-ownership",
    sentence="A bucket owns every object in it; access lists are off.",
    severity=Severity.HIGH,
    requirements=("FN-5",),
    fix="Declare BucketOwnershipControls with BucketOwnerEnforced.",
    governs=only(BUCKET),
    passes=(
        """
        Bucket: {bucket: uploads-bucket-dev}
        BucketOwnershipControls: {bucket: uploads-bucket-dev,
          rule: {objectOwnership: BucketOwnerEnforced}}
        """,
    ),
    fails=(
        """
        Bucket: {bucket: uploads-bucket-dev}
        BucketOwnershipControls: {bucket: uploads-bucket-dev,
          rule: {objectOwnership: ObjectWriter}}
        """,
        "Bucket: {bucket: uploads-bucket-dev}",
    ),
)


def _judge_ownership(bucket: Resource, stack: Stack, _settings: Settings) -> Answer:
    problems = [
        f"{key} is set, though access lists are off"
        for key in ("acl", "grants")
        if not bucket.inputs.is_empty(key)
    ]
    controls = stack.referring(BUCKET_OWNERSHIP, "bucket", bucket)
    if not controls:
        problems.append("it has no BucketOwnershipControls in this stack")
    for control in controls:
        if control.inputs.object("rule").text("objectOwnership") != "BucketOwnerEnforced":
            problems.append(f"{control.name}.rule.objectOwnership is not BucketOwnerEnforced")
    return verdict(problems)


POLICIES = (
    RESOURCE_POLICIES.judged_in_stack(_judge_policy),
    PERMISSIONS.judged_in_stack(_judge_permission),
    PUBLIC_ACCESS.judged_in_stack(_judge_public_access),
    OWNERSHIP.judged_in_stack(_judge_ownership),
)
