import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfiguration, parseConfiguration } from "../../config/load";
import { ConfigurationError } from "../../config/violation";
import { jsonSchema } from "../../config/write-json-schema";
import {
  alarmsReference,
  configurationReference,
  limitsReference,
  metricsReference,
  modesReference,
} from "../../config/write-reference";
import { configuration, configurationInput, HOME_ACCOUNT, PEER_ACCOUNT, PRODUCER_ROLE } from "../fixtures";
import { everyPath, withValue } from "./every-path";
import { pathsIn, violationsIn } from "./violations";

type QueueInput = NonNullable<Parameters<typeof configurationInput>[1]>;

describe("defaults", () => {
  test("are in place, each function setting taken from the group unless the queue says otherwise", () => {
    const { queues } = configuration({
      functions: { timeout_seconds: 10 },
      queues: { orders: {}, slow: { functions: { timeout_seconds: 30 } } },
    });
    expect(queues.orders).toMatchObject({
      mode: "async",
      messageRetentionSeconds: 345_600,
      transitRetentionSeconds: 1_209_600,
      visibilityTimeoutSeconds: 30,
      transitVisibilityTimeoutSeconds: 60,
      maxMessageSize: 262_144 - 1_024,
      functions: { timeoutSeconds: 10, runtime: "nodejs22.x", memoryMb: 256 },
    });
    expect(queues.slow).toMatchObject({
      transitVisibilityTimeoutSeconds: 180,
      functions: { timeoutSeconds: 30 },
    });
  });

  test("leave keys that the author chose as they are", () => {
    const { queues } = parseConfiguration(
      configurationInput({ queues: { order_lines: { tags: { cost_center: "a_b" } } } }),
    );
    expect(Object.keys(queues)).toEqual(["order_lines"]);
    expect(queues.order_lines?.tags).toEqual({ cost_center: "a_b" });
  });
});

test("six mistakes of six kinds are reported at once, each with path, value, allowed range and fix", () => {
  const input = {
    failover_group: "Shop!",
    regions: { "us-east-1": { account: "1111" }, "us-west-2": { account: HOME_ACCOUNT } },
    allowed_regions: ["us-east-1"],
    queues: {
      orders: {
        delay_seconds: 901,
        max_recieve_count: 3,
        visibility_timeout_seconds: 30,
        consumer_processing_seconds: 60,
      },
    },
  };
  expect(violationsIn(input)).toEqual([
    expect.objectContaining({ path: "failover_group", value: "Shop!" }),
    expect.objectContaining({ path: "regions.us-east-1.account", value: "1111", allowed: "12 digits" }),
    {
      path: "queues.orders.delay_seconds",
      value: 901,
      allowed: "a whole number from 0 to 900",
      fix: "lower it to 900 or less",
    },
    expect.objectContaining({ path: "queues.orders.max_recieve_count", value: 3 }),
    expect.objectContaining({ path: "regions.us-west-2", allowed: "one of allowed_regions: us-east-1" }),
    expect.objectContaining({
      path: "queues.orders.visibility_timeout_seconds",
      value: 30,
      allowed: "60 to 43200: at least consumer_processing_seconds",
    }),
  ]);
  expect(() => parseConfiguration(input, "my.json")).toThrow(
    /^my\.json: 6 violations, nothing is synthesized\./,
  );
});

