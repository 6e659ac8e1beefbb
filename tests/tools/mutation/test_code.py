"""Mutation of the pack's own code: mutants take their function's place, and tests notice."""

import importlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from policies.pack.catalogue import POLICIES
from tools.mutation.code import trial
from tools.mutation.code.__main__ import main
from tools.mutation.code.mutants import ROOT, Mutant, all_mutants

MODULE, TESTS = "policies.rules.capacity", "tests/policies/rules/test_capacity.py"


@pytest.fixture(scope="module")
def mutants() -> Sequence[Mutant]:
    """Those of one small module."""
    return list(all_mutants([MODULE]))


def noticed_alone(mutant: Mutant) -> bool:
    _, status = os.waitpid(trial.alone(mutant, TESTS), 0)
    return trial.noticed(status)


def test_mutant_fits_where_its_function_stands(mutants: Sequence[Mutant]) -> None:
    importlib.import_module(MODULE)
    for mutant in mutants:
        target = mutant.target()
        assert target is not None, mutant.name
        assert target.__code__.co_freevars == mutant.code.co_freevars, mutant.name
    assert len({mutant.name for mutant in mutants}) > 10


def test_mutant_shows_the_lines_that_it_changes(mutants: Sequence[Mutant]) -> None:
    for mutant in mutants:
        signs = {line[0] for line in mutant.change().splitlines()}
        assert signs <= {"-", "+"}
        assert signs, mutant.name


def test_tests_notice_a_mutant_that_is_imported(mutants: Sequence[Mutant]) -> None:
    inverted = next(m for m in mutants if "not" in m.change().partition("+")[2])
    assert noticed_alone(inverted)


@pytest.mark.parametrize(
    "module", [MODULE, "policies.facts.archives"]
)  # one asks where its file is
def test_tests_notice_nothing_where_nothing_is_changed(module: str) -> None:
    assert not noticed_alone(Mutant(module=module, key="x__judge__mutmut_0"))


def test_a_mutant_that_loops_for_ever_is_noticed(tmp_path: Path) -> None:
    test = tmp_path / "test_loop.py"
    test.write_text("def test_loops():\n    while True:\n        pass\n")
    arguments = f"'any', [{str(test)!r}], longest=2"
    code = f"from tools.mutation.code.running import quietly\nquietly({arguments})\n"
    pid = os.posix_spawn(sys.executable, [sys.executable, "-c", code], os.environ)
    status = os.waitpid(pid, 0)[1]
    assert os.waitstatus_to_exitcode(status) == -signal.SIGPROF
    assert trial.noticed(status)


@pytest.mark.parametrize(
    ("module", "file"),
    [("policies.rules.cors", "test_cors"), ("policies.rules.capacity", "test_capacity")],
)
def test_mutant_is_to_be_noticed_by_its_policys_own_tests(module: str, file: str) -> None:
    collected = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests/policies"],
        cwd=ROOT,
        env={**os.environ, "MUTANT_UNDER_TEST": f"{module}.x__judge__mutmut_1"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names = [line for line in collected.splitlines() if "::" in line]
    policies = {policy.name for policy in POLICIES}
    cases = [name for name in names if name.partition("[")[2].partition(": ")[0] in policies]
    assert names[: len(cases)] == cases
    assert {name.partition("::")[0] for name in cases} == {f"tests/policies/rules/{file}.py"}


def test_module_that_the_pack_lacks_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        main(["policies.nothing"])
    assert "the pack has no module policies.nothing" in capsys.readouterr().err
