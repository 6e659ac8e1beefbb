"""The real engine, stack and pack: compliant as it is, and refused by name when it is broken."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.emulator.process import ACCOUNT
from local.environment import architecture, local_environment

ROOT = Path(__file__).resolve().parents[3]

SUFFIX = "acme-prod"
"""Another than the stack's name: the pack has to be told of it."""

_OWN = f"arn:aws:s3:::uploads-bucket-{SUFFIX}/uploads/acme/*"

# One change per subject: who is changed, how, and the policy that refuses it.
BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "aws:lambda/function:Function processor-function": ({"memory_size": 1024}, "function-memory"),
    "aws:lambda/function:Function status-function": (
        {"runtime": "python3.12"},
        "function-runtime",
    ),
    "aws:sqs/queue:Queue status-dlq": ({"fifo_queue": False}, "queue-fifo"),
    "aws:sqs/queue:Queue validator-dlq": ({"kms_master_key_id": None}, "queue-encryption"),
    "aws:cloudwatch/logGroup:LogGroup processor-log-group": (
        {"retention_in_days": 14},
        "log-group-retention",
    ),
    "aws:dynamodb/table:Table status-table": ({"ttl": None}, "table-ttl"),
    "aws:apigateway/methodSettings:MethodSettings status-method-settings": (
        {
            "settings": {
                "throttling_rate_limit": 2000,
                "throttling_burst_limit": 1000,
                "metrics_enabled": True,
                "logging_level": "INFO",
            }
        },
        "api-throttle",
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration uploads-bucket": (
        {
            "rules": [
                {
                    "id": "early",
                    "status": "Enabled",
                    "transitions": [{"days": 30, "storage_class": "GLACIER"}],
                }
            ]
        },
        "bucket-archive",
    ),
    "aws:s3/bucketVersioning:BucketVersioning uploads-bucket": (
        {"versioning_configuration": {"status": "Suspended"}},
        "bucket-versioning",
    ),
    "aws:iam/rolePolicy:RolePolicy acme-partner-policy": (
        {
            "policy": json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": _OWN}],
                }
            )
        },
        "iam-actions",
    ),
    "aws:sns/topic:Topic alarms-topic": ({"region": "us-west-2"}, "region"),
    "aws:cloudwatch/eventBus:EventBus failures-bus": ({"protect": True}, "destroyable"),
    "aws:cloudwatch/dashboard:Dashboard pipeline-dashboard": (
        {"dashboard_name": "pipeline-dashboard"},
        "resource-name",
    ),
    "aws:iam/role:Role globex-partner-role": (
        {"tags": {"Environment": "Production"}},
        "resource-tags",
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm processor-dlq-messages-alarm": (
        {"actions_enabled": False},
        "dead-letter-alarm",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a preview under the pack came to."""

    code: int
    output: str
    blocked: dict[str, set[str]]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Pulumi project with a backend of its own, whose program is the real stack."""
    folder = tmp_path_factory.mktemp("project")
    program = Path(__file__).with_name("program.py").read_text(encoding="utf-8")
    (folder / "__main__.py").write_text(program, encoding="utf-8")
    (folder / "Pulumi.yaml").write_text("name: market-data-pipeline\nruntime: python\n")
    (folder / "Pulumi.local.yaml").write_text(
        "config:\n"
        "  aws:region: us-east-1\n"
        f'  aws:allowedAccountIds: ["{ACCOUNT}"]\n'
        f"  market-data-pipeline:environmentSuffix: {SUFFIX}\n"
        f"  market-data-pipeline:architecture: {architecture()}\n"
        "  market-data-pipeline:partners:\n    acme: {}\n    globex: {}\n"
    )
    (folder / "state").mkdir()
    pulumi(folder, {}, "stack", "init", "local").check_returncode()
    return folder


def pulumi(
    folder: Path, environment: Mapping[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run the CLI in the project."""
    local = local_environment(ROOT)
    paths = [str(ROOT / "local" / "plugins"), str(Path(sys.executable).parent), local["PATH"]]
    own = {
        "PATH": os.pathsep.join(paths),
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.run(
        ["pulumi", *arguments, "--non-interactive"],
        cwd=folder,
        env={**os.environ, **local, **own, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def preview(folder: Path, changes: Mapping[str, Mapping[str, Any]]) -> Preview:
    """Preview the stack with changes, under the pack."""
    answers = folder / "answers.jsonl"
    answers.unlink(missing_ok=True)
    environment = {"CHANGES": json.dumps(changes), "POLICY_ANSWERS_FILE": str(answers)}
    done = pulumi(folder, environment, "preview", "--policy-pack", str(ROOT))
    blocked: dict[str, set[str]] = {}
    for line in answers.read_text(encoding="utf-8").splitlines():
        found = json.loads(line)
        if found.get("answer") in ("FAIL", "UNKNOWN"):
            name = found["urn"].rsplit("::", 1)[-1]
            blocked.setdefault(found["policy"], set()).add(name)
    return Preview(code=done.returncode, output=done.stdout + done.stderr, blocked=blocked)


def test_the_real_stack_is_compliant(project: Path) -> None:
    found = preview(project, {})
    assert found.blocked == {}, found.output
    assert found.code == 0, found.output


def test_each_broken_subject_is_refused_by_its_policys_name(project: Path) -> None:
    found = preview(project, {who: changes for who, (changes, _) in BROKEN.items()})
    assert found.code != 0
    for policy in {policy for _, policy in BROKEN.values()}:
        assert f"  {policy}  (" in found.output
    # The bucket and the queue are told on the resource that the broken one belongs to.
    owners = {policy: found.blocked.get(policy) for _, policy in BROKEN.values()}
    assert None not in owners.values()
    assert set(found.blocked) - set(owners) == set()
