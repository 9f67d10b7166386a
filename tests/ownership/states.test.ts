import { encodeStates, initialStates, parseStates, type States, stateOf } from "../../ownership/states";

const [REGION, HOME] = ["us-west-2", "us-east-1"] as const;
const AT = 1_700_000_000_000;

const STATES: States = {
  v: 1,
  region: REGION,
  checkedAt: AT,
  homes: {
    [REGION]: { phase: "owner", epoch: 0, since: 0 },
    [HOME]: {
      phase: "standing-by",
      epoch: 2,
      since: AT,
      releasedAt: AT,
      waitsFor: "a peer",
      disownedAt: AT,
      takenBy: REGION,
    },
    "eu-west-1": { phase: "taking-over", epoch: 2, since: AT, claims: true, unfinished: true },
  },
  recorded: { [HOME]: { owner: REGION, since: AT } },
  heard: { [HOME]: { at: AT, fit: false } },
  watermarks: { [HOME]: { queues: { orders: AT, mails: 0 }, frozen: 1, completeUntil: AT } },
  signals: { [HOME]: { unhealthySince: AT, unfitSince: AT, soundSince: AT } },
  isolatedSince: AT,
};

test("a region owns itself at first and stands by for all others, also for one that it does not know yet", () => {
  const states = initialStates(REGION, [REGION]);
  expect(stateOf(states, REGION)).toEqual({ phase: "owner", epoch: 0, since: 0 });
  expect(stateOf(states, HOME)).toEqual({ phase: "standing-by", epoch: 0, since: 0 });
});

describe("the parameter", () => {
  test("is read as it was written, full and empty", () => {
    expect(parseStates(encodeStates(STATES))).toEqual(STATES);
    const initial = initialStates(REGION, [REGION, HOME]);
    expect(parseStates(encodeStates(initial))).toEqual(initial);
  });

  test("of a later version keeps what is unknown here", () => {
    const later = { ...STATES, v: 2, hint: 1 };
    expect(parseStates(JSON.stringify(later))).toEqual({ ...later, v: 1 });
  });

  test.each([
    [{ region: undefined }, "states.region must be a string that is not empty, but it is missing"],
    [{ checkedAt: 1.5 }, "states.checkedAt must be a whole number, 0 or more, but it is 1.5"],
    [
      { homes: { [HOME]: { phase: "asleep", epoch: 0, since: 0 } } },
      'states.homes.us-east-1.phase must be one of standing-by, taking-over, owner, handing-back, but it is "asleep"',
    ],
    [
      { heard: { [HOME]: { at: AT } } },
      "states.heard.us-east-1.fit must be true or false, but it is missing",
    ],
    [
      { watermarks: { [HOME]: { queues: { orders: "x" } } } },
      'states.watermarks.us-east-1.queues.orders must be a whole number, 0 or more, but it is "x"',
    ],
    [
      { watermarks: { [HOME]: { queues: {}, spans: [[1, 2], [3]] } } },
      "states.watermarks.us-east-1.spans.1.1 must be a whole number, 0 or more, but it is missing",
    ],
    [{ signals: { [HOME]: 1 } }, "states.signals.us-east-1 must be an object, but it is 1"],
    [
      { homes: { [HOME]: { phase: "owner", epoch: 0, since: 0, claims: false } } },
      "states.homes.us-east-1.claims must be true or absent, but it is false",
    ],
    [
      { recorded: { [HOME]: { owner: "", since: 0 } } },
      'states.recorded.us-east-1.owner must be a string that is not empty, but it is ""',
    ],
    [{ isolatedSince: -1 }, "states.isolatedSince must be a whole number, 0 or more, but it is -1"],
  ])("with %j is refused", (change, message) => {
    expect(() => parseStates(JSON.stringify({ ...STATES, ...change }))).toThrow(message);
  });
});
