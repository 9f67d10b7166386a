import type { HomeNow } from "../../../../ownership/lease/settings";
import type { Script, ScriptOptions } from "../script";
import { type Expect, expectOpen, expectOwner, type Scenario, scenario } from "./scenario";

/** When the hand-over begins, seconds. */
const BEGINS = 200;
/** The claim lapses, and a look or two pass. Two alone move the list first. */
const CLOSED = 60;
const ALONE = { regions: 2, settings: { takeover: "manual" as const } };

/** The region b can own itself without a majority of the voters that decide about a. */
const VOTERS = {
  voters: {
    ...Object.fromEntries([..."cde"].map((home) => [home, [..."cde"]])),
    a: [..."acd"],
    b: [..."abe"],
  },
};

/** Hand-overs under the schedule of what is deployed: runs succeed one another meanwhile. */
export const HAND_OVERS: readonly Scenario[] = [
  movesOnce("by order", { regions: 3 }, (s) => s.command({ kind: "order", home: "a", to: "b" })),
  movesOnce("unfit", { regions: 3 }, (s) => s.unfit("a")),
  movesOnce("by order of two alone", ALONE, (s) => s.command({ kind: "order", home: "a", to: "b" })),
  ...[65, 300].flatMap((work) => [goesBackOnce({ regions: 3 }, work), goesBackOnce(ALONE, work)]),
  scenario(
    "a region that becomes unfit gives up what it was ordered to at once",
    { regions: 3 },
    (s, expect) => {
      s.worksFor("b", "a", 1_000);
      s.at(45, () => s.command({ kind: "order", home: "a", to: "b" }));
      expectOpen(s, expect, "a", "b", 110);
      s.at(120, () => s.command({ kind: "order", home: "a", to: "a" }));
      s.run(180);
      expect(s.open("a").join() === "b", "the home has gone before the controller has let it");
      s.at(180, () => s.unfit("b"));
      expectOpen(s, expect, "a", "a", 240);
    },
  ),
  scenario("a region whose own home is ordered away keeps no other", { regions: 3 }, (s, expect) => {
    s.worksFor("b", "a", 1_000);
    s.at(45, () => s.command({ kind: "order", home: "a", to: "b" }));
    expectOpen(s, expect, "a", "b", 110);
    s.at(120, () => s.command({ kind: "order", home: "a", to: "a" }));
    s.at(150, () => s.command({ kind: "order", home: "b", to: "c" }));
    let closedAt = Number.POSITIVE_INFINITY;
    s.watch({ from: "b", kind: "claim", home: "a", state: "closing" }, () => {
      closedAt = Math.min(closedAt, s.now);
    });
    expectOpen(s, expect, "a", "a", 230);
    expect(closedAt < 165, `the home is given up at ${closedAt} s`);
  }),
  scenario(
    "a region whose own home is ordered away gives up what it took in the same round",
    { regions: 3 },
    (s, expect) => {
      s.at(30, () => s.die("a"));
      expectOpen(s, expect, "a", "b", 90);
      s.at(110, () => s.comeBack("a"));
      const closedAt = new Map<string, number>();
      for (const home of ["a", "b"])
        s.watch({ from: "b", kind: "claim", home, state: "closing" }, () => {
          if (!closedAt.has(home)) closedAt.set(home, s.now);
        });
      s.at(150, () => s.command({ kind: "order", home: "b", to: "c" }));
      expectOpen(s, expect, "b", "c", 220);
      expect(closedAt.get("a") === closedAt.get("b"), `given up: ${JSON.stringify([...closedAt])}`);
    },
  ),
  scenario("back home, and not open before the controller lets it", { regions: 3 }, (s, expect) => {
    s.worksFor("a", "a", 100);
    s.at(45, () => s.command({ kind: "order", home: "a", to: "b" }));
    expectOpen(s, expect, "a", "b", 110);
    s.at(120, () => s.command({ kind: "order", home: "a", to: "a" }));
    expectOwner(s, expect, "a", "a", 180);
    const taken = s.now;
    // Whether a later run asks anew makes no difference to the work.
    s.at(taken + 50, () => s.kill(s.runOf("a")));
    s.at(taken + 52, () => s.startRun("a"));
    s.run(taken + 95);
    expect(s.open("a").length === 0, "the home is open before the controller has let it");
    expectOpen(s, expect, "a", "a", taken + 120);
    s.at(s.now + 20, () => s.startRun("a"));
    const { reopened } = watchGate(s, "a", s.now, s.now + 60);
    expect(reopened === 0, "a later run has closed the home again");
    // Its own lease lapses, and nobody takes the home: whose it was before does not matter any more.
    s.worksFor("a", "a", 1_000);
    for (const peer of ["b", "c"]) s.cut("a", peer);
    for (const peer of ["b", "c"]) s.cut(peer, "a");
    s.unfit("b");
    s.unfit("c");
    s.run(s.now + 60);
    expect(s.open("a").length === 0, "the home is open though its lease has lapsed");
    s.rejoin("a");
    expectOpen(s, expect, "a", "a", s.now + 60);
  }),
  scenario(
    "taken by one that misses its majority, and again when the owner has ended: the later moment counts",
    { regions: 3, settings: { takeoverOrder: { a: ["b"], b: ["a"], c: ["a"] } } },
    (s, expect) => {
      // The table of b lapses for a long time before the owner ends. The round that b begins there is its alone, and stays.
      s.at(20, () => s.cut("a", "b"));
      s.at(20, () => s.intercept({ from: "b", home: "a", state: "free" }, { dropped: true }));
      s.at(40, () => s.command({ kind: "order", home: "a", to: "b", force: true }));
      s.intercept({ from: "b", home: "a", kind: "claim", table: "a" }, { dropped: true });
      const heal = s.intercept({ from: "b", home: "a", kind: "claim", table: "c" }, { dropped: true });
      s.run(150);
      expect(s.claim("a", "b")?.epoch.region === "b", "b has begun no round of its own");
      heal();
      s.die("a");
      expectOwner(s, expect, "a", "b", 260);
      const { from, at = 0 } = s.claim("a", "b")?.taking ?? {};
      const died = s.world.table("b").clock.at(150_000);
      expect(
        from === "a" && at > died,
        `b has the home of ${from} since ${(at - died) / 1000} s after its loss`,
      );
    },
  ),
  scenario(
    "what a controller is told of a home that comes, and goes",
    { regions: 3, idle: true },
    (s, expect) => {
      const told: HomeNow[] = [];
      const now = () => told.at(-1);
      s.at(0, () => {
        s.startRun("a");
        s.startRun("b", { onLook: (homes) => told.push(homes.a!) });
      });
      s.worksFor("b", "a", 30);
      s.at(45, () => s.command({ kind: "order", home: "a", to: "b", since: 1_234 }));
      s.run(44);
      expect(is(now(), { owner: "a", epoch: 1, held: false, open: false }), `first ${JSON.stringify(now())}`);
      s.run(58);
      expect(is(now(), { owner: "a", since: 1_234 }), `ordered ${JSON.stringify(now())}`);
      expectOpen(s, expect, "a", "b", 110);
      s.run(120);
      const owned = { owner: "b", epoch: 2, held: true, open: true, next: undefined, pending: undefined };
      expect(is(now(), owned), `taken ${JSON.stringify(now())}`);
      const { taking: { from, epoch } = {}, takenAgoMs = 0 } = now() ?? {};
      expect(from === "a" && epoch === 1, `taken from ${from}, epoch ${epoch}`);
      expect(takenAgoMs > 0 && takenAgoMs < 40_000, `taken ${takenAgoMs} ms ago`);
      s.command({ kind: "order", home: "a", to: "a" });
      s.run(135);
      expect(is(now(), { held: true, open: true, next: "a", pending: "a" }), `goes ${JSON.stringify(now())}`);
      s.run(165);
      expect(is(now(), { owner: "b", held: false, open: false, next: "a" }), `gone ${JSON.stringify(now())}`);
      expectOpen(s, expect, "a", "a", 220);
      s.run(230);
      const gone = { owner: "a", held: false, next: undefined, pending: undefined, since: undefined };
      expect(is(now(), gone), `back ${JSON.stringify(now())}`);
      expect(now()?.taking?.from === "b", `taken from ${now()?.taking?.from}`);
    },
  ),
  scenario(
    "a moment from which on messages are processed counts for the ownership that its order brings about",
    { regions: 3, idle: true },
    (s, expect) => {
      const told: HomeNow[] = [];
      s.at(0, () => {
        s.startRun("a");
        s.startRun("b", { onLook: (homes) => told.push(homes.a!) });
      });
      const sinceWhileOwned = (from: number) =>
        told.slice(from).flatMap((now) => (now.owner === "b" ? [now.since] : []));
      s.at(45, () => s.command({ kind: "order", home: "a", to: "b", since: 1_234 }));
      expectOpen(s, expect, "a", "b", 110);
      s.run(120);
      expect(sinceWhileOwned(0).length > 0, "not told");
      expect(
        sinceWhileOwned(0).every((since) => since === 1_234),
        `by order ${sinceWhileOwned(0)}`,
      );
      // The home takes itself back, and is lost later on.
      s.die("b");
      expectOpen(s, expect, "a", "a", s.now + 70);
      s.comeBack("b", { withRun: false });
      const { length } = told;
      s.startRun("b", { onLook: (homes) => told.push(homes.a!) });
      s.run(s.now + 60);
      s.die("a");
      expectOpen(s, expect, "a", "b", s.now + 70);
      s.run(s.now + 20);
      const later = sinceWhileOwned(length);
      expect(later.length > 0 && later.every((since) => since === undefined), `later ${later}`);
      // One that comes while the region owns the home is about that ownership.
      s.command({ kind: "order", home: "a", to: "b", since: 5_678 });
      s.run(s.now + 20);
      expect(told.at(-1)?.since === 5_678, `again ${told.at(-1)?.since}`);
    },
  ),
  scenario(
    "a run goes on while it holds a home that the later run does not hold",
    { ...ALONE, idle: true },
    (s, expect) => {
      s.at(0, () => s.startRun("a"));
      s.at(0, () => s.startRun("b"));
      s.at(60, () => s.command({ kind: "order", home: "b", to: "a" }));
      expectOpen(s, expect, "b", "a", 200);
      s.run(210);
      s.worksFor("b", "b", 200);
      s.command({ kind: "order", home: "b", to: "b" });
      expectOwner(s, expect, "b", "b", 280);
      // No pass of the home runs: the later run has to hear the other table for a while, and that is gone.
      const taken = s.now;
      s.at(taken + 20, () => s.startRun("b"));
      s.at(taken + 25, () => s.die("a"));
      for (let second = 25; second <= 180; second += 5) {
        s.run(taken + second);
        expect(s.owner("b") === "b", "nobody holds the home of b any more");
      }
      expectOpen(s, expect, "b", "b", taken + 220);
    },
  ),
  scenario(
    "an evacuated home does not go back to itself while another region is fit",
    { regions: 3 },
    (s, expect) => {
      s.at(45, () => s.command({ kind: "order", home: "a", to: "b" }));
      expectOpen(s, expect, "a", "b", 200);
      s.at(200, () => s.unfit("b"));
      expectOpen(s, expect, "a", "c", 420);
      expectOwner(s, expect, "b", "c", 430);
    },
  ),
  scenario(
    "an evacuated home does not go back to itself when its owner's own home is sent away",
    { regions: 3 },
    (s, expect) => {
      s.at(45, () => s.command({ kind: "order", home: "a", to: "b" }));
      expectOpen(s, expect, "a", "b", 200);
      s.at(200, () => s.command({ kind: "order", home: "b", to: "c" }));
      expectOwner(s, expect, "b", "c", 320);
      expectOpen(s, expect, "a", "c", 330);
    },
  ),
  scenario(
    "unfit, and the first in turn does not reach the voters: the next is named",
    { regions: 5, settings: VOTERS },
    (s, expect) => {
      s.at(40, () => separate(s));
      s.at(70, () => s.unfit("a"));
      s.until(() => s.claim("a", "c")?.state === "closing", 240);
      expect(s.owner("b") === "b", "b does not own itself any more: nothing is to be seen");
      expect(s.claim("a", "c")?.next === "c", `${s.claim("a", "c")?.next ?? "nobody"} is named, not c`);
      expectOpen(s, expect, "a", "c", s.now + 55);
    },
  ),
  scenario(
    "lost, and the first in turn does not reach the voters: nobody waits for it",
    { regions: 5, settings: VOTERS },
    (s, expect) => {
      s.at(40, () => separate(s));
      s.at(90.5, () => s.die("a"));
      expectOpen(s, expect, "a", "c", 90.5 + 52);
      expect(s.owner("b") === "b", "b does not own itself any more: nothing is to be seen");
    },
  ),
  scenario(
    "a region that cannot renew its own home keeps no other",
    { regions: 5, settings: VOTERS },
    (s, expect) => {
      s.at(30, () => s.die("a"));
      expectOpen(s, expect, "a", "b", 90);
      s.at(120, () => s.cut("b", "e"));
      s.run(155);
      expect(s.owner("b") !== "b", "b still owns itself: nothing is to be seen");
      expectOpen(s, expect, "a", "c", 215);
    },
  ),
  scenario(
    "ordered to a region that does not reach the voters: the gate stays open until it does",
    { regions: 5, settings: VOTERS },
    (s, expect) => {
      s.at(40, () => separate(s));
      s.run(70);
      const { told } = s.told({ kind: "order", home: "a", to: "b" });
      expect(told === "written", `the order is ${told}`);
      for (let second = 72; second <= 200; second += 2) {
        s.run(second);
        expect(s.open("a").join() === "a", "the home is closed, or open elsewhere");
      }
      expect(s.owner("b") === "b", "b does not own itself any more: nothing is to be seen");
      for (const table of ["c", "d"]) s.heal("b", table);
      expectOpen(s, expect, "a", "b", 290);
    },
  ),
];

