import { randomInt } from "node:crypto";
import type { ConfigurationInput } from "../../../config/schema";
import { AS_AWS } from "../../../emulator/as-aws";
import { runCleanup } from "../../../emulator/cleanup";
import { Deployment } from "../../../emulator/deployment";
import { type Emulator, startEmulator } from "../../../emulator/emulator";
import { CONSUMER_ROLE, HOME_ACCOUNT, PEER_ACCOUNT, PRODUCER_ROLE } from "../../fixtures";
import { IS_FULL } from "../../tier";
import type { StepKind } from "../model/plan";
import { metByKind, tableOf } from "../report";
import { type EndResult, runScenario, type ScenarioResult } from "../scenario";
import { CI, FULL, type Load } from "../tier";

const HOME = "us-east-1";
const PEER = "us-west-2";
const TIER = IS_FULL ? FULL : CI;
const DEPLOY_TIMEOUT_MS = 600_000;
const RANDOM_PREFIX = "random-";

/** Messages that a failure shows of each kind. */
const SHOWN = 3;

type QueueInput = ConfigurationInput["queues"][string];

/** Logical queues; each is a scenario, and all run at the same time. */
const QUEUES: Readonly<Record<string, QueueInput>> = {
  "standard-async": { mode: "async" },
  "standard-semi-sync": { mode: "semi-sync" },
  "standard-sync": { mode: "sync" },
  "fifo-async": { mode: "async", fifo: true },
  "fifo-sync": { mode: "sync", fifo: true },
};

const { fixed, random } = TIER.kinds;
/** A seed that is the same in every run and one that never is; or the one to repeat, with all that can go wrong. */
const RUNS: readonly (readonly [seed: string, kinds: readonly StepKind[]])[] = process.env.CHAOS_SEED
  ? [[process.env.CHAOS_SEED, process.env.CHAOS_SEED.startsWith(RANDOM_PREFIX) ? random : fixed]]
  : [
      ["fixed", fixed],
      [`${RANDOM_PREFIX}${randomInt(1_000_000)}`, random],
    ];

jest.setTimeout(TIER.timeoutMs);

let emulator: Emulator;
let deployment: Deployment;

beforeAll(async () => {
  process.stdout.write(
    `chaos with the seeds ${RUNS.map(([seed]) => seed).join(" and ")}; CHAOS_SEED=<seed> repeats one\n`,
  );
  // The checker explains every duplicate by a step of its plan, which loses answers of its own.
  const { duplicates: _repeats, lostAnswers: _losses, ...rest } = AS_AWS;
  emulator = await startEmulator({ regions: [HOME, PEER], asAws: { ...rest, seed: "chaos" } });
  deployment = await Deployment.synthesize(emulator, configuration());
  await deployment.apply();
  await deployment.createClientRole("producer", PRODUCER_ROLE);
  await deployment.createClientRole("consumer", CONSUMER_ROLE);
}, DEPLOY_TIMEOUT_MS);

afterAll(() => runCleanup(), 60_000);

function configuration(): ConfigurationInput {
  const { batch_size, batching_window_seconds, ...functions } = TIER.functions;
  const clients = { producers: [PRODUCER_ROLE], consumers: [CONSUMER_ROLE] };
  return {
    failover_group: "chaos",
    regions: { [HOME]: { account: HOME_ACCOUNT }, [PEER]: { account: PEER_ACCOUNT } },
    // The shortest timeout, so that what a killed function held comes back soon.
    functions: { ...functions, timeout_seconds: 10, tracing: "pass_through" },
    queues: Object.fromEntries(
      Object.entries(QUEUES).map(([name, queue]) => [
        name,
        { ...queue, ...clients, functions: queue.fifo ? {} : { batch_size, batching_window_seconds } },
      ]),
    ),
  };
}

function loadOf(queue: string): Load {
  return QUEUES[queue]!.fifo ? TIER.fifo : TIER.standard;
}

function run(queue: string, seed: string, kinds: readonly StepKind[]): Promise<ScenarioResult> {
  return runScenario({
    emulator,
    deployment,
    queue,
    home: HOME,
    peer: PEER,
    producerRole: PRODUCER_ROLE,
    consumerRole: CONSUMER_ROLE,
    load: loadOf(queue),
    kinds,
    patienceMs: TIER.patienceMs,
    seed,
  });
}

/** Of what must be none, how many there are and the first of them. */
function shortfalls({ verdict, unexplained }: EndResult) {
  const { lost, unexpected, altered, outOfOrder } = verdict;
  const all = { lost, unexpected, altered, outOfOrder, unexplained };
  return Object.fromEntries(
    Object.entries(all).map(([what, which]) => [what, [which.length, ...which.slice(0, SHOWN)]]),
  );
}

const NOTHING = { lost: [0], unexpected: [0], altered: [0], outOfOrder: [0], unexplained: [0] };

describe.each(RUNS)("chaos with seed %s", (seed, kinds) => {
  const results = new Map<string, ScenarioResult>();

  beforeAll(async () => {
    const runs = Object.keys(QUEUES).map(async (queue) => {
      const result = await run(queue, seed, kinds);
      results.set(queue, result);
      process.stdout.write(`\n${tableOf(result)}\n`);
    });
    const failed = (await Promise.allSettled(runs)).filter((each) => each.status === "rejected");
    if (failed[0]) throw new Error(`seed ${seed}`, { cause: failed[0].reason });
  }, TIER.timeoutMs);

  test.each(Object.keys(QUEUES))("%s loses, alters, invents and reorders nothing", (queue) => {
    const { work, standby, unprotected, held } = results.get(queue)!;
    const found = { work: shortfalls(work), standby: shortfalls(standby), unprotected, held };
    expect({ seed, ...found }).toEqual({
      seed,
      work: NOTHING,
      standby: NOTHING,
      unprotected: [],
      held: {},
    });
    expect([work.verdict.attempts, standby.verdict.attempts]).toEqual(Array(2).fill(loadOf(queue).messages));
  });

  test.each(Object.keys(QUEUES))("%s met every kind of fault", (queue) => {
    const met = metByKind(results.get(queue)!.steps);
    const missing = kinds.filter((kind) => !met.get(kind));
    expect({ seed, missing }).toEqual({ seed, missing: [] });
  });
});
