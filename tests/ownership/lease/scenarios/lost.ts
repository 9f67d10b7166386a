import { expectOpen, expectOwner, type Scenario, scenario } from "./scenario";

/** Two regions without a witness: one table decides alone, and goes with the home. */
const ALONE = { regions: 2, settings: { takeover: "manual" as const } };
const LOST = { kind: "order", home: "a", to: "b", lost: "a" } as const;

export const LOST_REGIONS: readonly Scenario[] = [
  scenario("losing the peer stops nobody, and nothing moves", ALONE, (s, expect) => {
    s.at(70, () => s.die("b"));
    s.run(240);
    expect(s.open("a").join() === "a" && s.open("b").length === 0, "the homes are not as they were");
  }),
  scenario("a lost region by word: its home is open in the peer, and stays there", ALONE, (s, expect) => {
    s.at(70, () => s.die("a"));
    s.at(120, () => s.command(LOST));
    expectOpen(s, expect, "a", "b", 170);
    s.at(190, () => s.comeBack("a"));
    s.run(300);
    expect(s.open("a").join() === "b", "the home is not open in b alone");
    s.command({ kind: "order", home: "a", to: "a" });
    expectOpen(s, expect, "a", "a", 440);
  }),
  scenario("an evacuation survives the loss of the region that was left", ALONE, (s, expect) => {
    s.at(85, () => s.command({ kind: "order", home: "a", to: "b" }));
    expectOpen(s, expect, "a", "b", 220);
    s.at(230, () => s.die("a"));
    s.run(440);
    expect(s.open("a").join() === "b" && s.open("b").join() === "b", "b does not go on with both homes");
  }),
  scenario(
    "the list has moved, and the region that is next hears the other table no more: the home stays",
    { ...ALONE, idle: true },
    (s, expect) => {
      s.at(0, () => s.startRun("b"));
      const owner = s.startRun("a");
      s.at(100, () => s.command({ kind: "order", home: "a", to: "b" }));
      let movedAt = Number.POSITIVE_INFINITY;
      s.watch({ from: "a", kind: "claim", home: "a", table: "b" }, ({ write }) => {
        if (write?.kind !== "claim" || write.claim.lists.length < 2 || movedAt < s.now) return;
        movedAt = s.now;
        s.at(movedAt + 1, () => {
          s.cut("b", "a");
          s.freeze(owner, 20);
        });
      });
      let closed = 0;
      for (let second = 100; second <= 250; second += 1) {
        s.run(second);
        if (s.open("a").join() !== "a") closed += 1;
      }
      // The pass of a frozen owner may end before its next round.
      expect(closed < 10, `the home was not open at home alone for ${closed} s`);
      expect(movedAt < 130, "the list has not moved");
    },
  ),
  scenario("the region returns behind a cut link: its home stays closed there", ALONE, (s, expect) => {
    s.at(70, () => s.die("a"));
    s.at(120, () => s.command(LOST));
    expectOpen(s, expect, "a", "b", 170);
    s.at(190, () => {
      s.part("a", "b");
      s.comeBack("a");
    });
    s.run(340);
    expect(s.open("a").join() === "b", "the home is not open in b alone");
    s.unite("a", "b");
    s.run(460);
    expect(s.open("a").join() === "b" && s.open("b").join() === "b", "b does not go on with both homes");
  }),
  scenario(
    "called lost within seconds of a cut, and living: handed over in good order",
    ALONE,
    (s, expect) => {
      s.at(100, () => s.cut("b", "a"));
      s.at(100, () => s.cut("operator", "a"));
      s.at(121, () => s.command(LOST));
      s.at(140, () => s.heal("b", "a"));
      s.run(140);
      expect(s.open("a").join() === "a", "the home is not open at home alone");
      expectOpen(s, expect, "a", "b", 255);
    },
  ),
  scenario("called lost while cut off for half a minute: the word counts for nothing", ALONE, (s, expect) => {
    s.at(96, () => s.part("a", "b"));
    s.at(96, () => s.cut("operator", "a"));
    s.at(97, () => s.command(LOST));
    s.at(133, () => s.unite("a", "b"));
    s.run(134);
    expect(s.open("a").join() === "a", "the home is not open at home alone");
    expectOpen(s, expect, "a", "b", 260);
  }),
  scenario("called lost, its table silent, its controller heard", { ...ALONE, idle: true }, (s, expect) => {
    s.at(0, () => s.startRun("a"));
    // Looks of b do not come together with renewals of a.
    s.at(3, () => s.startRun("b"));
    s.at(100, () => s.cut("b", "a"));
    s.at(100, () => s.cut("operator", "a"));
    s.at(105, () => s.command(LOST));
    for (let second = 110; second <= 290; second += 2) {
      s.run(second);
      expect(s.open("a").join() === "a", "the home is not open at home alone");
    }
  }),
  scenario(
    "the command is refused where the table answers, and where it denies access",
    ALONE,
    (s, expect) => {
      s.run(70);
      expect(s.told(LOST).told === "refused", "a table that answers is taken for lost");
      s.conduct("a", "refusing");
      expect(s.told(LOST).told === "refused", "a table that denies access is taken for lost");
      s.run(240);
      expect(s.open("a").length <= 1, "two gates are open");
    },
  ),
  scenario("a table that denies access is not lost for the controller either", ALONE, (s, expect) => {
    s.at(100, () => s.cut("operator", "a"));
    s.at(100, () => s.conduct("a", "refusing"));
    s.at(105, () => s.command(LOST));
    s.run(290);
    expect(!s.open("a").includes("b"), "b has opened the home of a region that answers");
  }),
  scenario("the region is back while the peer's claim is on its way", ALONE, (s, expect) => {
    s.at(60, () => s.die("a"));
    s.at(100, () => s.command(LOST));
    s.at(100, () =>
      s.intercept({ from: "b", kind: "claim", home: "a", table: "b", count: 1 }, { late: 1.5 }),
    );
    // What the region writes into the peer's table gets lost: it only reads there.
    s.at(100, () => s.intercept({ from: "a", table: "b", kind: "claim" }, { dropped: true }));
    let isSent = false;
    s.watch({ from: "b", kind: "claim", home: "a", table: "b" }, () => {
      if (!isSent) s.at(s.now + 0.1, () => s.comeBack("a"));
      isSent = true;
    });
    s.run(240);
    expect(s.open("a").length <= 1, "two gates are open");
  }),
  scenario("both lost one after the other, back in the order in which they went", ALONE, (s, expect) => {
    s.at(70, () => s.die("a"));
    s.at(120, () => s.command(LOST));
    expectOpen(s, expect, "a", "b", 170);
    s.at(180, () => s.die("b"));
    s.at(260, () => s.comeBack("a"));
    s.run(360);
    expect(s.open("a").length === 0, "the home has opened by the old list, unseen by b");
    s.at(370, () => s.comeBack("b"));
    expectOpen(s, expect, "b", "b", 440);
    s.until(() => s.open("a").length > 0, 450);
    expect(s.open("a").length === 1, "the home is open nowhere");
  }),
  scenario("both lost one after the other, back in the other order", ALONE, (s, expect) => {
    s.at(70, () => s.die("a"));
    s.at(120, () => s.command(LOST));
    expectOpen(s, expect, "a", "b", 170);
    s.at(180, () => s.die("b"));
    s.at(260, () => s.comeBack("b"));
    s.run(320);
    expect(
      s.open("a").length === 0,
      "after a gap the home has opened though nobody knows of the other table",
    );
    s.command({ kind: "order", home: "a", to: "b", lost: "a" });
    s.command({ kind: "order", home: "b", to: "b", lost: "a" });
    expectOpen(s, expect, "b", "b", 380);
    expectOpen(s, expect, "a", "b", 400);
    s.at(410, () => s.comeBack("a"));
    s.run(520);
    expect(s.open("a").join() === "b", "the home is not open in b alone");
  }),
  scenario("the word of loss about a peer's home waits for the own home", ALONE, (s, expect) => {
    s.at(70, () => s.die("a"));
    // The command comes while the home of b is open, and the run that is to follow it begins when that is over.
    s.at(120, () => s.command(LOST));
    s.at(122, () => s.kill(s.runOf("b")));
    s.at(170, () => s.startRun("b"));
    for (let second = 170; second <= 260; second += 1) {
      s.run(second);
      expect(s.open("a").length === 0, "a home is open in a region without its own");
    }
    s.command({ kind: "order", home: "b", to: "b", lost: "a" });
    expectOpen(s, expect, "b", "b", 320);
    expectOpen(s, expect, "a", "b", 340);
  }),
  scenario("a late write of the lost region arrives after the word was acted on", ALONE, (s, expect) => {
    s.at(68, () => s.intercept({ from: "a", kind: "claim", table: "b" }, { late: 110 }));
    s.at(68, () => s.intercept({ from: "a", kind: "pass", table: "b" }, { late: 110 }));
    s.at(72, () => s.die("a"));
    s.at(120, () => s.command(LOST));
    expectOpen(s, expect, "a", "b", 170);
    s.run(260);
    expect(s.open("a").join() === "b", "the home is not open in b alone");
  }),
  scenario("own table unreadable, an old claim of the region's in the other", ALONE, (s, expect) => {
    // The home of b was at a once, and is back; then b's own table fails, and a's shows the old list.
    s.at(85, () => s.command({ kind: "order", home: "a", to: "b" }));
    expectOpen(s, expect, "a", "b", 220);
    s.at(230, () => s.cut("b", "a"));
    s.at(240, () => s.command({ kind: "order", home: "a", to: "a" }));
    s.at(300, () => s.conduct("b", "hanging"));
    s.at(302, () => s.heal("b", "a"));
    s.run(440);
    expect(s.open("a").length <= 1, "two gates are open");
  }),
  scenario(
    "a witness refuses the word of loss: a majority decides",
    { regions: 2, witness: true },
    (s, expect) => {
      s.at(70, () => s.die("a"));
      expectOpen(s, expect, "a", "b", 130);
      expectOwner(s, expect, "b", "b", 135);
    },
  ),
];
