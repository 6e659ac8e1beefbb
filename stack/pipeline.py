"""The whole picture: every box, in the order in which each needs the ones before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stack import feeds, permissions
from stack.analyst import Analyst, AnalystArgs
from stack.api import Api, ApiArgs
from stack.bucket import Bucket, BucketArgs
from stack.documents import Statement
from stack.failures import Failures, FailuresArgs
from stack.function import ARCHIVES, Function, FunctionArgs
from stack.key import Key, KeyArgs
from stack.monitoring import Monitoring, MonitoringArgs
from stack.names import Names
from stack.partner import Partner, PartnerArgs
from stack.queues import DeadLetterQueue, DeadLetterQueueArgs, WorkQueue, WorkQueueArgs
from stack.settings import Settings
from stack.table import Table, TableArgs

# Seconds that one call may take; the first two read whole files and get Lambda's longest.
TIMEOUTS: Final[Mapping[str, int]] = {
    "validator": 900,
    "processor": 900,
    "aggregator": 300,
    "status": 10,
}
# Seconds for which a message is hidden at a time while it is worked on: whoever dies lets go then.
LEASE: Final = 120
FUNCTIONS: Final = tuple(TIMEOUTS)
QUEUED: Final = ("processor", "aggregator")
ORDERED: Final = ("validator", *QUEUED)
ASYNCHRONOUS: Final = ("validator", "status")

_PERMISSIONS: Final[Mapping[str, Callable[[Names], tuple[Statement, ...]]]] = {
    "validator": permissions.validator,
    "processor": permissions.processor,
    "aggregator": permissions.aggregator,
    "status": permissions.status,
}


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """The boxes that have something to tell: the rest is known by name."""

    key: Key
    api: Api
    partners: tuple[Partner, ...]
    analysts: tuple[Analyst, ...]
    monitoring: Monitoring


def build(names: Names, settings: Settings, archives: Path = ARCHIVES) -> Pipeline:
    """Declares every resource of one stack.

    Args:
        names: the stack's names.
        settings: the stack's settings.
        archives: the folder with `{architecture}/{function}.zip`.

    Raises:
        ArchiveError: a function has not been built.
    """
    key = Key(
        "pipeline-key",
        KeyArgs(names=names, log_groups=_log_groups(names), failing_functions=ASYNCHRONOUS),
    )
    queues = {function: _work_queue(function, names, key) for function in QUEUED}
    failures = _failures(names, key)
    table = Table("status-table", TableArgs(names=names, key=key))
    declarations = feeds.document(settings.feeds) if settings.feeds else None
    functions = {
        function: Function(
            function,
            FunctionArgs(
                names=names,
                key=key,
                architecture=settings.architecture,
                timeout=timeout,
                environment=_environment(function, names, settings),
                statements=_PERMISSIONS[function](names),
                archives=archives,
                declarations=declarations if function == "validator" else None,
                table=table,
                source=queues.get(function),
                failures=failures if function in ASYNCHRONOUS else None,
            ),
        )
        for function, timeout in TIMEOUTS.items()
    }
    Bucket("uploads-bucket", BucketArgs(names=names, key=key, on_created=functions["validator"]))
    api = Api(
        "status-api",
        ApiArgs(
            names=names,
            key=key,
            function=functions["status"],
            allowed_origins=settings.allowed_origins,
        ),
    )
    partners = tuple(
        Partner(partner.name, PartnerArgs(names=names, settings=partner))
        for partner in settings.partners
    )
    analysts = tuple(
        Analyst(analyst.name, AnalystArgs(names=names, settings=analyst))
        for analyst in settings.analysts
    )
    monitoring = Monitoring(
        "monitoring",
        MonitoringArgs(
            names=names,
            key=key,
            functions=FUNCTIONS,
            asynchronous=ASYNCHRONOUS,
            queued=QUEUED,
            ordered=ORDERED,
            email=settings.alarm_email,
        ),
    )
    return Pipeline(key=key, api=api, partners=partners, analysts=analysts, monitoring=monitoring)


def _work_queue(function: str, names: Names, key: Key) -> WorkQueue:
    queue = f"{function}-queue"
    dead_letters = DeadLetterQueue(
        f"{function}-dlq", DeadLetterQueueArgs(names=names, key=key, source_queue=queue)
    )
    return WorkQueue(
        queue,
        WorkQueueArgs(
            names=names,
            key=key,
            dead_letters=dead_letters,
            consumer_timeout=TIMEOUTS[function],
        ),
    )


def _failures(names: Names, key: Key) -> Failures:
    dead_letters = {
        function: DeadLetterQueue(
            f"{function}-dlq",
            DeadLetterQueueArgs(
                names=names, key=key, source_rule_arn=names.failures_rule_arn(function)
            ),
        )
        for function in ASYNCHRONOUS
    }
    return Failures("failures-bus", FailuresArgs(names=names, key=key, dead_letters=dead_letters))


def _environment(function: str, names: Names, settings: Settings) -> dict[str, str]:
    """The variables of a function; docs/architecture.md holds the same table."""
    table = {"TABLE_NAME": names.table}
    bucket = {"BUCKET_NAME": names.bucket}
    to_processor = {"PROCESSOR_QUEUE_URL": names.queue_url("processor-queue")}
    lease = {"LEASE_SECONDS": str(LEASE)}
    to_aggregator = {"AGGREGATOR_QUEUE_URL": names.queue_url("aggregator-queue")}
    return {
        "validator": table | to_processor,
        "processor": table | bucket | to_processor | to_aggregator | lease,
        "aggregator": table | bucket | to_aggregator | lease,
        "status": table | {"ALLOWED_ORIGINS": ",".join(settings.allowed_origins)},
    }[function]


def _log_groups(names: Names) -> tuple[str, ...]:
    return (
        *(names.function_log_group(function) for function in FUNCTIONS),
        names.api_access_log_group,
        names.api_execution_log_group("*"),
    )
