"""Whatever becomes of a property of the compliant stack, the pack says what was reviewed."""

import pytest

from tests.policies.kit import Declarations, properties


def test_every_kind_of_resource_is_looked_at(baseline: Declarations) -> None:
    assert sorted(properties.kinds(baseline)) == sorted(properties.frozen())


@pytest.mark.parametrize("name", properties.frozen())
def test_each_property_dropped_malformed_and_unknown(name: str, baseline: Declarations) -> None:
    assert properties.answers(baseline, name) == properties.frozen()[name], (
        "read what changed, then run `make regenerate`"
    )


def test_what_a_rule_reads_and_does_not_know_never_drops_out_of_it() -> None:
    silent = [
        f"{resource}, {change}: {answer}"
        for resource, changes in properties.frozen().items()
        for change, answers in changes.items()
        if change.endswith(" unknown")
        for answer in answers
        if ": Undetermined: " not in answer
    ]
    assert silent == []