/** The region b reaches two voters no more, and is heard by everybody at the other tables. */
function separate(s: Script): void {
  for (const table of ["c", "d"]) s.cut("b", table);
}

/** A home moves once: its gate is closed in one go, for no longer than is due. */
function movesOnce(name: string, options: ScriptOptions, begin: (s: Script) => void): Scenario {
  return scenario(
    `as deployed, ${name}: the home moves once`,
    { ...options, scheduled: "real", worlds: 3 },
    (s, expect) => {
      s.at(BEGINS, () => begin(s));
      // Unfit for the delay, two alone look at the other table first.
      expectMoved(s, expect, "a", "b", BEGINS, BEGINS + 60 + CLOSED + 40);
    },
  );
}

/** The same for a home that goes back by order, once its owner's controller lets it. */
function goesBackOnce(options: ScriptOptions, work: number): Scenario {
  return scenario(
    `as deployed, back by order of ${options.regions} after ${work} s: the home moves once`,
    { ...options, scheduled: "real", worlds: 3 },
    (s, expect) => {
      s.at(BEGINS, () => s.command({ kind: "order", home: "a", to: "b" }));
      s.run(BEGINS + 150);
      s.worksFor("b", "a", work);
      s.command({ kind: "order", home: "a", to: "a" });
      s.run(s.now + work);
      expect(s.open("a").join() === "b", "the home has gone before the controller has let it");
      expectMoved(s, expect, "a", "a", s.now, s.now + CLOSED + 40);
    },
  );
}

