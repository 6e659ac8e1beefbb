"""What the policy pack adds to a preview of the real stack, and what a whole check takes.

Previews of a program without resources (the engine's own floor), previews of the stack alone,
previews under the pack, checks and Checkov's scans of the same plan take turns, and each ratio is
of the same round. Ratios of processor time hold on a busy machine too; those by the clock are what
a user waits for when nothing else runs.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

from compliance import preview
from compliance.checkov import runner
from compliance.terraform.plan import plan_document
from compliance.terraform.view import map_preview
from local import environment, toolchain
from pipeline.target import Target as Stack
from tools.benchmarks.figures import Figure, Report, Target, main, spread
from tools.benchmarks.measuring import Usage, command, in_turns, programs
from tools.benchmarks.project import REPOSITORY, throwaway

PORT = 4720
_CHECKOV = REPOSITORY / ".cache" / "checkov" / "bin" / "checkov"
_EMPTY = "pulumi preview of a program without resources"
_PREVIEW, _UNDER_PACK = "pulumi preview", "pulumi preview under the pack"
_CHECK, _SCAN = "pipeline check", "Checkov alone on the same plan"
_CLOCKS: Mapping[str, Callable[[Usage], float]] = {
    "processor time": lambda usage: usage.cpu,
    "by the clock": lambda usage: usage.clock,
}


def measure(quick: bool) -> Report:
    """Take turns, and compare."""
    with throwaway(PORT) as stack:
        environment.prepare(stack.project)
        plan = _plan(stack)
        version = runner.scan(_CHECKOV, plan).version
        taken = in_turns(_work(stack, plan), rounds=2 if quick else 7)
    return Report(
        benchmark="preview",
        title="Preview and check of the real stack",
        figures=[*_times(taken), *_ratios(taken)],
        versions={
            "pulumi": toolchain.VERSION,
            "pulumi-policy": metadata.version("pulumi-policy"),
            "checkov": version,
        },
    )


def _work(stack: Stack, plan: Mapping[str, Any]) -> dict[str, Callable[[], Usage]]:
    pulumi = [str(stack.pulumi()), "preview", "--non-interactive"]
    commands = {
        _PREVIEW: pulumi,
        _UNDER_PACK: [*pulumi, "--policy-pack", str(stack.project)],
        _CHECK: [str(REPOSITORY / ".venv" / "bin" / "pipeline"), "check"],
    }
    env = stack.environment()
    empty = _empty_program(stack, env)
    return {
        _EMPTY: partial(command, pulumi, cwd=empty, env=env),
        **{
            what: partial(command, words, cwd=stack.project, env=env)
            for what, words in commands.items()
        },
        _SCAN: partial(programs, partial(runner.scan, _CHECKOV, plan)),
    }


def _empty_program(stack: Stack, env: Mapping[str, str]) -> Path:
    """A project that declares nothing, and has a stack."""
    project = stack.project / "empty"
    project.mkdir()
    (project / "Pulumi.yaml").write_text("name: empty\nruntime: python\n")
    (project / "__main__.py").touch()
    command([str(stack.pulumi()), "stack", "init", stack.stack], cwd=project, env=env)
    return project


def _plan(stack: Stack) -> dict[str, Any]:
    """What Checkov is given: the preview as a Terraform plan."""
    seen = preview.run(
        pulumi=stack.pulumi(),
        project=stack.project,
        stack=stack.stack,
        env=stack.environment(),
        policy_pack=stack.project,
        config=None,
        on_event=lambda _: None,
    )
    return plan_document(map_preview(seen.resources))


def _times(taken: Mapping[str, Sequence[Usage]]) -> list[Figure]:
    return [
        spread(f"{what}, {how}", [seconds(usage) for usage in usages], "s")
        for what, usages in taken.items()
        for how, seconds in _CLOCKS.items()
    ]


def _ratios(taken: Mapping[str, Sequence[Usage]]) -> list[Figure]:
    figures = []
    for how, seconds in _CLOCKS.items():
        rounds = [
            {what: seconds(usages[turn]) for what, usages in taken.items()}
            for turn in range(len(taken[_PREVIEW]))
        ]
        added = [(turn[_UNDER_PACK] / turn[_PREVIEW] - 1) * 100 for turn in rounds]
        whole = [turn[_CHECK] / turn[_SCAN] for turn in rounds]
        beyond = [(turn[_CHECK] - turn[_PREVIEW]) / turn[_SCAN] for turn in rounds]
        floor = [turn[_EMPTY] / turn[_SCAN] for turn in rounds]
        few, half = Target(sense="≤", value=25), Target(sense="≤", value=0.5)
        figures += [
            spread(f"what the pack adds to the preview, {how}", added, "%", few),
            spread(f"pipeline check / Checkov's own time, {how}", whole, "times"),
            spread(f"{_EMPTY} / Checkov, {how}", floor, "times"),
            spread(f"what a check adds to the preview / Checkov, {how}", beyond, "times", half),
        ]
    return figures


if __name__ == "__main__":
    main(measure, __doc__)
