"""`python -m tools.mutation.code`: mutate the pack's own code, and show that its tests notice.

Exit code 0: at least 95 % of the mutants were noticed; 1: fewer were, or tests fail without any;
2: there is no such module.
"""

import argparse
import json
import os
import random
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.mutation.code import trial
from tools.mutation.code.mutants import ROOT, Mutant, all_mutants
from tools.mutation.code.verdicts import Verdicts

_ENOUGH = 0.95
_SEED = 1


@dataclass(frozen=True, kw_only=True)
class Result:
    """How many mutants there are and how many were tried; the survivors, each with its change."""

    mutants: int
    tried: int
    survivors: Mapping[str, str]

    @property
    def noticed(self) -> int:
        """How many some test noticed."""
        return self.tried - len(self.survivors)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(prog="python -m tools.mutation.code", description=__doc__)
    parser.add_argument("modules", nargs="*", help="such as policies.rules.cors (all modules)")
    parser.add_argument("--sample", type=int, help="try so many, drawn at random, instead of all")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument(
        "--output",
        type=Path,
        default=ROOT / "reports" / "mutation-code.json",
        help="where the result is kept (default: reports/mutation-code.json)",
    )
    options = parser.parse_args(arguments)
    try:
        mutants = list(all_mutants(options.modules))
    except ValueError as error:
        parser.error(str(error))
    random.Random(_SEED).shuffle(mutants)  # noqa: S311  # a run that is cut off is a fair sample
    verdicts = Verdicts(options.output.with_suffix(".tried"))
    try:
        survivors = _survivors(mutants[: options.sample], verdicts)
    except RuntimeError as error:
        sys.stderr.write(f"mutation: {error}\n")
        return 1
    result = Result(
        mutants=len(mutants),
        tried=len(mutants[: options.sample]),
        survivors={mutant.name: mutant.change() for mutant in sorted(survivors)},
    )
    text = json.dumps(asdict(result), indent=2, ensure_ascii=False) + "\n"
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(text, encoding="utf-8")
    sys.stdout.write(text if options.json else _in_words(result))
    return 0 if result.noticed >= _ENOUGH * result.tried else 1


def _survivors(mutants: Sequence[Mutant], verdicts: Verdicts) -> list[Mutant]:
    """Those that no test noticed, neither when a test runs nor, where that tells, at import."""
    rest = [mutant for mutant in mutants if verdicts.get(mutant.name) is None]
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        if rest:
            trial.prepare(Path(folder))
        for done, (mutant, noticed) in enumerate(_side_by_side(rest), 1):
            verdicts.keep(mutant.name, survived=not noticed)
            sys.stderr.write(f"\rmutation: {done} of {len(rest)} tried")
    return [mutant for mutant in mutants if verdicts.get(mutant.name)]


def _side_by_side(mutants: Iterable[Mutant]) -> Iterator[tuple[Mutant, bool]]:
    """Each mutant, and whether it was noticed; as many at once as there are processors."""
    at_import = trial.run_at_import()
    forks: dict[int, Mutant] = {}
    alone: dict[int, Mutant] = {}
    rest = iter(mutants)
    while True:
        while len(forks) + len(alone) < (os.cpu_count() or 1):
            if (mutant := next(rest, None)) is None:
                break
            forks[trial.forked(mutant)] = mutant
        if not forks and not alone:
            return
        ended, status = os.wait()
        noticed, mutant = trial.noticed(status), forks.get(ended) or alone[ended]
        if ended in alone or noticed or not mutant.shows_at_import(at_import):
            yield mutant, noticed
        else:
            alone[trial.alone(mutant)] = mutant
        forks.pop(ended, None)
        alone.pop(ended, None)


def _in_words(result: Result) -> str:
    survivors = (f"survived: {name}\n{change}\n" for name, change in result.survivors.items())
    share = result.noticed / result.tried if result.tried else 1
    score = f"{result.noticed} of {result.tried} mutants noticed ({share:.1%})"
    return "\n".join([*survivors, f"{score}; there are {result.mutants}\n"])


if __name__ == "__main__":
    sys.exit(main())