describe("one mistake gives one violation", () => {
  test.each([
    ["queues", { queue: { orders: {} }, queues: undefined }, "queue"],
    [
      "visibility_timeout_seconds",
      { queues: { orders: { visibility_timeout: 30 } } },
      "queues.orders.visibility_timeout",
    ],
    ["max_receive_count", { queues: { orders: { maxRecieveCount: 3 } } }, "queues.orders.maxRecieveCount"],
    ["consumers", { queues: { orders: { consumer: [] } } }, "queues.orders.consumer"],
    [
      "timeout_seconds",
      { queues: { orders: { functions: { timeout: 3 } } } },
      "queues.orders.functions.timeout",
    ],
    [
      "source_arns",
      { queues: { orders: { producers: [{ service: "sns.amazonaws.com", source_arn: [] }] } } },
      "queues.orders.producers.0",
    ],
    [
      "assume_role_arn",
      {
        regions: {
          "us-east-1": { account: HOME_ACCOUNT, assume_role: "r" },
          "us-west-2": { account: HOME_ACCOUNT },
        },
      },
      "regions.us-east-1.assume_role",
    ],
  ])("and the name %s that was meant", (meant, over, path) => {
    const [violation, ...others] = violationsIn(configurationInput(over as never));
    expect(others).toEqual([]);
    expect(violation?.path).toBe(path);
    expect(path.endsWith(".0") ? violation?.allowed : violation?.fix).toContain(meant);
  });

  test.each(["R&D", "x (y)", "a,b", "{var.team}", "${var.team}", "x".repeat(257)])(
    "and the value of a tag that AWS does not take: %s",
    (value) => {
      const violations = violationsIn(
        configurationInput({ tags: { team: value }, queues: { orders: { tags: { unit: value } } } }),
      );
      const allowed = "a text of at most 256 letters, digits, spaces and _.:/=+-@";
      expect(violations).toEqual([
        expect.objectContaining({ path: "queues.orders.tags.unit", value, allowed }),
        expect.objectContaining({ path: "tags.team", value, allowed }),
      ]);
    },
  );

  test.each(["aws:team", "AWS:team", "", "a&b", "x".repeat(129)])(
    "and the key of a tag that AWS does not take: %p",
    (key) => {
      expect(violationsIn(configurationInput({ tags: { [key]: "a" } }))).toEqual([
        expect.objectContaining({ path: `tags.${key}`, value: key }),
      ]);
    },
  );

  test.each(["nodejs18.x", "nodejs20.x", "python3.13"])(
    "and the runtime %s, which is none of ours",
    (runtime) => {
      expect(pathsIn(configurationInput({ functions: { runtime: runtime as never } }))).toEqual([
        "functions.runtime",
      ]);
    },
  );

  test("and a runtime that the stacks' provider does not know, with what else to do", () => {
    const functions = { runtime: "nodejs24.x" as const };
    expect(violationsIn(configurationInput({ queues: { mails: {}, orders: { functions } } }))).toEqual([
      {
        path: "queues.orders.functions.runtime",
        value: "nodejs24.x",
        allowed: "nodejs22.x in stacks, whose provider aws 5.100 knows no later one",
        fix: "use nodejs22.x, or the modules with provider aws 6",
      },
    ]);
    expect(pathsIn(configurationInput({ functions }))).toEqual(["functions.runtime"]);
  });

  test("but a name that is like none is not explained by one", () => {
    expect(violationsIn(configurationInput({ surprise: 1 } as never))).toEqual([
      expect.objectContaining({ path: "surprise", fix: "take it out" }),
    ]);
  });

  test("and the fix for .fifo in a name is another name", () => {
    expect(violationsIn(configurationInput({ queues: { "orders.fifo": { fifo: true } } }))).toEqual([
      expect.objectContaining({
        value: "orders.fifo",
        fix: 'call it "orders" and set "fifo": true; the queues\' names get .fifo',
      }),
    ]);
  });

  const ACCOUNTS = ["1111", undefined, 111122223333];
  test.each(ACCOUNTS)("and nothing is concluded from an account that is %p", (account) => {
    const assume_role_arn = `arn:aws:iam::${PEER_ACCOUNT}:role/deploy`;
    const regions = { "us-east-1": { account, assume_role_arn }, "us-west-2": { account: HOME_ACCOUNT } };
    expect(pathsIn(configurationInput({ regions: regions as never }))).toEqual(["regions.us-east-1.account"]);
  });

  test("and whatever is of the wrong type is told in words of the file", () => {
    const values = [5, []];
    const found = everyPath(JSON.parse(jsonSchema())).flatMap((path) =>
      values.flatMap((value) => violationsIn(withValue(configurationInput(), path, value))),
    );
    expect(found.length).toBeGreaterThan(200);
    expect(
      found.filter(({ allowed }) => /invalid|expected|received|too (?:big|small)/i.test(allowed)),
    ).toEqual([]);
  });
});

