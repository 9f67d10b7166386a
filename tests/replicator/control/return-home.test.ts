import type { Dependencies } from "../../../replicator/control/dependencies";
import { Drainers } from "../../../replicator/control/drainers";
import { NO_NOTES, type Notes } from "../../../replicator/control/notes";
import type { Found } from "../../../replicator/control/notes-store";
import { ReturnHome } from "../../../replicator/control/return-home";
import { VirtualTime } from "../virtual-time";
import { clientOf, controlledQueue, controllerSettings, HOME, NOW, PEER, refusal } from "./group";
import { NOTHING_DONE } from "./pipeline";

const SECOND = 1_000;
const QUEUES = [controlledQueue({ rescue: "watermark" }, PEER)];
const RESCUED = { epoch: 2, until: NOW, queues: { orders: NOW - 900 } };
const TAKING = { from: PEER, epoch: 2, at: NOW };
const SAID: Notes = { ...NO_NOTES, version: 1, homes: { [HOME]: { queues: {}, spans: [RESCUED] } } };

/** The home takes itself back from the peer, of whose notes this is found. */
function setup(found: () => Found | Error, takesSeconds = 1) {
  const time = new VirtualTime(NOW);
  const tasks: unknown[] = [];
  const reads: string[] = [];
  const lambda = clientOf<Dependencies["lambda"]["wait"]>(async ({ input }) => {
    tasks.push(JSON.parse(String((input as { readonly Payload: Buffer }).Payload)));
    await time.sleep(takesSeconds * SECOND);
    return { Payload: Buffer.from(JSON.stringify({ ...NOTHING_DONE, drained: true })) };
  });
  const parts = {
    settings: { ...controllerSettings(HOME), handBackTimeoutSeconds: 300 },
    lambda: { start: lambda, wait: lambda },
    notes: {
      read: async (region: string) => {
        reads.push(region);
        const answer = found();
        if (answer instanceof Error) throw answer;
        return answer;
      },
    } as Dependencies["notes"],
    now: time.now,
    clock: () => time.now() - NOW,
    sleep: (ms: number) => time.sleep(ms),
    onFailure: () => {},
  };
  const home = new ReturnHome(parts, new Drainers(parts));
  /** Seconds until the home may open, asked every five seconds. */
  const opensAfter = async (queues: Parameters<typeof home.step>[0] = QUEUES, taking = TAKING, agoMs = 0) =>
    time.run(
      (async () => {
        const began = time.now();
        while (!home.mayOpen(HOME, taking, agoMs + time.now() - began)) {
          await home.step(queues);
          await time.sleep(5 * SECOND);
        }
        return (time.now() - began) / SECOND;
      })(),
    );
  return { home, tasks, reads, opensAfter };
}

test("opens when what the last owner has rescued is taken off", async () => {
  const { tasks, reads, opensAfter } = setup(() => ({ notes: SAID, isCertain: true }), 12);
  const seconds = await opensAfter();
  expect(seconds).toBeGreaterThanOrEqual(12);
  expect(seconds).toBeLessThanOrEqual(25);
  expect(tasks).toEqual([
    expect.objectContaining({ action: "reclaim", rescued: { from: NOW - 900, until: NOW } }),
  ]);
  expect(reads).toEqual([PEER]);
});

test.each<[string, Found]>([
  ["has lost the home without having processed everything", { notes: NO_NOTES, isCertain: true }],
  ["has rescued under another epoch", { notes: SAID, isCertain: true }],
  ["notes nothing", { isCertain: true }],
])("opens at once when the last owner %s", async (_, found) => {
  const { tasks, opensAfter } = setup(() => found);
  expect(await opensAfter(QUEUES, { ...TAKING, epoch: 3 })).toBeLessThanOrEqual(5);
  expect(tasks).toEqual([]);
});

test("notes of which the last owner's table says nothing may be old: they are asked for again, for a few seconds", async () => {
  let count = 0;
  const { tasks, opensAfter } = setup(() =>
    ++count < 2 ? { notes: NO_NOTES, isCertain: false } : { notes: SAID, isCertain: false },
  );
  await opensAfter();
  expect(tasks).toHaveLength(1);
  const never = setup(() => ({ isCertain: false }));
  expect(await never.opensAfter()).toBeLessThanOrEqual(15);
  const fails = setup(() => refusal("TimeoutError"));
  expect(await fails.opensAfter()).toBeLessThanOrEqual(15);
});

test("opens when the time is over, whatever is left to be taken off", async () => {
  const { opensAfter } = setup(() => ({ notes: SAID, isCertain: true }), 1_000);
  expect(await opensAfter()).toBe(300);
  const later = setup(() => ({ notes: SAID, isCertain: true }), 1_000);
  // A run that begins while the home waits.
  expect(await later.opensAfter(QUEUES, TAKING, 200 * SECOND)).toBe(100);
});

test("does not wait for a list of queues that cannot be read, and asks nobody where there are ledgers alone", async () => {
  const { opensAfter } = setup(() => ({ notes: SAID, isCertain: true }));
  expect(await opensAfter(undefined)).toBeLessThanOrEqual(15);
  const ledgers = setup(() => ({ isCertain: false }));
  expect(await ledgers.opensAfter([controlledQueue({}, PEER)])).toBeLessThanOrEqual(5);
  expect(ledgers.reads).toEqual([]);
});

test.each([
  ["a peer's home", PEER, TAKING],
  ["a home that was founded", HOME, { at: NOW }],
  ["a home that lapsed from the region itself", HOME, { ...TAKING, from: HOME }],
])("has nothing to do about %s", async (_, of, taking) => {
  const { home, reads } = setup(() => ({ isCertain: true }));
  expect(home.mayOpen(of, taking, 0)).toBe(true);
  await home.step(QUEUES);
  expect(reads).toEqual([]);
});

test("a later return begins anew", async () => {
  const { home, tasks, opensAfter } = setup(() => ({ notes: SAID, isCertain: true }));
  await opensAfter();
  expect(home.mayOpen(HOME, { ...TAKING, epoch: 4 }, 0)).toBe(false);
  expect(tasks).toHaveLength(1);
});
