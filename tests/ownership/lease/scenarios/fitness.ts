import { expectOpen, expectOwner, type Scenario, scenario } from "./scenario";

export const FITNESS: readonly Scenario[] = [
  scenario("unfit for the delay: the home goes to a peer by itself", { regions: 3 }, (s, expect) => {
    s.at(60, () => s.unfit("a"));
    s.run(115);
    expect(s.open("a").join() === "a", "the home has gone before the delay was over");
    expectOpen(s, expect, "a", "b", 210);
  }),
  scenario(
    "unfit for the delay before the run noticed: what the controller knows counts",
    { regions: 3 },
    (s, expect) => {
      s.noticesAfter("a", 50);
      s.at(60, () => s.unfit("a"));
      s.run(115);
      expect(s.open("a").join() === "a", "the home has gone before the delay was over");
      s.until(() => s.claim("a", "c")?.state === "closing", 135);
      expect(s.claim("a", "c")?.state === "closing", "the delay begins when the run notices");
    },
  ),
  scenario("unfit for less than the delay: nothing moves", { regions: 3 }, (s, expect) => {
    s.at(60, () => s.unfit("a"));
    s.at(100, () => s.fit("a"));
    s.run(250);
    expect(s.open("a").join() === "a", "the home has moved");
  }),
  scenario("unfit across runs: the delay goes on", { regions: 3 }, (s, expect) => {
    s.at(60, () => s.unfit("a"));
    s.at(105, () => {
      s.kill(s.runOf("a"));
      s.startRun("a");
    });
    expectOpen(s, expect, "a", "b", 240);
  }),
  scenario(
    "manual takeover: an unfit home stays",
    { regions: 3, settings: { takeover: "manual" } },
    (s, expect) => {
      s.at(60, () => s.unfit("a"));
      s.run(300);
      expect(s.open("a").join() === "a", "the home has moved");
    },
  ),
  scenario("all unfit: nobody gives up; one fit again: it gets all", { regions: 3 }, (s, expect) => {
    s.at(60, () => {
      for (const name of ["a", "b", "c"]) s.unfit(name);
    });
    s.run(250);
    expect(
      ["a", "b", "c"].every((home) => s.open(home).join() === home),
      "somebody has given up",
    );
    s.fit("c");
    for (const home of ["a", "b"]) expectOpen(s, expect, home, "c", 400);
  }),
  scenario(
    "an evacuated home is fit, its owner is not: the home has itself back",
    { regions: 3 },
    (s, expect) => {
      s.at(45, () => s.die("c"));
      s.at(100, () => s.command({ kind: "order", home: "a", to: "b" }));
      expectOpen(s, expect, "a", "b", 210);
      s.at(220, () => s.unfit("b"));
      expectOpen(s, expect, "a", "a", 400);
      expectOpen(s, expect, "b", "a", 430);
    },
  ),
  ...(["manual", "automatic"] as const).map((failback) =>
    scenario(
      `an evacuated home is fit for seconds only, its owner is not, failback ${failback}: the home has itself back at once`,
      { regions: 3, settings: { failback } },
      (s, expect) => {
        s.at(45, () => s.die("c"));
        s.at(100, () => s.command({ kind: "order", home: "a", to: "b" }));
        expectOpen(s, expect, "a", "b", 210);
        s.at(215, () => s.unfit("a"));
        s.at(240, () => s.fit("a"));
        s.at(245, () => s.unfit("b"));
        expectOpen(s, expect, "a", "a", 245 + 60 + 55);
      },
    ),
  ),
  scenario(
    "nobody waits for the turn of a region without its own home",
    { regions: 4, settings: { takeoverOrder: { a: ["b"], b: ["a"], c: ["b"], d: ["b", "a"] } } },
    (s, expect) => {
      s.at(45, () => s.command({ kind: "order", home: "b", to: "a" }));
      expectOpen(s, expect, "b", "a", 150);
      let renewedAt = 0;
      s.watch({ from: "d", kind: "claim", home: "d" }, () => {
        renewedAt = s.now;
      });
      s.at(160, () => s.die("d"));
      s.run(160);
      // A look, the lapse, and a second; a turn would be ten more.
      expectOpen(s, expect, "d", "a", renewedAt + 5 + 35 + 2);
    },
  ),
  scenario(
    "a region without its own home takes no other, though whoever may misses its majority",
    { regions: 4, settings: { takeoverOrder: { a: ["b"], b: ["a"], c: ["b"], d: ["b", "a"] } } },
    (s, expect) => {
      s.at(45, () => s.command({ kind: "order", home: "b", to: "a" }));
      expectOpen(s, expect, "b", "a", 150);
      let tried = 0;
      s.watch({ from: "b", kind: "claim", home: "d" }, () => {
        tried += 1;
      });
      s.at(155, () => s.intercept({ from: "a", home: "d", kind: "claim", count: 6 }, { dropped: true }));
      s.at(160, () => s.die("d"));
      expectOwner(s, expect, "d", "a", 240);
      expect(tried === 0, "a region without its own home has tried to take another");
    },
  ),
  scenario(
    "two regions with a witness, one home away, its owner lost",
    { regions: 2, witness: true },
    (s, expect) => {
      s.at(45, () => s.command({ kind: "order", home: "a", to: "b" }));
      expectOpen(s, expect, "a", "b", 150);
      s.at(160, () => s.die("b"));
      expectOpen(s, expect, "a", "a", 220);
      expectOpen(s, expect, "b", "a", 275);
    },
  ),
  scenario("a lost region's home taken, the region back, the taker lost", { regions: 3 }, (s, expect) => {
    s.at(30, () => s.die("b"));
    expectOwner(s, expect, "b", "a", 90);
    s.at(150, () => s.comeBack("b"));
    s.run(200);
    s.die("a");
    expectOpen(s, expect, "b", "b", 260);
    s.until(() => s.open("a").length > 0, 320);
    expect(s.open("a").length === 1, "the home of the lost taker is open nowhere");
  }),
  scenario("an unfit region takes nothing", { regions: 3 }, (s, expect) => {
    s.at(30, () => s.unfit("a"));
    s.at(40, () => s.die("c"));
    expectOwner(s, expect, "c", "b", 100);
  }),
  scenario("an order to a region without its own home is refused", { regions: 3 }, (s, expect) => {
    s.at(45, () => s.command({ kind: "order", home: "a", to: "b" }));
    expectOpen(s, expect, "a", "b", 150);
    expect(s.told({ kind: "order", home: "b", to: "a" }).told === "refused", "the order is not refused");
    s.run(260);
    expect(s.open("a").join() === "b" && s.open("b").join() === "b", "b does not own both");
  }),
  scenario(
    "five regions, two dead together: both taken without turns for the dead",
    { regions: 5 },
    (s, expect) => {
      s.at(30, () => {
        s.die("a");
        s.die("b");
      });
      expectOpen(s, expect, "a", "c", 90);
      expectOpen(s, expect, "b", "c", 90);
    },
  ),
  scenario("the next named dies: another takes", { regions: 3 }, (s, expect) => {
    s.at(50, () => s.command({ kind: "order", home: "a", to: "b" }));
    s.until(() => s.claim("a", "c")?.state === "closing", 120);
    expect(s.claim("a", "c")?.state === "closing", "the home is not handed over");
    s.die("b");
    s.until(() => s.open("a").length > 0, s.now + 80);
    expect(s.open("a").length === 1, "the home is open nowhere");
  }),
  scenario(
    "failback by itself after ten minutes, and not before",
    { regions: 3, settings: { failback: "automatic", failbackAfterMs: 600_000 } },
    (s, expect) => {
      s.at(30, () => s.die("a"));
      expectOwner(s, expect, "a", "b", 90);
      s.at(100, () => s.comeBack("a"));
      s.run(690);
      expect(s.open("a").join() === "b", "the home is back too early");
      expectOpen(s, expect, "a", "a", 800);
    },
  ),
  scenario(
    "failback by itself, for the second time within a day after twice the time",
    { regions: 3, settings: { failback: "automatic", failbackAfterMs: 200_000 } },
    (s, expect) => {
      s.at(30, () => s.die("a"));
      expectOwner(s, expect, "a", "b", 90);
      s.at(100, () => s.comeBack("a"));
      expectOpen(s, expect, "a", "a", 400);
      s.at(410, () => s.die("a"));
      expectOwner(s, expect, "a", "b", 470);
      s.at(480, () => s.comeBack("a"));
      s.run(875);
      expect(s.open("a").join() === "b", "the home is back as soon as the first time");
      expectOpen(s, expect, "a", "a", 980);
    },
  ),
  scenario(
    "failback by itself: an evacuated home stays away",
    { regions: 3, settings: { failback: "automatic", failbackAfterMs: 60_000 } },
    (s, expect) => {
      s.at(45, () => s.command({ kind: "order", home: "a", to: "b" }));
      expectOpen(s, expect, "a", "b", 150);
      s.run(400);
      expect(s.open("a").join() === "b", "the home is back without an order");
    },
  ),
  scenario(
    "own table gone for the region alone: it hands over, for its gate is closed",
    { regions: 3 },
    (s, expect) => {
      s.at(60, () => s.cut("a", "a"));
      s.until(() => s.open("a").includes("b"), 240);
      expect(s.open("a").join() === "b", "the home is not open in b alone");
    },
  ),
];
