import { look, round, type Steps, sleep, type TableAnswers } from "../../../../ownership/lease/effects";
import { type DriveOptions, drive } from "../../../../ownership/lease/store/drive";
import type { LeaseStore } from "../../../../ownership/lease/store/store";

const HOME = "us-east-1";
const NO_TABLE: TableAnswers = new Map([[HOME, { kind: "no-table", receivedAt: 0, date: 0 }]]);

let now: number;
let store: jest.Mocked<Pick<LeaseStore, "look" | "round">>;
let options: DriveOptions;

beforeEach(() => {
  now = 0;
  store = { look: jest.fn(), round: jest.fn() };
  store.look.mockResolvedValue(NO_TABLE);
  store.round.mockResolvedValue(new Map([[0, { done: true }]]));
  options = {
    clock: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
  };
});

/** Looks for ever. */
function* watch(everyMs: number): Steps<never> {
  for (;;) {
    yield* look([HOME]);
    yield* sleep(everyMs);
  }
}

test("carries out what the protocol asks for, in its order, and gives it the answers", async () => {
  function* steps(): Steps<unknown> {
    const seen = yield* look([HOME]);
    yield* sleep(250);
    return [seen, yield* round([], () => true), now];
  }
  expect(await drive(steps(), store, options)).toEqual([NO_TABLE, new Map([[0, { done: true }]]), 250]);
  expect(store.look).toHaveBeenCalledWith([HOME]);
  expect(store.round).toHaveBeenCalledWith([], expect.any(Function));
});

test("ends at its time: a sleep is cut short, and nothing is begun afterwards", async () => {
  expect(await drive(watch(400), store, { ...options, until: 1_000 })).toBeUndefined();
  expect(store.look).toHaveBeenCalledTimes(3);
  expect(now).toBe(1_000);
});

test("begins nothing when its time is over already", async () => {
  expect(await drive(watch(400), store, { ...options, until: 0 })).toBeUndefined();
  expect(store.look).not.toHaveBeenCalled();
});

test("gives the protocol its last answer, so that one which is complete returns", async () => {
  function* steps(): Steps<string> {
    yield* sleep(1_000);
    return "complete";
  }
  expect(await drive(steps(), store, { ...options, until: 1_000 })).toBe("complete");
});

test("ends with the signal, in the middle of a sleep, by a real timer", async () => {
  const controller = new AbortController();
  const { sleep: _model, ...real } = options;
  setTimeout(() => controller.abort(), 20);
  expect(await drive(watch(3_600_000), store, { ...real, signal: controller.signal })).toBeUndefined();
  expect(store.look).toHaveBeenCalledTimes(1);
});

test("lets a round that is under way end, and begins no other", async () => {
  const controller = new AbortController();
  let isOver = false;
  store.round.mockImplementation(async () => {
    controller.abort();
    await new Promise((resolve) => setTimeout(resolve, 20));
    isOver = true;
    return new Map();
  });
  function* rounds(): Steps<void> {
    for (;;) yield* round([]);
  }
  await drive(rounds(), store, { ...options, signal: controller.signal });
  expect([isOver, store.round.mock.calls.length]).toEqual([true, 1]);
});

test("goes on after a call that rejects, as if nothing had been answered", async () => {
  const reported: unknown[] = [];
  store.look.mockRejectedValueOnce("look");
  store.round.mockRejectedValueOnce("round");
  function* steps(): Steps<unknown> {
    return [yield* look([HOME]), yield* round([]), yield* look([HOME])];
  }
  const answers = await drive(steps(), store, { ...options, report: (error) => reported.push(error) });
  expect(answers).toEqual([new Map(), new Map(), NO_TABLE]);
  expect(reported).toEqual(["look", "round"]);
});

test("does not hide a fault of the protocol itself", async () => {
  // biome-ignore lint/correctness/useYield: it fails before it asks for anything
  function* steps(): Steps<void> {
    throw new Error("a fault");
  }
  await expect(drive(steps(), store, options)).rejects.toThrow("a fault");
});
