"""Global tables of DynamoDB: replicas that follow each other, in their own time."""

import collections
import copy
import time

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import dynamodb, kms

from . import outages

# A write on its way to a replica: its stamp, the key of its item and the item; None when it was deleted.
_Change = collections.namedtuple("_Change", "stamp key item")

_delay_seconds = 0.0
# What waits on the way, by account, table, source and target, in the order in which it was written.
_on_the_way = {}
# Stamp of the last write to each item, by account, table and region.
_stamps = collections.defaultdict(dict)
_last_time = 0.0


def delay_replication(seconds):
    """Has every write, also those on their way, reach the other replicas that much later."""
    global _delay_seconds
    _delay_seconds = float(seconds)


def replicas_follow_each_other():
    """A write is carried out in its own replica, conditions checked against that one alone, and reaches the others
    afterwards, those of a region or of a table that was away when it is back. Of two writes to one item the later
    wins everywhere. Nothing here needs a lock: all calls, and the orders of the harness, run on the one event loop.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
    """
    original = dynamodb.handle_request

    async def handle_request(*args):
        _deliver()
        return await original(*args)

    dynamodb.handle_request = handle_request
    dynamodb._replicate_write = _send_to_replicas
    outages.on_change(_deliver)


def tables_are_encrypted_with_a_key_of_their_region():
    """A replica is encrypted with the key that was named for it, else with the key of AWS in its region. A table says
    with which key, however it was named.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateReplicationGroupMemberAction.html
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_SSEDescription.html
    """
    original_updates = dynamodb._apply_replica_updates
    original_description = dynamodb._sse_description_from_spec

    def sse_description_from_spec(specification):
        description = original_description(specification)
        key = kms._resolve_key((description or {}).get("KMSMasterKeyArn"))
        return {**description, "KMSMasterKeyArn": key["Arn"]} if key else description

    def apply_replica_updates(name, table, updates):
        refusal = original_updates(name, table, updates)
        for member in [] if refusal else [each for update in updates for each in update.values()]:
            replica = dynamodb._tables.get_scoped(get_account_id(), member["RegionName"], name)
            if replica is not None and replica.get("SSEDescription"):
                with request_scope(get_account_id(), member["RegionName"]):
                    specification = {"Enabled": True, "KMSMasterKeyId": member.get("KMSMasterKeyId")}
                    replica["SSEDescription"] = dynamodb._sse_description_from_spec(specification)
        return refusal

    dynamodb._sse_description_from_spec = sse_description_from_spec
    dynamodb._apply_replica_updates = apply_replica_updates


def _stamp(region):
    """Orders writes by time and, as no two regions write at one time here, in one way for all replicas."""
    global _last_time
    _last_time = max(time.time(), _last_time + 1e-6)
    return (_last_time, region)


def _key_of(table, item):
    sort_key = table["sk_name"]
    return (
        dynamodb._extract_key_val(item.get(table["pk_name"])),
        dynamodb._extract_key_val(item.get(sort_key)) if sort_key else "__no_sort__",
    )


def _send_to_replicas(table, _event_name, old_item, new_item):
    account, home, name = get_account_id(), get_region(), table["TableName"]
    others = [region for region in dynamodb._replica_group(table) if region != home]
    if not others:
        return
    key = _key_of(table, new_item if new_item is not None else old_item)
    change = _Change(_stamp(home), key, copy.deepcopy(new_item))
    _stamps[account, name, home][key] = change.stamp
    for target in others:
        _on_the_way.setdefault((account, name, home, target), collections.deque()).append(change)
    _deliver()


def _deliver():
    """Carries out what has arrived by now. Called before anybody can look, so that it is never seen to be late."""
    latest = max(time.time(), _last_time) - _delay_seconds
    for (account, name, source, target), waiting in list(_on_the_way.items()):
        runs = outages.table_runs(source, name) and outages.table_runs(target, name)
        while waiting and waiting[0].stamp[0] <= latest and runs and outages.are_linked(source, target):
            with request_scope(account, target):
                _carry_out(account, name, target, waiting.popleft())


def _carry_out(account, name, region, change):
    replica = dynamodb._tables.get(name)
    stamps = _stamps[account, name, region]
    if replica is None or stamps.get(change.key, change.stamp) > change.stamp:
        return
    stamps[change.key] = change.stamp
    partition, sort = change.key
    previous = replica["items"].get(partition, {}).get(sort)
    if change.item is None:
        dynamodb._remove_item(replica, partition, sort)
        event = "REMOVE"
    else:
        dynamodb._set_item(replica, partition, sort, copy.deepcopy(change.item))
        event = "INSERT" if previous is None else "MODIFY"
    if change.item is not None or previous is not None:
        dynamodb._emit_stream_event(name, event, previous, copy.deepcopy(change.item), replicate=False)
