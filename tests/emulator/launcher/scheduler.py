"""EventBridge Scheduler."""

import json
import math
import threading

from ministack.services import eventbridge, lambda_svc, scheduler

from . import outages
from .settings import MINUTE_SECONDS

_TICK_SECONDS = 0.25
_TICKER = "evb-scheduler-ticker"


def schedules_keep_their_time():
    """A rate counts from the creation of its schedule, so that its moments do not drift.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based
    """
    original_rate = eventbridge._parse_rate_seconds
    original_tick = scheduler._tick_schedules
    fired = scheduler._schedule_last_fired

    def parse_rate_seconds(expression):
        seconds = original_rate(expression)
        return None if seconds is None else seconds / 60 * MINUTE_SECONDS

    def tick_schedules():
        before = dict(fired)
        original_tick()
        for key, moment in list(fired.items()):
            schedule = scheduler._schedules._data.get(key)
            interval = schedule and parse_rate_seconds(schedule["ScheduleExpression"])
            if interval and moment != before.get(key):
                created = schedule["CreationDate"]
                fired[key] = created + math.floor((moment - created) / interval) * interval

    scheduler._SCHEDULE_TICK_INTERVAL = _TICK_SECONDS
    eventbridge._parse_rate_seconds = parse_rate_seconds
    scheduler._tick_schedules = tick_schedules


def schedules_invoke_functions_asynchronously():
    """A schedule and a rule hand their event to Lambda's queue, which tries again when the function fails.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html
    https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html
    """

    def dispatch_to_lambda(arn, payload):
        function, config, name = lambda_svc._get_func_record_for_ref(arn)
        if not function or not config:
            eventbridge.logger.warning("EventBridge: function %s not found", name)
            return
        event = json.loads(payload)
        lambda_svc.invoke_async_with_retry(lambda_svc._execution_record_for_config(function, config), event)

    eventbridge._dispatch_to_lambda = dispatch_to_lambda


class _RunningSchedules(dict):
    """Schedules, of which the ticker sees only those that go on."""

    def items(self):
        every = super().items()
        if threading.current_thread().name != _TICKER:
            return every
        return [(key, schedule) for key, schedule in list(every) if not outages.is_lost(key[1])]


def schedules_stop_with_their_region():
    """Schedules stop with their region and stay enabled. One that was due meanwhile fires once when the region is
    back: Scheduler goes on trying for up to a day.

    https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html
    """
    scheduler._schedules._data = _RunningSchedules(scheduler._schedules._data)
