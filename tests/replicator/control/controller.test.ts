import { HEARTBEATS_PER_RUN, SSM_PARAMETER_MAX_BYTES } from "../../../core/limits";
import { encodeHeartbeat } from "../../../ownership/heartbeat";
import { encodeRoles, initialRoles, ordered, roleOf } from "../../../ownership/roles";
import { encodeStates, initialStates } from "../../../ownership/states";
import { processedOf } from "../../../replicator/control/home-watermarks";
import { controlledQueue, HOME, heartbeatOf, NOW, PEER } from "./group";
import { type Call, NAMES, type Options, type Run, SECOND, World } from "./world";

const BY_HAND: Options = { workers: 0 };
const REGIONS = [HOME, PEER];

/** Tells a story in which nothing runs but what it says. */
async function played(options: Options, story: (world: World) => Promise<void>): Promise<void> {
  const world = new World({ ...BY_HAND, ...options });
  world.producesIn = undefined;
  await world.play(() => story(world));
}

/** A heartbeat that arrives at the peer. */
function arrive(world: World, over: Parameters<typeof heartbeatOf>[1]): void {
  world.peer.canary[HOME] = [
    {
      id: "beat",
      visibleAt: 0,
      body: encodeHeartbeat(heartbeatOf(HOME, { roles: initialRoles(REGIONS), ...over })),
    },
  ];
}

const evacuated = ordered(initialRoles(REGIONS), { home: HOME, owner: PEER, at: NOW });

describe("a run when nothing is to be done", () => {
  test("looks once, renews the lease, sends heartbeats for a minute, and has copies pruned", () =>
    played({}, async (world) => {
      const began = world.now;
      const { report, ms, failures } = await world.run(PEER);
      expect({ looks: report?.looks, fit: report?.fit, failures }).toEqual({
        looks: 1,
        fit: true,
        failures: [],
      });
      expect(ms).toBeLessThan(SECOND);
      expect(world.peer.states.checkedAt - began).toBeLessThan(SECOND);
      const [first] = world.beats;
      expect(world.beats.map(({ at, region }) => [region, (at - first!.at) / SECOND])).toEqual(
        [0, 15, 30, 45].map((seconds) => [PEER, seconds]),
      );
      expect(world.beats).toHaveLength(HEARTBEATS_PER_RUN);
      expect(world.tasks(PEER, "prune")).toMatchObject([{ home: HOME, marked: false }]);
      expect(world.invocations).toHaveLength(1);
    }));

  test("hears its peer and itself, and empties the queues that it hears by", () =>
    played({}, async (world) => {
      await world.run(HOME);
      await world.run(PEER);
      await world.pass(60);
      const { report } = await world.run(PEER);
      for (const region of REGIONS) expect(report!.canaryAgeMs[region]).toBeGreaterThan(14 * SECOND);
      for (const region of REGIONS) expect(report!.canaryAgeMs[region]).toBeLessThan(17 * SECOND);
      expect(world.peer.canary).toEqual({ [HOME]: [], [PEER]: [] });
      for (const region of [HOME, PEER]) {
        expect(world.peer.states.heard?.[region]).toMatchObject({ fit: true });
      }
    }));

  test("goes by what was heard before, when a worker is new", () =>
    played({ coldStarts: true }, async (world) => {
      await world.run(HOME);
      await world.pass(60);
      await world.run(PEER);
      await world.pass(300);
      const { report } = await world.run(PEER);
      expect(report!.canaryAgeMs[HOME]).toBeGreaterThan(300 * SECOND);
    }));

  test("does not take a heartbeat for younger than its arrival, whatever its clock said", () =>
    played({}, async (world) => {
      arrive(world, { at: NOW + 240 * SECOND });
      await world.run(PEER);
      expect(world.peer.states.heard![HOME]!.at).toBeLessThan(NOW + SECOND);
    }));

  test("tells how far the ledger is behind what the peer told", () =>
    played({ ledgerLagSeconds: 30 }, async (world) => {
      await world.run(HOME);
      await world.pass(60);
      await world.run(HOME);
      await world.pass(2);
      const lag = async () => (await world.run(PEER)).report!.ledgerLagMs[HOME]!;
      expect(Math.round((await lag()) / SECOND)).toBe(60);
      await world.pass(30);
      expect(await lag()).toBe(0);
    }));

  test("tells nothing of the ledger's lag while it cannot be read", () =>
    played({}, async (world) => {
      await world.run(HOME);
      await world.pass(5);
      await world.run(PEER);
      world.fault = ({ service }) => (service === "ledger" ? "refused" : undefined);
      const { report } = await world.run(PEER);
      expect(report).toMatchObject({ fit: false, ledgerLagMs: {} });
    }));
});

