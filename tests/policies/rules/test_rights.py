"""What a role may do, and on what."""

from typing import Any

from tests.policies.baseline import document, trust
from tests.policies.kit import (
    UNKNOWN,
    Case,
    Change,
    Declarations,
    check,
    declare,
    dropping,
    fails,
    not_applicable,
    parametrized,
    passes,
    setting,
    undetermined,
)

POLICY = "processor-policy"


PARTNER = "acme-policy"


ROLE = "processor-role"


ACCOUNT = "arn:aws:{}:us-east-1:123456789012:{}"


def _inline(action: str) -> list[dict[str, Any]]:
    document = f'{{"Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"*"}}]}}'
    return [{"name": "inline", "policy": document}]


def _attachment(arn: str, role: str = "processor-role-dev") -> Any:
    return declare(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "attachment", role=role, policyArn=arn
    )


def _on_the_role(stack: Declarations) -> Declarations:
    """The role's policy written into the role."""
    policy = stack[POLICY].inputs["policy"]
    return stack.remove(POLICY).set(ROLE, "inlinePolicies", [{"name": "own", "policy": policy}])


def _attached(
    stack: Declarations, policy: str = POLICY, role: str = "processor-role-dev"
) -> Declarations:
    """A policy of the stack as one that is attached to a role, by an ARN that only AWS knows."""
    own = declare(
        "aws:iam/policy:Policy",
        "own",
        name="own-policy-dev",
        policy=stack[policy].inputs["policy"],
        tags={"Environment": "Production", "Team": "Analytics"},
    )
    attachment = _attachment("unknown", role)
    stack = stack.add(own, attachment).hide("attachment", "policyArn")
    return stack.redepend("attachment", "policyArn", (own.urn,))


def _attached_together(stack: Declarations) -> Declarations:
    """A policy attached to two roles at once, of which one may not hold it."""
    stack = _attached(stack).remove("attachment")
    both = declare(
        "aws:iam/policyAttachment:PolicyAttachment",
        "attachment",
        name="own-attachment-dev",
        roles=["processor-role-dev", "acme-partner-role-dev"],
        policyArn="unknown",
    )
    return stack.add(both).redepend("attachment", "policyArn", (stack["own"].urn,))


def _attached_to_people(kind: str, **holders: Any) -> Change:
    """A role's policy that is somebody else's too."""

    def change(stack: Declarations) -> Declarations:
        type_ = f"aws:iam/{kind[0].lower()}{kind[1:]}:{kind}"
        stack = _attached(stack).add(declare(type_, "more", policyArn=UNKNOWN, **holders))
        return stack.redepend("more", "policyArn", (stack["own"].urn,))

    return change


