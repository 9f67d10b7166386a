import type { HomeNow } from "../../../ownership/lease/settings";
import { controlHandler } from "../../../replicator/control/handler";
import type { ControllerSettings } from "../../../replicator/control/settings";
import { METRICS, METRICS_NAMESPACE } from "../../../replicator/telemetry/metrics";
import { configuration } from "../../fixtures";
import { Template } from "../../template";
import { captureLines, type Line } from "../log-lines";
import { lambdaContext } from "../records";
import { HOME, homeOf, NOW, PEER } from "./group";
import { SECOND, World } from "./world";

type Document = Line & {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
};

const lines = captureLines();

type Leases = NonNullable<Parameters<typeof controlHandler>[2]>;

const HOMES = {
  [HOME]: homeOf(HOME),
  [PEER]: homeOf(PEER, { held: true, open: true }),
};

interface Given {
  /** How long the run holds its leases. */
  readonly seconds?: number;
  /** What its looks show. Undefined: it ends before it has looked. */
  readonly homes?: Readonly<Record<string, HomeNow>> | undefined;
  readonly settings?: Partial<ControllerSettings>;
  readonly prepare?: (world: World) => void;
  readonly context?: ReturnType<typeof lambdaContext>;
  readonly runs?: number;
}

/** What a handler in the peer's region writes in a world where nothing else runs. */
async function handled(given: Given = {}) {
  const { seconds = 70, prepare = () => {}, context = lambdaContext(), runs = 1, settings = {} } = given;
  const homes = "homes" in given ? given.homes : HOMES;
  const world = new World({ isScheduled: false, settings });
  world.producesIn = undefined;
  const given_: Parameters<Leases>[] = [];
  const leases: Leases = async (parts, remainingMs) => {
    given_.push([parts, remainingMs]);
    await world.time.sleep(100);
    if (homes === undefined) return;
    const end = world.now + seconds * SECOND;
    while (world.now < end) {
      parts.hooks.onLook(homes);
      await world.time.sleep(5 * SECOND);
    }
  };
  await world.play(async () => {
    const life = { isAlive: true };
    const {
      notes,
      onFailure: _,
      ...parts
    } = world.partsOf(world.peer, {
      onFailure: () => {},
      life,
      clock: () => world.now - NOW,
    });
    const closed: string[] = [];
    const handler = controlHandler(parts, () => ({ notes, close: () => closed.push("closed") }), leases);
    prepare(world);
    for (let run = 0; run < runs; run += 1) {
      lines.length = 0;
      await handler({ trigger: "schedule" }, context);
      expect(closed).toHaveLength(run + 1);
    }
  });
  const isDocument = (line: Line): line is Document => "_aws" in line;
  return {
    world,
    given: given_,
    documents: lines.filter(isDocument),
    logs: lines.filter((line) => !isDocument(line)),
  };
}

/** The metrics of documents, each with its dimensions and its value. */
function metricsIn(documents: readonly Document[]) {
  return documents.flatMap((document) =>
    document._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
      Metrics.map(({ Name, Unit }) => ({
        namespace: Namespace,
        name: Name,
        unit: Unit,
        dimensions: Object.fromEntries(Dimensions[0]!.map((dimension) => [dimension, document[dimension]])),
        value: [document[Name]].flat()[0] as number,
      })),
    ),
  );
}

const OWN = { FailoverGroup: "shop", Region: PEER };
const of = (home: string) => ({ FailoverGroup: "shop", HomeRegion: home, PeerRegion: PEER });

test("publishes once a minute what the run has seen of each home", async () => {
  const { documents } = await handled();
  const metrics = metricsIn(documents);
  expect(metrics.map(({ name, dimensions }) => ({ name, dimensions }))).toEqual([
    { name: METRICS.controllerRuns, dimensions: OWN },
    { name: METRICS.controllerFailures, dimensions: OWN },
    { name: METRICS.homeOwned, dimensions: of(HOME) },
    { name: METRICS.homeOwned, dimensions: of(PEER) },
    { name: METRICS.canaryAge, dimensions: of(PEER) },
  ]);
  const value = (name: string, home?: string) =>
    metrics.find((one) => one.name === name && (home === undefined || one.dimensions.HomeRegion === home))
      ?.value;
  expect([value(METRICS.controllerRuns), value(METRICS.controllerFailures)]).toEqual([1, 0]);
  expect([value(METRICS.homeOwned, HOME), value(METRICS.homeOwned, PEER)]).toEqual([0, 1]);
  expect(value(METRICS.canaryAge, PEER)).toBeGreaterThan(0);
  expect(value(METRICS.canaryAge, PEER)).toBeLessThan(20_000);
  for (const { name, unit, namespace } of metrics) {
    expect(namespace).toBe(METRICS_NAMESPACE);
    expect(unit).toBe(/Age|Lag/.test(name) ? "Milliseconds" : "Count");
  }
  const minutes = metricsIn((await handled({ seconds: 270 })).documents);
  expect(minutes.filter(({ name }) => name === METRICS.controllerRuns)).toHaveLength(5);
});

