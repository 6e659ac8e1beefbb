"""Functions' log streams in CloudWatch Logs, written with the function's role as on AWS.

Part of what `execution_environment` fixes: the stock emulator opens a stream per invocation, in
a group that it creates by itself, whatever the function's role may do.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from ministack.core.responses import request_scope
from ministack.services import cloudwatch_logs, lambda_svc

from local.emulator.fixes.authority import role_may


def group_of(config: dict[str, Any]) -> str:
    """The log group of a function: the one that it names, or the one of its own name."""
    named = (config.get("LoggingConfig") or {}).get("LogGroup")
    return str(named or f"/aws/lambda/{config['FunctionName']}")


@dataclass(frozen=True, kw_only=True)
class Stream:
    """The log stream of one execution environment."""

    config: dict[str, Any]
    group: str
    stream: str

    def function_line(self, line: str) -> None:
        """A line that the function wrote."""
        self._write(line)

    def platform_start(self, request_id: str) -> None:
        """The platform's line before an invocation."""
        version = self.config.get("Version", "$LATEST")
        self._write(
            self._json("platform.start", {"requestId": request_id, "version": version})
            if self._is_json
            else f"START RequestId: {request_id} Version: {version}"
        )

    def platform_report(
        self, request_id: str, *, milliseconds: float, memory_mb: int, failed: bool
    ) -> None:
        """The platform's lines after an invocation."""
        size = self.config.get("MemorySize", 128)
        if self._is_json:
            metrics = {
                "durationMs": round(milliseconds, 3),
                "billedDurationMs": int(milliseconds) + 1,
                "memorySizeMB": size,
                "maxMemoryUsedMB": memory_mb,
            }
            status = "error" if failed else "success"
            record = {"requestId": request_id, "metrics": metrics, "status": status}
            self._write(self._json("platform.report", record))
            return
        self._write(f"END RequestId: {request_id}")
        self._write(
            f"REPORT RequestId: {request_id}\tDuration: {milliseconds:.2f} ms\t"
            f"Billed Duration: {int(milliseconds) + 1} ms\tMemory Size: {size} MB\t"
            f"Max Memory Used: {memory_mb} MB"
        )

    @property
    def _is_json(self) -> bool:
        return (self.config.get("LoggingConfig") or {}).get("LogFormat") == "JSON"

    def _json(self, kind: str, record: dict[str, Any]) -> str:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        return json.dumps({"time": now, "type": kind, "record": record})

    def _write(self, line: str) -> None:
        account, region = lambda_svc._account_region_from_function_config(self.config)
        with request_scope(account, region):
            events = _events(self.config, self.group, self.stream)
            if events is None or not _may(self.config, "logs:PutLogEvents", self.group):
                return
            now = int(time.time() * 1000)
            event = {"timestamp": now, "message": line, "ingestionTime": now}
            cloudwatch_logs._append_log_events(events, [event])
            cloudwatch_logs._fanout_to_subscription_filters(self.group, self.stream, [event])


def open_stream(config: dict[str, Any]) -> Stream:
    """The stream of a new environment; it is created by its first line."""
    name = f"{datetime.now(UTC):%Y/%m/%d}/[{config.get('Version', '$LATEST')}]{uuid4().hex}"
    return Stream(config=config, group=group_of(config), stream=name)


def _events(config: dict[str, Any], group: str, stream: str) -> dict[str, Any] | None:
    """The stream's record, created as far as the function's role may; None where it may not."""
    if group not in cloudwatch_logs._log_groups:
        if not _may(config, "logs:CreateLogGroup", group):
            return None
        cloudwatch_logs._create_log_group({"logGroupName": group})
    streams = cloudwatch_logs._log_groups[group]["streams"]
    if stream not in streams:
        if not _may(config, "logs:CreateLogStream", group):
            return None
        cloudwatch_logs._create_log_stream({"logGroupName": group, "logStreamName": stream})
    found: dict[str, Any] = streams[stream]
    return found


def _may(config: dict[str, Any], action: str, group: str) -> bool:
    account, region = lambda_svc._account_region_from_function_config(config)
    arn = f"arn:aws:logs:{region}:{account}:log-group:{group}"
    return role_may(config["Role"], action, arn, session=config["FunctionName"])
