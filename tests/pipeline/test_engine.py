"""What Pulumi's events come to: progress, changes and one error message."""

import json
import os
import signal
from pathlib import Path
from unittest.mock import Mock, call

import pytest

from pipeline.console import step
from pipeline.engine import Record, let_go, run
from pipeline.errors import Exit
from pipeline.target import Target, target


@pytest.fixture
def record() -> Record:
    with step("Deploying") as current:
        return Record(current)


def test_changes_are_counted_and_what_stayed_is_not(record: Record) -> None:
    record.read(json.dumps({"summaryEvent": {"resourceChanges": {"create": 3, "same": 9}}}))
    assert record.changes == {"create": 3}


def test_a_violation_is_told_with_its_policy_and_resource_and_refuses(record: Record) -> None:
    violation = {
        "policyName": "function-memory",
        "resourceUrn": "urn:pulumi:local::p::aws:lambda/function:Function::validator-function",
        "message": "<{%fg 1%}>memorySize is 1024<{%reset%}>\n",
        "enforcementLevel": "mandatory",
    }
    record.read(json.dumps({"policyEvent": violation}))
    failure = record.failure("up", "")
    assert "function-memory: validator-function: memorySize is 1024" in str(failure)
    assert failure.code is Exit.REFUSED


def test_an_advice_refuses_nothing(record: Record) -> None:
    advice = {"policyName": "x", "message": "m", "enforcementLevel": "advisory"}
    record.read(json.dumps({"policyEvent": advice}))
    assert record.failure("up", "why").code is Exit.NOT_CARRIED_OUT


def test_an_error_is_told_with_its_resource(record: Record) -> None:
    urn = "urn:pulumi:local::p::aws:s3/bucket:Bucket::uploads-bucket"
    error = {"severity": "error", "urn": urn, "message": "no such region"}
    record.read(json.dumps({"diagnosticEvent": error}))
    assert "uploads-bucket: no such region" in str(record.failure("up", ""))


def test_a_failure_without_events_tells_what_stood_on_standard_error(record: Record) -> None:
    assert "the stack is locked" in str(record.failure("destroy", "the stack is locked\n"))


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_an_interruption_is_passed_on_and_waits_until_pulumi_has_let_go_of_the_stack(
    interruption: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli = tmp_path / "pulumi"
    cli.write_text(
        f"#!/bin/sh\ntrap 'sleep 1; touch {tmp_path}/done; exit 1' INT\n"
        "echo $$\nfor i in $(seq 50); do sleep 0.1; done\n"
    )
    cli.chmod(0o755)
    monkeypatch.setattr(Target, "pulumi", lambda _: cli)
    groups = []

    def read(_: Record, line: str) -> None:
        groups.append(os.getpgid(int(line)))
        raise interruption

    monkeypatch.setattr(Record, "read", read)
    with pytest.raises(interruption), step("Deploying") as current:
        run(target(None), "up", [], current)
    assert (tmp_path / "done").exists()
    # What interrupts this process's group would otherwise be Pulumi's second interruption.
    assert os.getpgrp() not in groups


def test_a_second_interruption_is_passed_on_too() -> None:
    pulumi = Mock()
    pulumi.communicate.side_effect = [KeyboardInterrupt, None]
    with pytest.raises(KeyboardInterrupt):
        let_go(pulumi)
    assert pulumi.send_signal.call_args_list == [call(signal.SIGINT)] * 2
    assert pulumi.communicate.call_count == 2
