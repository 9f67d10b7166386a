"""The Python gate's readings: when, of which table, how often. Tables are stand-ins; the emulator's tests have botocore's clients."""

import threading
import unittest
from email.utils import formatdate

from sqs_multi_region_gate import Gate

DATE = 1_700_000_000
HOME = "us-east-1"
ITEM = {"kind": {"S": "pass"}, HOME: {"M": {"epoch": {"N": "3"}, "until": {"N": str((DATE + 30) * 1_000)}}}}


class Table:
    """A table that stamps every answer with its own time, and the clocks of the machine that asks."""

    def __init__(self, machine, item=ITEM):
        self.machine, self.item, self.requests, self.error, self.takes = machine, item, [], None, 0

    def get_item(self, **request):
        self.requests.append(request)
        date = DATE + self.machine.now // 1_000
        self.machine.now += self.takes
        if self.error:
            raise self.error
        answer = {"ResponseMetadata": {"HTTPHeaders": {"date": formatdate(date, usegmt=True)}}}
        return answer if self.item is None else {**answer, "Item": self.item}


class Machine:
    now = 0

    def clocks(self):
        return {"mono": self.now, "wall": self.now}


class GateTest(unittest.TestCase):
    def setUp(self):
        self.machine = Machine()
        self.own, self.other = Table(self.machine), Table(self.machine)
        clients = {"us-west-2": self.other, "us-east-1": self.own}
        self.gate = Gate("shop-ownership", "us-east-1", clients, self.machine.clocks)

    def requests(self):
        return len(self.own.requests), len(self.other.requests)

    def test_asks_for_the_pass_of_the_own_region_in_its_own_table(self):
        self.assertTrue(self.gate.is_open(HOME))
        self.assertEqual(
            self.own.requests, [{"TableName": "shop-ownership", "Key": {"kind": {"S": "pass"}, "of": {"S": HOME}}}]
        )
        self.assertEqual(self.requests(), (1, 0))

    def test_reads_once_in_five_seconds_for_all_homes_and_threads(self):
        threads = [threading.Thread(target=self.gate.ask, args=(home,)) for home in [HOME, "us-west-2"] * 5]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.machine.now = 5_000
        self.assertTrue(self.gate.is_open(HOME))
        self.assertEqual(self.requests(), (1, 0))
        self.machine.now = 5_001
        self.assertTrue(self.gate.is_open(HOME))
        self.assertEqual(self.requests(), (2, 0))

    def test_reads_again_after_a_second_for_a_home_that_is_closed(self):
        self.own.item = {"kind": {"S": "pass"}}
        self.assertEqual(self.gate.ask(HOME), ("no-pass", 0))
        self.own.item, self.machine.now = ITEM, 999
        self.assertEqual(self.gate.ask(HOME), ("no-pass", 0))
        self.assertEqual(self.requests(), (1, 0))
        self.machine.now = 1_000
        self.assertTrue(self.gate.is_open(HOME))
        self.assertEqual(self.requests(), (2, 0))

    def test_is_closed_for_as_long_as_the_last_answer_counts_when_no_table_answers(self):
        self.own.item = {"kind": {"S": "pass"}}
        self.assertEqual(self.gate.ask(HOME), ("no-pass", 0))
        self.own.error = self.other.error = OSError("no route")
        self.machine.now = 5_000
        self.assertEqual(self.gate.ask(HOME), ("no-pass", 0))
        self.machine.now = 5_001
        self.assertEqual(self.gate.ask(HOME), ("unreadable", 0))

    def test_counts_from_before_the_request(self):
        self.own.takes = 3_000
        self.assertEqual(self.gate.ask(HOME), ("open", 30_000 - 4_100 - 259))
        self.own.takes = self.other.takes = 6_000
        self.machine.now = 10_000
        self.assertEqual(self.gate.ask(HOME), ("too-old", 0))

    def test_goes_by_the_other_table_when_the_own_one_fails_or_has_none(self):
        self.own.error = OSError("no route")
        self.assertTrue(self.gate.is_open(HOME))
        self.machine.now = 6_000
        self.own.error, self.own.item = None, None
        self.assertTrue(self.gate.is_open(HOME))
        self.assertEqual(self.requests(), (2, 2))

    def test_is_closed_when_no_table_has_a_pass_or_none_answers(self):
        self.own.item, self.other.error = None, OSError("no route")
        self.assertEqual(self.gate.ask(HOME), ("no-pass", 0))
        self.own.error = OSError("no route")
        self.machine.now = 6_000
        self.assertEqual(self.gate.ask(HOME), ("unreadable", 0))
        self.own.error, self.own.item = None, ITEM
        self.assertTrue(self.gate.is_open(HOME))


if __name__ == "__main__":
    unittest.main()
