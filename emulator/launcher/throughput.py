"""How much tables take that their owner provisioned capacity for."""

import json
import threading
import time

from ministack.core.responses import error_response_json, get_account_id, get_region
from ministack.services import dynamodb

from .settings import AS_AWS

_OPERATIONS = {
    "Read": ("_get_item", "_query", "_scan"),
    "Write": ("_put_item", "_update_item", "_delete_item"),
}
# Operations on several tables, and where they return what was too much.
_BATCHES = {"Read": ("_batch_get_item", "UnprocessedKeys"), "Write": ("_batch_write_item", "UnprocessedItems")}
# What a write that is refused by its condition consumes at least.
_REFUSED_UNITS = 1.0

_lock = threading.Lock()
# Units that are left and when that was, by account, region, table and Read or Write.
_left = {}


def provisioned_capacity_is_a_limit():
    """A table with provisioned capacity refuses calls when its units are used up. It gets the provisioned units each
    second, and keeps what is unused for five minutes. Of a batch, only the part for such a table is not processed.
    Transactions, PartiQL, indexes and the copies that replicas write are not limited here.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/provisioned-capacity-mode.html
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html
    """
    if "provisionedCapacity" not in AS_AWS:
        return
    for kind, names in _OPERATIONS.items():
        for name in names:
            setattr(dynamodb, name, _limited(getattr(dynamodb, name), kind))
    for kind, (name, unprocessed) in _BATCHES.items():
        setattr(dynamodb, name, _limited_batch(getattr(dynamodb, name), kind, unprocessed))


def _limited(original, kind):
    def operation(data):
        table = _name_of(data.get("TableName"))
        if _provisioned(table, kind) is None:
            return original(data)
        if not _has_units(table, kind):
            return _exceeded()
        status, headers, body = original(_counting(data))
        answer = json.loads(body)
        if status != 200:
            _consume(table, kind, _REFUSED_UNITS if "ConditionalCheckFailed" in str(answer.get("__type")) else 0)
            return status, headers, body
        _consume(table, kind, answer["ConsumedCapacity"]["CapacityUnits"])
        return status, headers, _as_asked(data, answer)

    return operation


def _limited_batch(original, kind, unprocessed):
    def operation(data):
        requested = data.get("RequestItems") or {}
        limited = {key for key in requested if _provisioned(_name_of(key), kind) is not None}
        refused = {key: requested[key] for key in limited if not _has_units(_name_of(key), kind)}
        if not limited:
            return original(data)
        if len(refused) == len(requested):
            return _exceeded()
        taken = {key: request for key, request in requested.items() if key not in refused}
        status, headers, body = original(_counting({**data, "RequestItems": taken}))
        answer = json.loads(body)
        if status != 200:
            return status, headers, body
        for consumed in answer["ConsumedCapacity"]:
            _consume(_name_of(consumed["TableName"]), kind, consumed["CapacityUnits"])
        answer[unprocessed] = {**answer.get(unprocessed, {}), **refused}
        return status, headers, _as_asked(data, answer)

    return operation


def _name_of(table):
    """The name of a table that is given by its name or its ARN."""
    return str(table or "").rsplit("/", 1)[-1]


def _provisioned(table, kind):
    """Units a second, or None when there is no limit."""
    throughput = (dynamodb._tables.get(table) or {}).get("ProvisionedThroughput") or {}
    return float(throughput.get(f"{kind}CapacityUnits") or 0) or None


def _has_units(table, kind):
    return _consume(table, kind, 0) > 0


def _consume(table, kind, units):
    """Takes units from what a table has. Returns what is left; below zero, later seconds pay for this one."""
    rate = _provisioned(table, kind)
    if rate is None:
        return 1
    key = (get_account_id(), get_region(), table, kind)
    with _lock:
        now = time.monotonic()
        left, at = _left.get(key, (rate, now))
        most = rate * max(1, AS_AWS["provisionedCapacity"]["burstSeconds"])
        left = min(most, left + rate * (now - at)) - units
        _left[key] = (left, now)
        return left


def _counting(data):
    """The request, asking for what it consumes."""
    wanted = data.get("ReturnConsumedCapacity") or "NONE"
    return {**data, "ReturnConsumedCapacity": "TOTAL" if wanted == "NONE" else wanted}


def _as_asked(data, answer):
    if (data.get("ReturnConsumedCapacity") or "NONE") == "NONE":
        answer.pop("ConsumedCapacity", None)
    return json.dumps(answer, ensure_ascii=False).encode()


def _exceeded():
    reason = (
        "The level of configured provisioned throughput for the table was exceeded. "
        "Consider increasing your provisioning level with the UpdateTable API."
    )
    return error_response_json("ProvisionedThroughputExceededException", reason, 400)
