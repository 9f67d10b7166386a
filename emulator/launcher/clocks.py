"""Wall clocks that are wrong: those of tables and those that functions see. Clocks that only count stay right."""

import datetime
import json
import os
import tempfile

from ministack.core import sigv4

from .settings import WORKER_CLOCK_SCRIPT

_DIRECTORY = tempfile.mkdtemp(prefix="clocks-")
# Region to the clock of its tables, of the regions whose clock is wrong.
_tables = {}


def order(tables, workers):
    """Replaces the clocks that are wrong by what is given: region to the clock of its tables, of its functions. A
    clock is off by `offsetMs`, or stands at `stoppedAtMs`, in epoch milliseconds. Functions see theirs at once.
    """
    global _tables
    _tables = tables
    for name in os.listdir(_DIRECTORY):
        if name not in workers:
            os.unlink(os.path.join(_DIRECTORY, name))
    for region, clock in workers.items():
        # Renamed, so that no function reads half of it.
        unfinished = os.path.join(_DIRECTORY, f".{region}")
        with open(unfinished, "w", encoding="utf-8") as file:
            json.dump(clock, file)
        os.replace(unfinished, os.path.join(_DIRECTORY, region))


def signatures_are_judged_by_the_clock_of_the_table():
    """DynamoDB refuses a call that was signed more than fifteen minutes from its own time, right or wrong.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
    """
    original = sigv4.request_time_failure

    def request_time_failure(signature, *, now=None):
        clock = _tables.get(signature.region) if signature.service == "dynamodb" else None
        if clock is not None and now is None:
            now = _shown(clock, datetime.datetime.now(datetime.timezone.utc))
        return original(signature, now=now)

    sigv4.request_time_failure = request_time_failure


def _shown(clock, now):
    if "stoppedAtMs" in clock:
        return datetime.datetime.fromtimestamp(clock["stoppedAtMs"] / 1_000, datetime.timezone.utc)
    return now + datetime.timedelta(milliseconds=clock["offsetMs"])


def with_clock_of_region(environment):
    """The environment of a worker that sees the clock of its region, if clocks of workers may be wrong. Node alone
    knows how.
    """
    if not WORKER_CLOCK_SCRIPT:
        return environment
    # https://nodejs.org/api/cli.html#node_optionsoptions: a path with a space stands in quotes, a backslash escapes.
    script = WORKER_CLOCK_SCRIPT.replace("\\", "\\\\").replace('"', '\\"')
    options = f'{environment.get("NODE_OPTIONS", "")} --require "{script}"'.strip()
    clock = os.path.join(_DIRECTORY, environment["AWS_REGION"])
    return {**environment, "NODE_OPTIONS": options, "HARNESS_CLOCK_FILE": clock}
