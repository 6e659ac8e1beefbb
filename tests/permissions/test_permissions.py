"""No role may do more than it needs: without any one of its rights something fails."""

import pytest

from tests.permissions.pipeline import Pipeline
from tests.permissions.reference import DOCUMENT, render
from tests.permissions.rights import RIGHTS, Right
from tests.permissions.roles import Roles

PROVEN = [right for right in RIGHTS if right.scene is not None]


def test_every_right_that_is_granted_is_justified_and_no_other(roles: Roles) -> None:
    assert roles.granted() == {right.grant for right in RIGHTS}


@pytest.mark.parametrize(
    "right", PROVEN, ids=[f"{r.grant.role} {r.grant.action} {r.grant.resource}" for r in PROVEN]
)
def test_without_this_right_something_fails(right: Right, roles: Roles, pipeline: Pipeline) -> None:
    assert right.scene is not None
    play = right.scene(pipeline)
    with roles.without(right.grant, pipeline.partner.name):
        assert not play()
    assert play()


def test_the_page_about_permissions_is_up_to_date() -> None:
    assert DOCUMENT.read_text() == render(), "docs/permissions.md is stale: run `make regenerate`"
