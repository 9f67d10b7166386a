import fc from "fast-check";
import { HEARTBEAT_FRESH_SECONDS } from "../../../core/limits";
import { initialRoles } from "../../../ownership/roles";
import { initialStates } from "../../../ownership/states";
import type { Verdict } from "../../../replicator/health/sight";
import { HomeHealth, verdictOf } from "../../../replicator/health/verdict";
import { controlledQueue, controllerSettings, HOME, NOW, REGIONS } from "../control/group";
import { type Call, type Fault, MINUTE, refused, SECOND, World } from "./world";

const LIMIT_MS = 1_000;
/** Between two looks of a worker. */
const STEP_MS = 5 * SECOND;
const HEALTHY: Verdict = { healthy: true, reasons: [] };

function setup(prepare: (world: World) => void = () => {}, aheadMs = 0) {
  const world = new World();
  prepare(world);
  const failures: string[] = [];
  const onFailure = (part: string, code: string) => failures.push(`${part}: ${code}`);
  const health = new HomeHealth(world.parts({ onFailure }, aheadMs));
  const look = () => world.time.run(health.look(LIMIT_MS));
  /** What is answered in a time in which the controller runs each minute, or not at all. */
  const answers = async (ms: number, hasController: boolean) => {
    const verdicts: { readonly at: number; readonly healthy: boolean }[] = [];
    let runsAt = world.now();
    for (const until = world.now() + ms; world.now() < until; ) {
      if (hasController && world.now() >= runsAt) {
        world.control();
        runsAt += MINUTE;
      }
      verdicts.push({ healthy: (await look()).healthy, at: world.now() });
      await world.pass(STEP_MS);
    }
    return verdicts;
  };
  return { world, look, answers, failures };
}

const unhealthyIn = (verdicts: readonly { readonly healthy: boolean }[]) =>
  verdicts.filter(({ healthy }) => !healthy).length;

test("a home at which nothing is wrong is healthy", async () => {
  const { look, failures } = setup();
  expect(await look()).toEqual(HEALTHY);
  expect(failures).toEqual([]);
});

test("so is one without a ledger, which is not asked", async () => {
  const world = new World();
  const { ledger: _, ...parts } = world.parts();
  expect(await world.time.run(new HomeHealth(parts).look(LIMIT_MS))).toEqual(HEALTHY);
  expect(world.count("probe")).toBe(0);
});

const of = (service: Call["service"], fault: Fault) => (call: Call) =>
  call.service === service ? fault : undefined;

test.each<[string, (world: World) => void, readonly string[]]>([
  [
    "the ingress queue is missing",
    (w) => w.missing.add("orders-ingress"),
    ["orders-ingress: QueueDoesNotExist"],
  ],
  ["the work queue is missing", (w) => w.missing.add("orders"), ["orders: QueueDoesNotExist"]],
  [
    "a queue of the canary is missing",
    (w) => w.missing.add("shop-canary"),
    ["shop-canary: QueueDoesNotExist"],
  ],
  [
    "a queue refuses",
    (w) => {
      w.fault = ({ queue }) => (queue === "orders" ? refused("AccessDenied") : undefined);
    },
    ["orders: AccessDenied"],
  ],
  [
    "a queue does not answer",
    (w) => {
      w.fault = ({ queue }) => (queue === "orders" ? "hangs" : undefined);
    },
    ["orders: TooLong"],
  ],
  [
    "the ledger fails",
    (w) => {
      w.fault = of("ledger", refused("LedgerUnusable"));
    },
    ["ledger: LedgerUnusable"],
  ],
  [
    "the ledger does not answer",
    (w) => {
      w.fault = of("ledger", "hangs");
    },
    ["ledger: TooLong"],
  ],
  [
    "pollers stand still, while the controller lives",
    (w) => {
      w.hasPollers = false;
      w.states = w.noted(NOW, NOW - 121 * SECOND);
    },
    ["canary: heard 122 s ago"],
  ],
  [
    "pollers stand still, and the controller is dead",
    (w) => {
      w.hasPollers = false;
      w.states = w.noted(NOW - 121 * SECOND);
    },
    ["canary: heard 122 s ago"],
  ],
  [
    "pollers stand still in a region whose controller never ran",
    (w) => {
      w.hasPollers = false;
      w.states = initialStates(HOME, REGIONS);
    },
    ["canary: never heard"],
  ],
])("alone makes it unhealthy that %s", async (_, prepare, reasons) => {
  const { look } = setup(prepare);
  expect(await look()).toEqual({ healthy: false, reasons });
});

