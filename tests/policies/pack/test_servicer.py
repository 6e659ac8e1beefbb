"""The pack as the engine talks to it: configuration, secrets, unknowns, the answers' file."""

import json
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime import proto

from policies.facts.wire import normalised
from policies.pack.catalogue import POLICIES
from policies.pack.log import VARIABLE, AnswerLog
from policies.pack.policy import StackPolicy
from policies.pack.servicer import PackServicer
from tests.policies.kit import UNKNOWN, Declarations, analyze, declare, judge, request, whole
from tests.policies.kit.engine import configuration
from tests.policies.kit.naive import naive_servicer

FUNCTION = "processor-function"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


def test_the_engine_learns_every_policy_as_mandatory() -> None:
    info = PackServicer(POLICIES, AnswerLog(None)).GetAnalyzerInfo(None, None)  # type: ignore[no-untyped-call]
    assert [policy.name for policy in info.policies] == [policy.name for policy in POLICIES]
    assert {policy.enforcementLevel for policy in info.policies} == {1}  # mandatory


def test_a_violation_tells_the_engine_who_what_and_how(baseline: Declarations) -> None:
    stack = baseline.set(FUNCTION, "memorySize", 1024)
    (told,) = judge(stack).diagnostics
    assert (told.policyName, told.enforcementLevel) == ("function-memory", 1)
    assert told.message.splitlines() == [
        "Functions have exactly 512 MB of memory.",
        "memorySize is 1024, not 512",
        "Fix: Set memorySize to 512.",
    ]


def test_an_unknown_value_is_a_mandatory_violation(baseline: Declarations) -> None:
    (told,) = judge(baseline.hide(FUNCTION, "memorySize")).diagnostics
    assert told.enforcementLevel == 1
    assert (
        told.message.splitlines()[1]
        == "Undetermined: memorySize (it is unknown until it is deployed)"
    )


def test_the_packs_configuration_overrides_the_missions_values(baseline: Declarations) -> None:
    config: dict[str, dict[str, Any]] = {"function-memory": {"megabytes": 1024}}
    assert judge(baseline, config=config).blocked() == {
        "function-memory": {"processor-function", "status-function", "validator-function"}
    }
    told = judge(baseline, config=config).diagnostics[0].message.splitlines()
    assert told == [
        "Functions have exactly 1024 MB of memory.",
        "memorySize is 512, not 1024",
        "Fix: Set memorySize to 1024.",
    ]
    stack = baseline
    for function in ("processor-function", "status-function", "validator-function"):
        stack = stack.set(function, "memorySize", 1024)
    assert judge(stack, config=config).blocked() == {}


def test_a_policy_that_is_switched_off_gives_no_answers(baseline: Declarations) -> None:
    stack = baseline.set(FUNCTION, "memorySize", 1024)
    judgement = judge(stack, config={"function-memory": {"enforcementLevel": "disabled"}})
    assert judgement.blocked() == {}
    assert judgement.of("function-memory") == []


def test_a_secret_is_judged_and_never_told(baseline: Declarations) -> None:
    number = {**SECRET, "value": 1024.0}
    text = {**SECRET, "value": "AKIAIOSFODNN7EXAMPLE"}
    stack = baseline.set(FUNCTION, "memorySize", number)
    stack = stack.set(FUNCTION, "environment.variables.ANY", text)
    judgement = judge(stack)
    assert judgement.blocked() == {"function-memory": {FUNCTION}, "no-credentials": {FUNCTION}}
    everything = repr(judgement.answers) + repr(judgement.diagnostics)
    assert "1024" not in everything
    assert "AKIA" not in everything


def test_what_is_unknown_of_one_resource_spoils_no_others_answer(baseline: Declarations) -> None:
    judgement = judge(baseline.hide("processor-role", "assumeRolePolicy"))
    assert judgement.blocked() == {"iam-trust": {"processor-role"}}


