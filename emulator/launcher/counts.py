"""How many messages a queue says that it holds."""

import contextvars
import math
import time

from ministack import app as ministack_app
from ministack.services import sqs

from .chance import fraction
from .settings import AS_AWS, MINUTE_SECONDS

# Places that may answer for a queue, each with what it saw when it looked last.
_PLACES = 2
_EXACT_HEADER = (b"x-harness-exact-counts", b"yes")
# Whether the current call asks for the truth.
_is_exact = contextvars.ContextVar("is_exact", default=False)


def counts_of(queue, moment):
    """Numbers of messages at a moment, in epoch seconds, by the name that SQS gives them."""
    visible = delayed = in_flight = 0
    for message in queue["messages"]:
        if (message.get("moved_at") or message.get("sent_at", moment)) > moment:
            continue
        if message.get("visible_at", moment) <= moment:
            visible += 1
        elif message.get("receive_count", 0) == 0:
            delayed += 1
        else:
            in_flight += 1
    return {
        "ApproximateNumberOfMessages": visible,
        "ApproximateNumberOfMessagesNotVisible": in_flight,
        "ApproximateNumberOfMessagesDelayed": delayed,
    }


def counts_settle_late():
    """The counts of messages become consistent a minute after the last change. A call with the header of the harness
    alone is counted exactly.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
    """
    if "staleCounts" not in AS_AWS:
        return
    period = AS_AWS["staleCounts"]["upToMinutes"] * MINUTE_SECONDS
    if period == 0:
        return
    original_app = ministack_app.app
    original_get = sqs._get_q
    original_attributes = sqs._act_get_queue_attributes

    async def app(scope, receive, send):
        if scope["type"] == "http":
            _is_exact.set(_EXACT_HEADER in scope.get("headers", []))
        await original_app(scope, receive, send)

    def get_q(*args):
        queue = original_get(*args)
        # Every call comes here before it changes anything, so what a place saw when it looked is still there.
        with sqs._queues_lock:
            _look(queue, period, time.time())
        return queue

    def act_get_queue_attributes(data, queue_url):
        answer = original_attributes(data, queue_url)
        if not _is_exact.get():
            queue = original_get(data.get("QueueUrl", queue_url))
            queue["readings"] = queue.get("readings", 0) + 1
            place = math.floor(fraction("place", _arn(queue), queue["readings"]) * _PLACES)
            for name, count in queue["seen"][place][1].items():
                if name in answer["Attributes"]:
                    answer["Attributes"][name] = str(count)
        return answer

    ministack_app.app = app
    sqs._get_q = get_q
    sqs._act_get_queue_attributes = act_get_queue_attributes
    sqs._HANDLERS["GetQueueAttributes"] = act_get_queue_attributes


def _arn(queue):
    return queue["attributes"]["QueueArn"]


def _look(queue, period, now):
    """Notes what each place saw when it looked last. Each looks once in a period, at a time of its own."""
    seen = queue.setdefault("seen", {})
    for place in range(_PLACES):
        offset = fraction("look", _arn(queue), place) * period
        looked_at = math.floor((now - offset) / period) * period + offset
        if place not in seen or seen[place][0] < looked_at:
            seen[place] = (looked_at, counts_of(queue, looked_at))
