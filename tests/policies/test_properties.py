"""Whatever becomes of a property of the compliant stack, the pack says what was reviewed."""

import pytest

from tests.policies.kit import Declarations, properties


def test_every_kind_of_resource_is_looked_at(baseline: Declarations) -> None:
    assert sorted(properties.kinds(baseline)) == sorted(properties.frozen())


@pytest.mark.parametrize("name", properties.frozen())
def test_each_property_dropped_malformed_and_unknown(name: str, baseline: Declarations) -> None:
    assert properties.answers(baseline, name) == properties.frozen()[name], (
        "read what changed, then run `python -m tests.policies.kit.reference`"
    )
