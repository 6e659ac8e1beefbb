"""SQS event source mappings: message groups side by side, and AWS's reading of an answer.

The stock emulator handles one batch of a FIFO queue at a time, so that one slow group holds all;
pauses the whole mapping for a second after a failure; looks for messages that become visible
again once a second; takes `{"batchItemFailures": null}` for an error that it never recovers
from; deletes a batch whose failures it does not recognise; and asks nothing of the role.

On AWS groups are independent and each is in order; a message is delivered again when it becomes
visible; null and empty lists are success; an identifier that is empty or unknown fails the
batch; and the function's role must be allowed to receive, delete and read the queue.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from typing import Any

from ministack.core.concurrency import esm_wake
from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import lambda_svc, sqs

from local.emulator.fixes.authority import role_may
from local.emulator.fixes.key_use import READ, queue_key, via
from local.emulator.fixes.queue_atomicity import LOCK
from local.emulator.fixes.queue_receipts import expired

NEEDED = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")

_log = logging.getLogger("emulator.mapping")
stopping = threading.Event()


def poll() -> bool:
    """Take every batch that may run now, of every mapping; whether there was any."""
    if stopping.is_set():
        return False
    taken = False
    for account, region, mapping in lambda_svc._iter_all_esms():
        with request_scope(account, region):
            if mapping.get("Enabled", True) and ":sqs:" in mapping.get("EventSourceArn", ""):
                taken = _poll_mapping(mapping) or taken
    return taken


def _poll_mapping(mapping: dict[str, Any]) -> bool:
    record, config = lambda_svc._get_func_record_for_qualifier(
        mapping["FunctionName"], mapping.get("Qualifier")
    )
    queue = sqs._queue_by_arn(mapping["EventSourceArn"])
    if record is None or queue is None:
        return False
    slots = int(os.environ["LAMBDA_CONCURRENCY"])  # a message that waited for one burns a receive
    limit = min((mapping.get("ScalingConfig") or {}).get("MaximumConcurrency") or slots, slots)
    url = sqs._queue_url(mapping["EventSourceArn"].rpartition(":")[2])
    taken = False
    while lambda_svc._esm_inflight.get(mapping["UUID"], 0) < limit and queue["messages"]:
        missing = _missing_right(mapping, config)
        if missing:
            mapping["LastProcessingResult"] = f"PROBLEM: the role lacks {missing}"
            break
        with LOCK:
            batch = sqs._receive_messages_for_esm(url, mapping.get("BatchSize", 10))
            if not batch:
                _wake_at_next_visible(queue)
                break
        taken = True
        lambda_svc._dispatch_esm_batch(mapping["UUID"], _handle, mapping, record, batch, url)
    return taken


def _missing_right(mapping: dict[str, Any], config: dict[str, Any]) -> str | None:
    role, session, queue = config["Role"], config["FunctionName"], mapping["EventSourceArn"]
    for action in NEEDED:
        if not role_may(role, action, queue, session=session):
            return action
    key = queue_key(sqs._queue_by_arn(queue))
    if key is None:
        return None
    return next(
        (
            use
            for use in READ
            if not role_may(role, use, key["Arn"], session=session, context=via("sqs"))
        ),
        None,
    )


def _wake_at_next_visible(queue: dict[str, Any]) -> None:
    """Look again the moment that a message becomes visible, however long before the next look."""
    now = time.time()
    upcoming = [m["visible_at"] for m in queue["messages"] if m["visible_at"] > now]
    if upcoming and min(upcoming) - now < 1:  # the poller looks once a second by itself
        timer = threading.Timer(min(upcoming) - now, esm_wake.set)
        timer.daemon = True
        timer.start()


def _handle(
    mapping: dict[str, Any], record: dict[str, Any], batch: list[dict[str, Any]], url: str
) -> None:
    arn = mapping["EventSourceArn"]
    records = lambda_svc._apply_filter_criteria([_record(m, arn) for m in batch], mapping)
    result = lambda_svc._execute_function(record, {"Records": records}) if records else {}
    failed = _failed_ids(mapping, result, [m["id"] for m in batch])
    with LOCK:
        queue = sqs._get_q(url)
        done = {
            receipt
            for receipt in (m["receipt_handle"] for m in batch if m["id"] not in failed)
            if not expired(queue, receipt)
        }
        sqs._delete_messages_for_esm(url, done)
    mapping["LastProcessingResult"] = "OK" if not failed else "PROBLEM: Function call failed"
    if failed:
        _log.info("%s failed %s of %s", mapping["FunctionName"], len(failed), len(batch))


def _failed_ids(mapping: dict[str, Any], result: dict[str, Any], ids: list[str]) -> set[str]:
    """The messages of a batch that the function failed, as AWS reads its answer."""
    if result.get("error"):
        return set(ids)
    if "ReportBatchItemFailures" not in (mapping.get("FunctionResponseTypes") or []):
        return set()
    body = result.get("body")
    if isinstance(body, str | bytes):
        try:
            body = json.loads(body or "null")
        except ValueError:
            return set(ids)
    if not body:
        return set()
    if not isinstance(body, dict):
        return set(ids)
    failures = body.get("batchItemFailures") or []
    if not isinstance(failures, list) or not all(isinstance(f, dict) for f in failures):
        return set(ids)
    named = {failure.get("itemIdentifier") for failure in failures}
    return named if named <= set(ids) else set(ids)


def _record(message: dict[str, Any], source_arn: str) -> dict[str, Any]:
    """A message as the function's event carries it."""
    received = message["first_receive_at"]
    attributes = {
        "ApproximateReceiveCount": str(message["receive_count"]),
        "SentTimestamp": str(int(message["sent_at"] * 1000)),
        "SenderId": message["sys"].get("SenderId", get_account_id()),
        "ApproximateFirstReceiveTimestamp": str(int(received * 1000)),
    }
    for name, value in (
        ("AWSTraceHeader", message["sys"].get("AWSTraceHeader")),
        ("MessageGroupId", message.get("group_id")),
        ("MessageDeduplicationId", message.get("dedup_id")),
        ("SequenceNumber", message.get("seq")),
    ):
        if value:
            attributes[name] = value
    return {
        "messageId": message["id"],
        "receiptHandle": message["receipt_handle"],
        "body": message["body"],
        "attributes": attributes,
        "messageAttributes": lambda_svc._sqs_message_attributes_to_camel_case(
            message.get("message_attributes", {})
        ),
        "md5OfBody": message["md5_body"],
        "eventSource": "aws:sqs",
        "eventSourceARN": source_arn,
        "awsRegion": get_region(),
    }


def _with_rights_checked(create: Any) -> Any:
    def create_checked(data: dict[str, Any]) -> Any:
        _, config = lambda_svc._get_func_record_for_qualifier(
            lambda_svc._resolve_name(data.get("FunctionName", "")), None
        )
        missing = (
            _missing_right(data, config)
            if config and ":sqs:" in data.get("EventSourceArn", "")
            else None
        )
        if missing:
            return lambda_svc.error_response_json(
                "InvalidParameterValueException",
                "The provided execution role does not have permissions to call "
                f"{missing.partition(':')[2]} on SQS",
                400,
            )
        return create(data)

    return create_checked


def apply() -> None:
    """Replace the stock poller of SQS queues."""
    lambda_svc._poll_sqs = poll
    lambda_svc._ESM_IDLE_WAKE_GAP_SECONDS = 0.002
    lambda_svc._create_esm = _with_rights_checked(lambda_svc._create_esm)