test.each<[string, (world: World) => void]>([
  [
    "the queues ask for fewer calls",
    (w) => {
      w.fault = ({ name }) =>
        name === "GetQueueAttributesCommand" ? refused("RequestThrottled") : undefined;
    },
  ],
  [
    "SSM fails",
    (w) => {
      w.fault = of("ssm", refused("InternalServerError"));
    },
  ],
  [
    "SSM does not answer",
    (w) => {
      w.fault = of("ssm", "hangs");
    },
  ],
  [
    "the controller is dead",
    (w) => {
      w.states = w.noted(NOW - 60 * MINUTE);
    },
  ],
  [
    "the controller never ran",
    (w) => {
      w.states = initialStates(HOME, REGIONS);
    },
  ],
  [
    "the controller lives, and heard nothing",
    (w) => {
      w.states = w.noted(NOW, NOW - 10 * MINUTE);
    },
  ],
])("alone does not make it unhealthy that %s", async (_, prepare) => {
  expect(await setup(prepare).look()).toEqual(HEALTHY);
});

describe("the canary", () => {
  test("is left to the controller as long as it notes it", async () => {
    const { world, answers } = setup();
    expect(unhealthyIn(await answers(10 * MINUTE, true))).toBe(0);
    expect(world.count("SendMessageBatchCommand")).toBe(0);
    expect(world.count("ReceiveMessageCommand")).toBe(0);
  });

  test("of a controller that has noted nothing for its lease goes on before its last note is old", async () => {
    const { world, look } = setup();
    await world.pass(89 * SECOND);
    await look();
    expect(world.sent).toEqual([]);
    await world.pass(2 * SECOND);
    expect(await look()).toEqual(HEALTHY);
    expect(world.sent).toHaveLength(1);
  });

  test("of a controller that dies goes on, so that its peers hear the home too", async () => {
    const { world, answers } = setup();
    await answers(5 * MINUTE, true);
    expect(unhealthyIn(await answers(60 * MINUTE, false))).toBe(0);
    const passed = [...world.passed, world.now()];
    const gaps = passed.slice(1).map((at, index) => at - passed[index]!);
    expect(Math.max(...gaps)).toBeLessThan(HEARTBEAT_FRESH_SECONDS * SECOND);
    // One worker, a heartbeat each 45 to 50 seconds, and the controller's of five runs.
    expect(world.sent.length).toBeLessThan(20 + 80 + 5);
    world.calls.length = 0;
    expect(unhealthyIn(await answers(3 * MINUTE, true))).toBe(0);
    world.calls.length = 0;
    expect(unhealthyIn(await answers(5 * MINUTE, true))).toBe(0);
    expect(world.count("SendMessageBatchCommand")).toBe(0);
  });

  test.each([true, false])(
    "that does not pass makes it unhealthy in time, and no longer when it passes again: controller %p",
    async (hasController) => {
      const { world, answers } = setup();
      await answers(5 * MINUTE, hasController);
      world.stall();
      const stalledAt = world.now();
      const verdicts = await answers(10 * MINUTE, hasController);
      const first = verdicts.find(({ healthy }) => !healthy)!.at - stalledAt;
      expect(first).toBeGreaterThan(MINUTE);
      expect(first).toBeLessThan((HEARTBEAT_FRESH_SECONDS + 10) * SECOND);
      expect(verdicts.filter(({ at }) => at > stalledAt + first).every(({ healthy }) => !healthy)).toBe(true);
      world.hasPollers = true;
      // Each look takes the heartbeats that piled up as far as its time reaches.
      const after = await answers(5 * MINUTE, hasController);
      expect(unhealthyIn(after.slice(24))).toBe(0);
    },
  );

  test("tells peers what the parameters say, and whether the ledger is usable", async () => {
    const { world, look } = setup((w) => {
      w.states = w.noted(NOW - 60 * MINUTE);
    });
    await look();
    world.fault = of("ledger", refused("LedgerUnusable"));
    await world.pass(MINUTE);
    await look();
    const said = { v: 1, region: HOME, roles: initialRoles(REGIONS), homes: world.states.homes };
    expect(world.sent).toEqual([
      { ...said, at: expect.any(Number), fit: true },
      { ...said, at: expect.any(Number), fit: false },
    ]);
  });

  test("says nothing of ownership that was not read lately", async () => {
    const { world, look } = setup((w) => {
      w.states = w.noted(NOW - 60 * MINUTE);
    });
    await look();
    world.fault = of("ssm", "hangs");
    await world.pass(3 * MINUTE);
    await look();
    expect(
      world.sent.map(({ homes, roles }) => [Object.keys(homes).length, Object.keys(roles.homes).length]),
    ).toEqual([
      [3, 3],
      [0, 0],
    ]);
  });
});

test("SSM that is down for an hour, for the controller as well, does not make it unhealthy", async () => {
  const { world, answers } = setup();
  await answers(2 * MINUTE, true);
  world.fault = of("ssm", refused("InternalServerError"));
  expect(unhealthyIn(await answers(60 * MINUTE, false))).toBe(0);
});

