import type { Told } from "../program";
import type { Script } from "../script";
import { type Expect, expectOpen, expectOwner, type Scenario, scenario } from "./scenario";

const ALONE = { regions: 2, settings: { takeover: "manual" as const } };

/** Commands against commands, and against what happens meanwhile. */
export const COMMANDS: readonly Scenario[] = [
  scenario(
    "two orders at one moment about one home: what is told as written is what is done",
    { regions: 3, worlds: 8 },
    (s, expect) => {
      const told = new Map<string, Told>();
      s.at(50, () => {
        for (const to of ["b", "c"])
          s.command({ kind: "order", home: "a", to }, (answer) => told.set(to, answer));
      });
      s.run(52);
      const written = [...told].filter(([, answer]) => answer.told === "written").map(([to]) => to);
      const standing = ["a", "b", "c"].map((table) => s.items(table).orders.a?.to);
      expect(told.size === 2 && written.length > 0, "no order is told as written");
      // Both, only if one came after the other: the later one stands everywhere.
      expect(new Set(standing).size === 1, `the registers hold ${standing.join()}`);
      expect(written.includes(standing[0]!), `${standing[0]} stands, and is told as unknown`);
      expectOpen(s, expect, "a", standing[0]!, 160);
    },
  ),
  scenario(
    "an order that a higher one outruns is not told as written",
    { regions: 3, worlds: 2 },
    (s, expect) => {
      // The first command has read, and its writes are late; the second has both its number and the voters by then.
      const told: Told[] = [];
      let sent = 0;
      s.watch({ from: "operator", kind: "order", home: "a" }, () => {
        sent += 1;
      });
      s.at(50, () => {
        s.intercept({ from: "operator", kind: "order", home: "a", count: 3 }, { late: 1.5 });
        s.command({ kind: "order", home: "a", to: "b" }, (answer) => told.push(answer));
      });
      s.run(51.2);
      expect(sent === 3, "the first order is not on its way");
      const { told: later } = s.told({ kind: "order", home: "a", to: "c" });
      expect(later === "written", `the later order is ${later}`);
      s.run(55);
      expect(told[0]?.told === "unknown", `the order that was outrun is ${told[0]?.told ?? "not answered"}`);
      expectOpen(s, expect, "a", "c", 160);
    },
  ),
  scenario(
    "an order that is unknown, at one voter nobody hears, does not beat one that is written later",
    { regions: 3, worlds: 6, tablesApart: 0.5 },
    (s, expect) => {
      const told: Told[] = [];
      s.at(49, () => {
        for (const from of ["a", "b", "c"]) s.cut(from, "c");
      });
      s.at(50, () => {
        for (const table of ["a", "b"])
          s.intercept({ from: "operator", kind: "order", table, count: 1 }, { dropped: true });
        s.command({ kind: "order", home: "a", to: "b" }, (answer) => told.push(answer));
      });
      s.at(54, () => {
        s.cut("operator", "c");
        s.command({ kind: "order", home: "a", to: "c" }, (answer) => told.push(answer));
      });
      s.at(58, () => {
        for (const from of ["a", "b", "c"]) s.heal(from, "c");
      });
      s.run(60);
      expect(told.map((answer) => answer.told).join() === "unknown,written", "the orders are not told so");
      expectOpen(s, expect, "a", "c", 220);
      s.run(300);
      expect(s.open("a").join() === "c", "the unknown order was carried out after all");
    },
  ),
  scenario(
    "forced, and the first round gets a minority: carried out all the same",
    { regions: 3 },
    (s, expect) => {
      let lost = 0;
      s.watch({ from: "b", kind: "claim", home: "a" }, () => {
        lost += 1;
      });
      s.at(50, () => {
        for (const table of ["a", "c"])
          s.intercept({ from: "b", kind: "claim", home: "a", table, count: 1 }, { dropped: true });
      });
      s.run(50);
      expectWritten(s, expect, { force: true });
      expectOpen(s, expect, "a", "b", 130);
      expect(lost >= 6, `b has written ${lost} claims: its first round did not miss its majority`);
      s.run(300);
      expect(s.open("a").join() === "b", "the home is not open in b alone");
    },
  ),
  ...[
    ["a", "b"],
    ["a", "b", "c"],
  ].map((ring) =>
    scenario(
      `orders that go round ${ring.length} regions: gates stay open, and another order is followed`,
      { regions: 3, worlds: 2 },
      (s, expect) => {
        let written = 0;
        s.at(52, () => {
          for (const [index, home] of ring.entries())
            s.command({ kind: "order", home, to: ring[(index + 1) % ring.length]! }, ({ told }) => {
              if (told === "written") written += 1;
            });
        });
        for (let second = 60; second <= 400; second += 2) {
          s.run(second);
          for (const home of ring) expect(s.open(home).length === 1, `${home} is closed`);
        }
        expect(written === ring.length, `${written} of ${ring.length} orders are written`);
        // Nothing is stuck: one of them ordered back frees the other.
        s.command({ kind: "order", home: "b", to: "b" });
        expectOpen(s, expect, "a", "b", 520);
      },
    ),
  ),
  ...["a", "b"].map((dead) =>
    scenario(
      `two alone, ${dead} dies while the list changes: the word of loss opens the home in the other`,
      ALONE,
      (s, expect) => {
        const to = dead === "a" ? "b" : "a";
        let isJoint = false;
        s.watch({ from: "a", kind: "claim", home: "a", table: "b" }, ({ write }) => {
          if (isJoint || write?.kind !== "claim" || write.claim.lists.length < 2) return;
          isJoint = true;
          s.at(s.now + 0.1, () => s.die(dead));
        });
        s.at(85, () => s.command({ kind: "order", home: "a", to: "b" }));
        s.run(200);
        expect(isJoint, "the list has not begun to change");
        expect(s.open("a").length === 0 || dead === "b", "the home is open though its region is dead");
        const { told } = s.told({ kind: "order", home: "a", to, lost: dead });
        expect(told === "written", `the word of loss is ${told}`);
        expectOpen(s, expect, "a", to, 290);
        s.comeBack(dead);
        s.run(480);
        expect(s.open("a").length === 1, "the home is not open in one region");
      },
    ),
  ),
  scenario("a voter is not restored while the others decide", { regions: 3 }, (s, expect) => {
    s.at(60, () => s.wipe("c"));
    s.run(62);
    expect(s.claim("a", "c") === undefined, "c is not empty");
    const { told } = s.told({ kind: "restore", table: "c" });
    expect(told === "refused", `the voter is restored: ${told}`);
    for (let second = 63; second <= 200; second += 2) {
      s.run(second);
      for (const home of ["a", "b", "c"]) expect(s.open(home).join() === home, `${home} is closed`);
    }
  }),
  ...(["answering", "refusing"] as const).map((conduct) =>
    scenario(
      `a voter is not restored without one that is called lost, and is ${conduct}`,
      {
        regions: 5,
        settings: { voters: Object.fromEntries([..."abcde"].map((home) => [home, [..."abcde"]])) },
      },
      (s, expect) => {
        s.at(60, () => s.wipe("c", "d", "e"));
        s.at(60, () => s.conduct("a", conduct));
        s.run(62);
        const { told } = s.told({ kind: "restore", table: "c", lost: ["a"] });
        expect(told === "refused", `the voter is restored: ${told}`);
        s.conduct("a", "answering");
        s.deleteTable("d");
        const { told: without } = s.told({ kind: "restore", table: "c", lost: ["d"] });
        expect(without === "written", `without a table that is gone it is ${without}`);
      },
    ),
  ),
  scenario(
    "restored without a lost voter: the epoch is above what that may hold",
    { regions: 3 },
    (s, expect) => {
      s.at(20, () => s.isolate("a"));
      expectOpen(s, expect, "a", "b", 100);
      const before = s.claim("a", "b")?.epoch.number ?? Number.POSITIVE_INFINITY;
      s.at(120, () => s.die("b"));
      s.at(130, () => s.wipe("c"));
      s.at(131, () => s.rejoin("a"));
      s.run(140);
      expect(
        (s.claim("a", "a")?.epoch.number ?? before) < before,
        "the voter that is left knows the last epoch",
      );
      const { told } = s.told({ kind: "restore", table: "c", lost: ["b"] });
      expect(told === "written", `the voter is not restored: ${told}`);
      expectOpen(s, expect, "a", "a", 240);
      const epoch = s.claim("a", "a")?.epoch.number ?? 0;
      expect(epoch > before, `epoch ${epoch} after ${before}`);
      expectOwner(s, expect, "c", "c", 250);
    },
  ),
];

function expectWritten(s: Script, expect: Expect, how: { readonly force: true }): void {
  const { told } = s.told({ kind: "order", home: "a", to: "b", ...how });
  expect(told === "written", `the order is ${told}`);
}
