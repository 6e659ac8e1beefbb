"""Run Checkov on a plan document and read what it found.

Checkov pins old dependencies, so it lives in an environment of its own
(`requirements/checkov.txt`) and is only ever run as a program.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TIMEOUT_SECONDS = 600


class CheckovError(Exception):
    """Checkov could not be run, or did not scan what it was given."""


@dataclass(frozen=True, kw_only=True)
class CheckovResult:
    """One of Checkov's answers: a rule on a Terraform address, passed or not."""

    rule: str
    name: str
    address: str
    passed: bool
    evaluated: tuple[str, ...]  # the attributes that the rule looked at


@dataclass(frozen=True, kw_only=True)
class Scan:
    """All of Checkov's answers and its version."""

    version: str
    results: tuple[CheckovResult, ...]


def scan(executable: Path, plan: Mapping[str, Any]) -> Scan:
    """Scan one plan document.

    Raises:
        CheckovError: Checkov is missing, failed, could not parse the plan, or did not look at
            every resource in it.
    """
    if not executable.exists():
        raise CheckovError(f"{executable} does not exist: run `make setup` to install Checkov")
    with tempfile.TemporaryDirectory(prefix="checkov-") as folder:
        file = Path(folder) / "plan.json"
        file.write_text(json.dumps(plan), encoding="utf-8")
        command = [
            str(executable.absolute()), "--file", str(file), "--framework", "terraform_plan",
            "--output", "json", "--compact", "--soft-fail",
            "--skip-download",  # guidelines come from the network; nothing here may need it
        ]  # fmt: skip
        try:
            done = subprocess.run(
                command,
                # An empty folder: a .checkov.yaml lying about must not change what is checked.
                cwd=folder,
                env={
                    "PATH": os.defpath,
                    "HOME": folder,
                    "LANG": "C.UTF-8",
                    "EVAL_TF_PLAN_AFTER_UNKNOWN": "1",
                    "LOG_LEVEL": "ERROR",
                },
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise CheckovError(f"Checkov did not finish in {_TIMEOUT_SECONDS} s") from error
        except OSError as error:
            raise CheckovError(
                f"{executable} does not run ({error.strerror}): `make clean setup` makes it anew"
            ) from error
    return read(done.stdout, expected=_scannable(plan), stderr=done.stderr)


def _scannable(plan: Mapping[str, Any]) -> int:
    return len(plan["planned_values"]["root_module"]["resources"])


def read(output: str, *, expected: int, stderr: str = "") -> Scan:
    """Read Checkov's JSON report of a plan with `expected` resources.

    Raises:
        CheckovError: the report is not JSON, reports parsing errors, or covers fewer resources.
    """
    try:
        report = json.loads(output)
        summary, results = report["summary"], report["results"]
        answers = tuple(
            CheckovResult(
                rule=check["check_id"],
                name=check["check_name"],
                address=check["resource"],
                passed=passed,
                evaluated=tuple(check["check_result"].get("evaluated_keys") or ()),
            )
            for key, passed in (("passed_checks", True), ("failed_checks", False))
            for check in results[key]
        )
        version = str(summary["checkov_version"])
        broken, seen = int(summary["parsing_errors"]), int(summary["resource_count"])
    except (ValueError, RecursionError, KeyError, TypeError) as error:
        last = "; ".join(stderr.strip().splitlines()[-3:]) or "it printed no error"
        raise CheckovError(f"Checkov printed no report that can be read ({last})") from error
    if broken or seen != expected:
        raise CheckovError(
            f"Checkov scanned {seen} of {expected} resources with {broken} parsing errors;"
            " a partial scan is no evidence"
        )
    return Scan(
        version=version,
        results=tuple(sorted(answers, key=lambda a: (a.address, a.rule, a.passed))),
    )
