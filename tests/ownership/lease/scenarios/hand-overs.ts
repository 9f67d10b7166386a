import type { Script, ScriptOptions } from "../script";
import { expectOpen, expectOwner, type Scenario, scenario } from "./scenario";

/** When the hand-over begins, seconds. */
const BEGINS = 200;
/** Besides the work in flight: a new run waits for passes of runs before it, the claim lapses, and whoever is next has a turn. */
const BESIDES = 95;
const ALONE = { regions: 2, settings: { takeover: "manual" as const } };

/** The region b can own itself without a majority of the voters that decide about a. */
const VOTERS = {
  voters: {
    ...Object.fromEntries([..."cde"].map((home) => [home, [..."cde"]])),
    a: [..."acd"],
    b: [..."abe"],
  },
};

/** Hand-overs under the schedule of what is deployed: each run of the region is succeeded while the work is still in flight. */
export const HAND_OVERS: readonly Scenario[] = [
  ...[65, 300].flatMap((inFlight) => [
    movesOnce(`by order, ${inFlight} s in flight`, { regions: 3 }, inFlight, (s) =>
      s.command({ kind: "order", home: "a", to: "b" }),
    ),
    movesOnce(`unfit, ${inFlight} s in flight`, { regions: 3 }, inFlight, (s) => s.unfit("a")),
    movesOnce(`by order of two alone, ${inFlight} s in flight`, ALONE, inFlight, (s) =>
      s.command({ kind: "order", home: "a", to: "b" }),
    ),
  ]),
  scenario("a new run opens nothing that the run before has fenced", { regions: 3 }, (s, expect) => {
    s.endsWorkAfter("a", "a", 65);
    s.at(60, () => s.command({ kind: "order", home: "a", to: "b" }));
    fenced(s, (at) => {
      s.at(at + 6, () => s.startRun("a"));
      // Nor while it does not hear of the region that is next.
      s.at(at + 5, () => s.cut("b", "a"));
      s.at(at + 12, () => s.heal("b", "a"));
    });
    const seen = watchGate(s, "a", 61, 260);
    expect(seen.closed > 65, `the gate was closed for ${seen.closed} s, and the work takes 65 s`);
    expect(seen.reopened === 0, `the gate of a has opened again ${seen.reopened} times`);
    expect(s.open("a").join() === "b", "the home is not open in b alone");
  }),
  scenario(
    "a new run counts from the fence of the run before, and does not wait anew",
    { regions: 3 },
    (s, expect) => {
      s.endsWorkAfter("a", "a", 100);
      s.at(60, () => s.command({ kind: "order", home: "a", to: "b" }));
      let at = Number.POSITIVE_INFINITY;
      fenced(s, (when) => {
        at = when;
        s.at(when + 80, () => {
          s.kill(s.runOf("a"));
          s.startRun("a");
        });
      });
      s.run(100);
      expect(at < 100, "nothing was fenced");
      const closing = s.until(() => s.claim("a", "c")?.state === "closing", at + 115);
      expect(closing < at + 115, "the work ended 100 s after the fence, and the home is not handed over");
      expect(closing >= at + 99, `the home is handed over ${closing - at} s after the fence`);
    },
  ),
  scenario(
    "a run goes on while it holds a home that the later run does not hold",
    { ...ALONE, idle: true },
    (s, expect) => {
      // a holds the home of b too. Its peer dies within the hand-over back: who comes later could not continue what one table decides.
      s.at(0, () => s.startRun("a"));
      s.at(0, () => s.startRun("b"));
      s.at(60, () => s.command({ kind: "order", home: "b", to: "a" }));
      expectOpen(s, expect, "b", "a", 200);
      s.run(210);
      s.endsWorkAfter("a", "b", 300);
      s.command({ kind: "order", home: "b", to: "b" });
      s.until(() => s.open("b").length === 0, 235);
      expect(s.owner("b") === "a" && s.open("b").length === 0, "a has not fenced the home of b");
      // The pass of what is fenced does not run: the later run has to hear the other table for a while, and that is gone.
      s.at(232.7, () => s.startRun("a"));
      s.at(238, () => s.die("b"));
      for (let second = 240; second <= 420; second += 5) {
        s.run(second);
        expect(s.owner("b") === "a", "nobody holds the home of b any more");
      }
      expect(s.open("b").join() === "a", "the home of b is not open again in a, which holds it");
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
function movesOnce(
  name: string,
  options: ScriptOptions,
  inFlight: number,
  begin: (s: Script) => void,
): Scenario {
  return scenario(
    `as deployed, ${name}: the home moves once`,
    { ...options, scheduled: "real", worlds: 3 },
    (s, expect) => {
      s.allEndWorkAfter(inFlight);
      s.at(BEGINS, () => begin(s));
      // Unfit for the delay, two alone look at the other table first.
      const end = BEGINS + 60 + inFlight + BESIDES + 40;
      const seen = watchGate(s, "a", BEGINS, end);
      expect(
        s.open("a").join() === "b",
        `the home is open in ${s.open("a").join() || "no region"}, not in b`,
      );
      expect(seen.reopened === 0, `the gate of a has opened again ${seen.reopened} times`);
      expect(
        seen.closed >= inFlight && seen.closed <= inFlight + BESIDES,
        `the home was closed for ${seen.closed} s, with ${inFlight} s in flight`,
      );
    },
  );
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

/** Calls back when the home of a has first been fenced there. */
function fenced(s: Script, then: (at: number) => void): void {
  let isDone = false;
  s.watch({ from: "a", kind: "pass", table: "a" }, ({ write }) => {
    if (isDone || write?.kind !== "pass" || write.homes.a !== null) return;
    isDone = true;
    then(s.now);
  });
}
