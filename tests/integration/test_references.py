"""A value that the preview took for a reference is judged again as it is deployed."""

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAM = """\
import json

import pulumi_aws as aws

ACCOUNT, TAGS = "000000000000", {{"Environment": "Production", "Team": "Analytics"}}
QUEUE = f"arn:aws:sqs:us-east-1:{{ACCOUNT}}:orders-queue-local.fifo"


def document(effect, principal, action, resource, **more):
    statement = {{"Effect": effect, "Principal": principal, "Action": action, "Resource": resource}}
    return json.dumps({{"Version": "2012-10-17", "Statement": [statement | more]}})


key = aws.kms.Key(
    "orders-key",
    enable_key_rotation=True,
    deletion_window_in_days=7,
    policy=document("Allow", {{"AWS": f"arn:aws:iam::{{ACCOUNT}}:root"}}, "kms:Decrypt", "*"),
    tags=TAGS,
)
aws.sqs.Queue(
    "orders",
    name="orders-queue-local.fifo",
    fifo_queue=True,
    kms_master_key_id={key},
    policy=document(
        "Deny", "*", "sqs:*", QUEUE, Condition={{"Bool": {{"aws:SecureTransport": "false"}}}}
    ),
    tags=TAGS,
)
"""


class Orders:
    """A project of its own, with a key and a queue, and an emulator."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "Pulumi.yaml").write_text(
            "name: orders\nruntime: python\nconfig:\n  aws:region: us-east-1\n"
        )
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def run(self, *words: str, key: str = "key.arn") -> subprocess.CompletedProcess[str]:
        (self.folder / "__main__.py").write_text(PROGRAM.format(key=key))
        return subprocess.run(
            [REPOSITORY / ".venv" / "bin" / "pipeline", *words, "--local"],
            cwd=self.folder,
            env={**os.environ, "PIPELINE_PORT": str(self.port), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )

    def encryption(self) -> dict[str, Any]:
        """What the last check said of the queue's encryption."""
        evidence = json.loads((self.folder / "reports" / "evidence.json").read_text())
        (found,) = [
            answer
            for answer in evidence["answers"]
            if answer["policy"] == "queue-encryption" and answer["outcome"] != "NOT_APPLICABLE"
        ]
        return dict(found)


@pytest.fixture
def orders(tmp_path: Path) -> Orders:
    return Orders(tmp_path)


def test_a_reference_that_turns_out_otherwise_fails_the_deployment_loudly(orders: Orders) -> None:
    try:
        lie = 'key.arn.apply(lambda _: "alias/aws/sqs")'
        checked = orders.run("check", key=lie)
        assert checked.returncode == 0, checked.stderr
        told = orders.encryption()
        assert (told["outcome"], told["basis"]) == ("PASS", "reference")
        assert told["references"] == ["orders.kmsMasterKeyId"]
        up = orders.run("up", key=lie)
        assert up.returncode == 7, up.stderr
        said = " ".join(up.stderr.split())
        assert "What is deployed is not what its preview was taken for" in said
        assert "queue-encryption: orders:" in said
        assert "kmsMasterKeyId is" in said

        up = orders.run("up")
        assert up.returncode == 0, up.stderr
        assert orders.run("check", "--deployed").returncode == 0
        assert orders.encryption()["outcome"] == "PASS"
    finally:
        orders.run("destroy", "--yes")
        subprocess.run(
            [REPOSITORY / ".venv" / "bin" / "pipeline", "stop"],
            cwd=orders.folder,
            env={**os.environ, "PIPELINE_PORT": str(orders.port)},
            check=False,
        )
