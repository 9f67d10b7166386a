import type { Run } from "../scene";
import { expectOpen, expectOwner, type Scenario, scenario } from "./scenario";

/** Runs of one region, and what they leave to each other. */
export const RUNS: readonly Scenario[] = [
  scenario("a lost region is taken within 55 s, and the gate is open then", { regions: 3 }, (s, expect) => {
    s.at(30.5, () => s.die("a"));
    expectOpen(s, expect, "a", "b", 85.5);
  }),
  scenario(
    "a second run misses its majority: what the first stands on is not given back",
    { regions: 3 },
    (s, expect) => {
      // The home stands on its own table and that of b; the table of c has long lapsed.
      s.at(20, () => s.cut("a", "c"));
      s.at(90, () => {
        const second = s.startRun("a");
        s.intercept({ run: second.id, table: "b", kind: "claim" }, { dropped: true });
      });
      s.run(140);
      expect(s.owner("a") === "a", "the home is not its own region's any more");
    },
  ),
  scenario("a run that took is succeeded at once", { regions: 3 }, (s, expect) => {
    s.at(30, () => s.die("a"));
    expectOwner(s, expect, "a", "b", 85);
    s.at(100, () => s.kill(s.runOf("b")));
    s.at(105, () => s.startRun("b"));
    s.run(110);
    expect(s.owner("a") === "b" && s.owner("b") === "b", "the next run of b does not go on");
  }),
  ...[undefined, "another"].map((configuration) =>
    scenario(
      `a spare run of ${configuration ?? "the same"} configuration finds a young run`,
      { regions: 3 },
      (s, expect) => {
        let spare: Run | undefined;
        s.at(60, () => {
          spare = s.startRun("a", { isSpare: true, ...(configuration && { configuration }) });
        });
        s.run(150);
        const [goesOn, ends] = configuration ? [spare!, s.runOf("a")] : [s.runOf("a"), spare!];
        expect(goesOn.driver.isAlive, "the run that is to go on has ended");
        expect(!ends.driver.isAlive, "the run that is to end goes on");
        expect(s.open("a").join() === "a", "the home is not open");
      },
    ),
  ),
  scenario(
    "a run that holds a home of which the next configuration knows nothing is succeeded all the same",
    { regions: 4, settings: { takeoverOrder: { a: ["b"], b: ["a"], c: ["a", "b"], d: ["a"] } } },
    (s, expect) => {
      s.at(30, () => s.die("c"));
      expectOpen(s, expect, "c", "a", 90);
      const settings = { members: ["a", "b", "d"] };
      s.at(95, () => s.startRun("a", { isSpare: true, configuration: "another", settings }));
      s.run(220);
      expect(!s.runOf("a").driver.isAlive, "the run that holds the former home goes on");
      expect(s.open("a").join() === "a", "the home of the region is not open");
    },
  ),
  scenario("a round does not wait for a voter whose writes hang", { regions: 3 }, (s, expect) => {
    s.at(30, () => s.intercept({ from: "a", table: "c", kind: "claim" }, { unanswered: true }));
    let began = Number.NaN;
    let longest = 0;
    s.watch({ from: "a", kind: "claim", home: "a", table: "a" }, () => {
      began = s.now;
    });
    s.watch({ from: "a", kind: "pass", table: "a" }, () => {
      longest = Math.max(longest, s.now - began);
    });
    s.run(120);
    expect(longest > 0 && longest < 1, `the pass is written ${longest} s after the round began`);
  }),
  scenario("frozen between the look and the take: a renewal meanwhile wins", { regions: 3 }, (s, expect) => {
    // The home's renewals stop for long enough to be judged, and come back while the taker's writes are under way.
    s.at(20, () => s.part("a", "b"));
    s.at(20, () => s.part("a", "c"));
    s.at(40, () => s.intercept({ from: "b", kind: "claim", home: "a" }, { late: 60 }));
    s.at(57, () => s.unite("a", "b"));
    s.at(57, () => s.unite("a", "c"));
    s.run(200);
    expect(s.open("a").length === 1, "the home is not open in one region");
  }),
  scenario("a taker whose clock is fast judges no claim that counts", { regions: 3 }, (s, expect) => {
    // The home is away, so that nobody goes before the taker.
    s.at(45, () => s.command({ kind: "order", home: "a", to: "c" }));
    expectOpen(s, expect, "a", "c", 160);
    s.run(170);
    s.kill(s.runOf("b"));
    let renewed = 0;
    s.watch({ from: "c", kind: "claim", home: "a", table: "a" }, () => {
      if (renewed > 0) return;
      renewed = s.now;
      s.at(renewed + 0.5, () => s.kill(s.runOf("c")));
      // The first look of the taker's run comes just after the last renewal.
      s.at(renewed + 0.015, () => s.startRun("b", { clock: { rate: 1.01 } }));
    });
    s.run(185);
    expect(renewed > 0, "nothing was renewed");
    expectOwner(s, expect, "a", "b", renewed + 40);
    expect(
      // The lease, and most of the margin: a look's way is in between.
      s.now > renewed + 33,
      `b has taken the home ${s.now - renewed} s after its owner's last round began`,
    );
  }),
  ...[true, false].map((stopsFrozen) =>
    scenario(
      `frozen within a round, the clock ${stopsFrozen ? "standing still" : "going on"}: the pass is over on thawing`,
      { regions: 3, idle: true, worlds: 4 },
      (s, expect) => {
        s.at(0, () => {
          const owner = s.startRun("a", { clock: { stopsFrozen } });
          let isDue = false;
          s.at(38, () => {
            isDue = true;
          });
          s.watch({ from: "a", kind: "claim", home: "a", table: "a" }, () => {
            if (!isDue) return;
            isDue = false;
            s.freeze(owner, 50);
          });
        });
        s.at(1, () => s.startRun("b"));
        s.run(200);
        expect(s.owner("a") === "b", "b has not taken the home");
      },
    ),
  ),
  scenario("what a run gets in the second round does not add to the first", { regions: 3 }, (s, expect) => {
    s.at(20, () => s.die("a"));
    // Every round of b gets one voter, another one each time.
    s.at(20, () =>
      s.intercept({ from: "b", kind: "claim", home: "a", state: "held", table: "b" }, { dropped: true }),
    );
    s.at(20, () => s.intercept({ from: "b", kind: "claim", home: "a", state: "free" }, { dropped: true }));
    s.at(62, () => s.intercept({ from: "b", kind: "claim", home: "a", state: "held", table: "b" }, {}));
    s.at(62, () =>
      s.intercept({ from: "b", kind: "claim", home: "a", state: "held", table: "c" }, { dropped: true }),
    );
    s.run(160);
    expect(s.open("a").length <= 1, "two gates are open");
  }),
  scenario(
    "two takers miss each other's majority: what they replaced goes back",
    {
      regions: 4,
      settings: {
        takeoverOrder: { a: ["b", "c", "d"], b: ["a", "c", "d"], c: ["a", "b", "d"], d: ["a", "b", "c"] },
      },
    },
    (s, expect) => {
      s.at(30, () => s.die("a"));
      // The first to take gets one voter of two and ends there.
      s.at(30, () =>
        s.intercept({ from: "b", kind: "claim", home: "a", table: "c", state: "held" }, { dropped: true }),
      );
      s.until(() => s.owner("a") !== undefined && s.owner("a") !== "a", 90);
      expect(s.owner("a") !== undefined, "nobody has taken the home");
    },
  ),
];
