import { encodeRoles, initialRoles, ordered } from "../../../ownership/roles";
import { controlHandler } from "../../../replicator/control/handler";
import { METRICS, METRICS_NAMESPACE } from "../../../replicator/metrics";
import { configuration } from "../../fixtures";
import { Template } from "../../template";
import { captureLines, type Line } from "../log-lines";
import { lambdaContext } from "../records";
import { HOME, NOW, PEER } from "./group";
import { NAMES, World } from "./world";

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

type Leases = NonNullable<Parameters<typeof controlHandler>[1]>;

/** Leases that end when the run that holds them has looked. */
const noLeases: Leases = async () => {};

/** What a handler in the peer's region writes in a world where nothing else runs. */
async function handled(
  prepare: (world: World) => void = () => {},
  { runs = 1, context = lambdaContext(), event = { trigger: "schedule" } as unknown, leases = noLeases } = {},
) {
  const world = new World({ workers: 0 });
  world.producesIn = undefined;
  await world.play(async () => {
    await world.run(HOME);
    await world.pass(50);
    const handler = controlHandler(
      world.partsOf(world.peer, () => {}),
      leases,
    );
    prepare(world);
    for (let run = 0; run < runs; run += 1) {
      lines.length = 0;
      await handler(event, context);
    }
  });
  const isDocument = (line: Line): line is Document => "_aws" in line;
  return { world, documents: lines.filter(isDocument), logs: lines.filter((line) => !isDocument(line)) };
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

test("publishes the run, and what it saw of each home", async () => {
  const { documents } = await handled();
  const metrics = metricsIn(documents);
  expect(metrics.map(({ name, dimensions }) => ({ name, dimensions }))).toEqual([
    { name: METRICS.controllerRuns, dimensions: OWN },
    { name: METRICS.controllerFailures, dimensions: OWN },
    { name: METRICS.homeOwned, dimensions: of(HOME) },
    { name: METRICS.ledgerLag, dimensions: of(HOME) },
    { name: METRICS.canaryAge, dimensions: of(HOME) },
    { name: METRICS.homeOwned, dimensions: of(PEER) },
  ]);
  const value = (name: string, home?: string) =>
    metrics.find((one) => one.name === name && (home === undefined || one.dimensions.HomeRegion === home))
      ?.value;
  expect([value(METRICS.controllerRuns), value(METRICS.controllerFailures)]).toEqual([1, 0]);
  expect([value(METRICS.homeOwned, HOME), value(METRICS.homeOwned, PEER)]).toEqual([0, 1]);
  expect(value(METRICS.ledgerLag, HOME)).toBe(0);
  // The last heartbeat that arrived became visible after 45 seconds.
  expect(value(METRICS.canaryAge, HOME)).toBeGreaterThan(4_000);
  expect(value(METRICS.canaryAge, HOME)).toBeLessThan(7_000);
  for (const { name, unit, namespace } of metrics) {
    expect(namespace).toBe(METRICS_NAMESPACE);
    expect(unit).toBe(/Age|Lag/.test(name) ? "Milliseconds" : "Count");
  }
});

test("publishes what the alarms watch", async () => {
  const { resource } = Template.of(configuration({ recovery: {}, ledger: {} }), PEER).json;
  const published = metricsIn((await handled()).documents);
  const alarms = Object.values(resource.aws_cloudwatch_metric_alarm!).filter(({ metric_name }) =>
    [METRICS.controllerRuns, METRICS.ledgerLag].some((name) => name === metric_name),
  );
  expect(alarms).toHaveLength(2);
  for (const { namespace, metric_name, dimensions } of alarms) {
    expect(published).toContainEqual(expect.objectContaining({ namespace, name: metric_name, dimensions }));
  }
});

test("writes one line about the run", async () => {
  const { logs } = await handled();
  expect(logs).toEqual([
    expect.objectContaining({
      level: "INFO",
      message: "run",
      service: "controller",
      ...OWN,
      function_request_id: "request",
      homes: expect.objectContaining({ [HOME]: expect.objectContaining({ phase: "standing-by" }) }),
      fit: true,
      looks: 1,
      durationMs: expect.any(Number),
    }),
  ]);
  expect(logs[0]).not.toHaveProperty("failures");
});

test("says that a home is owned here from when it is", async () => {
  const { documents } = await handled((world) => {
    const order = { home: HOME, owner: PEER, at: NOW, force: true };
    world.peer.parameters.set(NAMES.roles, encodeRoles(ordered(initialRoles([HOME, PEER]), order)));
  });
  const owned = metricsIn(documents).filter(({ name }) => name === METRICS.homeOwned);
  expect(owned.map(({ dimensions, value }) => [dimensions.HomeRegion, value])).toEqual([
    [HOME, 1],
    [PEER, 1],
  ]);
});

test("parts that fail are counted and named, with the names of their errors and no texts", async () => {
  const { documents, logs } = await handled((world) => {
    world.fault = ({ service, name }) =>
      service === "lambda" || name === "SendMessageBatchCommand" ? "refused" : undefined;
  });
  const failures = metricsIn(documents).find(({ name }) => name === METRICS.controllerFailures);
  expect(failures?.value).toBe(2);
  expect(logs[0]).toMatchObject({
    level: "WARN",
    failures: { drainers: "AccessDeniedException", heartbeats: "AccessDeniedException" },
  });
});

test("failures of one run are not those of the next", async () => {
  let isFirst = true;
  const { logs } = await handled(
    (world) => {
      world.fault = ({ service }) => {
        if (service !== "lambda" || !isFirst) return undefined;
        isFirst = false;
        return "refused";
      };
    },
    { runs: 2 },
  );
  expect(logs[0]).not.toHaveProperty("failures");
});

test("without the own parameters there is a run that failed, and no heartbeat", async () => {
  const { world, documents, logs } = await handled((world) => {
    world.beats.length = 0;
    world.fault = ({ service, region }) => (service === "ssm" && region === PEER ? "refused" : undefined);
  });
  const metrics = metricsIn(documents);
  expect(metrics.map(({ name, dimensions }) => ({ name, dimensions }))).toEqual([
    { name: METRICS.controllerRuns, dimensions: OWN },
    { name: METRICS.controllerFailures, dimensions: OWN },
  ]);
  expect(metrics.map(({ value }) => value)).toEqual([1, 3]);
  expect(logs).toHaveLength(1);
  expect(logs[0]).toMatchObject({
    level: "WARN",
    failures: {
      "own parameters": "AccessDeniedException",
      queues: "AccessDeniedException",
      run: "AccessDeniedException",
    },
  });
  expect(world.beats).toEqual([]);
});

test("a run that could not be counted was a run all the same", async () => {
  const errors = jest.spyOn(console, "error").mockImplementation(() => {});
  const context = Object.defineProperty(lambdaContext(), "awsRequestId", {
    get: () => {
      throw new Error("no context");
    },
  });
  const { world } = await handled(() => {}, { context });
  expect(world.beats.filter(({ region }) => region === PEER)).not.toEqual([]);
  expect(errors).toHaveBeenCalledWith("telemetry failed", expect.anything());
});

describe("leases", () => {
  const untilReleased = () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const leases: Leases = () => released;
    return { leases, release: () => release() };
  };

  test("are held beside the run, and with what the run finds out about the home", async () => {
    const fits: (boolean | undefined)[] = [];
    const leases: Leases = async ({ isFit, settings }, remainingMs) => {
      fits.push(isFit());
      expect([settings.region, remainingMs]).toEqual([PEER, 30_000]);
    };
    await handled(() => {}, { leases, runs: 2 });
    expect(fits).toEqual([undefined, true]);
  });

  test("keep the function running after the run", async () => {
    const { leases, release } = untilReleased();
    let isReleased = false;
    const end = () => {
      isReleased = true;
      release();
    };
    const { documents } = await handled(() => setTimeout(end, 200), { leases });
    expect(isReleased).toBe(true);
    expect(metricsIn(documents).map(({ name }) => name)).toContain(METRICS.controllerRuns);
  });

  test("started by the rule while another run lives: nothing is done", async () => {
    const { world, documents } = await handled((world) => (world.beats.length = 0), {
      event: { trigger: "rule" },
    });
    expect(documents).toEqual([]);
    expect(world.beats).toEqual([]);
  });

  test("started by the rule while none lives: a run as any", async () => {
    const { leases, release } = untilReleased();
    const { documents } = await handled(() => setTimeout(release, 500), {
      event: { trigger: "rule" },
      leases,
    });
    expect(metricsIn(documents).map(({ name }) => name)).toContain(METRICS.controllerRuns);
  });

  test("are told when they change, and what fails about them", async () => {
    const { logs } = await handled(() => {}, {
      leases: async ({ onHeld, onFailure }) => {
        onHeld?.({ [PEER]: 3 });
        onFailure(`ownership table of ${HOME}`, "AccessDeniedException");
      },
    });
    expect(logs).toContainEqual(
      expect.objectContaining({ level: "INFO", message: "leases", held: { [PEER]: 3 } }),
    );
    expect(logs).toContainEqual(
      expect.objectContaining({
        level: "WARN",
        message: "leases",
        failures: { [`ownership table of ${HOME}`]: "AccessDeniedException" },
      }),
    );
  });
});
