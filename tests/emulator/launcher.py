"""Starts MiniStack with the corrections that make it answer as AWS does where our tests depend on it.

Every correction is one function below that names the rule of AWS it restores. None of them is for the
convenience of a test: what AWS would refuse must be refused here. One function more lets the gateway have
AWS fail where only AWS itself can, in the middle of a batch.

Read from the environment:
  EMULATOR_ENDPOINTS      JSON object, region to the endpoint that functions of that region call
  EMULATOR_GATEWAY_TOKEN  proves that a call came through our gateway, which alone knows what the client spoke
  EMULATOR_CA_FILE        certificate that functions trust besides the public ones

Standard input is held open by the parent and says nothing. When it closes, the parent is gone, and this
process ends together with all its workers.
"""

import contextlib
import contextvars
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import types

ENDPOINTS = json.loads(os.environ.pop("EMULATOR_ENDPOINTS", "{}"))
GATEWAY_TOKEN = os.environ.pop("EMULATOR_GATEWAY_TOKEN", "")
CA_FILE = os.environ.pop("EMULATOR_CA_FILE", "")

from ministack import app as ministack_app  # noqa: E402
from ministack.core import iam_actions, iam_evaluator, lambda_runtime, router  # noqa: E402
from ministack.services import iam, lambda_svc, sqs, sts  # noqa: E402


# ---------------------------------------------------------------------------------------------- identity


