"""Alarms of CloudWatch: how they are described, and when they are evaluated."""

import contextvars
import json
import threading
import time
import types
from xml.sax.saxutils import escape

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudwatch

from .chance import fraction
from .settings import AS_AWS, MINUTE_SECONDS

# What an alarm on several metrics has for each of them and not itself.
_OF_ONE_METRIC = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Dimensions", "Unit")
_TYPES = {"MaxRecords": int, "Period": int, "ReturnData": lambda text: text == "true"}


def alarms_are_described_as_they_were_put():
    """An alarm is described with everything that it was put with, in the protocol of the call: its metrics or the
    one metric with its statistic and period, its treatment of missing data, its actions. MiniStack speaks JSON about
    alarms with all there is, and XML with little.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html
    """
    original_put = cloudwatch._put_metric_alarm
    original_describe = cloudwatch._describe_alarms

    def put_metric_alarm(params, data, is_cbor, is_json=False):
        answer = original_put(params, data, is_cbor, is_json)
        if answer[0] == 200:
            request = data if is_cbor or is_json else _structure(params)
            _complete(cloudwatch._alarms[request["AlarmName"]], request)
        return answer

    def describe_alarms(params, data, is_cbor, is_json=False):
        if is_cbor or is_json:
            return original_describe(params, data, is_cbor, is_json)
        status, _headers, body = original_describe(params, _structure(params), False, True)
        answer = json.loads(body)
        if status != 200:
            return cloudwatch._error(answer["__type"], answer["message"], status)
        result = f"<DescribeAlarmsResult>{_xml(answer)}</DescribeAlarmsResult>"
        return cloudwatch._xml(200, "DescribeAlarmsResponse", result)

    cloudwatch._put_metric_alarm = put_metric_alarm
    cloudwatch._describe_alarms = describe_alarms


def _complete(alarm, request):
    """Gives an alarm what it was put with and MiniStack leaves out, and takes away what it adds."""
    alarm["InsufficientDataActions"] = request.get("InsufficientDataActions") or []
    if request.get("ExtendedStatistic"):
        alarm.pop("Statistic", None)
    if request.get("Metrics"):
        alarm["Metrics"] = request["Metrics"]
        for name in _OF_ONE_METRIC:
            alarm.pop(name, None)


def _structure(params):
    """The request behind the flat names of the query protocol, such as Metrics.member.1.MetricStat.Period."""
    root = {}
    for name, values in params.items():
        *path, last = name.split(".")
        place = root
        for part in path:
            place = place.setdefault(part, {})
        value = values[0] if isinstance(values, list) else values
        place[last] = _TYPES.get(last, str)(value)
    return _with_lists(root)


def _with_lists(value):
    if not isinstance(value, dict):
        return value
    if set(value) == {"member"}:
        return [_with_lists(item) for _index, item in sorted(value["member"].items(), key=lambda pair: int(pair[0]))]
    return {name: _with_lists(item) for name, item in value.items()}


def _xml(value, name=""):
    if isinstance(value, dict):
        return "".join(f"<{key}>{_xml(item, key)}</{key}>" for key, item in value.items() if item is not None)
    if isinstance(value, list):
        return "".join(f"<member>{_xml(item)}</member>" for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    if name.endswith("Timestamp"):
        return cloudwatch._ts_iso(value)
    return escape(str(value))


# How many seconds the current evaluation of alarms comes late.
_behind = contextvars.ContextVar("behind", default=0)


def alarms_are_evaluated_late():
    """An alarm is evaluated once a minute, and not when its metric gets a value. What it sees then is what there was
    when the value came.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
    """
    if "lateAlarms" not in AS_AWS:
        return
    original = cloudwatch._evaluate_all_alarms
    evaluations = {}

    def evaluate_all_alarms():
        place = (get_account_id(), get_region())
        evaluations[place] = evaluations.get(place, 0) + 1
        minutes = fraction("alarms", *place, evaluations[place]) * AS_AWS["lateAlarms"]["upToMinutes"]
        context = contextvars.copy_context()
        context.run(_behind.set, minutes * MINUTE_SECONDS)
        timer = threading.Timer(minutes * MINUTE_SECONDS, context.run, [original])
        timer.daemon = True
        timer.start()

    cloudwatch._evaluate_all_alarms = evaluate_all_alarms
    cloudwatch.time = types.SimpleNamespace(**{**vars(time), "time": lambda: time.time() - _behind.get()})