function expectMoved(s: Script, expect: Expect, home: string, to: string, from: number, by: number): void {
  const { closed, reopened } = watchGate(s, home, from, by);
  const open = s.open(home).join() || "no region";
  expect(open === to, `the home is open in ${open}, not in ${to}`);
  expect(to === home || reopened === 0, `the gate of ${home} has opened again ${reopened} times`);
  expect(closed <= CLOSED, `the home was closed for ${closed} s`);
}

function is(
  told: HomeNow | undefined,
  expected: { readonly [Name in keyof HomeNow]?: HomeNow[Name] | undefined },
): boolean {
  return Object.entries(expected).every(([name, value]) => told?.[name as keyof HomeNow] === value);
}

/** Looks every second at a home's gates. @returns seconds for which all were closed, and how often its own opened after it had closed */
function watchGate(
  s: Script,
  home: string,
  from: number,
  to: number,
): { readonly closed: number; readonly reopened: number } {
  let closed = 0;
  let reopened = 0;
  let wasOpen = true;
  for (let second = from; second <= to; second += 1) {
    s.run(second);
    const open = s.open(home);
    if (open.length === 0) closed += 1;
    if (open.includes(home) && !wasOpen) reopened += 1;
    wasOpen = open.includes(home);
  }
  return { closed, reopened };
}
