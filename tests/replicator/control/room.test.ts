import fc from "fast-check";
import { SSM_PARAMETER_MAX_BYTES } from "../../../core/limits";
import {
  encodeStates,
  type HomeWatermark,
  initialStates,
  parseStates,
  type States,
} from "../../../ownership/states";
import { fitting, momentOf, momentsOf } from "../../../replicator/control/room";
import { HOME, NOW, PEER, REGIONS, THIRD } from "./group";

function statesWith(watermarks: Readonly<Record<string, HomeWatermark>>): States {
  return { ...initialStates(PEER, REGIONS), watermarks };
}

const queues = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`orders-of-shop-${index}`, NOW + index * 7]),
  );

test("states with room for all queues stay as they are", () => {
  const states = statesWith({ [HOME]: { queues: queues(30), frozen: 3, completeUntil: NOW } });
  expect(fitting(states)).toEqual({ states, isComplete: true });
});

test("where there is not enough, names are shortened and moments rounded down, and both are found again", () => {
  const states = statesWith({ [HOME]: { queues: queues(120), frozen: 3, completeUntil: NOW } });
  const fitted = fitting(states);
  expect(fitted.isComplete).toBe(true);
  const read = parseStates(encodeStates(fitted.states)).watermarks![HOME]!;
  expect(read).toMatchObject({ frozen: 3, completeUntil: NOW });
  for (const [queue, at] of Object.entries(queues(120))) {
    expect(momentOf(read.queues, queue)).toBe(Math.floor(at / 1_000) * 1_000);
  }
  expect(Math.min(...momentsOf(read.queues))).toBe(NOW);
  expect(momentOf(read.queues, "another")).toBeUndefined();
  // Once more, as the next run does with what it has read.
  expect(fitting({ ...states, watermarks: { [HOME]: read } }).states.watermarks![HOME]).toEqual(read);
});

test("what finds no room at all is left out, and first of homes that are not being moved", () => {
  const states = statesWith({ [HOME]: { queues: queues(100), frozen: 3 }, [THIRD]: { queues: queues(900) } });
  const { states: fitted, isComplete } = fitting(states);
  expect(isComplete).toBe(false);
  expect(encodeStates(fitted).length).toBeLessThanOrEqual(SSM_PARAMETER_MAX_BYTES);
  expect(Object.keys(fitted.watermarks![HOME]!.queues)).toHaveLength(100);
  expect(Object.keys(fitted.watermarks![THIRD]!.queues).length).toBeGreaterThan(0);
});

test("never says more than was known, however many queues there are", () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z-]{1,60}$/), { maxLength: 300 });
  fc.assert(
    fc.property(names, fc.nat(2_000_000), (known, step) => {
      const moments = Object.fromEntries(known.map((name, index) => [name, NOW + index * step]));
      const { states } = fitting(statesWith({ [HOME]: { queues: moments } }));
      const json = encodeStates(states);
      expect(json.length).toBeLessThanOrEqual(SSM_PARAMETER_MAX_BYTES);
      const read = parseStates(json).watermarks![HOME]!.queues;
      for (const name of known) {
        const at = momentOf(read, name);
        if (at !== undefined && (at > moments[name]! || at < moments[name]! - 1_000)) throw new Error(name);
      }
    }),
    { numRuns: 50 },
  );
});
