"""What CloudWatch knows of queues by itself."""

import collections
import contextlib
import copy
import json
import math
import threading
import time

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudwatch, sqs

from .settings import MINUTE_SECONDS

_NAMESPACE = "AWS/SQS"
_AGE = "ApproximateAgeOfOldestMessage"
_KEPT_SECONDS = 20 * 60
_SAMPLE_SECONDS = min(5.0, MINUTE_SECONDS / 2)
# Receives after which a message that is still there counts as poison.
_POISON_RECEIVES = 3

# The last age seen in each minute by the minute's start, by account, region and queue.
_history = collections.defaultdict(dict)


def queues_have_an_age():
    """ApproximateAgeOfOldestMessage: seconds since the oldest message that is not deleted was sent, in flight or not;
    0 for an empty queue. On a standard queue a message that was received three times goes to the back and is no
    longer counted, whatever its redrive policy, until it is deleted; on a dead-letter queue the age counts from the
    move there. CloudWatch has one value for each minute; here the last one is that of this moment.

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
        setattr(cloudwatch, name, _with_queue_ages(getattr(cloudwatch, name)))
    threading.Thread(target=_sample_for_ever, name="queue-ages", daemon=True).start()


def _note_moves(queue, count):
    """Notes on the messages that just came to the end of a dead-letter queue since when they are there."""
    target = json.loads(queue["attributes"]["RedrivePolicy"])["deadLetterTargetArn"]
    for message in sqs._queue_by_arn(target)["messages"][-count:]:
        message["moved_at"] = time.time()
        message["receives_before_move"] = message["receive_count"]


def _age_of_oldest(queue, now):
    sqs._expire_retained(queue)
    for message in queue["messages"]:
        receives = message.get("receive_count", 0) - message.get("receives_before_move", 0)
        if queue["is_fifo"] or receives < _POISON_RECEIVES:
            return max(0, math.floor(now - (message.get("moved_at") or message.get("sent_at", now))))
    return 0


def _minute_of(moment):
    return math.floor(moment / MINUTE_SECONDS) * MINUTE_SECONDS


def _sample(account, region, queue, now):
    """Notes the age of a queue. Returns the minutes and ages that are known."""
    with sqs._queues_lock:
        ages = _history[account, region, queue["name"]]
        ages[_minute_of(now)] = _age_of_oldest(queue, now)
        for minute in [minute for minute in ages if minute < now - _KEPT_SECONDS]:
            del ages[minute]
        return sorted(ages.items())


def _sample_for_ever():
    while True:
        for (account, region, _url), queue in list(sqs._queues._data.items()):
            # A queue that is deleted at this moment has no age.
            with contextlib.suppress(KeyError):
                _sample(account, region, queue, time.time())
        time.sleep(_SAMPLE_SECONDS)


def _with_queue_ages(original):
    """The operation, with the ages of the queues of its account and region as CloudWatch would have them."""

    def operation(params, data, is_cbor, is_json=False):
        keys = [_put_ages(get_account_id(), get_region(), queue) for queue in list(sqs._queues.values())]
        try:
            return original(params, _with_our_minutes(data), is_cbor, is_json)
        finally:
            # Not left there, or MiniStack would evaluate alarms from them, which looks at no dimensions.
            for key in keys:
                cloudwatch._metrics.pop(key, None)

    return operation


def _put_ages(account, region, queue):
    """Puts the ages of a queue where CloudWatch keeps its metrics. Returns the key of the metric."""
    ages = _sample(account, region, queue, time.time())
    dimensions = {"QueueName": queue["name"]}
    key = (_NAMESPACE, _AGE, cloudwatch._dims_key(dimensions))
    cloudwatch._metrics[key] = [
        {"Timestamp": minute, "Value": float(age), "Unit": "Seconds", "Dimensions": dimensions}
        for minute, age in ages
    ]
    return key


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
