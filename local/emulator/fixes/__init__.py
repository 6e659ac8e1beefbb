"""What must differ from the stock emulator, one module per fault or slowness.

Each module says in its docstring what the stock emulator does and what AWS does, or what takes too
long, and has one function `apply` that replaces the emulator's private functions. They are written
for the exact version that `launcher` demands. Nothing here is imported before `apply` is called:
the emulator reads its environment when it is imported.
"""

import importlib
from collections.abc import Collection

FIXES = (
    "repeated_parsing",
    "key_conditions",
    "secure_transport",
    "requested_actions",
    "listed_prefixes",
    "log_group_arns",
    "upload_conditions",
    "key_use",
    "role_trust",
    "service_calls",
    "bucket_metrics",
    "kept_settings",
    "described_alarms",
    "rest_api",
    "large_objects",
    "execution_environment",
    "environments_at_work",
    "memory_limit",
    "async_invocation",
    "queue_receipts",
    "queue_atomicity",
    "event_source_mapping",
    "restart",
    "reused_threads",
    "remembered_rights",
)


def apply(*, without: Collection[str] = ()) -> None:
    """Apply every fix to the emulator in this process, but for those named.

    Raises:
        ValueError: A fix is to be left out that there is not.
    """
    if unknown := set(without) - set(FIXES):
        raise ValueError(f"no such fix: {', '.join(sorted(unknown))}; there are {', '.join(FIXES)}")
    for name in FIXES:
        if name in without:
            continue
        importlib.import_module(f"{__name__}.{name}").apply()
