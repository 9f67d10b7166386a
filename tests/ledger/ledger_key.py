"""The ledger key of a record of a Lambda event, with nothing but the standard library: take this file along to use it.

As a script it reads ledger/vectors.json from standard input and writes the keys and ids that it finds, as JSON.
"""

import base64
import hashlib
import json
import re
import struct
import sys

ORIGIN, PRODUCER_KEY = "sqs-multi-region.origin", "sqs-multi-region.key"


def ledger_key(record, business_value=None):
    """The key, or None for a message without identity. `business_value` is what the JMESPath gave, if there is one."""
    if is_business_value(business_value):
        return "business/" + hashlib.sha256(business_text(business_value)).hexdigest()
    origin = origin_in(record)
    if origin is None:
        return None
    if filled(origin.get("key")):
        key = f"key/{origin['key']}/{content_digest(record)}"
    else:
        key = f"origin/{origin['home']}/{origin['id']}"
    return key if re.fullmatch("[ -~]+", key) else None


def ledger_id(queue, key):
    """What Powertools Idempotency makes of the key prefix `queue` and the payload `key` with sha256."""
    return f"{queue}#{hashlib.sha256(json.dumps(key).encode()).hexdigest()}"


def content_digest(record):
    fields = [record["body"].encode()]
    attributes = record["messageAttributes"]
    for name in sorted(set(attributes) - {ORIGIN, PRODUCER_KEY}, key=str.encode):
        attribute = attributes[name]
        data_type = attribute["dataType"]
        if re.match(r"Binary(\.|$)", data_type):
            value = base64.b64decode(attribute.get("binaryValue") or "")
        else:
            value = (attribute.get("stringValue") or "").encode()
        fields += [name.encode(), data_type.encode(), value]
    return hashlib.sha256(b"".join(struct.pack(">I", len(field)) + field for field in fields)).hexdigest()


def is_business_value(value, most_nested=16):
    if isinstance(value, list):
        return value != [] and most_nested > 0 and all(is_business_value(part, most_nested - 1) for part in value)
    if isinstance(value, str):
        return value != "" and not re.search("[\ud800-\udfff]", value)
    return type(value) in (int, float) and value == value // 1 and abs(value) < 2**53


def business_text(value):
    if isinstance(value, list):
        return b"[" + b"".join(business_text(part) + b"," for part in value) + b"]"
    if isinstance(value, str):
        return f"{len(value.encode())}:{value}".encode()
    return str(int(value)).encode()


def origin_in(record):
    try:
        origin = json.loads(record["messageAttributes"][ORIGIN]["stringValue"])
        numbers = type(origin["v"]) is int and origin["v"] >= 1 and type(origin["sent"]) is int
        return origin if numbers and all(filled(origin[name]) for name in ("home", "id", "sender")) else None
    except (KeyError, TypeError, ValueError, RecursionError):
        return None


def filled(value):
    return isinstance(value, str) and value != ""


if __name__ == "__main__":
    answers = []
    for vector in json.load(sys.stdin)["vectors"]:
        key = ledger_key(vector["record"], vector.get("businessValue"))
        answers.append({"key": key, "id": key and ledger_id(vector["queue"], key)})
    json.dump(answers, sys.stdout)
