"""The gate of a region: whether its consumers may process a message. Python 3.10 or later, and nothing but the standard library.

`Gate("shop-ownership", "us-east-1", clients).admits(message)`, with a message of boto3, received with all its attributes, or a record of a
Lambda event. `clients` are DynamoDB clients by region, of boto3 or botocore, each with one attempt that ends soon:
`Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1})`.
"""

import json
import re
import threading
import time
from email.utils import formatdate, parsedate_to_datetime

CACHE_MS, DATE_CUT_MS, CLOCK_LAG_MS, CLOCKS_APART_MS, FARTHEST_MS = 5_000, 1_000, 100, 250, 45_000
CLOSED_MS = 1_000
RESERVED = {"kind", "of", "v", "status"}
STANDS = {"open", "no-pass", "over"}
ORIGIN = "sqs-multi-region.origin"


def verdict(reading, home, present):
    """(why, remaining milliseconds): the pass is open when `why` is "open". Whole milliseconds; every doubt closes."""
    sent, date = reading.get("sent", {}), reading.get("dateMs")
    if not all(map(is_whole, (sent.get("mono"), sent.get("wall"), date, present.get("mono"), present.get("wall")))):
        return "implausible", 0
    mono, wall = present["mono"] - sent["mono"], present["wall"] - sent["wall"]
    if mono < 0 or mono - wall > CLOCKS_APART_MS:
        return "clock-went-back", 0
    if wall - mono > CLOCKS_APART_MS:
        return "froze", 0
    if max(mono, wall) > CACHE_MS:
        return "too-old", 0
    if home not in reading["homes"]:
        return "no-pass", 0
    entry = reading["homes"][home]
    if not isinstance(entry, dict) or not is_whole(entry.get("until")) or not is_whole(entry.get("epoch")):
        return "implausible", 0
    left = entry["until"] - (date + DATE_CUT_MS + max(mono, wall) + CLOCK_LAG_MS)
    if left <= 0:
        return "over", 0
    return ("implausible", 0) if left > FARTHEST_MS else ("open", left - -(-left // 100))


def is_whole(value):
    return type(value) is int and 0 <= value < 2**53


def home_of(message):
    """The home by which a message is processed, or None for a message without origin: the home of the region that received it."""
    attributes = message.get("MessageAttributes") or message.get("messageAttributes") or {}
    attribute = attributes.get(ORIGIN) or {}
    return home_in(attribute.get("StringValue") or attribute.get("stringValue"))


def home_in(text):
    """The home in the value of an origin: the owner for which the message was marked, or else where the producer put it."""
    try:
        origin = json.loads(text)
        numbers = origin["v"], origin["sent"]
        texts = origin["home"], origin["id"], origin["sender"]
    except (KeyError, TypeError, ValueError, RecursionError):
        return None
    if not all(type(number) is int for number in numbers) or numbers[0] < 1 or not all(map(is_filled, texts)):
        return None
    return origin["owner"] if is_filled(origin.get("owner")) else origin["home"]


def is_filled(value):
    return isinstance(value, str) and value != ""


def date_in(header):
    """Epoch milliseconds of a Date header, or None. One in any other form than HTTP's tells nothing."""
    try:
        seconds = int(parsedate_to_datetime(header).timestamp())
    except (TypeError, ValueError, OverflowError):
        return None
    return seconds * 1_000 if formatdate(seconds, usegmt=True) == header else None


def homes_in(item):
    homes = {name: value.get("M", {}) for name, value in item.items() if name not in RESERVED}
    return {home: {key: number_in(fields.get(key)) for key in ("epoch", "until")} for home, fields in homes.items()}


def number_in(value):
    text = (value or {}).get("N", "")
    return int(text) if re.fullmatch("[0-9]{1,16}", text) else None


def clocks():
    return {"mono": time.monotonic_ns() // 1_000_000, "wall": time.time_ns() // 1_000_000}


class Gate:
    def __init__(self, table, region, clients, clocks=clocks):
        self.table, self.region, self.clients, self.clocks = table, region, clients, clocks
        self.order = sorted(clients, key=lambda table: table != region)
        self.reading, self.lock = None, threading.Lock()

    def admits(self, message):
        """Whether the message may be processed now. Never raises: False also when no table answers."""
        return self.is_open(home_of(message))

    def is_open(self, home=None):
        """Whether this region processes the messages of a home. Without one: of its own."""
        return self.ask(home or self.region)[0] == "open"

    def ask(self, home):
        """(why, remaining milliseconds). Never raises: when no table answers, `why` is "unreadable"."""
        with self.lock:
            answer = self.judged(home)
            if answer[0] not in STANDS or answer[0] != "open" and self.age() >= CLOSED_MS:
                read = self.read()
                if read is not None or answer[0] not in STANDS:
                    self.reading = read
                answer = self.judged(home)
            return answer

    def age(self):
        return self.clocks()["mono"] - self.reading["sent"]["mono"]

    def judged(self, home):
        return ("unreadable", 0) if self.reading is None else verdict(self.reading, home, self.clocks())

    def read(self):
        """The first copy that can be read and has a pass, the own region's before the others; without a pass if nobody has one."""
        empty = None
        for table in self.order:
            sent = self.clocks()
            try:
                answer = self.clients[table].get_item(
                    TableName=self.table, Key={"kind": {"S": "pass"}, "of": {"S": self.region}}
                )
            except Exception:  # Whatever it is, this copy tells nothing.
                continue
            date = date_in(answer["ResponseMetadata"]["HTTPHeaders"].get("date"))
            reading = {"sent": sent, "dateMs": date, "homes": homes_in(answer.get("Item", {}))}
            if date is not None and "Item" in answer:
                return reading
            empty = reading if date is not None and empty is None else empty
        return empty
