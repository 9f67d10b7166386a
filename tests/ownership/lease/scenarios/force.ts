import { expectOpen, expectOwner, type Scenario, scenario } from "./scenario";

const forced = (home: string, to: string) => ({ kind: "order", home, to, force: true }) as const;

export const FORCE: readonly Scenario[] = [
  scenario("forced: the pass before has ended when the new one begins", { regions: 3 }, (s, expect) => {
    s.at(50, () => s.command(forced("a", "b")));
    expectOpen(s, expect, "a", "b", 110);
  }),
  scenario("forced away from a region that does not hear of the order", { regions: 3 }, (s, expect) => {
    s.at(49, () => s.cut("a", "b"));
    s.at(49, () => s.cut("a", "c"));
    s.at(50, () => s.command(forced("a", "b")));
    expectOpen(s, expect, "a", "b", 110);
  }),
  scenario("forced, and the run dies a second later: the next one waits too", { regions: 3 }, (s, expect) => {
    s.at(49, () => s.part("a", "b"));
    s.at(49, () => s.part("a", "c"));
    s.at(50, () => s.command(forced("a", "b")));
    s.until(() => s.claim("a", "b")?.forced === true, 60);
    expect(s.claim("a", "b")?.forced === true, "nothing was forced");
    s.at(s.now + 1, () => {
      s.kill(s.runOf("b"));
      s.startRun("b");
    });
    expectOpen(s, expect, "a", "b", 130);
  }),
  scenario("force against force: one owner, by the later order", { regions: 4 }, (s, expect) => {
    s.at(50, () => s.command(forced("a", "b")));
    s.at(58, () => s.command(forced("a", "c")));
    expectOpen(s, expect, "a", "c", 150);
    s.run(200);
    expect(s.open("a").join() === "c", "the home is not open in c alone");
  }),
  scenario("forced at a minority: the order is not carried out by that", { regions: 3 }, (s, expect) => {
    s.at(99, () => s.freeze(s.runOf("a"), 12));
    s.at(100, () => {
      for (const table of ["a", "c"])
        s.intercept({ from: "b", kind: "claim", home: "a", table, count: 1 }, { dropped: true });
      s.command(forced("a", "b"));
    });
    expectOpen(s, expect, "a", "b", 170);
  }),
  scenario("forced at a minority, and a third region sees it", { regions: 3 }, (s, expect) => {
    // The home stands on a and b; the claim at c has lapsed. The force gets b alone.
    s.at(20, () => s.cut("a", "c"));
    s.at(90, () => s.intercept({ from: "b", kind: "claim", home: "a", table: "a" }, { dropped: true }));
    s.at(90, () =>
      s.intercept({ from: "b", kind: "claim", home: "a", table: "c", state: "held" }, { dropped: true }),
    );
    s.at(90, () => s.command(forced("a", "b")));
    s.until(() => s.claim("a", "b")?.epoch.region === "b", 110);
    expect(s.claim("a", "b")?.epoch.region === "b", "nothing was forced");
    s.at(s.now + 3, () => s.kill(s.runOf("b")));
    s.run(240);
    expect(s.open("a").length <= 1, "two gates are open");
  }),
  ...[0, 12].map((seconds) =>
    scenario(
      `forced from an owner frozen for ${seconds} s, and given up since the new one is unfit: the order brings it back no more`,
      { regions: 3 },
      (s, expect) => {
        s.at(49, () => s.freeze(s.runOf("a"), seconds));
        s.at(50, () => s.command(forced("a", "c")));
        expectOpen(s, expect, "a", "c", 110);
        s.at(120, () => s.unfit("c"));
        expectOpen(s, expect, "a", "b", 250);
        s.at(260, () => s.fit("c"));
        s.at(262, () => s.command({ kind: "order", home: "c", to: "c" }));
        expectOpen(s, expect, "c", "c", 340);
        s.run(480);
        expect(s.open("a").join() === "b", "the home is not open in b alone");
      },
    ),
  ),
  scenario(
    "own home forced away while owning another's: the other is not kept behind a closed gate",
    { regions: 3 },
    (s, expect) => {
      s.at(30, () => s.die("a"));
      expectOwner(s, expect, "a", "b", 90);
      // Otherwise b, which lives, may have given both up before the force.
      s.at(139, () => s.freeze(s.runOf("b"), 12));
      s.at(140, () => s.command(forced("b", "c")));
      expectOwner(s, expect, "b", "c", 160);
      expectOpen(s, expect, "a", "c", 260);
      s.run(300);
      expect(s.owner("a") === "c" && s.owner("b") === "c", "c does not own all");
    },
  ),
];