describe("an order", () => {
  test("that the home knows only by its peer reaches its own parameter before it is followed", () =>
    played({}, async (world) => {
      world.peer.parameters.set(NAMES.roles, encodeRoles(evacuated));
      await world.run(HOME);
      expect(roleOf(world.home.roles, HOME)).toMatchObject({ owner: PEER, epoch: 1 });
      expect(world.home.state().epoch).toBe(1);
    }));

  test("that is known by a heartbeat alone is followed too", () =>
    played({}, async (world) => {
      world.cut(HOME, PEER);
      arrive(world, { roles: evacuated });
      await world.run(PEER);
      expect(world.peer.state()).toMatchObject({ phase: "taking-over", epoch: 1 });
    }));

  test("makes a run look again every few seconds, but no longer than until the next", () =>
    played({}, async (world) => {
      world.cut(HOME, PEER);
      world.peer.parameters.set(NAMES.roles, encodeRoles(evacuated));
      const { report, ms } = await world.run(PEER);
      expect(report!.looks).toBeGreaterThan(7);
      expect(ms).toBeLessThan(55 * SECOND);
      expect(world.peer.state()).toMatchObject({ phase: "taking-over", waitsFor: `${HOME} to release it` });
    }));

  test("is told to the peers at once, beside the heartbeats that were to come", () =>
    played({}, async (world) => {
      world.home.parameters.set(NAMES.roles, encodeRoles(evacuated));
      await world.run(HOME);
      const said = world.beats.map(({ homes }) => homes[HOME]!.phase);
      expect(said.slice(0, 4)).toEqual(Array(4).fill("handing-back"));
      expect(said.at(-1)).toBe("standing-by");
    }));

  test("is not forgotten when a parameter shows what was before", () =>
    played({}, async (world) => {
      world.cut(HOME, PEER);
      world.home.parameters.set(NAMES.roles, encodeRoles(evacuated));
      await world.run(HOME);
      world.home.parameters.set(NAMES.roles, encodeRoles(initialRoles(REGIONS)));
      await world.run(HOME);
      expect(roleOf(world.home.roles, HOME)).toMatchObject({ owner: PEER, epoch: 1 });
      expect(world.home.state()).toMatchObject({ phase: "standing-by", epoch: 1 });
    }));

  test("that is given while a run waits for a peer is not overwritten", () =>
    played({}, async (world) => {
      // What makes the run write roles: an order about another home, known by heartbeat.
      arrive(world, { roles: ordered(initialRoles(REGIONS), { home: PEER, owner: HOME, at: NOW }) });
      world.cut(HOME, PEER);
      const run = world.run(PEER);
      await world.time.sleep(500);
      world.peer.parameters.set(NAMES.roles, encodeRoles(evacuated));
      await run;
      expect(roleOf(world.peer.roles, HOME)).toMatchObject({ owner: PEER, epoch: 1 });
      expect(roleOf(world.peer.roles, PEER)).toMatchObject({ owner: HOME, epoch: 1 });
    }));

  test("keeps what a later version has written beside it", () =>
    played({}, async (world) => {
      const later = { ...initialRoles(REGIONS), v: 2, more: { to: "come" } };
      world.peer.parameters.set(NAMES.roles, JSON.stringify(later));
      world.home.parameters.set(NAMES.roles, encodeRoles(evacuated));
      await world.run(PEER);
      expect(JSON.parse(world.peer.parameters.get(NAMES.roles)!)).toMatchObject({
        more: { to: "come" },
        homes: { [HOME]: { owner: PEER } },
      });
    }));
});

