"""A deployed stack as its clients see it: the flat outputs and sessions that reach it."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from pipeline import engine
from pipeline.console import say
from pipeline.errors import CommandError, UsageError
from pipeline.target import Target

OUTPUTS = Path("cfn-outputs/flat-outputs.json")
STAGES = ("validator", "processor", "aggregator")  # in the order in which a file passes them
QUEUED = STAGES[1:]  # those that a queue feeds
FUNCTIONS = (*STAGES, "status")


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """The flat outputs of a deployed stack, and the caller's way to its services."""

    outputs: Mapping[str, str]
    session: boto3.Session

    def output(self, name: str) -> str:
        """One output, or an error that names it."""
        try:
            return self.outputs[name]
        except KeyError:
            raise CommandError(
                f"The stack has no output {name!r}: it was deployed by another version. "
                "Run `pipeline up`."
            ) from None

    def client(self, service: str) -> Any:
        """A client of an AWS service that talks to this stack's cloud."""
        return client(self.session, service, self.outputs)

    def environment(self) -> dict[str, str]:
        """The variables of a program that acts under the caller's rights in this stack's cloud."""
        credentials = self.session.get_credentials()
        if credentials is None:
            raise CommandError("You have no AWS credentials: `aws configure` or AWS_PROFILE.")
        frozen = credentials.get_frozen_credentials()
        own = {
            "AWS_REGION": self.output("region"),
            "AWS_ACCESS_KEY_ID": frozen.access_key,
            "AWS_SECRET_ACCESS_KEY": frozen.secret_key,
            "AWS_SESSION_TOKEN": frozen.token or "",
            "AWS_ENDPOINT_URL": self.outputs.get("endpointUrl", ""),
        }
        return {**os.environ, **own}

    def partner_session(self, partner: str, purpose: str) -> boto3.Session:
        """The partner's own rights if the stack has a role for it, else the operator's.

        Args:
            partner: The partner's name.
            purpose: What for, to name the role's session in the audit trail.
        """
        role = self.outputs.get(f"partnerRoleArn-{partner}")
        if role is None:
            known = self.outputs.get("partners") or "none"
            say(f"The stack has no role for partner {partner!r} (it has: {known}); using your own.")
            return self.session
        try:
            answer = self.client("sts").assume_role(
                RoleArn=role, RoleSessionName=f"pipeline-{purpose}"
            )
        except ClientError as error:
            reason = error.response["Error"]["Code"]
            say(f"You may not assume the role of partner {partner!r} ({reason}); using your own.")
            return self.session
        credentials = answer["Credentials"]
        return boto3.Session(
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
            region_name=self.output("region"),
        )


def client(session: boto3.Session, service: str, outputs: Mapping[str, str]) -> Any:
    """A client of one service under the session's rights, at the stack's endpoint."""
    return session.client(
        service,
        region_name=outputs["region"],
        endpoint_url=outputs.get("endpointUrl"),
        config=Config(
            signature_version="s3v4" if service == "s3" else None,
            s3={"addressing_style": "path"} if "endpointUrl" in outputs else None,
            retries={"mode": "standard", "max_attempts": 4},
        ),
    )


def read_outputs(where: Path) -> dict[str, str]:
    """The flat outputs in a file; an error says what is wrong with it."""
    try:
        document = json.loads(where.read_text())
    except FileNotFoundError:
        raise CommandError(
            f"{where} does not exist: nothing is deployed. Run `pipeline up`."
        ) from None
    except (OSError, ValueError) as error:
        raise CommandError(f"{where} cannot be read: {error}. Run `pipeline up`.") from None
    if not isinstance(document, dict) or not all(isinstance(v, str) for v in document.values()):
        raise CommandError(f"{where} is no object of strings. Run `pipeline up` to write it anew.")
    return document


def load(where: Target) -> Deployment:
    """The deployment of a stack: the local one from its file, one on AWS from its state."""
    if where.local:
        outputs = read_outputs(where.project / OUTPUTS)
        if "endpointUrl" not in outputs:
            raise CommandError(
                f"{OUTPUTS} describes a stack on AWS. Name it with --stack, or run `pipeline up`."
            )
        variables = where.environment()
        session = boto3.Session(
            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
            region_name=variables["AWS_REGION"],
        )
    else:
        outputs = engine.outputs(where)
        if not outputs:
            raise CommandError(
                f"Stack {where.stack} has no outputs: nothing is deployed. Run `pipeline up`."
            )
        session = boto3.Session(region_name=outputs.get("region"))
    return Deployment(outputs=outputs, session=session)


def function_name(name: str) -> str:
    """A function's short name, checked."""
    if name not in FUNCTIONS:
        raise UsageError(f"{name!r} is no function: write one of {', '.join(FUNCTIONS)}.")
    return name
