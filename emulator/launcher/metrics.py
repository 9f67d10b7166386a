"""What CloudWatch knows of queues by itself."""

import collections
import contextlib
import contextvars
import copy
import json
import math
import threading
import time

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudwatch, sqs

from .chance import fraction
from .counts import counts_of
from .settings import AS_AWS, MINUTE_SECONDS

_NAMESPACE = "AWS/SQS"
_AGE = "ApproximateAgeOfOldestMessage"
_VISIBLE = "ApproximateNumberOfMessagesVisible"
_IN_FLIGHT = "ApproximateNumberOfMessagesNotVisible"
_DELAYED = "ApproximateNumberOfMessagesDelayed"
_UNITS = {_AGE: "Seconds", _VISIBLE: "Count", _IN_FLIGHT: "Count", _DELAYED: "Count"}
_KEPT_SECONDS = 20 * 60
_SAMPLE_SECONDS = min(5.0, MINUTE_SECONDS / 2)
# Receives after which a message that is still there counts as poison.
_POISON_RECEIVES = 3
# How metrics are published as AWS publishes them; None when every queue has every metric of this moment.
_LATE = AS_AWS.get("queueMetrics")

# The last values seen in each minute by the minute's start, by account, region and queue.
_history = collections.defaultdict(dict)


def queues_have_metrics():
    """ApproximateAgeOfOldestMessage: seconds since the oldest message that is not deleted was sent, in flight or not.
    On a standard queue a message that was received three times goes to the back and is no longer counted, whatever
    its redrive policy, until it is deleted; on a dead-letter queue the age counts from the move there. Besides it the
    numbers of messages that are visible, in flight and delayed. CloudWatch has one value for each minute.

    Unless they are wanted as AWS has them, the last value is that of this moment, and that of nothing is 0.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    """
    original_sweep = sqs._dlq_sweep

    def dlq_sweep(queue):
        before = len(queue["messages"])
        original_sweep(queue)
        if len(queue["messages"]) < before:
            _note_moves(queue, before - len(queue["messages"]))

    sqs._dlq_sweep = dlq_sweep
    for name in ("_get_metric_data", "_get_metric_statistics"):
        setattr(cloudwatch, name, _with_queue_metrics(getattr(cloudwatch, name)))
    threading.Thread(target=_sample_for_ever, name="queue-metrics", daemon=True).start()


def metrics_sleep_with_their_queue():
    """A queue is active while it holds messages or anything calls it, and for six hours more. One that has slept has
    metrics again up to a quarter of an hour after it was woken.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/monitoring-using-cloudwatch.html
    """
    original = sqs._get_q

    def get_q(*args):
        queue = original(*args)
        queue["used_at"] = time.time()
        return queue

    sqs._get_q = get_q


def _note_moves(queue, count):
    """Notes on the messages that just came to the end of a dead-letter queue since when they are there."""
    target = json.loads(queue["attributes"]["RedrivePolicy"])["deadLetterTargetArn"]
    for message in sqs._queue_by_arn(target)["messages"][-count:]:
        message["moved_at"] = time.time()
        message["receives_before_move"] = message["receive_count"]


def _age_of_oldest(queue, now):
    """The age in seconds, or None when no message counts."""
    for message in queue["messages"]:
        receives = message.get("receive_count", 0) - message.get("receives_before_move", 0)
        # AWS does not say that a message counts before its delay has passed; who relies on that fails here.
        if _LATE and message.get("receive_count", 0) == 0 and message.get("visible_at", now) > now:
            continue
        if queue["is_fifo"] or receives < _POISON_RECEIVES:
            return max(0, math.floor(now - (message.get("moved_at") or message.get("sent_at", now))))
    return None


def _values(queue, now):
    """What is known of a queue at this moment, by metric."""
    sqs._expire_retained(queue)
    counts = counts_of(queue, now)
    values = {
        _AGE: _age_of_oldest(queue, now),
        _VISIBLE: counts["ApproximateNumberOfMessages"],
        _IN_FLIGHT: counts["ApproximateNumberOfMessagesNotVisible"],
        _DELAYED: counts["ApproximateNumberOfMessagesDelayed"],
    }
    if _LATE:
        always = (_AGE, _VISIBLE)
        return {name: value for name, value in values.items() if value or (value == 0 and name in always)}
    return {name: value or 0 for name, value in values.items()}


def _minute_of(moment):
    return math.floor(moment / MINUTE_SECONDS) * MINUTE_SECONDS


def _sample(account, region, queue, now):
    """Notes the metrics of a queue. Returns the minutes and values that can be read."""
    with sqs._queues_lock:
        minutes = _history[account, region, queue["name"]]
        if _is_awake(queue, now):
            minutes[_minute_of(now)] = _values(queue, now)
        for minute in [minute for minute in minutes if minute < now - _KEPT_SECONDS]:
            del minutes[minute]
        return [(minute, values) for minute, values in sorted(minutes.items()) if _is_published(queue, minute, now)]