test("a home that is held and not open yet is not owned", async () => {
  const { documents } = await handled({ homes: { ...HOMES, [PEER]: homeOf(PEER, { held: true }) } });
  const owned = metricsIn(documents).filter(({ name }) => name === METRICS.homeOwned);
  expect(owned.map(({ value }) => value)).toEqual([0, 0]);
});

test("publishes what the alarms watch", async () => {
  const { resource } = Template.of(configuration({ recovery: {}, ledger: {} }), PEER).json;
  const published = metricsIn((await handled()).documents);
  const alarms = Object.values(resource.aws_cloudwatch_metric_alarm!).filter(
    ({ metric_name }) => metric_name === METRICS.controllerRuns,
  );
  expect(alarms).toHaveLength(1);
  for (const { namespace, metric_name, dimensions } of alarms) {
    expect(published).toContainEqual(expect.objectContaining({ namespace, name: metric_name, dimensions }));
  }
});

test("writes one line about the run, and one about what it holds", async () => {
  const { logs } = await handled();
  expect(logs).toEqual([
    expect.objectContaining({ level: "INFO", message: "leases", held: { [PEER]: 1 } }),
    expect.objectContaining({
      level: "INFO",
      message: "run",
      service: "controller",
      ...OWN,
      function_request_id: "request",
      homes: HOMES,
      fit: true,
    }),
  ]);
  expect(logs[1]).not.toHaveProperty("failures");
});

test("parts that fail are counted and named, with the names of their errors and no texts", async () => {
  const { documents, logs } = await handled({
    prepare: (world) => {
      world.fault = ({ name }) => (name === "SendMessageCommand" ? "refused" : undefined);
    },
  });
  const failures = metricsIn(documents).find(({ name }) => name === METRICS.controllerFailures);
  expect(failures?.value).toBe(1);
  expect(logs.at(-1)).toMatchObject({ level: "WARN", failures: { heartbeat: "AccessDeniedException" } });
});

test("failures of one minute are not those of the next", async () => {
  const { logs } = await handled({
    seconds: 150,
    prepare: (world) => {
      world.fault = ({ service }) =>
        service === "ssm" && world.now < NOW + 30 * SECOND ? "refused" : undefined;
    },
  });
  const runs = logs.filter(({ message }) => message === "run");
  expect(runs[0]).toMatchObject({ failures: { queues: "AccessDeniedException" } });
  expect(runs.at(-1)).not.toHaveProperty("failures");
});

test("says why the region is not fit", async () => {
  const { logs } = await handled({
    prepare: (world) => {
      world.fault = ({ name }) => (name === "GetQueueAttributesCommand" ? "refused" : undefined);
    },
  });
  expect(logs.at(-1)).toMatchObject({
    level: "WARN",
    fit: false,
    reasons: expect.arrayContaining(["shop-canary: AccessDeniedException", "orders: AccessDeniedException"]),
  });
});

test("a run that ends at once, because another lives, does nothing", async () => {
  const { world, documents, logs } = await handled({ homes: undefined });
  expect([documents, logs, world.beats, world.invocations]).toEqual([[], [], [], []]);
});

test("a run that could not be counted was a run all the same", async () => {
  const errors = jest.spyOn(console, "error").mockImplementation(() => {});
  const context = Object.defineProperty(lambdaContext(), "awsRequestId", {
    get: () => {
      throw new Error("no context");
    },
  });
  const { world } = await handled({ context });
  expect(world.beats.length).toBeGreaterThan(3);
  expect(errors).toHaveBeenCalledWith("telemetry failed", expect.anything());
});

test("leases get what the controller decides, and the time that is left", async () => {
  const { given } = await handled({ runs: 2 });
  expect(given.map(([{ settings }, remainingMs]) => [settings.region, remainingMs])).toEqual([
    [PEER, 30_000],
    [PEER, 30_000],
  ]);
  // Each run finds out for itself.
  expect(given[0]![0].hooks.isFit).not.toBe(given[1]![0].hooks.isFit);
});

describe("the metric that records go by", () => {
  const published = async (given: Given) => {
    const { world } = await handled({ settings: { publishesHealth: true }, ...given });
    return world.published;
  };

  test("says that the region processes its own home and is fit", async () => {
    expect(await published({})).toEqual([{ region: PEER, name: METRICS.healthy, value: 1 }]);
  });

  test.each<[string, Given]>([
    ["the home is not open", { homes: { ...HOMES, [PEER]: homeOf(PEER, { held: true }) } }],
    [
      "the region is not fit",
      {
        prepare: (world) => {
          world.fault = ({ name }) => (name === "GetQueueAttributesCommand" ? "refused" : undefined);
        },
      },
    ],
  ])("says that not when %s", async (_, given) => {
    expect(await published(given)).toEqual([{ region: PEER, name: METRICS.healthy, value: 0 }]);
  });

  test("is not published while nothing is known, or without records", async () => {
    const silent: Given = {
      seconds: 30,
      prepare: (world) => {
        world.peer.hasPollers = false;
      },
    };
    expect(await published(silent)).toEqual([]);
    expect(await published({ settings: {} })).toEqual([]);
  });
});
