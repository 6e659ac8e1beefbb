"""How fast the policy pack starts and judges, against the same policies registered with the SDK.

Both servicers get the same requests as the engine sends them, in this process, for synthetic stacks
of growing size. Speeds are of processor time; an evaluation is one policy's answer about one
resource.
"""

import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

from policies.pack.catalogue import POLICIES
from policies.pack.log import AnswerLog
from policies.pack.servicer import PackServicer
from tests.policies.kit.declarations import STACK, Declarations
from tests.policies.kit.engine import request, whole
from tests.policies.kit.naive import naive_servicer
from tools.benchmarks import synthetic
from tools.benchmarks.figures import Figure, Report, Target, main, spread, tell
from tools.benchmarks.measuring import Usage, in_turns, programs
from tools.benchmarks.project import REPOSITORY

SIZES = (100, 1_000, 10_000)
_SMALLEST = """
from pulumi_policy import PolicyPack, ResourceValidationPolicy

nothing = ResourceValidationPolicy("nothing", "Nothing is asked for.", lambda args, report: None)
PolicyPack("smallest", policies=[nothing])
"""


@dataclass(frozen=True)
class Requests:
    """What the engine sends about one stack."""

    each: Sequence[Any]
    whole: Any


def measure(quick: bool) -> Report:
    """Start both packs in turns, then judge stacks of each size."""
    return Report(
        benchmark="pack",
        title=f"The policy pack: {len(POLICIES)} policies",
        figures=[*_startup(3 if quick else 9), *_throughput(quick)],
        versions={
            "pulumi": metadata.version("pulumi"),
            "pulumi-policy": metadata.version("pulumi-policy"),
        },
    )


def _startup(rounds: int) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="bench-pack-") as name:
        smallest = Path(name)
        (smallest / "PulumiPolicy.yaml").write_text("runtime: python\n")
        (smallest / "__main__.py").write_text(_SMALLEST)
        packs = {"start of the pack": REPOSITORY, "start of the SDK's smallest pack": smallest}
        taken = in_turns(
            {what: partial(_start, folder) for what, folder in packs.items()}, rounds=rounds
        )
    ours, theirs = taken.values()
    return [
        *(
            spread(f"{what}, processor time", [usage.cpu for usage in usages], "s")
            for what, usages in taken.items()
        ),
        spread(
            "start of the pack / the SDK's smallest, processor time",
            [our.cpu / their.cpu for our, their in zip(ours, theirs, strict=True)],
            "times",
        ),
    ]


def _start(folder: Path) -> Usage:
    """From nothing to the line with the port, as the language host starts a pack."""

    def start() -> None:
        command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=folder, env=os.environ) as pack:
            assert pack.stdout is not None  # noqa: S101
            port = pack.stdout.readline()
            pack.kill()
        if not port.strip().isdigit():
            raise RuntimeError(f"{folder} is no policy pack that starts: it printed {port!r}")

    return programs(start)


def _throughput(quick: bool) -> list[Figure]:
    figures: list[Figure] = []
    per_evaluation: dict[int, float] = {}
    compared = SIZES[-2] if quick else SIZES[-1]
    with synthetic.folder() as folder:
        largest = synthetic.stack(SIZES[-1], Path(folder))
        for size in SIZES:
            requests = _requests(Declarations(largest.resources[:size]))
            evaluations = size * len(POLICIES)
            tell(f"{size} resources")
            seconds = [_judge(_ours, requests) for _ in range(3 if quick else 5)]
            speeds = [evaluations / taken for taken in seconds]
            per_evaluation[size] = min(seconds) / evaluations
            figures.append(spread(f"evaluations a second, {size:,} resources", speeds, "1/s"))
            if size == compared:
                tell(f"{size} resources by the SDK's own servicer")
                naive = _judge(_naive, requests)
                figures += [
                    spread(
                        f"the same by the SDK, {size:,} resources", [evaluations / naive], "1/s"
                    ),
                    spread(
                        f"the pack / the SDK, {size:,} resources",
                        [naive / taken for taken in seconds],
                        "times",
                        Target(sense="≥", value=5),
                    ),
                ]
    growth = per_evaluation[SIZES[-1]] / per_evaluation[SIZES[0]]
    linear = Target(sense="≤", value=1.25)
    name = f"time per evaluation, {SIZES[-1]:,} / {SIZES[0]:,} resources"
    return [*figures, Figure(name=name, value=growth, unit="times", target=linear)]


def _requests(stack: Declarations) -> Requests:
    return Requests([request(resource) for resource in stack.resources], whole(stack))


def _ours() -> Any:
    return PackServicer(POLICIES, AnswerLog(None))


def _naive() -> Any:
    return naive_servicer(POLICIES, STACK)


def _judge(make: Callable[[], Any], requests: Requests) -> float:
    """Seconds of processor time that a servicer takes for a stack."""
    servicer = make()
    gc.collect()
    began = time.process_time()
    for each in requests.each:
        servicer.Analyze(each, None)
    servicer.AnalyzeStack(requests.whole, None)
    return time.process_time() - began


if __name__ == "__main__":
    main(measure, __doc__)