describe("two workers", () => {
  test("one that was held up does not undo what the other has done meanwhile", () =>
    played({}, async (world) => {
      world.home.parameters.set(NAMES.roles, encodeRoles(evacuated));
      const own = initialStates(HOME, REGIONS);
      const state = { phase: "handing-back", epoch: 1, since: NOW - 3_600 * SECOND } as const;
      world.home.parameters.set(
        NAMES.states,
        encodeStates({ ...own, homes: { ...own.homes, [HOME]: state } }),
      );
      let isSlow = true;
      world.fault = ({ caller, region }) => (isSlow && caller !== region ? "hangs" : undefined);
      const slow = world.run(HOME);
      await world.time.sleep(10);
      isSlow = false;
      await world.run(HOME);
      const { releasedAt } = world.home.state();
      expect(releasedAt).toBeGreaterThan(0);
      await slow;
      expect(world.home.state().releasedAt).toBe(releasedAt);
    }));
});

describe("a part that fails", () => {
  const failing =
    (isMeant: (call: Call) => boolean, how: "refused" | "hangs" = "refused") =>
    (call: Call) =>
      isMeant(call) ? how : undefined;

  test.each<[string, (call: Call) => boolean, string]>([
    [
      "a peer's parameters",
      ({ caller, region }) => caller !== region,
      `parameters of ${HOME}: AccessDeniedException`,
    ],
    [
      "the list of queues",
      ({ name }) => name === "GetParametersByPathCommand",
      "queues: AccessDeniedException",
    ],
    ["CloudWatch", ({ service }) => service === "cloudWatch", "ages: AccessDeniedException"],
    ["drainers", ({ service }) => service === "lambda", "drainers: AccessDeniedException"],
    ["heartbeats", ({ name }) => name === "SendMessageBatchCommand", "heartbeats: AccessDeniedException"],
  ])("%s: it is counted, and the run does everything else", async (_, isMeant, failure) => {
    await played({ queue: { rescue: "watermark" } }, async (world) => {
      world.fault = failing(isMeant);
      const { report, failures } = await world.run(PEER);
      expect(failures).toEqual([failure]);
      expect(report).toMatchObject({ looks: 1, fit: true });
      expect(world.beats.length).toBe(failure.startsWith("heartbeats") ? 0 : HEARTBEATS_PER_RUN);
      expect(world.invocations.length).toBe(/drainers|queues/.test(failure) ? 0 : 1);
    });
  });

  test.each([
    ["refuses", "refused", SECOND],
    ["never answers", "hangs", 9 * SECOND],
  ] as const)(
    "a ledger that %s makes the region unfit, and it tells of no watermark",
    async (_, how, longest) => {
      await played({}, async (world) => {
        world.fault = failing(({ service }) => service === "ledger", how);
        const { report, ms } = await world.run(HOME);
        expect(report?.fit).toBe(false);
        expect(ms).toBeLessThan(longest);
        expect(world.beats).toHaveLength(HEARTBEATS_PER_RUN);
        for (const beat of world.beats) {
          expect(beat.fit).toBe(false);
          expect(beat).not.toHaveProperty("ledgerAt");
        }
      });
    },
  );

  test.each(["GetParametersCommand", "PutParameterCommand"])(
    "own parameters (%s): nothing is decided, told or ordered, and the run tries again until it ends",
    async (name) => {
      await played({}, async (world) => {
        const before = [...world.peer.parameters];
        world.fault = failing((call) => call.region === PEER && call.name === name);
        const { report, failures, ms } = await world.run(PEER);
        expect(report).toBeUndefined();
        expect(new Set(failures)).toEqual(new Set(["own parameters: AccessDeniedException"]));
        expect(failures.length).toBeGreaterThan(7);
        expect(ms).toBeLessThan(60 * SECOND);
        expect([world.beats, world.invocations]).toEqual([[], []]);
        expect([...world.peer.parameters]).toEqual(before);
      });
    },
  );

  test("own parameters that fail once cost a few seconds", () =>
    played({}, async (world) => {
      let calls = 0;
      world.fault = failing(
        ({ region, name }) => region === PEER && name === "GetParametersCommand" && ++calls === 1,
      );
      const { report, failures } = await world.run(PEER);
      expect(report?.looks).toBe(2);
      expect(failures).toEqual(["own parameters: AccessDeniedException"]);
      expect(world.beats).toHaveLength(HEARTBEATS_PER_RUN);
    }));

  test("own parameters that fail in the middle of a hand-over do not end the run", () =>
    played({}, async (world) => {
      world.home.parameters.set(NAMES.roles, encodeRoles(evacuated));
      let calls = 0;
      world.fault = failing(
        ({ name, region }) => region === HOME && name === "GetParametersCommand" && ++calls === 3,
      );
      const { report } = await world.run(HOME);
      expect(report).toMatchObject({ looks: expect.any(Number) });
      expect(world.home.state().phase).toBe("standing-by");
    }));

  test.each([
    ["is no JSON", "{"],
    [
      "has a phase that is not known here",
      JSON.stringify({
        ...initialStates(PEER, REGIONS),
        homes: { [HOME]: { phase: "resting", epoch: 0, since: 0 } },
      }),
    ],
  ])("own states that cannot be understood are not overwritten: the parameter %s", async (_, value) => {
    await played({}, async (world) => {
      world.peer.parameters.set(NAMES.states, value);
      expect((await world.run(PEER)).report).toBeUndefined();
      expect(world.peer.parameters.get(NAMES.states)).toBe(value);
      expect(world.beats).toEqual([]);
    });
  });

  test("a peer's states that cannot be understood count as not read", () =>
    played({}, async (world) => {
      world.home.parameters.set(NAMES.states, "{");
      const { failures, report } = await world.run(PEER);
      expect(failures).toEqual([`parameters of ${HOME}: Error`]);
      expect(report?.looks).toBe(1);
    }));

  test("states that were removed are made anew", () =>
    played({}, async (world) => {
      world.peer.parameters.delete(NAMES.states);
      await world.run(PEER);
      expect(world.peer.state(PEER)).toMatchObject({ phase: "owner", epoch: 0 });
    }));

  test("a message on the canary that is no heartbeat is dropped and counted", () =>
    played({}, async (world) => {
      world.peer.canary[HOME] = [{ id: "x", visibleAt: 0, body: "{}" }];
      expect((await world.run(PEER)).failures).toEqual([`canary of ${HOME}: NoHeartbeat`]);
      expect(world.peer.canary[HOME]).toEqual([]);
    }));
});