READS = {
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::uploads-bucket-dev/data/bars/partner=acme/*",
}
LISTS = {
    "Action": "s3:ListBucket",
    "Resource": "arn:aws:s3:::uploads-bucket-dev",
    "Condition": {"StringLike": {"s3:prefix": ["data/bars/partner=acme/*", "data/days/*"]}},
}


def _analyst(*statements: dict[str, Any]) -> Change:
    """An analyst's role with these rights."""
    allowed = [{"Effect": "Allow", **statement} for statement in statements]
    role = declare(
        "aws:iam/role:Role",
        "desk-role",
        name="desk-analyst-role-dev",
        assumeRolePolicy=trust("AWS", "arn:aws:iam::123456789012:root"),
        tags={"Environment": "Production", "Team": "Analytics"},
    )
    policy = declare(
        "aws:iam/rolePolicy:RolePolicy",
        "desk-policy",
        name="desk-policy-dev",
        role="desk-analyst-role-dev",
        policy=document(*allowed),
    )
    return lambda stack: stack.add(role, policy)


ACTIONS = [
    passes("an analyst who reads", "iam-actions", "desk-policy", _analyst(READS, LISTS)),
    *(
        fails(
            f"an analyst who may use {action}",
            "iam-actions",
            "desk-policy",
            _analyst({**READS, "Action": ["s3:GetObject", action]}),
            "Action[1] is not among those that setting `actions` lists for desk-analyst-role-dev",
        )
        for action in ("s3:PutObject", "s3:GetObjectVersion", "s3:RestoreObject")
    ),
    *(
        fails(
            f"the action {action}",
            "iam-actions",
            POLICY,
            setting(POLICY, "policy.Statement[3].Action", action),
        )
        for action in ("s3:*", "s3:Get*", "*", "s3:Get?bject")
    ),
    fails(
        "all actions but one",
        "iam-actions",
        POLICY,
        lambda s: s.set(POLICY, "policy.Statement[3].NotAction", "s3:DeleteBucket").drop(
            POLICY, "policy.Statement[3].Action"
        ),
    ),
    *(
        fails(
            f"the action {action} on its own resource",
            "iam-actions",
            POLICY,
            setting(POLICY, f"policy.Statement[{index}].Action", [allowed, action]),
            "Action[1] is not among those that setting `actions` lists for processor-role-dev",
        )
        for index, allowed, action in (
            (0, "logs:PutLogEvents", "logs:CreateLogGroup"),
            (3, "s3:GetObjectVersion", "s3:DeleteObject"),
            (3, "s3:GetObjectVersion", "s3:GetObjectAcl"),
            (4, "dynamodb:GetItem", "dynamodb:DeleteTable"),
            (4, "dynamodb:GetItem", "dynamodb:Query"),
            (5, "sqs:SendMessage", "sqs:DeleteQueue"),
        )
    ),
    *(
        fails(
            f"the action {action}",
            "iam-actions",
            POLICY,
            setting(POLICY, f"policy.Statement[{index}].Action", [allowed, action]),
            "Action[1] is not among those that setting `actions` lists for processor-role-dev",
            iam_resources={POLICY},
        )
        for index, allowed, action in (
            (1, "xray:PutTraceSegments", "xray:GetGroups"),
            (2, "kms:Decrypt", "kms:ScheduleKeyDeletion"),
        )
    ),
    passes(
        "the rights that API Gateway tries out",
        "iam-actions",
        "api-logs-policy",
        setting("api-logs-policy", "policy.Statement[0].Action", ["logs:CreateLogGroup"]),
    ),
    fails(
        "the right to call another function",
        "iam-actions",
        POLICY,
        setting(
            POLICY,
            "policy.Statement[5]",
            {
                "Effect": "Allow",
                "Action": "lambda:InvokeFunction",
                "Resource": ACCOUNT.format("lambda", "function:validator-function-dev"),
            },
        ),
        "Action[0] is not among",
    ),
    fails(
        "a partner who lists reports",
        "iam-actions",
        PARTNER,
        setting(PARTNER, "policy.Statement[2].Action", ["s3:GetObject", "s3:ListBucket"]),
        "Action[1] is not among those that setting `actions` lists for acme-partner-role-dev",
        iam_resources={PARTNER},
    ),
    passes("a policy of its own that is attached", "iam-actions", "own", _attached),
    fails(
        "a policy that nobody holds",
        "iam-actions",
        "own",
        lambda s: _attached(s).remove("attachment"),
        "is not among those that setting `actions` lists for a policy that no role has",
    ),
    fails("no action", "iam-actions", POLICY, dropping(POLICY, "policy.Statement[3].Action")),
    fails(
        "a wildcard on the role itself",
        "iam-actions",
        ROLE,
        setting(ROLE, "inlinePolicies", _inline("s3:*")),
        iam_resources={ROLE},
    ),
    passes(
        "a denied wildcard",
        "iam-actions",
        POLICY,
        lambda s: s.set(
            POLICY,
            "policy.Statement[1]",
            {"Effect": "Deny", "Action": "iam:*", "Resource": "*"},
        ),
    ),
    *(
        fails(
            f"an inline policy that is {title}",
            "iam-actions",
            ROLE,
            setting(ROLE, "inlinePolicies", inline),
            iam_resources={ROLE},
        )
        for title, inline in (
            ("missing", [{"name": "inline"}]),
            ("no JSON", [{"name": "inline", "policy": "{"}]),
            ("no policy document", [{"name": "inline", "policy": "{}"}]),
            ("an administrator's", _inline("*")),
        )
    ),
    undetermined("iam-actions", POLICY, "policy", iam_resources={POLICY}),
]


RESOURCES = [
    passes("an analyst who reads", "iam-resources", "desk-policy", _analyst(READS, LISTS)),
    *(
        fails(
            f"an analyst who reads {path}",
            "iam-resources",
            "desk-policy",
            _analyst({**READS, "Resource": f"arn:aws:s3:::uploads-bucket-dev/{path}"}),
        )
        for path in (
            "*",
            "data/*",
            "data/else/*",
            "uploads/acme/*",
            "rejects/x/*",
            "aggregates/x/*",
        )
    ),
    *(
        fails(
            f"an analyst who lists {condition or 'everything'}",
            "iam-resources",
            "desk-policy",
            _analyst({**LISTS, "Condition": condition}),
            "does not keep s3:listbucket to prefixes (s3:prefix) of the objects that this role may",
        )
        for condition in (
            {},
            {"StringLike": {"s3:prefix": "*"}},
            {"StringLike": {"s3:prefix": ["data/bars/*", "uploads/*"]}},
            {"StringLike": {"s3:prefix": "data/bars*"}},
            {"StringLike": {"s3:delimiter": "data/bars/*"}},
            {"StringNotLike": {"s3:prefix": "data/bars/*"}},
            {"StringLikeIfExists": {"s3:prefix": "data/bars/*"}},
        )
    ),
    fails(
        "an analyst who lists another bucket",
        "iam-resources",
        "desk-policy",
        _analyst({**LISTS, "Resource": "arn:aws:s3:::other-bucket"}),
        "is no resource of this stack",
    ),
    *(
        fails(f"{path} is {value!r}", "iam-resources", name, setting(name, f"policy.{path}", value))
        for name, path, value in (
            (POLICY, "Statement[3].Resource", "*"),
            (POLICY, "Statement[3].Resource", "arn:aws:s3:::*"),
            (POLICY, "Statement[3].Resource", "arn:aws:s3:::uploads-bucket-dev/*"),
            (POLICY, "Statement[3].Resource", "arn:aws:s3:::uploads-bucket-dev/results/*"),
            (POLICY, "Statement[3].Resource", "arn:aws:s3:::uploads-bucket-dev*"),
            (POLICY, "Statement[3].Resource", "arn:aws:s3:::other-bucket/uploads/*"),
            (POLICY, "Statement[3].Resource", "arn:aws:s3:::other-bucket/uploads/key"),
            (POLICY, "Statement[4].Resource", ACCOUNT.format("dynamodb", "table/*")),
            (POLICY, "Statement[4].Resource", ACCOUNT.format("dynamodb", "table/other-dev")),
            (POLICY, "Statement[5].Resource", ACCOUNT.format("sqs", "*")),
            (POLICY, "Statement[5].Resource", ACCOUNT.format("sqs", "validator-dlq-dev.fifo")),
            (POLICY, "Statement[0].Resource", ACCOUNT.format("logs", "log-group:*")),
            (POLICY, "Statement[0].Resource", ACCOUNT.format("logs", "log-group:/aws/lambda/*:*")),
            (POLICY, "Statement[2].Condition", {}),
            (
                POLICY,
                "Statement[2].Condition",
                {"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/*"}},
            ),
            (
                POLICY,
                "Statement[2].Condition",
                {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/other"}},
            ),
            (POLICY, "Statement[2].Resource", "*"),
            (PARTNER, "Statement[0].Resource", "arn:aws:s3:::uploads-bucket-dev/uploads/*"),
            (PARTNER, "Statement[0].Resource", "arn:aws:s3:::uploads-bucket-dev/uploads/*/*"),
            (
                PARTNER,
                "Statement[1].Resource",
                ACCOUNT.format("execute-api", "*/status-stage-dev/*/status/acme/*"),
            ),
            (
                PARTNER,
                "Statement[1].Resource",
                ACCOUNT.format("execute-api", "*/status-stage-dev/GET/status/*"),
            ),
            (
                PARTNER,
                "Statement[1].Resource",
                ACCOUNT.format("execute-api", "*/status-stage-dev/GET/*"),
            ),
            (
                PARTNER,
                "Statement[1].Resource",
                ACCOUNT.format("execute-api", "*/*/GET/status/acme/*"),
            ),
            (
                PARTNER,
                "Statement[1].Resource",
                ACCOUNT.format("execute-api", "ab*/status-stage-dev/GET/status/acme/*"),
            ),
            (
                PARTNER,
                "Statement[1].Resource",
                "arn:aws:execute-api:us-west-2:123456789012:*/status-stage-dev/GET/status/acme/*",
            ),
            (POLICY, "Statement[3].Resource", "arn:aws:s3:::uploads-bucket-dev/${aws:userid}/*"),
            # What is another's.
            (PARTNER, "Statement[0].Resource", "arn:aws:s3:::uploads-bucket-dev/uploads/globex/*"),
            (PARTNER, "Statement[0].Resource", "arn:aws:s3:::uploads-bucket-dev/uploads/globex/x"),
            (PARTNER, "Statement[0].Resource", "arn:aws:s3:::uploads-bucket-dev/results/acme/*"),
            (PARTNER, "Statement[2].Resource", "arn:aws:s3:::uploads-bucket-dev/rejects/*"),
            (PARTNER, "Statement[2].Resource", "arn:aws:s3:::uploads-bucket-dev/rejects/globex/*"),
            (PARTNER, "Statement[2].Resource", "arn:aws:s3:::uploads-bucket-dev/aggregates/acme/*"),
            (PARTNER, "Statement[0].Resource", "arn:aws:s3:::uploads-bucket-dev"),
            (
                PARTNER,
                "Statement[0].Resource",
                ACCOUNT.format("dynamodb", "table/status-table-dev"),
            ),
            (
                PARTNER,
                "Statement[1].Resource",
                ACCOUNT.format("execute-api", "*/status-stage-dev/GET/status/globex/*"),
            ),
            *(
                (POLICY, "Statement[0].Resource", ACCOUNT.format("logs", f"log-group:{group}"))
                for group in (
                    "/aws/lambda/validator-function-dev:*",
                    "/aws/lambda/validator-function-dev",
                    "/aws/apigateway/status-access-dev:*",
                )
            ),
        )
    ),
    fails(
        "all resources but one",
        "iam-resources",
        POLICY,
        lambda s: s.set(POLICY, "policy.Statement[3].NotResource", "arn:aws:s3:::x").drop(
            POLICY, "policy.Statement[3].Resource"
        ),
    ),
    fails(
        "a policy of a role of elsewhere",
        "iam-resources",
        POLICY,
        setting(POLICY, "role", "other-role-dev"),
        "not a role of this stack",
        iam_actions={POLICY},
    ),
    undetermined("iam-resources", POLICY, "policy", iam_actions={POLICY}),
    not_applicable("for a role without inline policy", "iam-resources", ROLE, lambda s: s),
    passes("the same rights on the role itself", "iam-resources", ROLE, _on_the_role),
    passes("the same rights attached", "iam-resources", "own", _attached),
    passes(
        "a narrower prefix of what its work reads",
        "iam-resources",
        POLICY,
        setting(
            POLICY,
            "policy.Statement[3].Resource",
            "arn:aws:s3:::uploads-bucket-dev/uploads/acme/*",
        ),
    ),
    *(
        fails(
            title,
            "iam-resources",
            PARTNER,
            setting(PARTNER, f"policy.Statement[{index}].Action", action),
            "is outside the resources that this role may use these actions on (setting `places`)",
        )
        for title, index, action in (
            ("a partner who reads what it uploaded", 0, ["s3:PutObject", "s3:GetObject"]),
            ("a partner who writes its reports", 2, ["s3:GetObject", "s3:PutObject"]),
        )
    ),
    fails(
        "an action of its work that is used elsewhere",
        "iam-resources",
        POLICY,
        setting(POLICY, "policy.Statement[3].Action", ["s3:PutObject"]),
        "is outside the resources that this role may use these actions on (setting `places`)",
    ),
    passes(
        "a place named in another case of the action",
        "iam-resources",
        POLICY,
        setting(POLICY, "policy.Statement[3].Action", "S3:getobjectversion"),
    ),
    passes(
        "the API's log role with attached rights",
        "iam-resources",
        "own",
        lambda s: _attached(s, "api-logs-policy", "api-logs-role-dev").remove("api-logs-policy"),
    ),
    fails(
        "a function's rights attached to a partner's role",
        "iam-resources",
        "own",
        lambda s: _attached(s, POLICY, "acme-partner-role-dev"),
        "belongs to another",
        iam_actions={"own"},
    ),
    fails(
        "rights of a role that no setting lists",
        "iam-actions",
        "more-policy",
        lambda s: s.add(
            declare(
                "aws:iam/rolePolicy:RolePolicy",
                "more-policy",
                name="more-policy-dev",
                role="more-role-dev",
                policy=s["status-policy"].inputs["policy"],
            ),
            declare(
                "aws:iam/role:Role",
                "more-role",
                name="more-role-dev",
                assumeRolePolicy=s["status-role"].inputs["assumeRolePolicy"],
                tags={"Environment": "Production", "Team": "Analytics"},
            ),
        ),
        "setting `actions` has no entry more-role",
    ),
    fails(
        "rights attached to a role of elsewhere",
        "iam-resources",
        "own",
        lambda s: _attached(s, POLICY, "other-role-dev"),
        "not a role of this stack",
        iam_actions={"own"},
    ),
]


@parametrized(ACTIONS)
def test_actions(case: Case, baseline: Declarations) -> None:
    check(case, baseline)


@parametrized(RESOURCES)
def test_resources(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