def _is_awake(queue, now):
    if not _LATE:
        return True
    quiet = now - queue.setdefault("used_at", now)
    if not queue["messages"] and quiet >= _LATE["sleepsAfterMinutes"] * MINUTE_SECONDS:
        queue["sleeps"] = True
        return False
    if queue.pop("sleeps", False):
        queue["woken"] = queue.get("woken", 0) + 1
        minutes = fraction("wake", _arn(queue), queue["woken"]) * _LATE["wakesWithinMinutes"]
        queue["metrics_from"] = now + minutes * MINUTE_SECONDS
    return now >= queue.get("metrics_from", 0)


def _is_published(queue, minute, now):
    """Whether a minute of a queue can be read: none is before it is over, each some time later, a few never."""
    if not _LATE:
        return True
    since_creation = round((minute - _minute_of(int(queue["attributes"]["CreatedTimestamp"]))) / MINUTE_SECONDS)
    if fraction("gap", _arn(queue), since_creation) < _LATE["gapRate"]:
        return False
    late = fraction("late", _arn(queue), since_creation) * _LATE["lateMinutes"]
    return now >= minute + (1 + late) * MINUTE_SECONDS


def _arn(queue):
    return queue["attributes"]["QueueArn"]


def _sample_for_ever():
    while True:
        for (account, region, _url), queue in list(sqs._queues._data.items()):
            # A queue that is deleted at this moment has no metrics.
            with contextlib.suppress(KeyError):
                _sample(account, region, queue, time.time())
        time.sleep(_SAMPLE_SECONDS)


def _with_queue_metrics(original):
    """The operation, with the metrics of the queues of its account and region as CloudWatch would have them."""

    def operation(params, data, is_cbor, is_json=False):
        queues = list(sqs._queues.values())
        keys = [key for queue in queues for key in _put_metrics(get_account_id(), get_region(), queue)]
        try:
            return original(params, _with_our_minutes(data), is_cbor, is_json)
        finally:
            # Not left there, or MiniStack would evaluate alarms from them, which looks at no dimensions.
            for key in keys:
                cloudwatch._metrics.pop(key, None)

    return operation


def _put_metrics(account, region, queue):
    """Puts the metrics of a queue where CloudWatch keeps them. Returns their keys."""
    minutes = _sample(account, region, queue, time.time())
    dimensions = {"QueueName": queue["name"]}
    keys = []
    for name, unit in _UNITS.items():
        key = (_NAMESPACE, name, cloudwatch._dims_key(dimensions))
        cloudwatch._metrics[key] = [
            {"Timestamp": minute, "Value": float(values[name]), "Unit": unit, "Dimensions": dimensions}
            for minute, values in minutes
            if name in values
        ]
        keys.append(key)
    return keys


def _with_our_minutes(request):
    """The request, with the periods of the metrics of queues in minutes as long as ours."""
    request = copy.deepcopy(request)
    statistics = [query.get("MetricStat") or {} for query in request.get("MetricDataQueries") or []]
    for owner, metric in [(request, request), *((each, each.get("Metric") or {}) for each in statistics)]:
        if metric.get("Namespace") == _NAMESPACE and owner.get("Period"):
            owner["Period"] = max(1, round(owner["Period"] / 60 * MINUTE_SECONDS))
    return request


def metric_data_comes_newest_first():
    """GetMetricData returns the newest value first unless it is asked for ScanBy TimestampAscending.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html#API_GetMetricData_RequestParameters
    """
    original = cloudwatch._get_metric_data
    originals = {name: getattr(cloudwatch, name) for name in ("_json_ok", "_cbor_ok")}
    asked = threading.local()

    def get_metric_data(params, data, is_cbor, is_json=False):
        asked.newest_first = data.get("ScanBy", "TimestampDescending") == "TimestampDescending"
        try:
            return original(params, data, is_cbor, is_json)
        finally:
            asked.newest_first = False

    def in_order(name):
        def ok(answer):
            if getattr(asked, "newest_first", False):
                for result in answer.get("MetricDataResults", []):
                    for values in ("Timestamps", "Values"):
                        result[values] = result[values][::-1]
            return originals[name](answer)

        return ok

    cloudwatch._get_metric_data = get_metric_data
    for name in originals:
        setattr(cloudwatch, name, in_order(name))


def new_metrics_appear_late():
    """The values of a metric that is new can be read up to two minutes later, and alarms see them then.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/publishingMetrics.html
    """
    if "newMetrics" not in AS_AWS:
        return
    original = cloudwatch._store_datum
    known_from = {}

    def store_datum(namespace, name, dimensions, *datum):
        key = (get_account_id(), get_region(), namespace, name, cloudwatch._dims_key(dimensions))
        minutes = fraction("new", *key) * AS_AWS["newMetrics"]["withinMinutes"]
        wait = known_from.setdefault(key, time.time() + minutes * MINUTE_SECONDS) - time.time()
        if wait <= 0:
            return original(namespace, name, dimensions, *datum)

        def store():
            original(namespace, name, dimensions, *datum)
            cloudwatch._evaluate_all_alarms()

        timer = threading.Timer(wait, contextvars.copy_context().run, [store])
        timer.daemon = True
        timer.start()

    cloudwatch._store_datum = store_datum