def authorise_batches_as_single_actions():
    """There is no permission sqs:SendMessageBatch: the batch calls are authorised as the single ones.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
    """
    original = iam_actions.extract_iam_action
    singles = {
        "sqs:SendMessageBatch": "sqs:SendMessage",
        "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
        "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    }

    def extract_iam_action(*args, **kwargs):
        action = original(*args, **kwargs)
        return singles.get(action, action)

    iam_actions.extract_iam_action = extract_iam_action
    if getattr(ministack_app, "extract_iam_action", None) is original:
        ministack_app.extract_iam_action = extract_iam_action


def _role_of_session(session_arn):
    """The role (as IAM keeps it) behind arn:aws:sts::<account>:assumed-role/<name>/<session>, or None."""
    parts = session_arn.split(":", 5)
    if len(parts) < 6 or not parts[5].startswith("assumed-role/"):
        return None
    return iam._roles.get_scoped(parts[4], None, parts[5].split("/")[1])


def principal_arn_is_the_role():
    """aws:PrincipalArn of a role session is the ARN of the role, with its path, not that of the session.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
    """
    original = iam_evaluator._resolve_condition_key

    def resolve_condition_key(key, ctx):
        if key.lower() == "aws:principalarn":
            role = _role_of_session(ctx.principal_arn)
            if role is not None:
                return role["Arn"]
        return original(key, ctx)

    iam_evaluator._resolve_condition_key = resolve_condition_key


def session_user_id_begins_with_role_id():
    """The user id of every role session, a function's too, is <unique id of the role>:<session name>.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-infotouse
    """
    original = sts.register_session

    def register_session(access_key, session):
        role = _role_of_session(session.get("Arn", ""))
        if role is not None:
            session["UserId"] = f"{role['RoleId']}:{session['Arn'].rsplit('/', 1)[-1]}"
        original(access_key, session)

    sts.register_session = register_session


def transport_is_what_the_client_spoke():
    """aws:SecureTransport says whether the caller used TLS. Only the gateway knows, so only it is believed.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-securetransport
    """
    original = ministack_app.app

    async def app(scope, receive, send):
        if scope["type"] == "http":
            headers = scope.get("headers", [])
            trusted = (b"x-gateway-token", GATEWAY_TOKEN.encode()) in headers and GATEWAY_TOKEN
            kept = [
                (name, value)
                for name, value in headers
                if name != b"x-gateway-token" and (trusted or name != b"x-forwarded-proto")
            ]
            scope = {**scope, "headers": kept}
        await original(scope, receive, send)

    ministack_app.app = app


def queue_urls_have_the_scheme_of_the_call():
    """A queue URL has the scheme of the endpoint that it was asked from.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
    """
    original = sqs._externalize_url

    def externalize_url(url):
        external = original(url)
        if external != url and iam_evaluator._request_origin.get()[1]:
            return re.sub("^http:", "https:", external)
        return external

    sqs._externalize_url = externalize_url


# ------------------------------------------------------------------------------------------------ messages

# The user id of whoever makes the current call.
_sender_id = contextvars.ContextVar("sender_id", default="")


def sender_id_is_the_callers_user_id():
    """SenderId is the user's unique id, or <unique id of the role>:<session name>; root: the account.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
    """
    original_pin = iam_evaluator.pin_request_caller
    original_build = sqs._build_send_sys_attrs

    def pin_request_caller(headers, query_params=None):
        original_pin(headers, query_params)
        key = router.extract_access_key_id(headers, query_params or {})
        identity = iam_evaluator.resolve_caller_identity(key) if key else None
        _sender_id.set((identity or {}).get("userId") or "")

    def build_send_sys_attrs(now, sys_attrs_input):
        attributes = original_build(now, sys_attrs_input)
        attributes["SenderId"] = _sender_id.get() or attributes["SenderId"]
        return attributes

    iam_evaluator.pin_request_caller = pin_request_caller
    sqs._build_send_sys_attrs = build_send_sys_attrs


_ATTRIBUTE_NAME = re.compile(r"^(?!\.)(?!.*\.\.)[A-Za-z0-9_.-]{1,256}(?<!\.)$")
_RESERVED_NAME = re.compile(r"^(aws|amazon)\.", re.IGNORECASE)
_GROUP_OR_DEDUPLICATION_ID = re.compile(r"^[\x21-\x7e]{1,128}$")
_MAX_ATTRIBUTES = 10
_BATCH_MAX_BYTES = 1_048_576
_INTERNAL_ERROR = "We encountered an internal error. Please try again."


def _attribute_size(name, attribute):
    if str(attribute.get("DataType", "")).startswith("Binary"):
        encoded = str(attribute.get("BinaryValue") or "")
        value = len(encoded) * 3 // 4 - encoded[-2:].count("=")
    else:
        value = len(str(attribute.get("StringValue") or "").encode())
    return len(name.encode()) + len(str(attribute.get("DataType", "")).encode()) + value


def _message_size(message):
    attributes = message.get("MessageAttributes") or {}
    body = len((message.get("MessageBody") or "").encode())
    return body + sum(_attribute_size(name, attribute) for name, attribute in attributes.items())


def _refuse(reason, code="InvalidParameterValue"):
    raise sqs._Err(code, reason)


def _check_attribute(name, attribute):
    if not _ATTRIBUTE_NAME.match(name) or _RESERVED_NAME.match(name):
        _refuse(f"Message (user) attribute name '{name}' is invalid.")
    data_type = str(attribute.get("DataType") or "")
    base = data_type.split(".", 1)[0]
    if base not in ("String", "Number", "Binary") or len(data_type) > 256:
        _refuse(
            f"The type of message (user) attribute '{name}' is invalid. You must use only the following "
            "supported type prefixes: Binary, Number, String."
        )
    value = attribute.get("BinaryValue" if base == "Binary" else "StringValue")
    if not value:
        _refuse(f"Message (user) attribute '{name}' must contain a non-empty value of type '{base}'.")
    if base == "Number":
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            _refuse(f"Can't cast the value of message (user) attribute '{name}' to a number.")


def _check_message(queue, message):
    attributes = message.get("MessageAttributes") or {}
    if len(attributes) > _MAX_ATTRIBUTES:
        _refuse(f"Number of message attributes [{len(attributes)}] exceeds the allowed maximum [{_MAX_ATTRIBUTES}].")
    for name, attribute in attributes.items():
        _check_attribute(name, attribute)
    limit = int(queue["attributes"].get("MaximumMessageSize", _BATCH_MAX_BYTES))
    if _message_size(message) > limit:
        _refuse(f"One or more parameters are invalid. Reason: Message must be shorter than {limit} bytes.")
    delay = message.get("DelaySeconds")
    if delay is not None and not 0 <= int(delay) <= 900:
        _refuse(f"Value {delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.")
    for field in ("MessageGroupId", "MessageDeduplicationId"):
        value = message.get(field)
        if value is not None and not _GROUP_OR_DEDUPLICATION_ID.match(value):
            _refuse(f"Value {value} for parameter {field} is invalid.")
    if message.get("MessageDeduplicationId") and not queue["is_fifo"]:
        _refuse(
            f"Value {message['MessageDeduplicationId']} for parameter MessageDeduplicationId is invalid. "
            "Reason: The request includes a parameter that is not valid for this queue type."
        )


def messages_are_checked_with_their_attributes():
    """At most ten attributes, none empty, numbers that are numbers; attributes count towards the size of a
    message; a deduplication id is for FIFO queues only, a group id is for both.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
    """
    original = sqs._act_send_message

    def act_send_message(data, queue_url):
        _check_message(sqs._get_q(data.get("QueueUrl", queue_url)), data)
        return original(data, queue_url)

    sqs._act_send_message = act_send_message
    sqs._HANDLERS["SendMessage"] = act_send_message


def batches_keep_every_part_of_a_message():
    """A batch entry has everything that a single message has, the trace header too. The total of a batch,
    attributes included, is at most 1 MiB.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatchRequestEntry.html
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
    """

    def act_send_message_batch(data, queue_url):
        url = data.get("QueueUrl", queue_url)
        sqs._get_q(url, "sqs:SendMessage")
        entries = data.get("Entries", [])
        sqs._validate_batch_entries(entries, "SendMessageBatchRequestEntry")
        total = sum(_message_size(entry) for entry in entries)
        if total > _BATCH_MAX_BYTES:
            _refuse(
                f"Batch requests cannot be longer than {_BATCH_MAX_BYTES} bytes. You have sent {total} bytes.",
                code="BatchRequestTooLong",
            )
        successful, failed = [], []
        for entry in entries:
            if entry["Id"] in _dropped_entries.get():
                failed.append({"Id": entry["Id"], "Code": "InternalError", "Message": _INTERNAL_ERROR, "SenderFault": False})
                continue
            try:
                sent = sqs._act_send_message({**entry, "QueueUrl": url}, url)
                successful.append({**sent, "Id": entry["Id"]})
            except sqs._Err as error:
                failed.append({"Id": entry["Id"], "Code": error.code, "Message": error.message, "SenderFault": True})
        return {"Successful": successful, "Failed": failed}

    sqs._act_send_message_batch = act_send_message_batch
    sqs._HANDLERS["SendMessageBatch"] = act_send_message_batch


# Ids of the entries that the current call loses on the way.
_dropped_entries = contextvars.ContextVar("dropped_entries", default=frozenset())


def gateway_may_drop_entries():
    """SQS may fail single entries of a batch by an internal error and take the others. The gateway names such
    entries in a header, since it cannot take them out of a signed body. Nobody else is believed. Must be
    wrapped around the check of the gateway's token, which removes it.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_BatchResultErrorEntry.html
    """
    original = ministack_app.app

    async def app(scope, receive, send):
        if scope["type"] == "http":
            headers = scope.get("headers", [])
            trusted = (b"x-gateway-token", GATEWAY_TOKEN.encode()) in headers and GATEWAY_TOKEN
            named = b",".join(value for name, value in headers if name == b"x-gateway-drop-entries")
            _dropped_entries.set(frozenset(named.decode().split(",")) if trusted and named else frozenset())
        await original(scope, receive, send)

    ministack_app.app = app


_RECEIPT_HANDLE = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


def deleting_twice_succeeds():
    """On a standard queue, deleting a message that is gone, or with an older receipt handle, succeeds.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html
    """
    original_single = sqs._act_delete_message
    original_batch = sqs._act_delete_message_batch

    def tolerated(url, handle):
        return bool(_RECEIPT_HANDLE.match(handle or "")) and not sqs._get_q(url)["is_fifo"]

    def act_delete_message(data, queue_url):
        try:
            return original_single(data, queue_url)
        except sqs._Err as error:
            if error.code == "ReceiptHandleIsInvalid" and tolerated(
                data.get("QueueUrl", queue_url), data.get("ReceiptHandle")
            ):
                return {}
            raise

    def act_delete_message_batch(data, queue_url):
        result = original_batch(data, queue_url)
        handles = {entry.get("Id"): entry.get("ReceiptHandle") for entry in data.get("Entries", [])}
        url = data.get("QueueUrl", queue_url)
        gone = [entry for entry in result["Failed"] if tolerated(url, handles.get(entry["Id"]))]
        return {
            "Successful": result["Successful"] + [{"Id": entry["Id"]} for entry in gone],
            "Failed": [entry for entry in result["Failed"] if entry not in gone],
        }

    sqs._act_delete_message = act_delete_message
    sqs._act_delete_message_batch = act_delete_message_batch
    sqs._HANDLERS["DeleteMessage"] = act_delete_message
    sqs._HANDLERS["DeleteMessageBatch"] = act_delete_message_batch


_retention_checks = {}
_RETENTION_CHECK_SECONDS = 1


def long_queues_are_as_quick_as_short_ones():
    """The number of messages in a queue does not change how quickly it answers. MiniStack goes through all of
    them several times per call; here as seldom as the same answers allow.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html
    """
    original_ensure = sqs._ensure_msg_fields
    original_expire = sqs._expire_retained
    original_sweep = sqs._dlq_sweep
    original_collect = sqs._collect_msgs

    def ensure_msg_fields(message):
        # The last field that the original sets: what has it has all.
        if "seq" not in message:
            original_ensure(message)

    def expire_retained(queue):
        arn = queue["attributes"].get("QueueArn", "")
        now = time.monotonic()
        if now - _retention_checks.get(arn, 0) >= _RETENTION_CHECK_SECONDS:
            _retention_checks[arn] = now
            original_expire(queue)

    def dlq_sweep(queue):
        policy = queue["attributes"].get("RedrivePolicy")
        limit = re.search(r'"maxReceiveCount"\s*:\s*"?(\d+)', policy or "")
        if limit and any(message.get("receive_count", 0) >= int(limit.group(1)) for message in queue["messages"]):
            original_sweep(queue)

    def collect_msgs(queue, max_n, visibility):
        if queue["is_fifo"]:
            return original_collect(queue, max_n, visibility)
        now = time.time()
        taken = []
        for message in queue["messages"]:
            if len(taken) >= max_n:
                break
            ensure_msg_fields(message)
            if message["visible_at"] > now:
                continue
            message["receipt_handle"] = sqs.new_uuid()
            message["visible_at"] = now + visibility
            message["receive_count"] += 1
            if message["first_receive_at"] is None:
                message["first_receive_at"] = now
            taken.append(message)
        return taken

    def prune_dedup(queue):
        # All entries live equally long, so the oldest, which stand first, end first.
        cache = queue["dedup_cache"]
        now = time.time()
        while cache:
            oldest = next(iter(cache))
            if cache[oldest]["expire"] > now:
                return
            del cache[oldest]

    def act_delete_message_batch(data, queue_url):
        queue = sqs._get_q(data.get("QueueUrl", queue_url), "sqs:DeleteMessage")
        entries = data.get("Entries", [])
        sqs._validate_batch_entries(entries, "DeleteMessageBatchRequestEntry")
        handles = {entry.get("ReceiptHandle") for entry in entries} - {None, ""}
        held, position, messages = set(), 0, queue["messages"]
        # What is deleted was received lately, so it stands near the front.
        while len(held) < len(handles) and position < len(messages):
            if messages[position].get("receipt_handle") in handles:
                held.add(messages.pop(position)["receipt_handle"])
            else:
                position += 1
        successful, failed = [], []
        for entry in entries:
            if entry.get("ReceiptHandle") in held:
                held.remove(entry["ReceiptHandle"])
                successful.append({"Id": entry["Id"]})
            else:
                reason = "The input receipt handle is invalid."
                failed.append({"Id": entry["Id"], "Code": "ReceiptHandleIsInvalid", "Message": reason, "SenderFault": True})
        return {"Successful": successful, "Failed": failed}

    sqs._ensure_msg_fields = ensure_msg_fields
    sqs._expire_retained = expire_retained
    sqs._dlq_sweep = dlq_sweep
    sqs._collect_msgs = collect_msgs
    sqs._prune_dedup = prune_dedup
    sqs._act_delete_message_batch = act_delete_message_batch
    sqs._HANDLERS["DeleteMessageBatch"] = act_delete_message_batch


def queue_changes_are_atomic():
    """SQS does not lose an accepted message, nor bring back a deleted one. MiniStack's pollers replace the
    list of messages in their own thread; every change of a queue therefore takes the pollers' lock. Must be
    the last correction of queues, so that it covers the others.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues-at-least-once-delivery.html
    """
    sqs._queues_lock = threading.RLock()

    def locked(function):
        def run(*args):
            with sqs._queues_lock:
                return function(*args)

        return run

    for action, handler in list(sqs._HANDLERS.items()):
        # Waits on the event loop for messages, so it takes the lock only where it touches them (below).
        if action != "ReceiveMessage":
            sqs._HANDLERS[action] = locked(handler)
    for name in ("_expire_retained", "_dlq_sweep", "_collect_msgs"):
        setattr(sqs, name, locked(getattr(sqs, name)))


# -------------------------------------------------------------------------------------------- event sources

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
        message["size"] = _message_size(
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


# -------------------------------------------------------------------------------------------------- workers

# What a worker takes over from this process; everything else it gets from its function or from Lambda.
_INHERITED = ("PATH", "HOME", "TMPDIR")
_LAMBDA_VARIABLE = re.compile(r"^(AWS_(REGION|DEFAULT_REGION|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)|"
                              r"AWS_LAMBDA_\w+|_?LAMBDA_\w+|NODE_PATH|_X_AMZN_TRACE_ID)$")


def functions_get_what_lambda_gives_them():
    """A function sees the variables that Lambda documents and its own, nothing of the machine. Added for the
    emulator: the endpoint of its own region and the certificate to trust.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
    """
    original_spawn = lambda_runtime.Worker._spawn
    spawning = threading.local()

    def spawn(worker):
        spawning.config = worker.config
        try:
            original_spawn(worker)
        finally:
            spawning.config = None

    def popen(*args, **kwargs):
        config = getattr(spawning, "config", None)
        if config is not None:
            kwargs["env"] = _worker_environment(config, kwargs["env"])
        return subprocess.Popen(*args, **kwargs)

    lambda_runtime.Worker._spawn = spawn
    lambda_runtime.subprocess = types.SimpleNamespace(**{**vars(subprocess), "Popen": popen})


def _worker_environment(config, proposed):
    own = (config.get("Environment") or {}).get("Variables") or {}
    environment = {
        name: value
        for name, value in proposed.items()
        if name in own or name in _INHERITED or _LAMBDA_VARIABLE.match(name)
    }
    name = config.get("FunctionName", "")
    environment.setdefault("AWS_EXECUTION_ENV", f"AWS_Lambda_{config.get('Runtime', '')}")
    environment.setdefault("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
    environment.setdefault("AWS_LAMBDA_LOG_GROUP_NAME", f"/aws/lambda/{name}")
    environment.setdefault("_HANDLER", config.get("Handler", ""))
    environment.setdefault("LANG", "en_US.UTF-8")
    environment.setdefault("TZ", ":UTC")
    endpoint = ENDPOINTS.get(environment.get("AWS_REGION", ""))
    if endpoint is None:
        raise RuntimeError(f"function {name}: no endpoint for its region {environment.get('AWS_REGION')}")
    environment["AWS_ENDPOINT_URL"] = endpoint
    if CA_FILE:
        environment["NODE_EXTRA_CA_CERTS"] = CA_FILE
    return environment


# ---------------------------------------------------------------------------------------------------- start


def end_with_the_parent():
    """Ends this process group as soon as standard input closes."""

    def watch():
        while os.read(0, 1024):
            pass
        lambda_runtime.reset()
        temporary = os.environ.get("TMPDIR")
        if temporary:
            shutil.rmtree(temporary, ignore_errors=True)
            # The run's folder, unless something is left in it that the parent wants to be read.
            with contextlib.suppress(OSError):
                os.rmdir(os.path.dirname(temporary))
        if os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os._exit(0)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def main():
    authorise_batches_as_single_actions()
    principal_arn_is_the_role()
    session_user_id_begins_with_role_id()
    transport_is_what_the_client_spoke()
    queue_urls_have_the_scheme_of_the_call()
    sender_id_is_the_callers_user_id()
    messages_are_checked_with_their_attributes()
    batches_keep_every_part_of_a_message()
    gateway_may_drop_entries()
    long_queues_are_as_quick_as_short_ones()
    deleting_twice_succeeds()
    queue_changes_are_atomic()
    mappings_batch_by_size_and_window()
    records_are_complete()
    malformed_batch_responses_fail_the_batch()
    mappings_are_checked()
    functions_get_what_lambda_gives_them()
    end_with_the_parent()
    ministack_app.main()


if __name__ == "__main__":
    sys.argv = sys.argv[:1]
    main()
