import type { Effect, TableAnswer } from "../../../../ownership/lease/effects";
import { viewOf } from "../../../../ownership/lease/home-view";
import type { Claim, Status, VoterList } from "../../../../ownership/lease/items";
import { hasMajorities } from "../../../../ownership/lease/lists";
import { type ItemsByTable, Observations } from "../../../../ownership/lease/observations";
import { outcomesOf, type Plan } from "../../../../ownership/lease/plan";
import { isOverruled, renewPlan } from "../../../../ownership/lease/renew";
import { leaseRun } from "../../../../ownership/lease/run";
import type { LeaseSettings } from "../../../../ownership/lease/settings";
import { standings } from "../../../../ownership/lease/standing";
import { takingOf } from "../../../../ownership/lease/taking";
import { turnMs } from "../../../../ownership/lease/turns";
import type { Scenario } from "./scenario";
import { subsetsOf } from "./subsets";

const OLD: VoterList = { number: 1, id: "", voters: ["a", "b", "c"] };
const NEW: VoterList = { number: 2, id: "x", voters: ["c", "d", "e"] };

/** Rules that hold by themselves, whatever else holds. */
export const PARTS: readonly Scenario[] = [
  part("an absence counts from the last gap on", (expect) => {
    const observations = new Observations(["a"]);
    const looks: readonly (TableAnswer | undefined)[] = [
      absentAt(1_000),
      undefined,
      absentAt(41_000),
      absentAt(46_000),
    ];
    for (const [index, answer] of looks.entries())
      observations.add(["b"], new Map(answer === undefined ? [] : [["b", answer]]), index);
    const [sighting] = observations.of("a");
    expect(sighting?.ageMs === 5_000, `an absence after a gap is ${sighting?.ageMs} ms old`);
  }),
  part("a refusal that shows an unknown list makes the round void", (expect) => {
    const plan: Plan = {
      kind: "renew",
      home: "a",
      needs: [OLD],
      writes: ["a", "b", "c"].map((table) => ({ kind: "claim", table, home: "a", claim: claimUnder([OLD]) })),
      returnable: new Set(),
    };
    const isDone = (current: Claim) =>
      outcomesOf(
        [plan],
        new Map([
          [0, { done: true }],
          [1, { done: true }],
          [2, { done: false, current }],
        ]),
      )[0]?.isDone;
    expect(isDone(claimUnder([OLD])) === true, "a majority is not enough");
    expect(isDone(claimUnder([OLD, NEW])) === false, "the unknown list is ignored");
  }),
  part("a renewal says of its own take what it said, whatever a higher claim says", (expect) => {
    const own = { ...claimUnder([OLD]), taking: { from: "c", epoch: 0, at: 1 } };
    const other = {
      ...own,
      epoch: { number: 2, region: "b", run: "s" },
      taking: { from: "a", epoch: 1, at: 2 },
    };
    const sightings = [own, other, own].map((claim, index) => ({
      ...{ table: OLD.voters[index]!, claim, hasTable: true, ageMs: 0 },
    }));
    const { epoch, lists, order, taking } = own;
    const holding = { epoch, lists, renewedAt: 0, facts: { order, taking } };
    const settings = { region: "a", members: OLD.voters, voters: {} } as unknown as LeaseSettings;
    const run = { id: "r", newId: () => "2" };
    const view = viewOf("a", sightings, new Map(), holding, "a");
    const { writes } = renewPlan(view, holding, { settings, run, now: 1, voters: undefined });
    expect(writes.length === 2, `${writes.length} claims are renewed`);
    expect(
      writes.every(({ claim }) => claim.taking?.from === "c"),
      "the claim of another is carried on",
    );
  }),
  part(
    "where takes have missed their majorities everywhere, their claims say whose the home was",
    (expect) => {
      const free = { ...claimUnder([OLD]), state: "free" as const, taking: { from: "c", epoch: 0, at: 1 } };
      const sightings = OLD.voters.map((table) => ({ table, claim: free, hasTable: true, ageMs: 0 }));
      const view = viewOf("a", sightings, new Map(), undefined, "a");
      const taken = (region: string) => JSON.stringify(takingOf(view, region, 9));
      expect(taken("a") === '{"from":"c","epoch":0,"at":9}', `a has the home by ${taken("a")}`);
      expect(taken("c") === '{"at":9}', `c has the home by ${taken("c")}`);
    },
  ),
  part("who is next has its turn, though a take of its own has missed its majority", (expect) => {
    const held = { ...claimUnder([OLD]), epoch: { number: 2, region: "c", run: "s" } };
    const closing = { ...claimUnder([OLD]), state: "closing" as const, next: "c" };
    const sightings = [held, closing, closing].map((claim, index) => ({
      ...{ table: OLD.voters[index]!, claim, hasTable: true, ageMs: 0 },
    }));
    const view = viewOf("b", sightings, new Map(), undefined, "c");
    const turn = (region: string) =>
      turnMs(view, { region, takeoverOrder: { b: ["a"] } } as unknown as LeaseSettings, new Map());
    expect(turn("c") === 0, `c waits ${turn("c")} ms`);
    expect(turn("a") === 0, `a waits ${turn("a")} ms for regions that are not able`);
  }),
  part("an owner of whose claims a majority shows none owns nothing", (expect) => {
    const own = claimUnder([OLD]);
    const holding = { epoch: own.epoch, lists: own.lists, renewedAt: 0, facts: { order: 0 } };
    const overruled = (claims: readonly (Claim | undefined)[]) => {
      const sightings = claims.map((claim, index) => ({
        ...{ table: OLD.voters[index]!, claim, hasTable: true, ageMs: 0 },
      }));
      return isOverruled(viewOf("a", sightings, new Map(), holding, "a"), holding);
    };
    expect(overruled([undefined, undefined]), "two empty voters of three change nothing");
    expect(!overruled([undefined]), "one empty voter of three is enough");
    expect(!overruled([undefined, undefined, own]), "its own claim is not seen");
  }),
  part("a region that one table of three alone shows to live is taken for dead", (expect) => {
    const status = { until: 30_000, since: 0 } as unknown as Status;
    const items = OLD.voters.map((table, index) => {
      const passes = { b: { homes: {}, status }, c: index === 0 ? { homes: {}, status } : { homes: {} } };
      return [table, { ...absentAt(0), passes }] as const;
    });
    const living = [...standings(new Map(items) as ItemsByTable, OLD.voters).keys()].join();
    expect(living === "b", `${living || "nobody"} lives`);
  }),
  part("a table that a list names is looked at, whoever has configured it", (expect) => {
    const settings = { region: "a", members: ["a", "b"], voters: { a: ["a"], b: ["b"] }, takeoverOrder: {} };
    const run = { id: "r", clock: () => 0, newId: () => "2", isFit: () => true };
    const steps = leaseRun(settings as unknown as LeaseSettings, run);
    const tablesOf = ({ value }: IteratorResult<Effect, void>) =>
      value?.kind === "look" ? value.tables.join() : value?.kind;
    const first = tablesOf(steps.next());
    expect(first === "a,b", `looks first at ${first}`);
    const claims = { a: claimUnder([{ ...OLD, voters: ["a", "b", "removed"] }]) };
    const then = tablesOf(steps.next(new Map([["b", { ...absentAt(0), claims } as TableAnswer]])));
    expect(then === "a,b,removed", `then looks at ${then}`);
  }),
  part("no two majorities of a list miss each other", (expect) => {
    for (const voters of [["a"], ["a", "b", "c"], ["a", "b", "c", "d", "e"]]) {
      const list = { ...OLD, voters };
      const sets = subsetsOf(voters).filter((set) => hasMajorities(new Set(set), [list]));
      expect(sets.length > 0, `nothing is a majority of ${voters.join("")}`);
      expect(
        sets.every((one) => sets.every((other) => one.some((voter) => other.includes(voter)))),
        `two majorities of ${voters.join("")} miss each other`,
      );
    }
    expect(!hasMajorities(new Set(["a", "b", "c"]), []), "without a list anything is a majority");
  }),
];

function part(name: string, check: (expect: (holds: boolean, otherwise: string) => void) => void): Scenario {
  return {
    name,
    play: () => {
      const wrong: string[] = [];
      check((holds, otherwise) => {
        if (!holds) wrong.push(otherwise);
      });
      return wrong;
    },
  };
}

function absentAt(receivedAt: number): TableAnswer {
  return { kind: "items", receivedAt, date: 0, claims: {}, orders: {}, passes: {} };
}

function claimUnder(lists: readonly VoterList[]): Claim {
  return { id: "1", epoch: { number: 1, region: "a", run: "r" }, state: "held", lists, order: 0 };
}
