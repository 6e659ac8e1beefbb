"""Services that call each other need the permission of the one that is called.

The stock emulator lets S3 and API Gateway invoke any function, and EventBridge send to any queue
or invoke any function. On AWS the function's or the queue's policy must allow the service, for
that source; S3 refuses a notification that it could not deliver, API Gateway answers 500, and
EventBridge drops the event. An encrypted queue's key must grant EventBridge its use as well.
"""

from __future__ import annotations

import logging
import re
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import apigateway_v1, eventbridge, lambda_svc, s3, sqs

from local.emulator.fixes.authority import service_may
from local.emulator.fixes.key_use import READ, WRITE, queue_key

_log = logging.getLogger("emulator.services")


def _may_invoke(service: str, function_arn: str, source_arn: str) -> bool:
    found = lambda_svc.function_policy_for_arn(function_arn)
    return found is not None and service_may(
        service, "lambda:InvokeFunction", function_arn, found[0], source_arn=source_arn
    )


def _check_notifications(stock: Any) -> Any:
    def validate(
        configs: list[dict[str, Any]],
        bucket_region: str,
        bucket_name: str = "",
        skip_destination_validation: bool = False,
    ) -> Any:
        error = stock(configs, bucket_region, bucket_name, skip_destination_validation)
        if error is not None or skip_destination_validation:
            return error
        source = f"arn:aws:s3:::{bucket_name}"
        refused = [
            config["arn"]
            for config in configs
            if config["type"] == "lambda"
            and not _may_invoke("s3.amazonaws.com", config["arn"], source)
        ]
        if refused:
            return s3._invalid_notification_config(
                f"Unable to validate the following destination configurations: {', '.join(refused)}"
            )
        return None

    return validate


def _check_delivery(stock: Any) -> Any:
    def deliver(arn: str, payload: dict[str, Any], bucket_region: str) -> None:
        source = payload["Records"][0]["s3"]["bucket"]["arn"]
        if _may_invoke("s3.amazonaws.com", arn, source):
            stock(arn, payload, bucket_region)
        else:
            _log.warning("%s may not invoke %s: an event is dropped", source, arn)

    return deliver


def _check_integration(stock: Any) -> Any:
    async def invoke(
        integration: dict[str, Any],
        api_id: str,
        stage_name: str,
        stage: dict[str, Any],
        resource: dict[str, Any],
        request_path: str,
        method: str,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        path = re.sub(r"\{[^}]*\}", "*", resource["path"])
        source = (
            f"arn:aws:execute-api:{get_region()}:{get_account_id()}:"
            f"{api_id}/{stage_name}/{method}{path}"
        )
        reference = apigateway_v1._extract_lambda_ref_from_integration_uri(
            integration.get("uri", "")
        )
        if not _may_invoke("apigateway.amazonaws.com", reference, source):
            _log.warning("%s may not invoke %s", source, reference)
            return apigateway_v1._gw_error("API_CONFIGURATION_ERROR", "Internal server error")
        return await stock(
            integration, api_id, stage_name, stage, resource, request_path, method, *args, **kwargs
        )

    return invoke


def _check_targets(stock: Any) -> Any:
    def invoke_target(
        target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any = None
    ) -> None:
        arn = target.get("Arn", "")
        allowed = True
        if ":sqs:" in arn:
            allowed = _may_send(arn, rule["Arn"])
        elif ":lambda:" in arn:
            allowed = _may_invoke("events.amazonaws.com", arn, rule["Arn"])
        if allowed:
            stock(target, event, rule, view)
        else:
            _log.warning("%s may not deliver to %s: an event is dropped", rule["Arn"], arn)

    return invoke_target


def _may_send(queue_arn: str, rule_arn: str) -> bool:
    events = "events.amazonaws.com"
    queue = sqs._queue_by_arn(queue_arn)
    if queue is None:
        return False
    policy = queue["attributes"].get("Policy")
    if not service_may(events, "sqs:SendMessage", queue_arn, policy, source_arn=rule_arn):
        return False
    key = queue_key(queue)
    return key is None or all(
        service_may(events, use, key["Arn"], key.get("Policy"), source_arn=rule_arn)
        for use in (*WRITE, *READ)
    )


def apply() -> None:
    """Ask before every call from service to service that the pipeline relies on."""
    s3._validate_notification_configs = _check_notifications(s3._validate_notification_configs)
    s3._deliver_event_to_lambda = _check_delivery(s3._deliver_event_to_lambda)
    apigateway_v1._invoke_lambda_proxy_v1 = _check_integration(
        apigateway_v1._invoke_lambda_proxy_v1
    )
    eventbridge._invoke_target = _check_targets(eventbridge._invoke_target)