describe("without a ledger", () => {
  const rescue = { rescue: "watermark", marginSeconds: 120 } as const;

  /** More queues than a parameter has room for by name, and a home that has told of them. */
  function manyQueues(world: World, count: number): void {
    const queues = Array.from({ length: count }, (_, index) => `orders-of-shop-${index}`);
    for (const queue of queues) {
      world.peer.parameters.set(
        `${NAMES.queues}/${queue}`,
        JSON.stringify(controlledQueue({ queue, ...rescue })),
      );
    }
    arrive(world, {
      queues: Object.fromEntries(queues.map((queue, index) => [queue, { processedBefore: NOW + index * 7 }])),
    });
  }

  test.each([20, 120])("drainers of %i queues get what is written, and no more", async (count) => {
    await played({ queue: rescue }, async (world) => {
      manyQueues(world, count);
      const run = await world.run(PEER);
      expect(run.failures).toEqual([]);
      const watermark = world.peer.states.watermarks![HOME]!;
      const given = world.invocations.filter(({ task }) => task.processedBefore !== undefined);
      expect(given).toHaveLength(count);
      for (const queue of Array.from({ length: count }, (_, index) => `orders-of-shop-${index}`)) {
        const kept = processedOf(watermark, queue)!;
        expect(given.some(({ task }) => task.processedBefore === kept)).toBe(true);
        expect(kept).toBeLessThanOrEqual(NOW + count * 7 - 120 * SECOND);
      }
    });
  });

  test("what finds no room is counted, and costs nothing but duplicates", () =>
    played({ queue: rescue }, async (world) => {
      manyQueues(world, 600);
      const run = await world.run(PEER);
      expect(run.failures).toEqual(["watermarks: NoRoom"]);
      expect(run.report).toBeDefined();
      expect(world.peer.parameters.get(NAMES.states)!.length).toBeLessThanOrEqual(SSM_PARAMETER_MAX_BYTES);
      expect(
        world.tasks(PEER, "prune").filter((task) => task.processedBefore === undefined).length,
      ).toBeGreaterThan(100);
    }));

  test("what is known of a home outlives a list of queues that cannot be read", () =>
    played({ queue: rescue, coldStarts: true }, async (world) => {
      arrive(world, { queues: { orders: { processedBefore: NOW } } });
      await world.run(PEER);
      const kept = world.peer.states.watermarks;
      expect(kept).toEqual({ [HOME]: { queues: { orders: NOW - 120 * SECOND } } });
      world.fault = ({ name }) => (name === "GetParametersByPathCommand" ? "refused" : undefined);
      await world.run(PEER);
      expect(world.peer.states.watermarks).toEqual(kept);
    }));

  test("CloudWatch is asked a few times in a run, however often that looks", () =>
    played({ queue: rescue }, async (world) => {
      world.cut(HOME, PEER);
      world.peer.parameters.set(NAMES.roles, encodeRoles(evacuated));
      let asked = 0;
      world.fault = ({ service }) => {
        if (service === "cloudWatch") asked += 1;
        return undefined;
      };
      const { report } = await world.run(PEER);
      expect(report!.looks).toBeGreaterThan(7);
      expect(asked).toBeLessThanOrEqual(3);
    }));

  test("the operator's moment counts also when it is given later", () =>
    played({ queue: { rescue: "manual" } }, async (world) => {
      world.peer.parameters.set(
        NAMES.roles,
        encodeRoles(ordered(initialRoles(REGIONS), { home: HOME, owner: PEER, at: NOW, force: true })),
      );
      await world.run(PEER);
      expect(world.peer.state().phase).toBe("owner");
      expect(world.tasks(PEER, "move")).toEqual([]);
      const since = NOW - 3_600 * SECOND;
      const again = ordered(world.peer.roles, {
        home: HOME,
        owner: PEER,
        at: NOW + 1,
        since,
        force: true,
        settled: true,
      });
      world.peer.parameters.set(NAMES.roles, encodeRoles(again));
      await world.run(PEER);
      expect(world.tasks(PEER, "move").at(-1)).toMatchObject({ processedBefore: since });
    }));
});

test("a run that ended early leaves nothing behind that fails later", () =>
  played({}, async (world) => {
    const runs: Run[] = [];
    world.fault = ({ service }) => (service === "ledger" ? "hangs" : undefined);
    runs.push(await world.run(PEER));
    await world.pass(30);
    world.fault = () => undefined;
    runs.push(await world.run(PEER));
    expect(runs.map(({ report }) => report?.fit)).toEqual([false, true]);
  }));
