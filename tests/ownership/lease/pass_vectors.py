"""Reads ownership/lease/pass-vectors.json from standard input, and writes what the Python gate makes of it, as JSON."""

import json
import sys

import sqs_multi_region_gate as gate


def answer(reading, home, present):
    why, remains = gate.verdict(reading, home, present)
    return {"open": True, "remainsMs": remains} if why == "open" else {"open": False, "why": why}


def reading_of(item, date):
    clocks = {"mono": 0, "wall": 0}
    return {"sent": clocks, "dateMs": date, "homes": gate.homes_in(item or {})}, clocks


def item_answer(vector, date):
    reading, present = reading_of(vector["item"], date)
    return answer(reading, vector["home"], present)


given = json.load(sys.stdin)
date = gate.date_in(given["dates"][0]["header"])
print(
    json.dumps(
        {
            "vectors": [answer(each["reading"], each["home"], each["present"]) for each in given["vectors"]],
            "items": [item_answer(each, date) for each in given["items"]],
            "dates": [gate.date_in(each["header"]) for each in given["dates"]],
        }
    )
)
