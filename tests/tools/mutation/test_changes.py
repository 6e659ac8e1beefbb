"""What is changed in a value."""

import json
from typing import Any

from tests.tools.mutation.kit import UNKNOWN, policy
from tools.mutation.changes import Changes

ARCHIVE = {"4dabf18193072939515e22adb298388d": "archive", "path": "/b/functions/arm64/f.zip"}
ROLE = "arn:aws:iam::000000000000:role/one-role-dev"


def changes(value: Any, **context: Any) -> list[tuple[str, str, Any]]:
    return list(Changes(**context).of(value, "", lambda changed: changed))


def kinds(value: Any, path: str, **context: Any) -> set[str]:
    return {kind for at, kind, _ in changes(value, **context) if at == path}


def after(value: Any, path: str, kind: str, **context: Any) -> Any:
    found = [v for at, k, v in changes(value, **context) if (at, k) == (path, kind)]
    assert len(found) == 1
    return found[0]


def statement(document: str) -> Any:
    return json.loads(document)["Statement"][0]


def test_every_property_is_dropped_and_made_unknown() -> None:
    assert after({"a": 1, "b": 2}, "a", "drop") == {"b": 2}
    assert after({"a": 1, "b": 2}, "a", "unknown") == {"a": UNKNOWN, "b": 2}


def test_what_is_unknown_already_is_only_dropped() -> None:
    assert kinds({"a": UNKNOWN}, "a") == {"drop"}


def test_what_pulumi_notes_for_itself_is_left_alone() -> None:
    assert changes({"__defaults": ["a"]}) == []


def test_a_number_is_off_by_one_both_ways() -> None:
    assert after({"days": 90}, "days", "increment") == {"days": 91}
    assert after({"days": 90}, "days", "decrement") == {"days": 89}


def test_a_number_becomes_much_less_and_much_more() -> None:
    assert after({"days": 90}, "days", "become zero") == {"days": 0}
    assert after({"days": 90}, "days", "multiply by ten") == {"days": 900}
    assert kinds({"days": 0}, "days") == {"drop", "unknown", "increment", "decrement"}


def test_a_switch_is_flipped_and_not_counted() -> None:
    assert after({"on": True}, "on", "flip") == {"on": False}
    assert "increment" not in kinds({"on": True}, "on")


def test_a_word_with_a_meaning_becomes_its_weaker_neighbours() -> None:
    assert after({"c": "GLACIER"}, "c", "become 'DEEP_ARCHIVE'") == {"c": "DEEP_ARCHIVE"}
    assert "alter" not in kinds({"c": "GLACIER"}, "c")


def test_any_other_text_is_altered() -> None:
    assert after({"c": "one"}, "c", "alter") == {"c": "one-x"}


def test_one_element_of_several_is_dropped_from_a_list() -> None:
    assert after({"l": ["a", "b"]}, "l[0]", "drop") == {"l": ["b"]}
    assert "drop" not in kinds({"l": ["a"]}, "l[0]")


def test_a_change_deep_inside_leaves_its_surroundings_as_they_are() -> None:
    value = {"rules": [{"id": "r", "days": 1, "on": True}], "rest": "x"}
    expected = {"rules": [{"id": "r", "days": 2, "on": True}], "rest": "x"}
    assert after(value, "rules[r].days", "increment") == expected
    assert value["rules"] == [{"id": "r", "days": 1, "on": True}]


def test_a_statement_is_called_by_its_sid() -> None:
    document = policy({"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject"]})
    changed = after({"policy": document}, "policy.Statement[Read].Action[0]", "broaden")
    assert statement(changed["policy"])["Action"] == ["s3:*"]


def test_a_document_is_cut_short_and_nothing_inside_it_is_unknown() -> None:
    document = policy({"Sid": "Read", "Effect": "Allow"})
    assert after({"policy": document}, "policy", "malformed") == {"policy": document[:-1]}
    inside = [kind for path, kind, _ in changes({"policy": document}) if "." in path]
    assert "unknown" not in inside