describe("limits", () => {
  test("fails over 80 characters with the longest suffix", () => {
    const fits = "x".repeat(80 - "-standby-us-west-2".length);
    expect(pathsIn(configurationInput({ queues: { [fits]: {} } }))).toEqual([]);
    expect(violationsIn(configurationInput({ queues: { [`${fits}y`]: {} } }))).toEqual([
      expect.objectContaining({
        path: `queues.${fits}y`,
        value: `${fits}y-standby-us-west-2`,
        fix: expect.stringContaining("by 1"),
      }),
    ]);
  });

  test("fails below six times the function timeout on queues that functions read", () => {
    const queue = (seconds: number) =>
      configurationInput({}, { transit_visibility_timeout_seconds: seconds });
    expect(pathsIn(queue(120))).toEqual([]);
    expect(violationsIn(queue(119))).toEqual([
      {
        path: "queues.orders.transit_visibility_timeout_seconds",
        value: 119,
        allowed: "120 to 43200: at least 6 times the function timeout of 20 seconds",
        fix: "raise it to 120, or lower functions.timeout_seconds to 19",
      },
    ]);
  });

  test("fails when batches above 10 have no window", () => {
    expect(pathsIn(configurationInput({ functions: { batch_size: 11 } }))).toEqual([
      "queues.orders.functions.batching_window_seconds",
    ]);
    expect(
      pathsIn(configurationInput({ functions: { batch_size: 11, batching_window_seconds: 1 } })),
    ).toEqual([]);
  });

  test("fails when a policy grows over 8192 bytes", () => {
    const producers = Array.from({ length: 80 }, (_, i) => `${PRODUCER_ROLE}-of-the-service-number-${i}`);
    expect(pathsIn(configurationInput({}, { producers }))).toEqual(["queues.orders.producers"]);
  });

  test.each([
    [0, ["regions"]],
    [1, ["regions"]],
    [6, ["regions"]],
  ])("fails with %i regions", (count, paths) => {
    const regions = Object.fromEntries(
      Array.from({ length: count }, (_, i) => [`eu-west-${i + 1}`, { account: HOME_ACCOUNT }]),
    );
    expect(pathsIn(configurationInput({ regions }))).toEqual(paths);
  });
});

describe("FIFO, modes and throughput", () => {
  const fifo = (over: QueueInput) => configurationInput({}, { fifo: true, ...over });

  test("fails for semi-sync on a FIFO queue, and names the alternative", () => {
    expect(violationsIn(fifo({ mode: "semi-sync" }))).toEqual([
      expect.objectContaining({
        path: "queues.orders.mode",
        value: "semi-sync",
        allowed: "async, sync or none on FIFO queues",
        fix: expect.stringMatching(/^use async/),
      }),
    ]);
    for (const mode of ["async", "sync", "none"] as const) expect(pathsIn(fifo({ mode }))).toEqual([]);
  });

  test("fails when a repeated send could miss the five-minute deduplication", () => {
    expect(pathsIn(fifo({ functions: { timeout_seconds: 40 } }))).toEqual([]);
    expect(pathsIn(fifo({ functions: { timeout_seconds: 41 } }))).toEqual([
      "queues.orders.functions.timeout_seconds",
      "queues.orders.transit_visibility_timeout_seconds",
    ]);
    expect(pathsIn(fifo({ transit_visibility_timeout_seconds: 241 }))).toEqual([
      "queues.orders.transit_visibility_timeout_seconds",
    ]);
  });

  test("fails for batches that Lambda does not take from a FIFO queue", () => {
    expect(pathsIn(fifo({ functions: { batch_size: 11, batching_window_seconds: 1 } }))).toEqual([
      "queues.orders.functions.batch_size",
      "queues.orders.functions.batching_window_seconds",
    ]);
  });

  test("fails for FIFO settings on a standard queue", () => {
    expect(pathsIn(configurationInput({}, { content_based_deduplication: true }))).toEqual([
      "queues.orders.content_based_deduplication",
    ]);
  });

  test("fails for high throughput with deduplication over the whole queue", () => {
    expect(pathsIn(fifo({ deduplication_scope: "queue" }))).toEqual(["queues.orders.deduplication_scope"]);
    expect(pathsIn(fifo({ deduplication_scope: "queue", fifo_throughput_limit: "perQueue" }))).toEqual([]);
  });

  test("counts .fifo among the 80 characters", () => {
    const name = "x".repeat(80 - "-standby-us-west-2".length);
    expect(pathsIn(configurationInput({ queues: { [name]: { fifo: true } } }))).toEqual([`queues.${name}`]);
    const shorter = name.slice(".fifo".length);
    expect(pathsIn(configurationInput({ queues: { [shorter]: { fifo: true } } }))).toEqual([]);
  });

  test("fails for provisioned pollers beside a maximum concurrency, or with more at least than at most", () => {
    const functions = (minimum: number, maximum_concurrency?: number) =>
      configurationInput({
        functions: {
          provisioned_pollers: { minimum, maximum: 10 },
          ...(maximum_concurrency && { maximum_concurrency }),
        },
      });
    expect(pathsIn(functions(2))).toEqual([]);
    expect(pathsIn(functions(2, 5))).toEqual(["queues.orders.functions.provisioned_pollers"]);
    expect(pathsIn(functions(11))).toEqual(["queues.orders.functions.provisioned_pollers.minimum"]);
  });

  test("fails for peers that are not other regions of the group", () => {
    const peers = (value: Record<string, string[]>) => configurationInput({}, { peers: value });
    expect(pathsIn(peers({ "us-east-1": ["us-west-2"] }))).toEqual([]);
    expect(pathsIn(peers({ "us-east-1": ["us-east-1"] }))).toEqual(["queues.orders.peers.us-east-1"]);
    expect(pathsIn(peers({ "eu-west-1": ["us-west-2"] }))).toEqual(["queues.orders.peers.eu-west-1"]);
    expect(pathsIn(peers({ "us-east-1": [] }))).toEqual(["queues.orders.peers.us-east-1"]);
  });
});

