import type { TableAnswer } from "../../../../ownership/lease/effects";
import type { Claim, VoterList } from "../../../../ownership/lease/items";
import { hasMajorities } from "../../../../ownership/lease/lists";
import { Observations } from "../../../../ownership/lease/observations";
import { outcomesOf, type Plan } from "../../../../ownership/lease/plan";
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
