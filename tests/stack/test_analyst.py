"""The analysts' roles."""

from tests.stack.recorder import Recording

BUCKET = "arn:aws:s3:::uploads-bucket-dev"


def test_an_analysts_principal_may_assume_its_role(stack: Recording) -> None:
    role = stack.one("aws:iam/role:Role", "desk-analyst-role")
    (statement,) = role.document("assumeRolePolicy")["Statement"]
    assert role.inputs["name"] == "desk-analyst-role-dev"
    assert statement["Principal"] == {"AWS": "arn:aws:iam::123456789012:role/desk"}
    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": "d1"}}


def test_an_analyst_reads_both_tables_and_lists_nothing_else(stack: Recording) -> None:
    policy = stack.one("aws:iam/rolePolicy:RolePolicy", "desk-analyst-policy")
    read, listing, key = policy.document("policy")["Statement"]
    assert read["Action"] == ["s3:GetObject"]
    assert read["Resource"] == [f"{BUCKET}/data/bars/*", f"{BUCKET}/data/days/*"]
    assert (listing["Action"], listing["Resource"]) == (["s3:ListBucket"], [BUCKET])
    assert listing["Condition"] == {"StringLike": {"s3:prefix": ["data/bars/*", "data/days/*"]}}
    assert key["Action"] == ["kms:Decrypt"]


def test_an_analyst_of_some_partners_reads_theirs_alone(stack: Recording) -> None:
    policy = stack.one("aws:iam/rolePolicy:RolePolicy", "fund-analyst-policy")
    read, listing, _ = policy.document("policy")["Statement"]
    own = ["data/bars/partner=acme/*", "data/days/partner=acme/*"]
    assert read["Resource"] == [f"{BUCKET}/{prefix}" for prefix in own]
    assert listing["Condition"] == {"StringLike": {"s3:prefix": own}}
