import { Logger } from "@aws-lambda-powertools/logger";
import fc from "fast-check";
import { type HealthAnswer, healthHandler } from "../../../replicator/health/handler";
import { HOME, NOW } from "../control/group";
import { MINUTE, SECOND, World } from "./world";

type Line = Readonly<Record<string, unknown>>;

let lines: Line[];
let written: string;

beforeEach(() => {
  lines = [];
  written = "";
  for (const stream of [process.stdout, process.stderr]) {
    jest.spyOn(stream, "write").mockImplementation((text) => {
      written += text;
      for (const line of String(text).trim().split("\n")) lines.push(JSON.parse(line));
      return true;
    });
  }
});
afterEach(() => jest.restoreAllMocks());

/** As a function URL sends it: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads */
function request(method: string, rawPath: string) {
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString: "",
    headers: { "user-agent": "Amazon-Route53-Health-Check-Service" },
    requestContext: {
      domainName: "abc.lambda-url.us-east-1.on.aws",
      http: { method, path: rawPath, protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "checker" },
      timeEpoch: NOW,
    },
    isBase64Encoded: false,
  };
}

const GET = request("GET", "/health");
const PLAIN = { "content-type": "text/plain", "cache-control": "no-store" };
const HEALTHY: HealthAnswer = { statusCode: 200, headers: PLAIN, body: "healthy" };
const UNHEALTHY: HealthAnswer = { statusCode: 503, headers: PLAIN, body: "unhealthy" };

function setup(prepare: (world: World) => void = () => {}) {
  const world = new World();
  prepare(world);
  const handler = healthHandler(world.parts());
  const get = (event: unknown = GET) => world.time.run(handler(event));
  return { world, handler, get };
}

describe("a request", () => {
  test("for the health of a home is answered by status and one word", async () => {
    expect(await setup().get()).toEqual(HEALTHY);
    expect(await setup((world) => world.missing.add("orders")).get()).toEqual(UNHEALTHY);
  });

  test("by HEAD has no body", async () => {
    const head = request("HEAD", "/health");
    expect(await setup().get(head)).toEqual({ ...HEALTHY, body: "" });
    expect(await setup((world) => world.missing.add("orders")).get(head)).toEqual({ ...UNHEALTHY, body: "" });
  });

  test.each(["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "get"])("by %s is refused", async (method) => {
    const { world, get } = setup();
    expect(await get(request(method, "/health"))).toEqual({
      statusCode: 405,
      headers: { ...PLAIN, allow: "GET, HEAD" },
      body: "",
    });
    expect(world.calls).toEqual([]);
  });

  test.each(["/", "", "/health/", "/Health", "/healthz", "//health", "/health/../x", "/favicon.ico"])(
    "for %p finds nothing",
    async (path) => {
      const { world, get } = setup();
      expect(await get(request("GET", path))).toEqual({ statusCode: 404, headers: PLAIN, body: "" });
      expect(world.calls).toEqual([]);
    },
  );

  test("may be anything, and gets an answer", async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (event) => {
        const { statusCode, body } = await setup().get(event ?? null);
        expect([statusCode, body]).toEqual([404, ""]);
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (requestContext) => {
        const { statusCode } = await setup().get({ ...GET, requestContext });
        expect(statusCode).toBe(405);
      }),
    );
  });
});

describe("a verdict", () => {
  test("is kept for five seconds", async () => {
    const { world, get } = setup();
    await get();
    const calls = world.calls.length;
    world.missing.add("orders");
    await world.pass(4 * SECOND);
    expect(await get()).toEqual(HEALTHY);
    expect(world.calls).toHaveLength(calls);
    await world.pass(SECOND);
    expect(await get()).toEqual(UNHEALTHY);
    world.missing.clear();
    expect(await get()).toEqual(UNHEALTHY);
    await world.pass(5 * SECOND);
    expect(await get()).toEqual(HEALTHY);
  });

  test("is made once for all who ask while it is made", async () => {
    const { world, handler } = setup();
    const answers = await world.time.run(Promise.all([GET, GET, GET].map(handler)));
    expect(answers).toEqual([HEALTHY, HEALTHY, HEALTHY]);
    expect(world.count("probe")).toBe(1);
  });

  test("comes within a second, whatever does not answer", async () => {
    const { world, get } = setup((w) => {
      w.fault = () => "hangs";
    });
    expect(await get()).toEqual(UNHEALTHY);
    expect(world.now() - NOW).toBeLessThanOrEqual(SECOND);
  });

  test("that follows one that was late is made anew", async () => {
    const { world, get } = setup((w) => {
      w.fault = () => "hangs";
    });
    await get();
    world.fault = () => undefined;
    await world.pass(5 * SECOND);
    expect(await get()).toEqual(HEALTHY);
  });
});

