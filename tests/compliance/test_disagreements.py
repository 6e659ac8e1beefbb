"""A fact that a scanner and the pack judge differently is shown, wherever each looks for it."""

from __future__ import annotations

import pytest

from compliance.disagreements import disagreements
from compliance.evidence import Disagreement, Link, Outcome
from compliance.scanners import Opinion, Scan
from tests.compliance import samples

BLOCK = "urn:pulumi:dev::shop::aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock::block"
BUCKET = "urn:pulumi:dev::shop::aws:s3/bucket:Bucket::uploads"
GRAPH = {BLOCK: (Link(property="bucket", urn=BUCKET),), BUCKET: ()}


def judged(
    outcome: Outcome, *, accepts: bool, pack: str = BUCKET, scanner: str = BUCKET
) -> list[Outcome]:
    other = BLOCK if pack == BUCKET else BUCKET
    answers = [
        samples.answer("public", pack, outcome),
        samples.answer("public", other, Outcome.NOT_APPLICABLE),
    ]
    opinion = Opinion(rule="checkov:CKV_AWS_53", policy="public", urn=scanner, accepts=accepts)
    found = disagreements(
        answers, [Scan(version="1", rules=(), findings=(), opinions=[opinion])], GRAPH
    )
    assert all(
        one
        == Disagreement(
            rule=opinion.rule, policy="public", urn=scanner, scanner_accepts=accepts, pack=one.pack
        )
        for one in found
    )
    return [one.pack for one in found]


@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.UNKNOWN, Outcome.WAIVED])
def test_what_only_one_of_them_accepts_is_a_disagreement(outcome: Outcome) -> None:
    assert judged(outcome, accepts=True) == [outcome]
    assert judged(outcome, accepts=False) == []


def test_what_the_pack_alone_accepts_is_one_too() -> None:
    assert judged(Outcome.PASS, accepts=False) == [Outcome.PASS]
    assert judged(Outcome.PASS, accepts=True) == []


@pytest.mark.parametrize(("pack", "scanner"), [(BUCKET, BLOCK), (BLOCK, BUCKET)])
def test_the_two_may_look_at_resources_that_refer_to_each_other(pack: str, scanner: str) -> None:
    assert judged(Outcome.FAIL, accepts=True, pack=pack, scanner=scanner) == [Outcome.FAIL]


def test_where_the_pack_has_nothing_to_say_nothing_is_contradicted() -> None:
    assert judged(Outcome.NOT_APPLICABLE, accepts=False) == []
