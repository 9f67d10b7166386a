"""What SQS takes, keeps and gives back of a message."""

import contextvars
import math
import re
import time

from ministack import app as ministack_app
from ministack.core import iam_evaluator, router
from ministack.services import sqs

from .chance import fraction
from .settings import AS_AWS, GATEWAY_TOKEN


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


def message_size(message):
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
    if message_size(message) > limit:
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
        total = sum(message_size(entry) for entry in entries)
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


# How many of the messages that come next may be overtaken.
_OVERTAKEN = 10


def standard_queues_deliver_twice_and_out_of_order():
    """A standard queue delivers now and then a message once more, also one that was deleted meanwhile, and now and
    then a later message before an earlier one. A FIFO queue never does. Must come after the correction of speed,
    which replaces what it wraps.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html
    """
    repeats = AS_AWS.get("duplicates", {}).get("rate", 0)
    overtakes = AS_AWS.get("reordering", {}).get("rate", 0)
    if repeats == 0 and overtakes == 0:
        return
    original = sqs._collect_msgs

    def collect_msgs(queue, max_n, visibility):
        if queue["is_fifo"]:
            return original(queue, max_n, visibility)
        arn = queue["attributes"]["QueueArn"]
        delivered = queue.get("delivered", 0)
        if fraction("overtake", arn, delivered) < overtakes:
            taken = _collect_out_of_order(queue, max_n, visibility, original)
        else:
            taken = original(queue, max_n, visibility)
        queue["delivered"] = delivered + len(taken)
        for position, message in enumerate(taken, delivered):
            if "copy" not in message and fraction("again", arn, position) < repeats:
                # Another server still has it. It is a message of its own there, so that deleting one leaves the other.
                copy = {**message, "copy": True, "receipt_handle": None, "visible_at": time.time()}
                queue["messages"].insert(queue["messages"].index(message) + 1, copy)
        return taken

    sqs._collect_msgs = collect_msgs


def _collect_out_of_order(queue, max_n, visibility, collect):
    """Takes messages as if the first of those that can be received were not there, unless no others are."""
    now = time.time()
    passed = []
    for message in queue["messages"]:
        if len(passed) == _OVERTAKEN:
            break
        sqs._ensure_msg_fields(message)
        if message["visible_at"] <= now:
            passed.append((message, message["visible_at"]))
    for message, _ in passed:
        message["visible_at"] = now + visibility
    try:
        taken = collect(queue, max_n, visibility)
    finally:
        for message, visible_at in passed:
            message["visible_at"] = visible_at
    return taken or collect(queue, max_n, visibility)
