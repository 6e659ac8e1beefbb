"""One small evidence that holds every outcome, and strings that try to break out of a report.

`make regenerate` writes the golden files again, to be reviewed in the diff.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from pathlib import Path

from compliance import document, report
from compliance.evidence import (
    Answer,
    Clause,
    Disagreement,
    Evidence,
    Finding,
    Gap,
    Hashes,
    Link,
    Outcome,
    Policy,
    Problem,
    Resource,
    Source,
    Subject,
    Ungoverned,
    Waiver,
)

GOLDEN = Path(__file__).parent / "golden"
GOLDEN_FILES = {"evidence.json", "junit.xml", "policies.sarif", "report.md"}

STACK = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"
ORDERS = "urn:pulumi:dev::shop::shop:index:Orders::orders"
QUEUE = "urn:pulumi:dev::shop::shop:index:Orders$aws:sqs/queue:Queue::orders-queue"
FUNCTION = "urn:pulumi:dev::shop::aws:lambda/function:Function::orders-function"

HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)> "
    "`code` | pipe **bold** [link](javascript:alert(3)) @octocat #1 ]]> & \" ' "
    "\x00\x1b[31m \u2028 end"
)


def policy(name: str, **changes: object) -> Policy:
    """A waivable policy of high severity."""
    base = Policy(
        name=name,
        sentence=f"The rule {name} holds.",
        severity="high",
        requirements=("MQ-1", "SEC-1"),
        remediation="Set the property.",
        waivable=True,
    )
    return dataclasses.replace(base, **changes)  # type: ignore[arg-type]


def answer(policy_name: str, urn: str, outcome: Outcome, **details: object) -> Answer:
    """An answer without details but those given."""
    base = Answer(
        policy=policy_name,
        urn=urn,
        outcome=outcome,
        message=None,
        reason=None,
        path=None,
        source=None,
        waiver=None,
        waived=None,
    )
    return dataclasses.replace(base, **details)  # type: ignore[arg-type]


def sample(**changes: object) -> Evidence:
    """Two policies on four resources: one violation, one waiver, one unknown, one finding."""
    queue_line, function_line = (
        Source(file="stack/orders.py", line=12),
        Source(file="stack/function.py", line=40),
    )
    not_a_queue = "Governs Queue only."
    evidence = Evidence(
        version="1",
        generated_at=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
        subject=Subject(
            kind="preview",
            project="shop",
            folder="infra/shop",
            stack="dev",
            account="123456789012",
            region="us-east-1",
        ),
        tools={"pulumi-cli": "3.259.0", "market-data-pipeline": "0.1.0", "checkov": "3.3.30"},
        hashes=Hashes(
            program="a" * 64,
            policy_pack="b" * 64,
            pack_configuration=None,
            waivers="d" * 64,
            preview="e" * 64,
        ),
        policies=(policy("queue-encryption"), policy("queue-fifo", waivable=False)),
        resources=(
            _resource(FUNCTION, "aws:lambda/function:Function", STACK, function_line, QUEUE),
            _resource(STACK, "pulumi:pulumi:Stack", None, None),
            _resource(QUEUE, "aws:sqs/queue:Queue", ORDERS, queue_line),
            _resource(ORDERS, "shop:index:Orders", STACK, Source(file="stack/main.py", line=3)),
        ),
        answers=(
            answer(
                "queue-encryption",
                FUNCTION,
                Outcome.UNKNOWN,
                path="environment.variables",
                message="Undetermined: environment.variables\nFix: Set the property.",
                source=function_line,
            ),
            answer("queue-encryption", STACK, Outcome.NOT_APPLICABLE, reason=not_a_queue),
            answer(
                "queue-encryption",
                QUEUE,
                Outcome.WAIVED,
                message="kmsMasterKeyId is missing\nFix: Set the property.",
                source=queue_line,
                waiver=0,
                waived=Outcome.FAIL,
            ),
            answer("queue-encryption", ORDERS, Outcome.NOT_APPLICABLE, reason=not_a_queue),
            answer(
                "queue-fifo",
                FUNCTION,
                Outcome.PASS,
                source=function_line,
                basis="reference",
                references=("worker.deadLetterConfig.targetArn",),
            ),
            answer("queue-fifo", STACK, Outcome.NOT_APPLICABLE, reason=not_a_queue),
            answer(
                "queue-fifo",
                QUEUE,
                Outcome.FAIL,
                message="fifoQueue is not true\nFix: Set the property.",
                source=queue_line,
            ),
            answer("queue-fifo", ORDERS, Outcome.NOT_APPLICABLE, reason=not_a_queue),
        ),
        findings=(
            Finding(
                rule="checkov:CKV_AWS_117",
                severity="medium",
                message="Ensure that the function is inside a VPC",
                guideline=None,
                urn=FUNCTION,
                source=function_line,
                outcome=Outcome.FAIL,
                waiver=None,
            ),
        ),
        scanners=("checkov",),
        gaps=(Gap(scanner="checkov", urn=FUNCTION, path="snapStart"),),
        disagreements=(
            Disagreement(
                rule="checkov:CKV_AWS_27",
                policy="queue-encryption",
                urn=QUEUE,
                scanner_accepts=True,
                pack=Outcome.WAIVED,
            ),
        ),
        waivers=(
            Waiver(
                rule="queue-encryption",
                resource="orders-*",
                reason="The queue holds identifiers only until the key arrives.",
                owner="analytics",
                expires=date(2026, 12, 31),
                line=2,
                matched=1,
            ),
        ),
        problems=(),
        ungoverned=(Ungoverned(type="shop:index:Orders", count=1),),
        clauses=(
            Clause(id="MQ-1", text="Every queue is FIFO", constraint=True, proof=None),
            Clause(id="SEC-1", text="Everything is encrypted", constraint=True, proof=None),
            Clause(id="GOV-3", text="Policies have tests", constraint=False, proof="`tests`"),
        ),
    )
    return dataclasses.replace(evidence, **changes)  # type: ignore[arg-type]


def compliant() -> Evidence:
    """The sample with nothing left to object to."""
    evidence = sample(findings=(), scanners=(), gaps=(), disagreements=())
    answers = tuple(
        a
        if a.outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE)
        else answer(a.policy, a.urn, Outcome.PASS, source=a.source)
        for a in evidence.answers
    )
    return dataclasses.replace(evidence, answers=answers, waivers=())


def hostile() -> Evidence:
    """The sample with text that no report may take for its own syntax."""
    evidence = sample()
    queue = QUEUE.replace("orders-queue", HOSTILE)

    def urn(value: str | None) -> str | None:
        return queue if value == QUEUE else value

    def answered(a: Answer) -> Answer:
        return dataclasses.replace(
            a,
            urn=urn(a.urn) or "",
            message=a.message and HOSTILE,
            reason=a.reason and HOSTILE,
            path=a.path and HOSTILE,
            source=a.source and Source(file=f"stack/{HOSTILE}.py", line=1),
        )

    return dataclasses.replace(
        evidence,
        subject=dataclasses.replace(evidence.subject, project=HOSTILE, stack=HOSTILE),
        policies=tuple(
            dataclasses.replace(p, sentence=HOSTILE, remediation=HOSTILE, requirements=(HOSTILE,))
            for p in evidence.policies
        ),
        resources=tuple(
            dataclasses.replace(
                r,
                urn=urn(r.urn) or "",
                name=HOSTILE if r.urn == QUEUE else r.name,
                links=tuple(Link(property=HOSTILE, urn=urn(link.urn) or "") for link in r.links),
            )
            for r in evidence.resources
        ),
        answers=tuple(answered(a) for a in evidence.answers),
        findings=tuple(
            dataclasses.replace(f, message=HOSTILE, guideline=HOSTILE) for f in evidence.findings
        ),
        gaps=tuple(dataclasses.replace(g, path=HOSTILE) for g in evidence.gaps),
        disagreements=tuple(
            dataclasses.replace(d, urn=urn(d.urn) or "") for d in evidence.disagreements
        ),
        waivers=tuple(
            dataclasses.replace(w, reason=HOSTILE, owner=HOSTILE, resource=HOSTILE)
            for w in evidence.waivers
        ),
        problems=(Problem(file="waivers.yaml", line=1, message=HOSTILE),),
        clauses=(Clause(id=HOSTILE, text=HOSTILE, constraint=True, proof=HOSTILE),),
    )


def _resource(
    urn: str, type_: str, parent: str | None, source: Source | None, link: str | None = None
) -> Resource:
    return Resource(
        urn=urn,
        type=type_,
        name=urn.rsplit("::", 1)[-1],
        custom=type_.startswith("aws:"),
        parent=parent,
        source=source,
        links=(Link(property="environment", urn=link),) if link else (),
    )


if __name__ == "__main__":
    for path in report.write(sample(), GOLDEN):
        if path.name not in GOLDEN_FILES:
            path.unlink()
    document.load(GOLDEN / "evidence.json")
