"""A function: its code, role, log group, and where its failures go (FN-1 to FN-6)."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pulumi
import pulumi_aws as aws

from stack import feeds, logs
from stack.documents import Statement, allow, document, trust
from stack.failures import Failures
from stack.key import Key
from stack.names import Names
from stack.queues import WorkQueue
from stack.table import Table
from stack.tags import TAGS

ARCHIVES: Final = Path(__file__).resolve().parents[1] / "build" / "functions"
MEMORY: Final = 512  # MB
RETRIES: Final = 2  # after the first attempt: three in all
MAXIMUM_EVENT_AGE: Final = 21_600  # seconds, Lambda's longest
MAXIMUM_CONCURRENCY: Final = 100


class ArchiveError(pulumi.RunError):
    """A function's archive has not been built; shown without a traceback."""


@dataclass(frozen=True, kw_only=True)
class FunctionArgs:
    """Arguments of Function: exactly one of `source` and `failures` is given.

    Attributes:
        names: the stack's names.
        key: the key that encrypts the logs.
        architecture: `arm64` or `x86_64`.
        timeout: seconds that one call may take.
        environment: the variables, which hold names only.
        statements: what the role may do beyond its own logs and traces.
        archives: the folder with `{architecture}/{function}.zip`.
        declarations: what is declared of feeds, for the function that reads it.
        table: the table that every function works with.
        source: the queue that feeds the function.
        failures: where asynchronous calls go that failed three times.
    """

    names: Names
    key: Key
    architecture: str
    timeout: int
    environment: Mapping[str, str]
    statements: tuple[Statement, ...]
    archives: Path = ARCHIVES
    declarations: str | None = None
    table: Table
    source: WorkQueue | None = None
    failures: Failures | None = None


class Function(pulumi.ComponentResource):
    """One Go function with a role, a log group and a dead-letter route of its own.

    Attributes:
        function: the Lambda function.
        arn: its unqualified ARN, known at preview.
    """

    def __init__(
        self, name: str, args: FunctionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("market-data:stack:Function", f"{name}-function", {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        names = args.names
        self.arn = names.function_arn(name)
        log_group = aws.cloudwatch.LogGroup(
            f"{name}-log-group",
            name=names.function_log_group(name),
            retention_in_days=logs.RETENTION,
            kms_key_id=args.key.arn,
            tags=TAGS,
            opts=child,
        )
        role = aws.iam.Role(
            f"{name}-role",
            name=names.of(f"{name}-role"),
            description=f"What {names.function(name)} may do",
            assume_role_policy=trust({"Service": "lambda.amazonaws.com"}),
            tags=TAGS,
            opts=child,
        )
        policy = aws.iam.RolePolicy(
            f"{name}-policy",
            name=names.of(f"{name}-policy"),
            role=role.name,
            policy=document(*args.statements, *_observability(name, names)),
            opts=child,
        )
        archive = _archive(args.archives / args.architecture / f"{name}.zip")
        if args.declarations is not None:
            archive = feeds.with_file(archive, args.declarations)
        self.function = aws.lambda_.Function(
            f"{name}-function",
            name=names.function(name),
            package_type="Zip",
            runtime="provided.al2023",
            handler="bootstrap",
            architectures=[args.architecture],
            memory_size=MEMORY,
            timeout=args.timeout,
            reserved_concurrent_executions=-1,  # none: it takes what the account has left
            role=names.role_arn(f"{name}-role"),
            code=pulumi.FileArchive(str(archive)),
            source_code_hash=base64.b64encode(
                hashlib.sha256(archive.read_bytes()).digest()
            ).decode(),
            environment={"variables": args.environment},
            logging_config={"log_format": "JSON", "log_group": names.function_log_group(name)},
            tracing_config={"mode": "Active"},
            tags=TAGS,
            # Without the group Lambda would create one that is kept for ever.
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[role, policy, log_group, args.table.table]
            ),
        )
        if args.source is not None:
            self._consume(name, args.source)
        if args.failures is not None:
            self._give_up(name, names, args.failures)
        self.register_outputs({})

    def _consume(self, name: str, source: WorkQueue) -> None:
        aws.lambda_.EventSourceMapping(
            f"{name}-source",
            event_source_arn=source.arn,
            function_name=self.function.name,
            enabled=True,
            # One file at a time: in a larger batch a file that fails takes its neighbours along.
            batch_size=1,
            function_response_types=["ReportBatchItemFailures"],
            # A burst over many feeds must leave room for the status API in the account's quota.
            scaling_config={"maximum_concurrency": MAXIMUM_CONCURRENCY},
            metrics_config={"metrics": ["EventCount"]},
            tags=TAGS,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[source.queue]),
        )

    def _give_up(self, name: str, names: Names, failures: Failures) -> None:
        aws.lambda_.FunctionEventInvokeConfig(
            f"{name}-invoke-config",
            function_name=self.function.name,
            maximum_retry_attempts=RETRIES,
            maximum_event_age_in_seconds=MAXIMUM_EVENT_AGE,
            destination_config={"on_failure": {"destination": names.failures_bus_arn}},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[failures]),
        )


def _archive(path: Path) -> Path:
    if not path.is_file():
        raise ArchiveError(f"{path} is missing: run `make functions` to build the functions")
    return path


def _observability(name: str, names: Names) -> tuple[Statement, ...]:
    group = names.log_group_arn(names.function_log_group(name))
    return (
        # Not CreateLogGroup: a call after destruction would bring the group back.
        allow("Logs", ["logs:CreateLogStream", "logs:PutLogEvents"], [f"{group}:*"]),
        # AWS defines no resource for these two actions.
        allow("Traces", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"]),
    )
