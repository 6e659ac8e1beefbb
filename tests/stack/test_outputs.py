"""What a stack tells: the program as a whole, and its outputs."""

import json
import re
import runpy
from functools import partial
from pathlib import Path
from typing import Any

import pulumi
import pytest

from stack import outputs, pipeline
from tests.stack.conftest import NAMES, SETTINGS
from tests.stack.recorder import Recording, record

ROOT = Path(__file__).parents[2]


def documented() -> set[str]:
    """The outputs that the architecture page lists, with its placeholders for names."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    section = page.partition("## Stack outputs")[2].partition("\n")[2].partition("For a local")[0]
    return set(re.findall(r"`([a-zA-Z]+(?:-\{(?:partner|analyst)\})?)`", section))


def run(program: Path, config: dict[str, str], archives: Path) -> tuple[Recording, dict[str, Any]]:
    """Runs the program's entry as Pulumi does; returns its resources and its outputs."""
    exported: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pulumi, "export", exported.__setitem__)
        patch.setattr(pipeline, "build", partial(pipeline.build, archives=archives))
        stack = record(lambda: runpy.run_path(str(program), run_name="__main__"), config)
    return stack, exported


def test_the_outputs_are_those_of_the_architecture_page(archives: Path) -> None:
    found: list[set[str]] = []
    record(
        lambda: found.append(
            set(outputs.of(pipeline.build(NAMES, SETTINGS, archives), NAMES, SETTINGS))
        )
    )
    partners = {"partnerRoleArn-acme", "partnerRoleArn-globex"}
    analysts = {"analystRoleArn-desk", "analystRoleArn-fund"}
    by_name = {"partnerRoleArn-{partner}", "analystRoleArn-{analyst}"}
    assert found == [documented() - by_name | partners | analysts]


def test_the_program_exports_what_is_known_by_name(archives: Path) -> None:
    config = {
        "aws:region": "us-east-1",
        "market-data-pipeline:environmentSuffix": "blue",
        "market-data-pipeline:partners": '{"acme": {}}',
        "market-data-pipeline:analysts": '{"desk": {}}',
    }
    stack, exported = run(ROOT / "stack", config, archives)
    assert stack.one("aws:s3/bucket:Bucket").inputs["bucket"] == "uploads-bucket-blue"
    queue = "https://sqs.us-east-1.amazonaws.com/123456789012/"
    assert exported | {"kmsKeyArn": "", "statusApiId": "", "statusApiUrl": ""} == {
        "environmentSuffix": "blue",
        "region": "us-east-1",
        "accountId": "123456789012",
        "bucketName": "uploads-bucket-blue",
        "tableName": "status-table-blue",
        "kmsKeyArn": "",
        "kmsKeyAlias": "alias/pipeline-key-blue",
        "processorQueueUrl": f"{queue}processor-queue-blue.fifo",
        "aggregatorQueueUrl": f"{queue}aggregator-queue-blue.fifo",
        "validatorDlqUrl": f"{queue}validator-dlq-blue.fifo",
        "processorDlqUrl": f"{queue}processor-dlq-blue.fifo",
        "aggregatorDlqUrl": f"{queue}aggregator-dlq-blue.fifo",
        "statusDlqUrl": f"{queue}status-dlq-blue.fifo",
        "validatorFunctionName": "validator-function-blue",
        "processorFunctionName": "processor-function-blue",
        "aggregatorFunctionName": "aggregator-function-blue",
        "statusFunctionName": "status-function-blue",
        "validatorRoleName": "validator-role-blue",
        "processorRoleName": "processor-role-blue",
        "aggregatorRoleName": "aggregator-role-blue",
        "statusRoleName": "status-role-blue",
        "statusApiId": "",
        "statusApiStage": "status-stage-blue",
        "statusApiUrl": "",
        "alarmTopicArn": "arn:aws:sns:us-east-1:123456789012:alarms-topic-blue",
        "dashboardName": "pipeline-dashboard-blue",
        "partners": "acme",
        "partnerRoleArn-acme": "arn:aws:iam::123456789012:role/acme-partner-role-blue",
        "analysts": "desk",
        "analystRoleArn-desk": "arn:aws:iam::123456789012:role/desk-analyst-role-blue",
    }


def test_two_runs_of_the_program_declare_the_same(archives: Path) -> None:
    config = {"aws:region": "us-east-1", "market-data-pipeline:partners": '{"acme": {}}'}
    first, _ = run(ROOT / "stack", config, archives)
    second, _ = run(ROOT / "stack", config, archives)
    declared = [
        {r.urn: json.dumps(r.inputs, sort_keys=True, default=vars) for r in stack}
        for stack in (first, second)
    ]
    assert declared[0] == declared[1]
