"""The partners' roles."""

from tests.stack.recorder import Recording


def test_each_partner_has_a_role(stack: Recording) -> None:
    roles = {role.inputs["name"] for role in stack.of_type("aws:iam/role:Role")}
    assert {"acme-partner-role-dev", "globex-partner-role-dev"} <= roles


def test_a_partners_principal_may_assume_its_role(stack: Recording) -> None:
    role = stack.one("aws:iam/role:Role", "acme-partner-role")
    (statement,) = role.document("assumeRolePolicy")["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
    assert "Condition" not in statement


def test_a_partner_with_an_external_id_must_present_it(stack: Recording) -> None:
    role = stack.one("aws:iam/role:Role", "globex-partner-role")
    (statement,) = role.document("assumeRolePolicy")["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::210987654321:role/uploader"}
    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": "globex-7"}}
