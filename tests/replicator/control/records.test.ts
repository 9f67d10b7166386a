import { DRAIN_TASK_SECONDS, HEARTBEATS_PER_RUN, LEASE_SECONDS } from "../../../core/limits";
import { encodeRoles, initialRoles, ordered, roleOf } from "../../../ownership/roles";
import { encodeStates, initialStates } from "../../../ownership/states";
import { METRICS } from "../../../replicator/metrics";
import { HOME, NOW, PEER } from "./group";
import { type Call, NAMES, type Options, SECOND, World } from "./world";

const REGIONS = [HOME, PEER];
const evacuated = ordered(initialRoles(REGIONS), { home: HOME, owner: PEER, at: NOW });

/** Tells a story in which nothing runs but what it says. */
async function played(options: Options, story: (world: World) => Promise<void>): Promise<void> {
  const world = new World({ records: "automatic", workers: 0, ...options });
  world.producesIn = undefined;
  await world.play(async () => {
    await world.pass(2);
    await story(world);
  });
}

/** The last values that CloudWatch took from a region. */
function valuesOf(world: World, region: string): Readonly<Record<string, number>> {
  const taken = world.published.filter((one) => one.region === region);
  return Object.fromEntries(taken.map(({ name, value }) => [name, value]));
}

const QUIET = { [METRICS.owned]: 0, [METRICS.claim]: 0, [METRICS.healthy]: 1 };

