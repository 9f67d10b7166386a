import { Logger } from "@aws-lambda-powertools/logger";
import fc from "fast-check";
import { type HealthAnswer, type HealthHandler, healthHandler } from "../../../replicator/health/handler";
import { TABLE_LIMIT_MS } from "../../../replicator/health/own-health";
import { PassTable } from "../../ownership/lease/pass-table";
import { passOf } from "./pass-of";

type Line = Readonly<Record<string, unknown>>;

const HOME = "us-east-1";
const PEER = "us-west-2";

let lines: Line[];
let written: string;
let table: PassTable;
/** What is added to this machine's clocks. */
let later: { mono: number; wall: number };
let handler: HealthHandler;

beforeEach(async () => {
  lines = [];
  written = "";
  for (const stream of [process.stdout, process.stderr]) {
    jest.spyOn(stream, "write").mockImplementation((text) => {
      written += text;
      for (const line of String(text).trim().split("\n")) lines.push(JSON.parse(line));
      return true;
    });
  }
  table = await PassTable.open(HOME);
  // The table's clock has nothing to do with this machine's.
  table.aheadMs = 3_600_000;
  later = { mono: 0, wall: 0 };
  handler = handlerWith({ limitMs: PATIENCE_MS });
  write();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await table.close();
});

/** No machine is so slow that a table which answers is taken for one that does not. */
const PATIENCE_MS = 60_000;

function handlerWith({ limitMs }: Pick<Parameters<typeof healthHandler>[0], "limitMs">): HealthHandler {
  return healthHandler({
    settings: { failoverGroup: "shop", region: HOME },
    table: { client: table.client, name: "shop-ownership" },
    clocks: () => ({ mono: Math.floor(performance.now()) + later.mono, wall: Date.now() + later.wall }),
    ...(limitMs !== undefined && { limitMs }),
  });
}

/** The controller has just renewed. */
function write({ homes = [HOME], fit = true, ms = 30_000 } = {}): void {
  const until = table.now() + ms;
  const entries = homes.map((home) => [home, { epoch: 1, until }]);
  table.item = passOf(HOME, Object.fromEntries(entries), { fit, until });
}

/** Time passes, for this machine and for the table. */
function wait(ms: number): void {
  later = { mono: later.mono + ms, wall: later.wall + ms };
  table.aheadMs += ms;
}

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
    },
    isBase64Encoded: false,
  };
}

const GET = request("GET", "/health");
const PLAIN = { "content-type": "text/plain", "cache-control": "no-store" };
const HEALTHY: HealthAnswer = { statusCode: 200, headers: PLAIN, body: "healthy" };
const unhealthy = (why: string): HealthAnswer => ({
  statusCode: 503,
  headers: PLAIN,
  body: `unhealthy: ${why}`,
});

describe("a request", () => {
  test("is answered by status and a word, from the own pass in the own table and nothing else", async () => {
    expect(await handler(GET)).toEqual(HEALTHY);
    expect(table.requests).toEqual([
      { TableName: "shop-ownership", Key: { kind: { S: "pass" }, of: { S: HOME } }, ConsistentRead: false },
    ]);
  });

  test.each<[string, () => void, string]>([
    ["the home is with a peer", () => write({ homes: [] }), "no-pass"],
    ["only a peer's home is here", () => write({ homes: [PEER] }), "no-pass"],
    ["the controller stands still", () => wait(30_000), "over"],
    ["the region is unfit", () => write({ fit: false }), "unfit"],
    [
      "the table was made anew",
      () => {
        table.item = undefined;
      },
      "no-pass",
    ],
    [
      "the table holds rubbish",
      () => {
        table.item = { ...table.item, v: { S: "one" } };
      },
      "unreadable",
    ],
    [
      "the table refuses",
      () => {
        table.fault = "AccessDeniedException";
      },
      "unreadable",
    ],
    [
      "answers have no date",
      () => {
        table.fault = "no date";
      },
      "unreadable",
    ],
  ])("is answered by 503 when %s", async (_, happen, why) => {
    happen();
    expect(await handler(GET)).toEqual(unhealthy(why));
  });

  test("is answered when the table is silent, in half of Route 53's two seconds", async () => {
    table.fault = "hangs";
    expect(await handlerWith({})(GET)).toEqual(unhealthy("unreadable"));
    expect(TABLE_LIMIT_MS).toBe(1_000);
  });

  test("by HEAD has no body", async () => {
    const head = request("HEAD", "/health");
    expect(await handler(head)).toEqual({ ...HEALTHY, body: "" });
    write({ fit: false });
    wait(1_000);
    expect(await handler(head)).toEqual({ statusCode: 503, headers: PLAIN, body: "" });
  });

  test.each(["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "get"])("by %s is refused", async (method) => {
    expect(await handler(request(method, "/health"))).toEqual({
      statusCode: 405,
      headers: { ...PLAIN, allow: "GET, HEAD" },
      body: "",
    });
    expect(table.requests).toEqual([]);
  });

  test.each(["/", "", "/health/", "/Health", "/healthz", "//health", "/health/../x", "/favicon.ico"])(
    "for %p finds nothing",
    async (path) => {
      expect(await handler(request("GET", path))).toEqual({ statusCode: 404, headers: PLAIN, body: "" });
      expect(table.requests).toEqual([]);
    },
  );

  test("may be anything, and gets an answer", async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (event) => {
        const { statusCode, body } = await handler(event ?? null);
        expect([statusCode, body]).toEqual([404, ""]);
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (requestContext) => {
        expect((await handler({ ...GET, requestContext })).statusCode).toBe(405);
      }),
    );
  });
});

