"""A small Pulumi project with a small policy pack, for runs of the real engine.

The program has a component with two queues, one with a secret in it. The pack has one policy of
each kind and writes its answers as docs/architecture.md says. Both can be changed to misbehave.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from compliance import check, preview
from compliance.evidence import Evidence, now
from compliance.scanners import Scanner
from local.toolchain import pulumi

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 24)
SECRET = "correct-horse-battery-staple"  # must never come to light

PROGRAM = f"""\
import pulumi
import pulumi_aws as aws


class Orders(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("shop:index:Orders", name, None, opts)
        self.letters = aws.sqs.Queue(
            "letters", name="letters-dev.fifo", fifo_queue=True, OPTIONS
        )
        aws.sqs.Queue(
            "orders",
            name="orders-dev.fifo",
            fifo_queue=FIFO,
            redrive_policy='{{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:1:letters-dev.fifo"}}',
            kms_master_key_id=pulumi.Output.secret("{SECRET}"),
            opts=pulumi.ResourceOptions(parent=self),
        )


Orders("orders", pulumi.ResourceOptions(COMPONENT))
pulumi.export("accountId", "123456789012")
pulumi.export("password", pulumi.Output.secret("{SECRET}"))
"""

PACK = """\
import json
import os

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ResourceValidationPolicy,
    StackValidationPolicy,
)

QUEUE = "aws:sqs/queue:Queue"


def write(**line):
    with open(os.environ["POLICY_ANSWERS_FILE"], "a") as file:
        file.write(json.dumps(line) + "\\n")


def fifo(args, report):
    answer, message = "NOT_APPLICABLE", ""
    if args.resource_type == QUEUE:
        answer = "PASS" if args.props.get("fifoQueue") else "FAIL"
    if answer == "FAIL":
        message = "fifoQueue is not true"
        report(message)
    reason = "Governs Queue only." if answer == "NOT_APPLICABLE" else ""
    write(policy="queue-fifo", urn=args.urn, answer=answer, reason=reason, message=message)


def named(args, report):
    for resource in args.resources:
        answer = "PASS" if resource.resource_type == QUEUE else "NOT_APPLICABLE"
        path, message = "", ""
        if answer == "PASS" and "UNKNOWN_NAMES" in os.environ:
            answer, path, message = "UNKNOWN", "name", "Undetermined: name"
            report(message, resource.urn)
        reason = "Governs Queue only." if answer == "NOT_APPLICABLE" else ""
        write(
            policy="queue-named", urn=resource.urn, answer=answer, path=path, message=message,
            reason=reason,
        )


with open(os.environ["POLICY_ANSWERS_FILE"], "a") as file:
    file.write(open(os.path.join(os.path.dirname(__file__), "introductions.jsonl")).read())

PolicyPack(
    "workshop",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[
        ResourceValidationPolicy("queue-fifo", "Queues are FIFO.", fifo),
        StackValidationPolicy("queue-named", "Queues have names.", named),
    ],
)
"""


def introduced(name: str, sentence: str, *, general: bool = False) -> str:
    """The line in which the pack introduces a policy."""
    entry = {
        "name": name,
        "sentence": sentence,
        "severity": "high",
        "requirements": ["MQ-1"],
        "remediation": "Set the property.",
        "waivable": True,
        "general": general,
        "settings": {},
    }
    return json.dumps({"introduces": entry}) + "\n"


class Workshop:
    """A folder with the project, the pack and a backend; every part can be written over."""

    def __init__(self, folder: Path) -> None:
        self.project, self.pack = folder / "project", folder / "pack"
        self.waivers = self.project / "waivers.yaml"
        self.env = {
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": (folder / "backend").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "AWS_REGION": "us-east-1",
            "PATH": os.pathsep.join([str(ROOT / "local" / "plugins"), os.environ["PATH"]]),
        }
        for made in (self.project, self.pack / "policies", folder / "backend"):
            made.mkdir(parents=True)
        (self.project / "Pulumi.yaml").write_text(
            "name: shop\nruntime: python\nconfig:\n  aws:region: us-east-1\n"
        )
        (self.pack / "PulumiPolicy.yaml").write_text("runtime: python\n")
        self.introduce()
        (self.pack / "__main__.py").write_text(PACK)
        self.program()
        subprocess.run(
            [pulumi(ROOT), "stack", "init", "dev", "--cwd", self.project, "--non-interactive"],
            env={**os.environ, **self.env},
            check=True,
            capture_output=True,
        )

    def program(
        self, *, fifo: str = "True", options: str = "", component: str = "", after: str = ""
    ) -> None:
        """Writes the program; `options` go to one queue, `component` to the component above."""
        text = PROGRAM.replace("FIFO", fifo).replace("COMPONENT", component)
        text = text.replace("OPTIONS", f"opts=pulumi.ResourceOptions(parent=self, {options})")
        (self.project / "__main__.py").write_text(f"{text}{after}\n")

    def deployed(self, *resources: Mapping[str, Any]) -> None:
        """Makes the state what it would be had these resources been deployed."""
        manifest = {"time": "2026-11-24T09:00:00Z", "magic": "", "version": ""}
        state = {"version": 3, "deployment": {"manifest": manifest, "resources": resources}}
        subprocess.run(
            [pulumi(ROOT), "stack", "import", "--stack", "dev", "--cwd", self.project],
            env={**os.environ, **self.env},
            input=json.dumps(state).encode(),
            check=True,
            capture_output=True,
        )

    def introduce(self, text: str | None = None, *, general: bool = False) -> None:
        """Writes what the pack says of itself before its answers."""
        policies = [
            introduced("queue-fifo", "Queues are FIFO.", general=general),
            introduced("queue-named", "Queues have names.", general=general),
        ]
        said = "".join(policies) if text is None else text
        (self.pack / "introductions.jsonl").write_text(said)

    def change_pack(self, old: str, new: str) -> None:
        """Makes the pack misbehave."""
        assert old in PACK
        (self.pack / "__main__.py").write_text(PACK.replace(old, new))

    def setting(self, config: Path | None = None) -> check.CheckRequest:
        """What is checked."""
        return check.CheckRequest(
            pulumi=pulumi(ROOT),
            project=self.project,
            stack="dev",
            env=self.env,
            policy_pack=self.pack,
            config=config,
            waivers=self.waivers,
        )

    def check(
        self,
        *,
        config: Path | None = None,
        on_event: preview.OnEvent = lambda _: None,
        beside: Sequence[Scanner] = (),
    ) -> Evidence:
        """Checks the project as the command line does."""
        return check.check(
            self.setting(config),
            today=TODAY,
            generated_at=now(),
            on_event=on_event,
            beside=beside,
        )
