"""Queues as a whole: their speed, and that no change of them gets lost."""

import re
import threading
import time

from ministack.services import sqs

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
