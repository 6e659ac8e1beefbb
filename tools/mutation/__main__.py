"""`python -m tools.mutation`: mutate the real stack, and show that every rule bites.

Exit code 0: every mutant was caught by its owners and by nobody else; 1: it was not, or the stack
is not compliant by itself; 6: the preview is broken.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from compliance.errors import BrokenRunError
from tools.mutation import owned
from tools.mutation.judging import Judge
from tools.mutation.markdown import headline, render, told
from tools.mutation.preview import Compliant, NotCompliantError, compliant_stack
from tools.mutation.report import Report, as_data, rule_name
from tools.mutation.rules import RULES
from tools.mutation.run import Verdict, judge_all, unused

_ROOT = Path(__file__).resolve().parents[2]
_FAILED, _BROKEN = 1, 6
_SHOWN = 40  # mutants that went wrong, on the terminal; the report has all


def main(arguments: list[str] | None = None) -> int:
    """Run it.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(prog="python -m tools.mutation", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument(
        "--output",
        type=Path,
        default=_ROOT / "reports",
        help="folder for mutation.json and mutation.md (default: reports)",
    )
    parser.add_argument(
        "--record",
        action="store_true",
        help="keep how many mutants each policy owns, for docs/policies.md",
    )
    options = parser.parse_args(arguments)
    try:
        report = _run()
    except NotCompliantError as error:
        _say(f"mutation: {error}")
        return _FAILED
    except BrokenRunError as error:
        _say(f"mutation: {error}")
        return _BROKEN
    data = json.dumps(as_data(report), indent=2) + "\n"
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "mutation.json").write_text(data, encoding="utf-8")
    (options.output / "mutation.md").write_text(render(report), encoding="utf-8")
    if options.json:
        sys.stdout.write(data)
    _summarise(report)
    _say(f"mutation: reports in {options.output}")
    if not report.passed:
        return _FAILED
    if options.record:
        rules = (None if found.rule is None else RULES[found.rule] for found in report.results)
        owned.write(owned.count(rules))
    return 0


def _run() -> Report:
    stack = _preview()
    started = time.monotonic()
    results = judge_all(stack.resources, stack.suffix, _progress)
    seconds = time.monotonic() - started
    _say(f"mutation: {len(results)} mutants judged in {seconds:.0f} s")
    return Report(results=results, unused=tuple(unused(results)), seconds=seconds)


def _preview() -> Compliant:
    _say("mutation: previewing the real stack under the pack …")
    started = time.monotonic()
    stack = compliant_stack(_ROOT)
    _say(f"mutation: {len(stack.resources)} resources in {time.monotonic() - started:.0f} s")
    baseline = Judge(stack.resources, stack.suffix).baseline()
    if baseline:
        told = sorted(f"{found.policy} on {found.urn.rsplit('::', 1)[-1]}" for found in baseline)
        raise NotCompliantError("the unchanged stack is objected to: " + "; ".join(told))
    return stack


def _progress(done: int, total: int) -> None:
    step = max(1, total // 10)
    if done == total or done // step > (done - 100) // step:
        _say(f"mutation: {done} of {total}")


def _summarise(report: Report) -> None:
    wrong = [*report.of(Verdict.SURVIVED), *report.of(Verdict.WRONG_KILLER)]
    wrong += report.of(Verdict.UNCLASSIFIED)
    for result in wrong[:_SHOWN]:
        _say(f"  {told(result)}")
    if len(wrong) > _SHOWN:
        _say(f"  and {len(wrong) - _SHOWN} more: see the report")
    for rule in report.unused:
        _say(f"  this rule of mutation/rules says more than any mutant needs: {rule_name(rule)}")
    _say(f"mutation: {headline(report)}")


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