test("whatever happens with ledger and SSM in turn, the verdict follows the ledger at once", async () => {
  const turn = fc.record({ ledger: fc.boolean(), ssm: fc.boolean(), controller: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 12 }), async (turns) => {
      const { world, answers } = setup();
      for (const { ledger, ssm, controller } of turns) {
        world.fault = ({ service }) =>
          (service === "ledger" && ledger) || (service === "ssm" && ssm)
            ? refused("InternalServerError")
            : undefined;
        const verdicts = await answers(30 * SECOND, controller && !ssm);
        expect(verdicts.every(({ healthy }) => healthy === !ledger)).toBe(true);
      }
    }),
    { numRuns: 20 },
  );
});

describe.each([MINUTE, -MINUTE])("with a clock that is off by %i ms", (aheadMs) => {
  test.each([true, false])("it is healthy while the canary passes: controller %p", async (hasController) => {
    const { answers } = setup(undefined, aheadMs);
    await answers(2 * MINUTE, true);
    expect(unhealthyIn(await answers(10 * MINUTE, hasController))).toBe(0);
  });

  test.each([true, false])("pollers that stand still are found out: controller %p", async (hasController) => {
    const { world, answers } = setup(undefined, aheadMs);
    await answers(2 * MINUTE, true);
    world.stall();
    const stalledAt = world.now();
    const verdicts = await answers(10 * MINUTE, hasController);
    const since = verdicts.findLast(({ healthy }) => healthy)!.at - stalledAt;
    expect(since).toBeLessThan((HEARTBEAT_FRESH_SECONDS + 70) * SECOND);
  });
});

test("whatever hangs, is slow or fails, there is a verdict in time, and healthy only without a fault", async () => {
  const fault = fc.constantFrom<Fault | "slow">(undefined, "hangs", refused("InternalError"), "slow");
  const names = [
    "GetQueueAttributesCommand",
    "SendMessageBatchCommand",
    "ReceiveMessageCommand",
    "DeleteMessageCommand",
    "GetParametersCommand",
    "GetParametersByPathCommand",
    "probe",
  ];
  const plan = fc.record({
    faults: fc.tuple(...names.map(() => fault)),
    callMs: fc.integer({ min: 0, max: 2_000 }),
    queues: fc.integer({ min: 0, max: 40 }),
    isDead: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ faults, callMs, queues, isDead }) => {
      const { world, look } = setup((w) => {
        w.queues = Array.from({ length: queues }, (_, index) => controlledQueue({ queue: `q${index}` }));
        if (isDead) w.states = w.noted(NOW - 60 * MINUTE);
        w.callMs = callMs;
        w.fault = ({ name }) => {
          const found = faults[names.indexOf(name)];
          return found === "slow" ? undefined : found;
        };
      });
      for (let looks = 0; looks < 3; looks++) {
        const begun = world.now();
        const { healthy, reasons } = await look();
        expect(world.now() - begun).toBeLessThanOrEqual(LIMIT_MS);
        expect(healthy).toBe(reasons.length === 0);
        expect(JSON.stringify(reasons)).not.toContain("s3cr3t");
        const isBroken = (name: string) => {
          const found = faults[names.indexOf(name)];
          return found === "hangs" || found instanceof Error;
        };
        if (isBroken("GetQueueAttributesCommand") || isBroken("probe")) expect(healthy).toBe(false);
        await world.pass(STEP_MS);
      }
    }),
    { numRuns: 100 },
  );
}, 30_000);

describe("for the controller", () => {
  function controller(world: World, failures: string[] = []) {
    const { ssm, ledger, ...parts } = world.parts();
    const settings = controllerSettings(HOME, REGIONS);
    return verdictOf({
      ...parts,
      settings,
      ledger: { ...ledger!, putWatermarks: async () => {}, watermarks: async () => ({}) },
      ssm: (region) => {
        expect(region).toBe(HOME);
        return ssm;
      },
      onFailure: (part, code) => failures.push(`${part}: ${code}`),
    });
  }

  test("is the same verdict, with its clients", async () => {
    const world = new World();
    const failures: string[] = [];
    const isHealthy = controller(world, failures);
    expect(await world.time.run(isHealthy())).toBe(true);
    expect(failures).toEqual([]);
    world.missing.add("orders");
    world.fault = of("ledger", refused("LedgerUnusable"));
    expect(await world.time.run(isHealthy())).toBe(false);
    expect(failures).toEqual(["health: orders: QueueDoesNotExist, ledger: LedgerUnusable"]);
  });

  test("ends in time, whatever hangs", async () => {
    const world = new World();
    world.fault = () => "hangs";
    expect(await world.time.run(controller(world)())).toBe(false);
    expect(world.now() - NOW).toBeLessThanOrEqual(5 * SECOND);
  });
});