test("nothing of an error comes out, by the answer or by the log, but its name", async () => {
  const secret = fc.stringMatching(/^[a-z]{4}-[0-9]{8}$/);
  const names = ["TimeoutError", "AccessDenied", "InternalError", "Error", "QueueDoesNotExist"];
  const failing = fc.record({
    secret,
    name: fc.constantFrom(...names),
    services: fc.subarray(["ssm", "sqs", "ledger"] as const, { minLength: 1 }),
  });
  await fc.assert(
    fc.asyncProperty(failing, async ({ secret, name, services }) => {
      const { get } = setup((world) => {
        world.states = world.noted(NOW - 10 * MINUTE);
        world.fault = ({ service }) =>
          services.some((one) => one === service)
            ? Object.assign(new Error(`message ${secret}`), { name, body: secret, stack: `at ${secret}` })
            : undefined;
      });
      written = "";
      const answer = await get();
      expect([200, 503]).toContain(answer.statusCode);
      expect(answer).toEqual(answer.statusCode === 200 ? HEALTHY : UNHEALTHY);
      expect(written).toContain('"message":"verdict"');
      expect(written).not.toContain(secret);
    }),
    { numRuns: 50 },
  );
});

describe("the log", () => {
  test("says what is wrong, for whoever may read it", async () => {
    await setup((world) => {
      world.missing.add("orders");
      world.fault = ({ name }) =>
        name === "GetParametersCommand" ? Object.assign(new Error(), { name: "AccessDenied" }) : undefined;
    }).get();
    expect(lines).toEqual([
      expect.objectContaining({
        level: "WARN",
        message: "verdict",
        service: "health",
        FailoverGroup: "shop",
        Region: HOME,
        healthy: false,
        reasons: ["orders: QueueDoesNotExist"],
        failures: { parameters: "AccessDenied" },
        durationMs: expect.any(Number),
      }),
    ]);
  });

  test("has a line when the verdict changes, and otherwise one a minute", async () => {
    const { world, get } = setup();
    const ask = async (seconds: number) => {
      for (const until = world.now() + seconds * SECOND; world.now() < until; ) {
        await get();
        await world.pass(500);
      }
      return lines.splice(0).map(({ level, healthy }) => `${level} ${healthy}`);
    };
    world.states = world.noted(NOW + 5 * MINUTE, NOW + 2 * MINUTE);
    expect(await ask(50)).toEqual(["INFO true"]);
    world.missing.add("orders");
    expect(await ask(10)).toEqual(["WARN false"]);
    world.missing.clear();
    expect(await ask(10)).toEqual(["INFO true"]);
    expect(await ask(110)).toEqual(["INFO true"]);
  });

  test("says of each verdict what failed then", async () => {
    const { world, get } = setup();
    world.fault = ({ name }) =>
      name === "GetParametersCommand" ? Object.assign(new Error(), { name: "AccessDenied" }) : undefined;
    await get();
    world.fault = () => undefined;
    world.missing.add("orders");
    await world.pass(5 * SECOND);
    await get();
    expect(lines.map(({ failures }) => failures)).toEqual([{ parameters: "AccessDenied" }, undefined]);
  });

  test("that cannot be written keeps nobody from an answer", async () => {
    const { get } = setup();
    const errors = jest.spyOn(console, "error").mockImplementation(() => {});
    jest.spyOn(Logger.prototype, "info").mockImplementation(() => {
      throw new TypeError("closed");
    });
    expect(await get()).toEqual(HEALTHY);
    expect(errors).toHaveBeenCalledWith("telemetry failed", "TypeError");
  });
});