def test_the_answers_file_is_appended_to_without_values(
    baseline: Declarations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "answers.jsonl"
    monkeypatch.setenv(VARIABLE, str(path))
    stack = baseline.set(FUNCTION, "environment.variables.CLUE", "marked-value")
    for _ in range(2):
        analyze(PackServicer(POLICIES, AnswerLog.from_environment()), stack)
    lines = path.read_text(encoding="utf-8").splitlines()
    introductions = len(POLICIES) + 2
    assert len(lines) == 2 * (len(POLICIES) * len(baseline.resources) + introductions)
    fields = {"policy", "urn", "type", "answer", "reason", "path", "message"}
    first = lines[introductions : len(lines) // 2]
    assert {frozenset(json.loads(line)) - {"basis", "references"} for line in first} == {
        frozenset(fields)
    }
    assert "marked-value" not in path.read_text(encoding="utf-8")


def test_the_pack_introduces_itself_under_its_settings(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    servicer = PackServicer(POLICIES, AnswerLog(path))
    servicer.Configure(configuration({"log-group-retention": {"days": 14}}), None)
    servicer.AnalyzeStack(proto.AnalyzeStackRequest(), None)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    said = {line["introduces"]["name"]: line["introduces"] for line in lines[:-2]}
    assert list(said) == [policy.name for policy in POLICIES]
    retention = said["log-group-retention"]
    assert retention["settings"] == {"days": 14}
    assert retention["sentence"] == "Log groups keep their events for exactly 14 days."
    assert retention["remediation"].startswith("Set retentionInDays to 14")
    assert "aws:sqs/redrivePolicy:RedrivePolicy" in lines[-2]["rulesFor"]
    assert "aws:cloudwatch/dashboard:Dashboard" not in lines[-2]["rulesFor"]
    clauses = {clause["id"]: clause for clause in lines[-1]["clauses"]}
    assert set(clauses) >= {name for policy in POLICIES for name in policy.requirements}
    assert clauses["FN-3"]["text"] == "Every function has exactly 512 MB"


@pytest.mark.parametrize("name", [None, ""])
def test_no_answers_are_written_where_no_file_is_named(
    name: str | None, baseline: Declarations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False)
    if name is not None:
        monkeypatch.setenv(VARIABLE, name)
    analyze(PackServicer(POLICIES, AnswerLog.from_environment()), baseline)
    assert list(tmp_path.iterdir()) == []


def test_a_secret_number_prints_as_nothing_in_every_form() -> None:
    number = normalised({**SECRET, "value": 1024.0})
    assert number == 1024
    assert {str(number), repr(number), f"{number}", f"{number:>9d}"} == {"[secret]"}


def test_the_stack_is_judged_by_inputs_even_when_its_outputs_are_unknown(
    baseline: Declarations,
) -> None:
    servicer = PackServicer(POLICIES, AnswerLog(None))
    for resource in baseline.resources:
        servicer.Analyze(request(resource), None)
    outputs = baseline
    for resource in baseline.resources:
        if resource.type.startswith("aws:"):
            outputs = outputs.set(resource.name, "policy", UNKNOWN)
    assert list(servicer.AnalyzeStack(whole(outputs), None).diagnostics) == []


def test_a_stack_is_judged_though_its_resources_were_not(baseline: Declarations) -> None:
    broken = baseline.set("processor-queue", "policy", None).remove("processor-dlq")
    told = PackServicer(POLICIES, AnswerLog(None)).AnalyzeStack(whole(broken), None).diagnostics
    blocked = {(message.policyName, message.urn) for message in told}
    policies = {policy.name for policy in POLICIES if isinstance(policy, StackPolicy)}
    assert blocked == {
        (policy, broken[name].urn)
        for policy, names in judge(broken).blocked().items()
        if policy in policies
        for name in names
    }


def test_the_suffix_is_the_configured_one_whatever_the_stack_is_called(
    baseline: Declarations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENVIRONMENT_SUFFIX", "dev")
    told = {"market-data-pipeline:environmentSuffix": "other", "other:environmentSuffix": "dev"}
    servicer = PackServicer(POLICIES, AnswerLog(None))
    servicer.ConfigureStack(proto.AnalyzerStackConfigureRequest(config=told), None)
    assert {found.policyName for found in analyze(servicer, baseline)} >= {"resource-name"}
    told["market-data-pipeline:environmentSuffix"] = "dev"
    monkeypatch.setenv("ENVIRONMENT_SUFFIX", "other")
    servicer.ConfigureStack(proto.AnalyzerStackConfigureRequest(config=told), None)
    assert analyze(servicer, baseline) == []


@pytest.mark.parametrize(("variable", "compliant"), [("dev", True), ("other", False), ("", True)])
def test_without_a_configured_suffix_the_variable_counts_and_then_the_stacks_name(
    baseline: Declarations, monkeypatch: pytest.MonkeyPatch, variable: str, compliant: bool
) -> None:
    monkeypatch.setenv("ENVIRONMENT_SUFFIX", variable)
    servicer = PackServicer(POLICIES, AnswerLog(None))
    servicer.ConfigureStack(proto.AnalyzerStackConfigureRequest(config={}), None)
    assert (analyze(servicer, baseline) == []) is compliant


@pytest.mark.parametrize(("suffix", "compliant"), [("dev", True), ("other", False)])
def test_the_suffix_of_what_is_deployed_is_the_stacks_own_output(
    baseline: Declarations, monkeypatch: pytest.MonkeyPatch, suffix: str, compliant: bool
) -> None:
    # The engine configures nothing then (`pulumi policy analyze`).
    monkeypatch.setenv("ENVIRONMENT_SUFFIX", "dev" if not compliant else "other")
    root = declare("pulumi:pulumi:Stack", "market-data-pipeline-dev", environmentSuffix=suffix)
    told = analyze(PackServicer(POLICIES, AnswerLog(None)), baseline.add(root))
    assert (told == []) is compliant


def test_no_resource_is_changed(baseline: Declarations) -> None:
    servicer = PackServicer(POLICIES, AnswerLog(None))
    broken = request(baseline.set(FUNCTION, "memorySize", 1024)[FUNCTION])
    assert list(servicer.Remediate(broken, None).remediations) == []


def test_the_sdks_own_servicer_gives_the_same_answers(baseline: Declarations) -> None:
    broken = baseline.set(FUNCTION, "memorySize", 1024).hide("status-table", "ttl.enabled")
    broken = broken.set("processor-queue", "redrivePolicy.maxReceiveCount", 4)
    broken = broken.remove("bucket-versioning").remove("processor-logs")
    for stack in (baseline, broken):
        ours = analyze(PackServicer(POLICIES, AnswerLog(None)), stack)
        theirs = analyze(naive_servicer(POLICIES, "dev"), stack)
        assert _told(ours) == _told(theirs)


def _told(diagnostics: list[Any]) -> set[tuple[str, str, str]]:
    return {(told.policyName, told.urn, told.message) for told in diagnostics}
