"""What starts targets by the clock: EventBridge Scheduler, and rules of EventBridge that have a schedule."""

import contextvars
import json
import math
import threading

from ministack.services import eventbridge, lambda_svc, scheduler

from . import outages
from .chance import fraction_of
from .settings import MINUTE_SECONDS, SCHEDULE_LATENESS_SECONDS, SCHEDULE_SEED

_TICK_SECONDS = 0.25
_SCHEDULE_TICKER = "evb-scheduler-ticker"
_RULE_TICKER = "eb-scheduler"
_TICKERS = (_SCHEDULE_TICKER, _RULE_TICKER)


def schedules_keep_their_time():
    """A rate counts from the creation of its schedule or rule, so that its moments do not drift.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html#eb-rate-expressions
    """
    original_rate = eventbridge._parse_rate_seconds

    def parse_rate_seconds(expression):
        seconds = original_rate(expression)
        return None if seconds is None else seconds / 60 * MINUTE_SECONDS

    def anchored(tick, entries, fired):
        def anchored_tick():
            before = dict(fired)
            tick()
            for key, moment in list(fired.items()):
                entry = entries._data.get(key)
                interval = entry and parse_rate_seconds(entry["ScheduleExpression"])
                if interval and moment != before.get(key):
                    created = _created(entry)
                    fired[key] = created + math.floor((moment - created) / interval) * interval

        return anchored_tick

    scheduler._SCHEDULE_TICK_INTERVAL = _TICK_SECONDS
    eventbridge._SCHEDULER_TICK_INTERVAL = _TICK_SECONDS
    eventbridge._parse_rate_seconds = parse_rate_seconds
    scheduler._tick_schedules = anchored(
        scheduler._tick_schedules, scheduler._schedules, scheduler._schedule_last_fired
    )
    eventbridge._tick_scheduled_rules = anchored(
        eventbridge._tick_scheduled_rules, eventbridge._rules, eventbridge._rule_last_fired
    )


def _created(entry):
    """When a schedule or a rule was created, in epoch seconds."""
    return entry["CreationDate"] if "CreationDate" in entry else entry["CreationTime"]


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


class _Running(dict):
    """Schedules or rules, of which their ticker sees only those that go on."""

    def items(self):
        every = super().items()
        if threading.current_thread().name not in _TICKERS:
            return every
        return [(key, entry) for key, entry in list(every) if not outages.is_lost(key[1])]


def schedules_stop_with_their_region():
    """Schedules and rules stop with their region and stay enabled. One that was due meanwhile fires once when the
    region is back: Scheduler goes on trying for up to a day, and so does EventBridge.

    https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
    """
    scheduler._schedules._data = _Running(scheduler._schedules._data)
    eventbridge._rules._data = _Running(eventbridge._rules._data)


def schedules_start_late():
    """A schedule starts its target within 60 seconds after the minute, a rule somewhere within the minute. Every
    occurrence has a delay of its own, which the seed decides: none is lost, and none waits for the one before. One
    whose region is lost meanwhile starts when the region is back.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
    """
    if SCHEDULE_LATENESS_SECONDS <= 0:
        return
    original = eventbridge._invoke_target

    def invoke_target(target, event, entry, *rest):
        if threading.current_thread().name not in _TICKERS:
            return original(target, event, entry, *rest)
        occurrence = _occurrence(entry, event["Time"])
        seconds = fraction_of(SCHEDULE_SEED, entry["Arn"], occurrence) * SCHEDULE_LATENESS_SECONDS
        eventbridge.logger.info("%s: occurrence %d starts %.3f s late", entry["Arn"], occurrence, seconds)
        context = contextvars.copy_context()

        def start():
            outages.wait_while_lost(event["Region"])
            context.run(original, target, event, entry, *rest)

        timer = threading.Timer(seconds, start)
        timer.daemon = True
        timer.start()

    eventbridge._invoke_target = invoke_target


def _occurrence(entry, moment):
    """Which occurrence this is: of a rate since the creation, of anything else by the minute."""
    interval = eventbridge._parse_rate_seconds(entry["ScheduleExpression"])
    return math.floor((moment - _created(entry)) / interval) if interval else math.floor(moment / 60)