describe("the metrics of a run", () => {
  test("say once what is so, with the dimensions that the alarms name", () =>
    played({}, async (world) => {
      await world.run(PEER);
      expect(world.published.map(({ at: _, ...one }) => one)).toEqual([
        { region: PEER, name: METRICS.owned, value: 0, home: HOME },
        { region: PEER, name: METRICS.claim, value: 0 },
        { region: PEER, name: METRICS.healthy, value: 1 },
      ]);
    }));

  test.each(["manual", "automatic"] as const)(
    "say from the taking over on that a home is owned, takeover: %s",
    (records) =>
      played({ records }, async (world) => {
        world.cut(HOME, PEER);
        world.peer.parameters.set(NAMES.roles, encodeRoles(evacuated));
        await world.run(PEER);
        expect(world.peer.state().phase).toBe("taking-over");
        expect(valuesOf(world, PEER)).toEqual({ ...QUIET, [METRICS.owned]: 1 });
      }),
  );

  test.each([
    [DRAIN_TASK_SECONDS - 10, 1],
    [DRAIN_TASK_SECONDS + 1, 0],
  ])("%i seconds after a hand-back began: %i", (seconds, value) =>
    played({ records: "manual" }, async (world) => {
      world.cut(HOME, PEER);
      const own = initialStates(PEER, REGIONS);
      const state = { phase: "handing-back", epoch: 2, since: world.now - seconds * SECOND } as const;
      const back = ordered(evacuated, { home: HOME, owner: HOME, at: NOW });
      world.peer.parameters.set(NAMES.roles, encodeRoles(back));
      world.peer.parameters.set(
        NAMES.states,
        encodeStates({ ...own, homes: { ...own.homes, [HOME]: state } }),
      );
      await world.run(PEER);
      expect(world.published.find(({ name }) => name === METRICS.owned)?.value).toBe(value);
    }),
  );

  test.each([
    ["forced", { force: true }],
    ["the owner is called lost", { lost: [PEER] }],
  ])("claim the home when it is taken back: %s", (_, order) =>
    played({}, async (world) => {
      world.lose(PEER);
      const back = ordered(evacuated, { home: HOME, owner: HOME, at: NOW, ...order });
      world.home.parameters.set(NAMES.roles, encodeRoles(back));
      await world.run(HOME);
      expect(valuesOf(world, HOME)).toMatchObject({ [METRICS.claim]: 1 });
    }),
  );

  test("do not claim it from an owner that is alive", () =>
    played({}, async (world) => {
      const back = ordered(evacuated, { home: HOME, owner: HOME, at: NOW });
      world.home.parameters.set(NAMES.roles, encodeRoles(back));
      await world.run(HOME);
      expect(valuesOf(world, HOME)).toMatchObject({ [METRICS.claim]: 0 });
    }));

  test("are told again within the run when CloudWatch does not take them, and heartbeats come all the same", () =>
    played({}, async (world) => {
      world.cut(HOME, PEER);
      world.peer.parameters.set(NAMES.roles, encodeRoles(evacuated));
      let calls = 0;
      world.fault = ({ name }) => (name === "PutMetricDataCommand" && ++calls <= 2 ? "refused" : undefined);
      const { failures } = await world.run(PEER);
      expect(failures.filter((failure) => failure.startsWith("metrics"))).toHaveLength(2);
      expect(world.beats.length).toBeGreaterThanOrEqual(HEARTBEATS_PER_RUN);
      expect(valuesOf(world, PEER)[METRICS.owned]).toBe(1);
    }));

  test.each(["refused", "hangs"] as const)("do not hold up heartbeats when CloudWatch %s", (how) =>
    played({}, async (world) => {
      world.fault = ({ name }) => (name === "PutMetricDataCommand" ? how : undefined);
      const { report, ms } = await world.run(PEER);
      expect(report?.looks).toBe(1);
      expect(world.beats).toHaveLength(HEARTBEATS_PER_RUN);
      expect(ms).toBeLessThan(7 * SECOND);
    }),
  );

  const failing: readonly [string, (call: Call) => boolean][] = [
    ["drainers", ({ service }) => service === "lambda"],
    ["heartbeats", ({ service }) => service === "sqs"],
    ["the ledger", ({ service }) => service === "ledger"],
    ["DNS", ({ service }) => service === "dns"],
    ["a peer's parameters", ({ caller, region }) => caller !== region],
    ["writing the own parameters", ({ name }) => name === "PutParameterCommand"],
  ];
  test.each(failing)("come although this fails: %s", (_, isMeant) =>
    played({}, async (world) => {
      world.fault = (call) => (isMeant(call) ? "refused" : undefined);
      await world.run(PEER);
      expect(world.published.map(({ name }) => name)).toContain(METRICS.owned);
    }),
  );

  test("never come before the own parameters, the peers' and the records were read", () =>
    played({}, async (world) => {
      const calls: string[] = [];
      world.fault = ({ service, name, region }) => {
        calls.push(name === "PutMetricDataCommand" ? name : `${service} ${region}`);
        return undefined;
      };
      await world.run(PEER);
      const first = calls.indexOf("PutMetricDataCommand");
      expect(new Set(calls.slice(0, first))).toEqual(
        new Set([
          `ssm ${HOME}`,
          `ssm ${PEER}`,
          `dns ${PEER}`,
          `sqs ${PEER}`,
          `ledger ${PEER}`,
          `lambda ${PEER}`,
        ]),
      );
      world.published.length = 0;
      world.fault = ({ name, region }) =>
        name === "GetParametersCommand" && region === PEER ? "refused" : undefined;
      await world.run(PEER);
      expect(world.published).toEqual([]);
    }));

  test("say what the verdict says, and nothing of it when there is none", async () => {
    for (const [verdict, expected] of [
      [async () => false, 0],
      [() => Promise.reject(new Error("no")), undefined],
    ] as const) {
      await played({ verdict }, async (world) => {
        const { failures } = await world.run(PEER);
        expect(valuesOf(world, PEER)[METRICS.healthy]).toBe(expected);
        expect(failures).toEqual(expected === undefined ? ["verdict: Error"] : []);
      });
    }
  });

  test("say without a verdict that a home whose ledger fails is not healthy", () =>
    played({}, async (world) => {
      world.fault = ({ service }) => (service === "ledger" ? "refused" : undefined);
      await world.run(PEER);
      expect(valuesOf(world, PEER)[METRICS.healthy]).toBe(0);
    }));

  test("are none without records", () =>
    played({}, async (world) => {
      const bare = new World({ workers: 0 });
      bare.producesIn = undefined;
      await bare.play(async () => void (await bare.run(PEER)));
      expect(bare.published).toEqual([]);
      expect(world.published).toEqual([]);
    }));
});