describe("names", () => {
  test("fails when a suffixed queue is also another logical queue", () => {
    const found = violationsIn(configurationInput({ queues: { orders: {}, "orders-ingress": {} } }));
    expect(found.map(({ value }) => value)).toEqual(["orders-ingress", "orders-ingress-dlq"]);
  });

  test("fails without the placeholder that tells regions apart", () => {
    expect(pathsIn(configurationInput({ naming: { templates: { outbox: "{queue}-out" } } }))).toContain(
      "queues.orders.names.outbox",
    );
  });

  test("fails with a placeholder that the role does not have", () => {
    expect(pathsIn(configurationInput({ naming: { templates: { ingress: "{queue}-{peer}" } } }))).toEqual([
      "naming.templates.ingress",
    ]);
  });

  test("fails when two regions of an account would share a role", () => {
    expect(pathsIn(configurationInput({ naming: { templates: { replicator: "{queue}-r" } } }))).toContain(
      "queues.orders",
    );
  });
});

describe("accounts, keys and principals", () => {
  test("fails when a region assumes a role of another account", () => {
    const regions = {
      "us-east-1": { account: HOME_ACCOUNT, assume_role_arn: `arn:aws:iam::${PEER_ACCOUNT}:role/deploy` },
      "us-west-2": { account: PEER_ACCOUNT, assume_role_arn: `arn:aws:iam::${PEER_ACCOUNT}:role/deploy` },
    };
    expect(pathsIn(configurationInput({ regions }))).toEqual(["regions.us-east-1.assume_role_arn"]);
  });

  test("fails when code signing is configured in another region", () => {
    const arn = `arn:aws:lambda:us-west-2:${HOME_ACCOUNT}:code-signing-config:csc-0123456789abcdefg`;
    const regions = Object.fromEntries(
      ["us-east-1", "us-west-2"].map((region) => [
        region,
        { account: HOME_ACCOUNT, code_signing_config_arn: arn },
      ]),
    );
    expect(pathsIn(configurationInput({ regions }))).toEqual(["regions.us-east-1.code_signing_config_arn"]);
  });

  test("fails across partitions", () => {
    const regions = { "us-east-1": { account: HOME_ACCOUNT }, "cn-north-1": { account: PEER_ACCOUNT } };
    expect(pathsIn(configurationInput({ regions }))).toEqual(["regions.cn-north-1"]);
  });

  test("fails when a region has no key, or another region's", () => {
    const key = `arn:aws:kms:us-east-1:${HOME_ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
    const encrypted = (kms_key_arns: Record<string, string>) =>
      configurationInput({}, { encryption: { kms_key_arns } });
    const path = "queues.orders.encryption.kms_key_arns.us-west-2";
    expect(pathsIn(encrypted({ "us-east-1": key }))).toEqual([path]);
    expect(pathsIn(encrypted({ "us-east-1": key, "us-west-2": key }))).toEqual([path]);
    expect(pathsIn(encrypted({ "us-east-1": key, "us-west-2": key.replace("east-1", "west-2") }))).toEqual(
      [],
    );
  });

  test.each([
    "*",
    `arn:aws:iam::${HOME_ACCOUNT}:role/*`,
    `arn:aws:sts::${HOME_ACCOUNT}:assumed-role/a/b`,
    "sns.amazonaws.com",
  ])("fails with the principal %s", (principal) => {
    expect(pathsIn(configurationInput({}, { producers: [principal] }))).toEqual([
      "queues.orders.producers.0",
    ]);
  });

  test("fails with an S3 state bucket that is the same for all regions", () => {
    const state_backend = { type: "s3" as const, bucket: "tfstate" };
    expect(pathsIn(configurationInput({ state_backend }))).toEqual(["state_backend.bucket"]);
  });
});

describe("the file", () => {
  const directory = mkdtempSync(join(tmpdir(), "sqs-multi-region-configuration-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test("fails when it is missing or no JSON", () => {
    const broken = join(directory, "broken.json");
    writeFileSync(broken, "{");
    for (const path of [broken, join(directory, "missing.json")]) {
      expect(() => loadConfiguration(path)).toThrow(ConfigurationError);
    }
  });

  const messageOf = (text: string) => {
    const file = join(directory, "written.json");
    writeFileSync(file, text);
    try {
      loadConfiguration(file);
    } catch (error) {
      return (error as Error).message.replace(file, "FILE");
    }
    return undefined;
  };
  const REGIONS = `"failover_group": "shop",
  "regions": { "us-east-1": { "account": "${HOME_ACCOUNT}" }, "us-west-2": { "account": "${HOME_ACCOUNT}" } }`;

  test("may have comments and trailing commas", () => {
    expect(
      messageOf(`\uFEFF{ // ours\n  ${REGIONS},\n  /* all */ "queues": { "orders": {}, }, }`),
    ).toBeUndefined();
  });

  test("fails at the line of the first fault of syntax, and says nothing about what follows from it", () => {
    expect(
      messageOf(`{\n  ${REGIONS}\n  "queues": { "orders": {} }\n}`),
    ).toBe(`FILE: 1 violation, nothing is synthesized.

1. (file) (line 4): "\\"queues\\":"
   allowed: JSON, in which comments and trailing commas are allowed (comma expected)
   fix: correct what stands there, or just before`);
    for (const text of ["", "// nothing", "{", '{ "queues": ']) {
      expect(messageOf(text)).toMatch(/^FILE: 1 violation.*\n\n1\. \(file\) \(line 1\): /);
    }
  });

  test("fails with a name that stands twice in one object, wherever that is", () => {
    const twice = '"orders": { "fifo": true, "tags": { "a": "1", "a": "2" } },\n    "orders": {}';
    expect(
      messageOf(`{\n  ${REGIONS},\n  "queues": {\n    ${twice} }\n}`),
    ).toBe(`FILE: 2 violations, nothing is synthesized.

1. queues.orders.tags.a (line 5): "2"
   allowed: each name once in an object
   fix: take one of the two out: the first stands in line 5

2. queues.orders (line 6): {}
   allowed: each name once in an object
   fix: take one of the two out: the first stands in line 5`);
  });

  test("is told by line, also where something is missing", () => {
    const message = messageOf(
      `{\n  "failover_group": "shop",\n  "regions": {\n    "us-east-1": {},\n    "us-west-2": { "account": "${HOME_ACCOUNT}" } },\n  "queues": {\n    "orders": {\n      "delay_seconds": 901 } } }`,
    );
    expect(message?.match(/^\d\. .*/gm)).toEqual([
      "1. regions.us-east-1.account (line 4): (missing)",
      "2. queues.orders.delay_seconds (line 8): 901",
    ]);
  });

  test("is not shown as a whole when a large part of it is at fault", () => {
    const queues = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`orders-${i}`, {}]));
    const message = messageOf(`{ ${REGIONS}, "queue": ${JSON.stringify(queues)} }`);
    expect(message).toMatch(/^1\. queue \(line 2\): .*… \(\d+ characters\)$/m);
    expect(message).toContain('fix: did you mean "queues"?');
    expect(message?.length).toBeLessThan(700);
  });

  test("is told what a name of another module is called here", () => {
    const message = messageOf(
      `{ ${REGIONS}, "queues": { "orders": { "fifo_queue": true, "consumer": [], "kms_master_key_id": "x" } } }`,
    );
    expect(message?.match(/^ {3}fix: .*/gm)).toEqual([
      "   fix: say fifo instead",
      '   fix: did you mean "consumers"?',
      "   fix: say encryption.kms_key_arns instead, one key per region",
    ]);
  });

  test.each([[null], [[]], ["text"], [{}]])("fails when it holds %j", (input) => {
    expect(violationsIn(input).length).toBeGreaterThan(0);
  });

  test("of the example is valid", () => {
    expect(Object.keys(loadConfiguration(join(__dirname, "../../sqs-multi-region.json")).queues)).toEqual([
      "orders",
      "shop-canary",
    ]);
  });

  test.each([
    ["sqs-multi-region.schema.json", jsonSchema],
    ["docs/configuration.md", configurationReference],
    ["docs/reference/metrics.md", metricsReference],
    ["docs/reference/alarms.md", alarmsReference],
    ["docs/reference/modes.md", modesReference],
    ["docs/reference/limits.md", limitsReference],
  ])("is described by %s, which is up to date (npm run build writes it)", (file, content) => {
    expect(readFileSync(join(__dirname, "../..", file), "utf8") === content()).toBe(true);
  });
});