def test_resources_and_principals_are_broadened() -> None:
    document = policy({"Sid": "S", "Principal": {"Service": "a.amazonaws.com"}, "Resource": [ROLE]})
    value = {"policy": document}
    changed = after(value, "policy.Statement[S].Principal.Service", "broaden")
    assert statement(changed["policy"])["Principal"] == {"Service": "*"}
    changed = after(value, "policy.Statement[S].Resource[0]", "broaden")
    assert statement(changed["policy"])["Resource"] == ["*"]


def test_everyone_is_let_in_by_a_statement_in_the_documents_own_form() -> None:
    def added(first: dict[str, Any]) -> Any:
        changed = after({"policy": policy(first)}, "policy.Statement", "add everyone")
        return json.loads(changed["policy"])["Statement"][-1]

    held = added({"Effect": "Allow", "Action": ["a:B"], "Resource": ["*"]})
    assert (held["Action"], held["Resource"]) == ("*", "*")
    assert "Principal" not in held
    trust = added({"Effect": "Allow", "Principal": {"Service": "s"}, "Action": ["sts:AssumeRole"]})
    assert (trust["Action"], trust["Principal"]) == ("sts:AssumeRole", "*")
    assert "Resource" not in trust


def test_an_arn_leads_elsewhere_to_another_account_and_to_a_sibling() -> None:
    sibling = ROLE.replace("one", "two")
    value = {"role": ROLE}
    assert after(value, "role", "point elsewhere") == {"role": f"{ROLE}-other"}
    assert after(value, "role", "another account") == {"role": ROLE.replace("0" * 12, "9" * 12)}
    found = after(value, "role", "point at a sibling", siblings={ROLE: sibling})
    assert found == {"role": sibling}


def test_a_right_is_turned_to_what_is_anothers() -> None:
    document = policy({"Sid": "S", "Resource": ["arn:aws:s3:::bucket/uploads/acme/*"]})
    changed = after(
        {"policy": document},
        "policy.Statement[S].Resource[0]",
        "another's",
        others={"acme": "globex"},
    )
    assert statement(changed["policy"])["Resource"] == ["arn:aws:s3:::bucket/uploads/globex/*"]


def test_a_right_is_turned_to_another_prefix_of_its_bucket() -> None:
    at = "policy.Statement[S].Resource[0]"
    for before, then in (("uploads/acme/*", "data/acme/*"), ("rejects/*", "uploads/*")):
        document = policy({"Sid": "S", "Resource": [f"arn:aws:s3:::bucket/{before}"]})
        changed = after({"policy": document}, at, "another prefix")
        assert statement(changed["policy"])["Resource"] == [f"arn:aws:s3:::bucket/{then}"]
    whole = policy({"Sid": "S", "Resource": ["arn:aws:s3:::bucket/*"]})
    assert "another prefix" not in kinds({"policy": whole}, at)


def test_an_archive_holds_something_else() -> None:
    assert kinds({"code": ARCHIVE}, "code") == {
        "drop",
        "unknown",
        "another architecture",
        "no archive",
        "a script",
        "no executable",
    }
    changed = after({"code": ARCHIVE}, "code", "another architecture")
    assert changed["code"]["path"] == "/b/functions/x86_64/f.zip"


def test_a_credential_is_hidden_among_variables() -> None:
    value = {"environment": {"variables": {"TABLE_NAME": "t"}}}
    changed = after(value, "environment.variables", "hide a password")
    assert changed["environment"]["variables"].keys() == {"TABLE_NAME", "DB_PASSWORD"}


def test_a_role_gains_control_of_what_it_works_on() -> None:
    statement = {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": ["arn"]}
    gained = [
        whole["Action"]
        for path, kind, whole in Changes().of(statement, "", lambda changed: changed)
        if (path, kind) == ("Action", "gain control")
    ]
    assert gained == [["sqs:SendMessage", "sqs:DeleteQueue"]]


def test_nobody_gains_control_by_a_policy_of_a_resource() -> None:
    statement = {"Principal": "*", "Action": ["sqs:SendMessage"], "Resource": ["arn"]}
    kinds = {kind for _, kind, _ in Changes().of(statement, "", lambda changed: changed)}
    assert "gain control" not in kinds


def test_a_text_of_json_of_which_nothing_is_changed_stays_the_text_that_it_was() -> None:
    compact = '{"Statement":[{"Principal":"*","Action":["a:B"]}]}'
    assert after(compact, "Statement[0].Principal", "broaden") == compact