describe("the records", () => {
  test("that give no answer are counted once, and what they said last holds", () =>
    played({}, async (world) => {
      await world.run(PEER);
      expect(world.peer.states.recorded).toMatchObject({ [HOME]: { owner: HOME }, [PEER]: { owner: PEER } });
      const before = world.peer.states.recorded;
      world.route53.unresolving.add(PEER);
      await world.pass(60);
      const { failures } = await world.run(PEER);
      expect(new Set(failures)).toEqual(new Set(["records: ETIMEOUT"]));
      expect(world.peer.states.recorded).toEqual(before);
    }));

  test("that say anything else give no answer", () =>
    played({}, async (world) => {
      jest.spyOn(world.route53, "text").mockReturnValue("sa-east-1");
      const { failures } = await world.run(PEER);
      expect(new Set(failures)).toEqual(new Set(["records: NoSuchAnswer"]));
      expect(world.peer.states.recorded).toEqual({});
    }));

  test("of health that fail for a run make no difference, and for two end the signal", () =>
    played({}, async (world) => {
      world.route53.flooded.add(HOME);
      await world.pass(60);
      await world.run(PEER);
      const since = world.peer.states.signals?.[HOME]?.unhealthySince;
      expect(since).toBeGreaterThan(0);
      world.route53.unresolving.add(PEER);
      await world.pass(60);
      await world.run(PEER);
      expect(world.peer.states.signals?.[HOME]?.unhealthySince).toBe(since);
      await world.pass(60);
      await world.run(PEER);
      expect(world.peer.states.signals?.[HOME]?.unhealthySince).toBeUndefined();
    }));

  test("that name another region stop the home, and are written where a worker that knows nothing finds them", () =>
    played({}, async (world) => {
      world.cut(HOME, PEER);
      jest
        .spyOn(world.route53, "text")
        .mockImplementation((_, name) => (name.startsWith("owner") ? PEER : "healthy"));
      await world.run(HOME);
      expect(world.home.state()).toMatchObject({ phase: "standing-by", takenBy: PEER });
      expect(world.home.states.recorded?.[HOME]?.owner).toBe(PEER);
      expect(roleOf(world.home.roles, HOME)).toMatchObject({ owner: HOME, epoch: 0 });
    }));
});

describe("under traffic, decided by the signals,", () => {
  const settled = async (world: World) => {
    await world.pass(600);
    world.producesIn = undefined;
    await world.pass(900);
  };

  test("a home that is lost is taken over, returns fenced, and is handed back: nothing is lost or done twice", async () => {
    const world = new World({ records: "automatic", ledgerLagSeconds: 5 });
    await world.play(async () => {
      await world.pass(600);
      world.lose(HOME);
      await world.until(() => world.tasks(PEER, "move").length > 0, 1_200);
      expect(world.route53.named(HOME)).toBe(PEER);
      await world.pass(300);
      world.restore(HOME);
      await world.pass(300);
      expect(world.home.state().phase).toBe("standing-by");
      await world.order({ home: HOME, owner: HOME, settled: true });
      await world.phase(HOME, "owner");
      await settled(world);
    });
    expect(world.outcome).toEqual({ lost: [], twice: [] });
    expect(world.violations).toEqual([]);
  }, 120_000);

  test("a home that is flooded and cut off from its peer stops by the record, and nothing is done twice", async () => {
    const world = new World({ records: "automatic" });
    await world.play(async () => {
      await world.pass(600);
      world.cut(HOME, PEER);
      world.route53.flooded.add(HOME);
      await world.until(() => world.tasks(PEER, "move").length > 0, 1_500);
      expect(world.home.state().phase).toBe("standing-by");
      await world.pass(LEASE_SECONDS);
      world.route53.flooded.clear();
      world.heal();
      await world.pass(300);
      await world.order({ home: HOME, owner: HOME, settled: true });
      await world.phase(HOME, "owner");
      await settled(world);
    });
    expect(world.outcome).toEqual({ lost: [], twice: [] });
  }, 120_000);

  test("one signal moves nothing", async () => {
    const world = new World({ records: "automatic" });
    await world.play(async () => {
      await world.pass(300);
      world.route53.flooded.add(HOME);
      await world.pass(1_200);
      world.route53.flooded.clear();
      world.cut(HOME, PEER);
      await world.pass(1_200);
      world.heal();
      await settled(world);
    });
    expect(roleOf(world.peer.roles, HOME).epoch).toBe(0);
    expect(world.outcome).toEqual({ lost: [], twice: [] });
  }, 120_000);
});
