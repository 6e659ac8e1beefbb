"""`python -m mutation.code`: what became of the mutants of the pack's own code.

    python -m mutation.code sample COUNT [--seed N]   # names for `mutmut run`, drawn at random
    python -m mutation.code score [--json]            # after a run

mutmut tries each mutant in a process forked from one that has imported the pack already, so what
runs at import, such as the making of a policy, is not mutated there. `score` tries what survived
once more in an interpreter of its own, and only then calls it a survivor.

Exit code 0: at least 95 % of those tried were noticed; 1: fewer were, or
the tests fail without a mutant; 2: there is nothing to read.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_MUTANTS = _ROOT / "mutants"
_SURVIVED, _UNREACHED = 0, 33  # mutmut's codes: pytest passed; no test reached the function
_NOTHING_COLLECTED = 5  # pytest's code
_AT_IMPORT = _MUTANTS / "at-import.json"
_NO_MUTANT = ""
_ENOUGH = 0.95


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(prog="python -m mutation.code", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    sample = commands.add_parser("sample", help="names of mutants, drawn at random")
    sample.add_argument("count", type=int)
    sample.add_argument("--seed", type=int, default=1)
    score = commands.add_parser("score", help="try survivors again, count, and list them")
    score.add_argument("--json", action="store_true", help="print the result as JSON")
    options = parser.parse_args(arguments)
    results = dict(_results())
    if not results:
        sys.stderr.write("mutation: there are no mutants yet: run `make mutation-code` first\n")
        return 2
    if options.command == "sample":
        drawn = random.Random(options.seed).sample(sorted(results), options.count)  # noqa: S311
        sys.stdout.write("\n".join(drawn) + "\n")
        return 0
    return _score(results, as_json=options.json)


def _results() -> Iterator[tuple[str, int | None]]:
    """Each mutant's name and mutmut's code for what became of it; None before it was tried."""
    for meta in sorted(_MUTANTS.glob("policies/*.meta")):
        yield from json.loads(meta.read_text())["exit_code_by_key"].items()


def _score(results: dict[str, int | None], *, as_json: bool) -> int:
    tried = {name: code for name, code in results.items() if code is not None}
    doubtful = sorted(n for n, code in tried.items() if code in (_SURVIVED, _UNREACHED))
    at_import = _try_again(doubtful)
    survivors = [name for name in doubtful if not at_import[name]]
    noticed = 1 - len(survivors) / len(tried)
    if as_json:
        found = {"mutants": len(results), "tried": len(tried), "survivors": survivors}
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        for name in survivors:
            sys.stdout.write(f"survived: {name}\n")
        sys.stdout.write(
            f"{len(tried) - len(survivors)} of {len(tried)} mutants noticed ({noticed:.1%}), "
            f"{len(results) - len(tried)} not tried\n"
        )
    return 0 if noticed >= _ENOUGH else 1


def _try_again(names: Sequence[str]) -> dict[str, bool]:
    """Whether an interpreter that starts with the mutant notices it; remembered between runs."""
    known: dict[str, bool] = json.loads(_AT_IMPORT.read_text()) if _AT_IMPORT.exists() else {}
    rest = [name for name in names if name not in known]
    if rest and _notices(_NO_MUTANT):
        sys.exit("mutation: the policies' tests fail without any mutant: repair them first")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done, (name, noticed) in enumerate(zip(rest, pool.map(_notices, rest), strict=True), 1):
            known[name] = noticed
            _AT_IMPORT.write_text(json.dumps(known, indent=1))
            sys.stderr.write(f"\rtried again: {done} of {len(rest)}")
    sys.stderr.write("\n" if rest else "")
    return known


def _notices(mutant: str) -> bool:
    """Whether the tests fail where the pack is imported with the mutant in it."""
    configured = _pytest_arguments()
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "--rootdir=.", *configured],
        cwd=_MUTANTS,
        env={**os.environ, "MUTANT_UNDER_TEST": mutant, "PYTHONPATH": str(_MUTANTS)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return ended.returncode not in (0, _NOTHING_COLLECTED)


def _pytest_arguments() -> list[str]:
    """The tests that mutmut is configured to run."""
    mutmut = tomllib.loads((_ROOT / "pyproject.toml").read_text())["tool"]["mutmut"]
    return [*mutmut["pytest_add_cli_args_test_selection"], *mutmut["pytest_add_cli_args"]]


if __name__ == "__main__":
    sys.exit(main())
