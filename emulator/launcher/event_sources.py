"""Event source mappings of queues."""

import json
import threading
import time

from ministack.services import lambda_svc, sqs

from . import outages
from .messages import message_size

_PAYLOAD_MAX_BYTES = 6 * 1024 * 1024
# JSON around one record: names, receipt handle, digests, system attributes.
_RECORD_OVERHEAD_BYTES = 1_024

_polling = threading.local()
_window_timers = {}


def _wake_in(mapping_id, seconds):
    """Wakes the poller when a batching window ends; one timer for each mapping."""
    timer = _window_timers.get(mapping_id)
    if timer is not None and timer.is_alive():
        return
    timer = threading.Timer(max(seconds, 0.01), lambda_svc.esm_wake.set)
    timer.daemon = True
    _window_timers[mapping_id] = timer
    timer.start()


def _stored_size(message):
    """Size of a message on a queue; kept with it, because a poller asks again and again."""
    if "size" not in message:
        message["size"] = message_size(
            {"MessageBody": message.get("body"), "MessageAttributes": message.get("message_attributes")}
        )
    return message["size"]


def _batch_to_take(queue, size, window, mapping_id):
    """How many messages to take now: 0 while a window is open and the batch is neither full nor at 6 MB."""
    now = time.time()
    count = payload = 0
    oldest = now
    for message in queue["messages"]:
        visible_at = message.get("visible_at", now)
        if visible_at > now:
            continue
        payload += _RECORD_OVERHEAD_BYTES + _stored_size(message)
        if payload > _PAYLOAD_MAX_BYTES and count > 0:
            return count
        count += 1
        oldest = min(oldest, visible_at)
        if count >= size:
            return count
    if count == 0 or now - oldest >= window:
        return count
    _wake_in(mapping_id, oldest + window - now)
    return 0


def mappings_batch_by_size_and_window():
    """A mapping invokes its function when the batch is full, the window is over or the payload is 6 MB,
    with up to 10,000 messages of a standard queue.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
    https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html#invocation-eventsourcemapping-batching
    """
    original_mappings = lambda_svc._iter_all_esms

    def iter_all_esms():
        for account, region, mapping in original_mappings():
            _polling.mapping = mapping
            yield account, region, mapping

    def receive_messages_for_esm(queue_url, max_number):
        mapping = getattr(_polling, "mapping", {})
        with sqs._queues_lock:
            queue = sqs._get_q(queue_url)
            sqs._expire_retained(queue)
            sqs._dlq_sweep(queue)
            if queue["is_fifo"]:
                size = min(int(max_number or 1), 10)
            else:
                window = float(mapping.get("MaximumBatchingWindowInSeconds") or 0)
                size = _batch_to_take(queue, int(max_number or 1), window, mapping.get("UUID", ""))
            visibility = int(queue["attributes"].get("VisibilityTimeout", "30"))
            batch = sqs._collect_msgs(queue, size, visibility) if size > 0 else []
        _polling.batch = {message["receipt_handle"]: message for message in batch}
        return batch

    lambda_svc._iter_all_esms = iter_all_esms
    sqs._receive_messages_for_esm = receive_messages_for_esm


def records_are_complete():
    """A record says who sent the message and, from a dead-letter queue, where it was; an attribute has its
    (always empty) lists.

    https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
    """
    original = lambda_svc._apply_filter_criteria

    def apply_filter_criteria(records, mapping):
        taken = getattr(_polling, "batch", {})
        for record in records:
            message = taken.get(record.get("receiptHandle")) if isinstance(record, dict) else None
            if message is None:
                continue
            for name in ("SenderId", "DeadLetterQueueSourceArn"):
                value = (message.get("sys") or {}).get(name)
                if value:
                    record["attributes"][name] = value
            for attribute in record["messageAttributes"].values():
                attribute.setdefault("stringListValues", [])
                attribute.setdefault("binaryListValues", [])
            if message.get("md5_attrs"):
                record["md5OfMessageAttributes"] = message["md5_attrs"]
        return original(records, mapping)

    lambda_svc._apply_filter_criteria = apply_filter_criteria


def _is_valid_batch_response(body):
    """Whether a function's answer names failed items as Lambda wants them; nothing at all is a success."""
    if isinstance(body, (bytes, str)):
        try:
            body = json.loads(body or "null")
        except ValueError:
            return False
    if body is None:
        return True
    if not isinstance(body, dict):
        return False
    failures = body.get("batchItemFailures")
    if failures is None:
        return True
    return isinstance(failures, list) and all(
        isinstance(item, dict) and isinstance(item.get("itemIdentifier"), str) and item["itemIdentifier"]
        for item in failures
    )


def malformed_batch_responses_fail_the_batch():
    """With ReportBatchItemFailures, an answer that is no valid JSON, or an item identifier that is empty,
    null or under a wrong name, fails the whole batch.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
    """
    original_run = lambda_svc._run_sqs_batch
    original_execute = lambda_svc._execute_function
    running = threading.local()

    def run_sqs_batch(mapping, *args):
        running.reports = "ReportBatchItemFailures" in (mapping.get("FunctionResponseTypes") or [])
        try:
            original_run(mapping, *args)
        finally:
            running.reports = False

    def execute_function(func, event):
        result = original_execute(func, event)
        if getattr(running, "reports", False) and not result.get("error"):
            if not _is_valid_batch_response(result.get("body")):
                failure = {"errorType": "InvalidBatchResponse", "errorMessage": "The batch response is malformed."}
                return {**result, "error": True, "body": failure}
        return result

    lambda_svc._run_sqs_batch = run_sqs_batch
    lambda_svc._execute_function = execute_function


def _mapping_error(data):
    """Why Lambda refuses this mapping of an SQS queue, or None."""
    source = data.get("EventSourceArn", "")
    queue = sqs._queue_by_arn(source) if ":sqs:" in source else None
    if queue is None:
        return None
    size = int(data.get("BatchSize") or 10)
    window = int(data.get("MaximumBatchingWindowInSeconds") or 0)
    if queue["is_fifo"] and window:
        return "Batching window is not supported for FIFO queues"
    if size > (10 if queue["is_fifo"] else 10_000):
        return f"Batch size {size} is larger than this event source allows."
    if size > 10 and window < 1:
        return "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
    function = lambda_svc._resolve_existing_esm_function(data.get("FunctionName", ""))
    record = lambda_svc._functions.get(function[0]) if function[0] else None
    timeout = int(((record or {}).get("config") or {}).get("Timeout", 3))
    visibility = int(queue["attributes"].get("VisibilityTimeout", "30"))
    if visibility < timeout:
        return f"Queue visibility timeout: {visibility} seconds is less than Function timeout: {timeout} seconds"
    return None


def mappings_are_checked():
    """A mapping needs a batching window above ten messages, and a queue whose visibility timeout is no
    shorter than the function's timeout.

    https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
    original = lambda_svc._create_esm

    def create_esm(data):
        reason = _mapping_error(data)
        if reason is not None:
            return lambda_svc.error_response_json("InvalidParameterValueException", reason, 400)
        return original(data)

    lambda_svc._create_esm = create_esm


def mappings_stop_with_their_region():
    """The pollers of a mapping run in its region, apart from the queue: they stop with the region, and they may stop
    while SQS answers. A mapping stays enabled all the while.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
    """
    original = lambda_svc._iter_all_esms

    def iter_all_esms():
        for account, region, mapping in original():
            if outages.pollers_run(region):
                yield account, region, mapping

    lambda_svc._iter_all_esms = iter_all_esms
    outages.on_change(lambda_svc.esm_wake.set)
