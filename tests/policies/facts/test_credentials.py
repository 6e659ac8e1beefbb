"""What is taken for a credential, measured on values and names of both sides."""

import pytest

from policies.facts.credentials import detectors, is_credential, may_be_token, names_credential
from tests.policies.kit.credentials import DOCUMENT, Kind, document, kinds, names

_LEAST = 0.95  # of the credentials; of the harmless none is taken for one


def test_nearly_all_credentials_are_found() -> None:
    values = [value for kind in kinds() if kind.secret for value in kind.values()]
    assert sum(map(is_credential, values)) >= _LEAST * len(values)


@pytest.mark.parametrize(
    "kind", [kind for kind in kinds() if not kind.secret], ids=lambda kind: kind.name
)
def test_no_harmless_value_is_taken_for_one(kind: Kind) -> None:
    assert [value for value in kind.values() if is_credential(value)] == []


def test_what_the_detectors_would_find_is_shown_to_them() -> None:
    values = [value for kind in kinds() for value in kind.values()]
    hidden = [v for v in values if any(finds(v) for finds in detectors()) and not may_be_token(v)]
    assert hidden == []


@pytest.mark.parametrize(("name", "secret"), names().items(), ids=names())
def test_a_name_is_told_by_what_it_is_about(name: str, secret: bool) -> None:
    assert names_credential(name) is secret


def test_the_page_has_what_was_measured() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document()
