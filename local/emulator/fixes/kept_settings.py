"""Settings that the stock emulator takes and forgets, or gives back as something else.

It forgets a lifecycle configuration's default minimum object size, the days of point-in-time
recovery and an event source mapping's metrics; calls the integration of a mock `POST`; and gives a
queue's JSON back with the spaces that it came with. A provider that compares what it wrote with
what it reads back waits in vain, or sees a change in every preview.

AWS gives back what was put, and a queue's JSON without spaces.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ministack.core.responses import AccountScopedDict, json_response
from ministack.services import apigateway_v1, dynamodb, lambda_svc, s3, sqs

_SIZE = "x-amz-transition-default-minimum-object-size"
_DOCUMENTS = ("Policy", "RedrivePolicy", "RedriveAllowPolicy")
_LONGEST = 35  # days of recovery: what AWS keeps when none are named

Answer = tuple[int, dict[str, str], bytes]


def apply() -> None:
    """Give settings back as they were put."""
    _keep_minimum_size()
    _keep_recovery_period()
    apigateway_v1._put_integration = _without_method(apigateway_v1._put_integration)
    lambda_svc._create_esm = _with_metrics(lambda_svc._create_esm)
    lambda_svc._update_esm = _with_metrics(lambda_svc._update_esm)
    for action in ("CreateQueue", "SetQueueAttributes"):
        sqs._HANDLERS[action] = _compact(sqs._HANDLERS[action])


def _keep_minimum_size() -> None:
    stock_dispatch, stock_delete, stock_reset = s3._dispatch, s3._delete_bucket, s3.reset
    kept = s3._PERSISTED_BUCKET_DICTS["bucket_lifecycle_sizes"] = AccountScopedDict()

    def dispatch(
        method: str, bucket: str, key: str, headers: Any, body: bytes, query: dict[str, Any]
    ) -> Any:
        answer = stock_dispatch(method, bucket, key, headers, body, query)
        if not bucket or key or "lifecycle" not in query or answer[0] >= 300:
            return answer
        if method == "PUT":
            kept[bucket] = headers.get(_SIZE, "")
        if method == "DELETE":
            kept.pop(bucket, None)
        elif size := kept.get(bucket):
            answer = (answer[0], {**answer[1], _SIZE: size}, answer[2])
        return answer

    def delete(name: str) -> Any:
        answer = stock_delete(name)
        if name not in s3._buckets:
            kept.pop(name, None)
        return answer

    def reset() -> None:
        kept.clear()
        stock_reset()

    s3._dispatch, s3._delete_bucket, s3.reset = dispatch, delete, reset


def _keep_recovery_period() -> None:
    """The number of days stands where stock keeps whether there is any recovery."""
    stock_update = dynamodb._update_continuous_backups

    def update(data: dict[str, Any]) -> Any:
        answer = stock_update(data)
        table = dynamodb._normalize_table_name(data.get("TableName"))
        if dynamodb._pitr_settings.get(table):
            wanted = data.get("PointInTimeRecoverySpecification", {})
            dynamodb._pitr_settings[table] = wanted.get("RecoveryPeriodInDays", _LONGEST)
        return _recovery(answer, table)

    stock_describe = dynamodb._describe_continuous_backups

    def describe(data: dict[str, Any]) -> Any:
        return _recovery(
            stock_describe(data), dynamodb._normalize_table_name(data.get("TableName"))
        )

    dynamodb._update_continuous_backups = update
    dynamodb._describe_continuous_backups = describe


def _recovery(answer: Answer, table: str) -> Any:
    days = dynamodb._pitr_settings.get(table)
    if answer[0] != 200 or not days:
        return answer
    described = json.loads(answer[2])
    recovery = described["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    recovery["RecoveryPeriodInDays"] = _LONGEST if days is True else days
    return json_response(described)


def _without_method(stock: Callable[..., Any]) -> Callable[..., Any]:
    """A mock calls nothing, so no method is given for the call."""

    def put(api_id: str, resource_id: str, http_method: str, data: dict[str, Any]) -> Any:
        answer = stock(api_id, resource_id, http_method, data)
        if answer[0] >= 300 or "httpMethod" in data:
            return answer
        method = apigateway_v1._resources[api_id][resource_id]["resourceMethods"][http_method]
        del method["methodIntegration"]["httpMethod"]
        return apigateway_v1._v1_response(method["methodIntegration"], answer[0])

    return put


def _with_metrics(stock: Callable[..., Any]) -> Callable[..., Any]:
    def write(*arguments: Any) -> Any:
        answer, wanted = stock(*arguments), arguments[-1]
        if answer[0] >= 300 or "MetricsConfig" not in wanted:
            return answer
        mapping = lambda_svc._esms[json.loads(answer[2])["UUID"]]
        mapping["MetricsConfig"] = wanted["MetricsConfig"]
        return json_response(lambda_svc._esm_response(mapping), answer[0])

    return write


def _compact(stock: Callable[..., Any]) -> Callable[..., Any]:
    def write(data: dict[str, Any], *arguments: Any) -> Any:
        attributes = data.get("Attributes") or {}
        compacted = {
            name: _without_spaces(attributes[name]) for name in _DOCUMENTS if name in attributes
        }
        if compacted:
            data = {**data, "Attributes": {**attributes, **compacted}}
        return stock(data, *arguments)

    return write


def _without_spaces(text: Any) -> Any:
    """JSON without spaces; what is none is for stock to refuse."""
    try:
        return json.dumps(json.loads(text), separators=(",", ":"))
    except (TypeError, ValueError):
        return text
