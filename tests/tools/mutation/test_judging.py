"""Who objects to a mutant."""

from dataclasses import replace

from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.pack.answers import Answer, failed, verdict
from policies.pack.policy import ResourcePolicy, Settings, Severity, StackPolicy, only
from tests.tools.mutation.kit import QUEUE, queue
from tools.mutation.judging import Judge
from tools.mutation.mutants import Mutant
from tools.mutation.preview import Compliant


def alone(resource: Resource, _settings: Settings) -> Answer:
    return verdict([] if resource.inputs.flag("fifoQueue") else ["no FIFO"])


def together(resource: Resource, stack: Stack, _settings: Settings) -> Answer:
    """Each queue needs another of its own `team`."""
    team = resource.inputs.text("team")
    others = [other for other in stack.of(QUEUE) if other.urn != resource.urn]
    if any(other.inputs.text("team") == team for other in others):
        return verdict([])
    return failed("alone")


PACK = (
    ResourcePolicy(
        name="alone",
        sentence="",
        severity=Severity.HIGH,
        requirements=(),
        fix="",
        governs=only(QUEUE),
        judge=alone,
    ),
    StackPolicy(
        name="together",
        sentence="",
        severity=Severity.HIGH,
        requirements=(),
        fix="",
        governs=only(QUEUE),
        judge=together,
    ),
)
ONE, TWO = queue("one", team="a", size=1), queue("two", team="a", size=1)


def objections(path: str, mutated: object) -> set[tuple[str, str]]:
    mutant = Mutant(urn=ONE.urn, type=QUEUE, path=path, kind="test", mutated=mutated)  # type: ignore[arg-type]
    found = Judge((ONE, TWO), "dev", PACK).objections(mutant)
    return {(objection.policy, objection.urn.rsplit("::", 1)[-1]) for objection in found}


def with_(**inputs: object) -> object:
    return replace(ONE, inputs={**ONE.inputs, **inputs})


def test_nobody_objects_to_the_compliant_stack() -> None:
    assert Judge((ONE, TWO), "dev", PACK).baseline() == frozenset()


def test_a_policy_of_the_resource_alone_objects_to_it() -> None:
    assert objections("fifoQueue", with_(fifoQueue=False)) == {("alone", "one")}


def test_a_policy_of_the_whole_stack_objects_wherever_the_change_is_felt() -> None:
    expected = {("together", "one"), ("together", "two")}
    assert objections("team", with_(team="b")) == expected


def test_the_others_are_judged_without_a_removed_resource() -> None:
    assert objections("", None) == {("together", "two")}


def test_an_unknown_value_is_objected_to() -> None:
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    assert ("alone", "one") in objections("fifoQueue", with_(fifoQueue=unknown))


def test_nobody_objects_to_a_property_that_no_policy_reads() -> None:
    assert objections("size", with_(size=2)) == set()


def test_the_plan_gate_objects_to_what_no_policy_sees() -> None:
    found = objections("retainOnDelete", replace(ONE, retain_on_delete=True))
    assert found == {("plan-gate/no-retain-on-delete", "one")}


def test_judging_by_readers_alone_finds_what_judging_everything_anew_finds(
    stack: Compliant, judge: Judge, every_mutant: list[Mutant]
) -> None:
    for mutant in every_mutant[::331]:
        planned = {resource.urn: resource for resource in stack.resources}
        planned.pop(mutant.urn, None)
        if mutant.mutated is not None:
            planned[mutant.urn] = mutant.mutated
        anew = Judge(tuple(planned.values()), stack.suffix).baseline()
        assert judge.objections(mutant) == anew, mutant.name