describe("a reading", () => {
  test("is kept for a second, for all who ask", async () => {
    await Promise.all([GET, GET, GET].map(handler));
    write({ fit: false });
    wait(700);
    expect(await handler(GET)).toEqual(HEALTHY);
    expect(table.requests).toHaveLength(1);
    wait(300);
    expect(await handler(GET)).toEqual(unhealthy("unfit"));
    expect(table.requests).toHaveLength(2);
  });

  test("is judged anew whenever somebody asks, so that it is not kept for longer than the pass lasts", async () => {
    // The table's time is taken for a second and 100 ms later than its date says, and the date leaves out up to a second.
    table.aheadMs = 1_000 - (Date.now() % 1_000);
    write({ ms: 1_800 });
    expect(await handler(GET)).toEqual(HEALTHY);
    wait(750);
    expect(await handler(GET)).toEqual(unhealthy("over"));
    expect(table.requests).toHaveLength(1);
  });

  test("that failed is kept as well, and then made anew", async () => {
    table.fault = "InternalServerError";
    expect(await handler(GET)).toEqual(unhealthy("unreadable"));
    table.fault = "none";
    expect(await handler(GET)).toEqual(unhealthy("unreadable"));
    expect(table.requests).toHaveLength(1);
    wait(1_000);
    expect(await handler(GET)).toEqual(HEALTHY);
  });

  test("from before the worker was frozen is made anew at once", async () => {
    await handler(GET);
    later = { ...later, wall: later.wall + 600 };
    expect(await handler(GET)).toEqual(HEALTHY);
    expect(table.requests).toHaveLength(2);
  });
});

describe("the log", () => {
  test("says what is wrong, with the code that the answer keeps to itself", async () => {
    table.fault = "AccessDeniedException";
    const { body } = await handler(GET);
    expect(body).not.toContain("Denied");
    expect(lines).toEqual([
      expect.objectContaining({
        level: "WARN",
        message: "verdict",
        service: "health",
        FailoverGroup: "shop",
        Region: HOME,
        healthy: false,
        why: "unreadable",
        code: "AccessDeniedException",
      }),
    ]);
  });

  test("has a line when the verdict changes, and otherwise one a minute", async () => {
    const ask = async (seconds: number, fit = true) => {
      for (let second = 0; second < seconds; second += 2) {
        write({ fit });
        await handler(GET);
        wait(2_000);
      }
      return lines.splice(0).map(({ level, healthy }) => `${level} ${healthy}`);
    };
    expect(await ask(50)).toEqual(["INFO true"]);
    expect(await ask(10, false)).toEqual(["WARN false"]);
    expect(await ask(10)).toEqual(["INFO true"]);
    expect(await ask(100)).toEqual(["INFO true"]);
  });

  test("never has the text of an error, nor has the answer", async () => {
    const secret = "s3cr3t";
    jest.spyOn(table.client, "send").mockImplementation(() => {
      throw Object.assign(new Error(secret), { name: "Error", stack: secret, body: secret });
    });
    expect(JSON.stringify(await handler(GET))).not.toContain(secret);
    expect(written).toContain('"message":"verdict"');
    expect(written).not.toContain(secret);
  });

  test("that cannot be written keeps nobody from an answer", async () => {
    const errors = jest.spyOn(console, "error").mockImplementation(() => {});
    jest.spyOn(Logger.prototype, "info").mockImplementation(() => {
      throw new TypeError("closed");
    });
    expect(await handler(GET)).toEqual(HEALTHY);
    expect(errors).toHaveBeenCalledWith("telemetry failed", "TypeError");
  });
});
