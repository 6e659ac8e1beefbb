"""The check itself: one run of the engine, the gate, the waivers, one evidence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from compliance import deployed, inputs, plan_gate, preview, scanners, waivers
from compliance.answers import cross_check
from compliance.catalogue import Catalogue
from compliance.disagreements import disagreements
from compliance.engine import ROOT_TYPE, EngineResource, PackAnswer, Preview
from compliance.evidence import (
    VERSION,
    Answer,
    Evidence,
    Finding,
    Hashes,
    Outcome,
    Resource,
    Source,
    Subject,
    Ungoverned,
    Verdict,
)
from compliance.links import links

EXIT_BROKEN = 6
_EXITS: Mapping[Verdict, int] = {
    Verdict.COMPLIANT: 0,
    Verdict.VIOLATIONS: 3,
    Verdict.UNDETERMINED: 4,
    Verdict.WAIVERS_INVALID: 5,
}
_ACCOUNT = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")


@dataclass(frozen=True, kw_only=True)
class CheckRequest:
    """What is checked, with what.

    Attributes:
        pulumi: the command line interface.
        project: the folder of `Pulumi.yaml`.
        stack: the stack's name.
        env: variables for Pulumi, on top of this process's own.
        policy_pack: the folder of `PulumiPolicy.yaml`.
        config: the pack's configuration (JSON), if any.
        waivers: the waiver file, which need not exist.
    """

    pulumi: Path
    project: Path
    stack: str
    env: Mapping[str, str]
    policy_pack: Path
    config: Path | None = None
    waivers: Path


def check(
    request: CheckRequest,
    *,
    today: date,
    generated_at: datetime,
    on_event: preview.OnEvent = lambda _: None,
    beside: Sequence[scanners.Scanner] = (),
) -> Evidence:
    """Previews the stack under the pack and judges it.

    Args:
        request: what is checked.
        today: the day against which waivers expire.
        generated_at: the time that the evidence carries; see `evidence.now`.
        on_event: is called with each event of the engine, for progress.
        beside: scanners that look at the same preview.

    Raises:
        BrokenRunError: there can be no verdict.
    """
    with ThreadPoolExecutor(max_workers=1) as meanwhile:
        tools = meanwhile.submit(inputs.tool_versions, request.pulumi)
        seen = preview.run(
            pulumi=request.pulumi,
            project=request.project,
            stack=request.stack,
            env=request.env,
            policy_pack=request.policy_pack,
            config=request.config,
            on_event=on_event,
        )
    return _judge(request, "preview", seen, tools.result(), today, generated_at, beside)


def check_deployed(
    request: CheckRequest, *, state: Path | None, today: date, generated_at: datetime
) -> Evidence:
    """Judges what is deployed: the state file, or the stack's own state when it is None.

    Raises:
        BrokenRunError: there can be no verdict.
    """
    seen = deployed.run(
        pulumi=request.pulumi,
        project=request.project,
        stack=request.stack,
        env=request.env,
        policy_pack=request.policy_pack,
        config=request.config,
        state=state,
    )
    tools = inputs.tool_versions(request.pulumi)
    return _judge(request, "deployed", seen, tools, today, generated_at, ())


def exit_code(evidence: Evidence) -> int:
    """What the command line exits with (docs/architecture.md lists the codes)."""
    return _EXITS[evidence.verdict]


def _judge(
    request: CheckRequest,
    kind: str,
    seen: Preview,
    tools: Mapping[str, str],
    today: date,
    generated_at: datetime,
    beside: Sequence[scanners.Scanner],
) -> Evidence:
    root = inputs.repository_root(request.project)
    seen = _from_root(seen, request.project.resolve().relative_to(root))
    policies = tuple(sorted((*seen.catalogue.policies, *plan_gate.POLICIES), key=lambda p: p.name))
    sources = {resource.urn: resource.source for resource in seen.resources}
    given = (*cross_check(seen, seen.catalogue.policies), *plan_gate.answers(seen.resources))
    answers = tuple(
        _answer(answer, sources[answer.urn])
        for answer in sorted(given, key=lambda answer: (answer.policy, answer.urn))
    )
    scans = {scanner.name: scanner.scan(seen) for scanner in beside}
    findings = sorted(
        (finding for scan in scans.values() for finding in scan.findings), key=_finding_order
    )
    held, answers, judged = waivers.apply(
        waivers.read(
            request.waivers,
            name=_relative(request.waivers, root),
            rules=waivers.Rules(
                policies=policies,
                scanners=scanners.RULE_FORMS,
                known={name: scan.rules for name, scan in scans.items()},
            ),
            today=today,
        ),
        answers,
        findings,
        ran=scans.keys(),
    )
    graph = links(seen.resources)
    return Evidence(
        version=VERSION,
        generated_at=generated_at,
        subject=_subject(request, kind, seen, root),
        tools={**tools, **{name: scan.version for name, scan in scans.items()}},
        hashes=Hashes(
            program=inputs.program_hash(request.project, request.stack, seen.resources),
            policy_pack=inputs.pack_hash(request.policy_pack),
            pack_configuration=inputs.file_hash(request.config),
            waivers=inputs.file_hash(request.waivers),
            preview=inputs.preview_hash(seen),
        ),
        policies=policies,
        resources=tuple(
            Resource(
                urn=resource.urn,
                type=resource.type,
                name=resource.name,
                custom=resource.custom,
                parent=resource.parent,
                source=resource.source,
                links=graph[resource.urn],
            )
            for resource in seen.resources
        ),
        answers=answers,
        findings=judged,
        scanners=tuple(sorted(scans)),
        gaps=tuple(gap for _, scan in sorted(scans.items()) for gap in scan.gaps),
        disagreements=disagreements(answers, scans.values(), graph),
        waivers=held.valid,
        problems=held.problems,
        clauses=seen.catalogue.clauses,
        ungoverned=_ungoverned(seen.resources, answers, seen.catalogue),
    )


def _answer(answer: PackAnswer, source: Source | None) -> Answer:
    return Answer(
        policy=answer.policy,
        urn=answer.urn,
        outcome=answer.outcome,
        message=answer.message,
        reason=answer.reason,
        path=answer.path,
        source=source,
        waiver=None,
        waived=None,
        basis="reference" if answer.references else None,
        references=answer.references or None,
    )


def _finding_order(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.urn or "", finding.message


def _from_root(seen: Preview, folder: Path) -> Preview:
    """The same, with the lines of the program as the repository names its files."""
    if folder == Path():
        return seen

    def moved(source: Source | None) -> Source | None:
        return source and replace(source, file=(folder / source.file).as_posix())

    resources = (replace(resource, source=moved(resource.source)) for resource in seen.resources)
    return replace(seen, resources=tuple(resources))


def _subject(request: CheckRequest, kind: str, seen: Preview, root: Path) -> Subject:
    outputs = next((r.outputs for r in seen.resources if r.type == ROOT_TYPE), {})
    account, region = outputs.get("accountId"), outputs.get("region")
    region = region if isinstance(region, str) else seen.config.get("aws:region")
    return Subject(
        kind=kind,
        project=str(inputs.project_settings(request.project)["name"]),
        folder=request.project.resolve().relative_to(root).as_posix(),
        stack=request.stack,
        account=account if isinstance(account, str) and _ACCOUNT.fullmatch(account) else None,
        region=region if isinstance(region, str) and _REGION.fullmatch(region) else None,
    )


def _ungoverned(
    resources: Sequence[EngineResource], answers: Sequence[Answer], catalogue: Catalogue
) -> tuple[Ungoverned, ...]:
    """The types that no policy is made for, though the rules for everything hold for them too."""
    types = {resource.urn: resource.type for resource in resources}
    for_all = catalogue.general | {policy.name for policy in plan_gate.POLICIES}
    governed = catalogue.types | {
        types[answer.urn]
        for answer in answers
        if answer.outcome is not Outcome.NOT_APPLICABLE and answer.policy not in for_all
    }
    counts = Counter(type_ for type_ in types.values() if type_ not in governed)
    return tuple(Ungoverned(type=type_, count=counts[type_]) for type_ in sorted(counts))


def _relative(path: Path, root: Path) -> str:
    absolute = path.parent.resolve() / path.name
    return absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else path.name
