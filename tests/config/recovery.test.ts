import { spreadPolicies } from "../../config/access/spread-policies";
import { settingsOf } from "../../config/configuration";
import { parseConfiguration } from "../../config/load";
import type { ConfigurationInput } from "../../config/schema";
import { configuration, configurationInput, HOME_ACCOUNT, PEER_ACCOUNT } from "../fixtures";
import { pathsIn, violationsIn } from "./violations";

type QueueInput = NonNullable<Parameters<typeof configurationInput>[1]>;

const THREE_REGIONS = {
  "us-east-1": { account: HOME_ACCOUNT },
  "us-west-2": { account: HOME_ACCOUNT },
  "eu-west-1": { account: HOME_ACCOUNT },
};
const KEY = `arn:aws:kms:us-east-1:${HOME_ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const TOPIC = `arn:aws:sns:us-east-1:${HOME_ACCOUNT}:alarms`;

const input = (over: Partial<ConfigurationInput> = {}, orders: QueueInput = {}) =>
  configurationInput({ recovery: {}, ...over }, orders);

describe("without recovery", () => {
  test("nothing of it is in the configuration", () => {
    const { recovery, ledger, queues } = configuration();
    expect({ recovery, ledger, queues: Object.keys(queues), orders: queues.orders!.recovery }).toEqual({
      recovery: undefined,
      ledger: undefined,
      queues: ["orders"],
      orders: undefined,
    });
  });

  test.each<[string, Partial<ConfigurationInput>, QueueInput]>([
    ["ledger", { ledger: {} }, {}],
    ["queues.orders.rescue", {}, { rescue: "manual" }],
    ["queues.orders.max_rate", {}, { max_rate: 5 }],
  ])("fails with %s", (path, over, orders) => {
    expect(violationsIn(configurationInput(over, orders))).toEqual([
      expect.objectContaining({ path, allowed: "nothing without recovery" }),
    ]);
  });
});

describe("defaults", () => {
  test("of the group follow from its regions and queues", () => {
    const { recovery } = configuration({
      regions: THREE_REGIONS,
      recovery: { takeover_order: { "us-west-2": ["eu-west-1"] } },
      functions: { timeout_seconds: 10 },
      queues: {
        quick: { visibility_timeout_seconds: 60 },
        slow: { visibility_timeout_seconds: 500, consumer_processing_seconds: 400 },
        kept: { mode: "none", visibility_timeout_seconds: 5_000 },
      },
    });
    expect(recovery).toEqual({
      takeover: "automatic",
      takeoverIsChosen: false,
      chosenTakeoverOrder: { "us-west-2": ["eu-west-1"] },
      takeoverDelaySeconds: 60,
      failback: "manual",
      failbackAfterSeconds: 900,
      takeoverOrder: {
        "us-east-1": ["us-west-2", "eu-west-1"],
        "us-west-2": ["eu-west-1"],
        "eu-west-1": ["us-east-1", "us-west-2"],
      },
      inFlightSeconds: 410,
      handBackTimeoutSeconds: 900,
      ownershipDeletionProtection: true,
      drainerMemoryMb: 1_024,
      controllerMemoryMb: 256,
      controllerConcurrencyReserved: true,
      alarmActionArns: {},
    });
  });

  test("wait for the longest consumer at the hand-back", () => {
    const { recovery } = configuration({ recovery: {} }, { visibility_timeout_seconds: 3_600 });
    expect(recovery).toMatchObject({ inFlightSeconds: 3_620, handBackTimeoutSeconds: 3_620 });
  });

  test.each<[string, Partial<ConfigurationInput>, QueueInput, object | undefined]>([
    ["by watermark without a ledger", {}, {}, { rescue: "watermark", marginSeconds: 120 }],
    ["by the ledger if there is one", { ledger: {} }, {}, { rescue: "ledger", onMissingIdentity: "forward" }],
    ["as the queue says", { ledger: {} }, { rescue: "manual" }, { rescue: "manual" }],
    ["not at all without copies", { ledger: {} }, { mode: "none" }, undefined],
  ])("rescue %s", (_, over, orders, rescue) => {
    const { recovery } = configuration({ recovery: {}, ...over }, orders).queues.orders!;
    if (rescue === undefined) expect(recovery).toBeUndefined();
    else expect(recovery).toMatchObject(rescue);
  });

  test("keep ledger entries for longer than a message can be under way", () => {
    const day = 86_400;
    const { recovery } = configuration(
      { recovery: {}, ledger: {} },
      {
        transit_retention_seconds: 10 * day,
        message_retention_seconds: 2 * day,
        dlq_retention_seconds: 5 * day,
      },
    ).queues.orders!;
    expect(recovery!.ledgerExpirySeconds).toBeGreaterThanOrEqual((3 * 10 + 2 + 5 + 1) * day);
  });

  test("make the ledger, protected and billed on demand", () => {
    expect(configuration({ recovery: {}, ledger: {}, naming: { prefix: "acme-" } }).ledger).toMatchObject({
      tableName: "acme-shop-ledger",
      managed: {
        billing: { type: "on_demand" },
        kmsKeyArns: undefined,
        pointInTimeRecovery: true,
        deletionProtection: true,
      },
    });
  });

  test("take a ledger that is brought as it is", () => {
    expect(configuration({ recovery: {}, ledger: { table_name: "mine" } }).ledger).toMatchObject({
      tableName: "mine",
      managed: undefined,
    });
  });
});

describe("the canary", () => {
  const canaryOf = (over: Partial<ConfigurationInput>) =>
    configuration({ recovery: {}, ...over }).queues["shop-canary"]!;

  test("is a standard queue that keeps messages for an hour, and names nobody: its queues are closed to all but functions", () => {
    expect(canaryOf({})).toMatchObject({
      canary: true,
      recovery: undefined,
      mode: "async",
      fifo: false,
      messageRetentionSeconds: 3_600,
      transitRetentionSeconds: 3_600,
      dlqRetentionSeconds: 3_600,
      producers: [],
      consumers: [],
    });
  });

  test("takes each message at once, whatever the group's functions do, and has no pollers that cost extra", () => {
    const { functions, transitVisibilityTimeoutSeconds } = canaryOf({
      functions: {
        timeout_seconds: 900,
        profile: "throughput",
        memory_mb: 512,
        provisioned_pollers: { minimum: 10, maximum: 20 },
        batch_size: 1_000,
      },
    });
    expect(functions).toMatchObject({
      memoryMb: 512,
      timeoutSeconds: 20,
      batchSize: 10,
      batchingWindowSeconds: 0,
    });
    expect(functions).not.toHaveProperty("provisionedPollers");
    expect(transitVisibilityTimeoutSeconds).toBe(120);
  });

  test("does not take a queue's name from it", () => {
    expect(violationsIn(input({ queues: { "shop-canary": {} } }))).toEqual([
      {
        path: "queues.shop-canary",
        value: "shop-canary",
        allowed: "any name but that of the group's canary",
        fix: "rename the logical queue, or the failover group",
      },
    ]);
    expect(pathsIn(configurationInput({ queues: { "shop-canary": {} } }))).toEqual([]);
  });

  test("is reported by what the file names", () => {
    const naming = { prefix: "x".repeat(40) };
    const failover_group = "g".repeat(32);
    expect(violationsIn(input({ naming, failover_group }))).toEqual([
      expect.objectContaining({
        path: "failover_group",
        value: expect.stringMatching(/canary-standby-us-west-2$/),
        fix: expect.stringContaining("shorten it, from which the canary has its name, or naming.prefix"),
      }),
    ]);
    expect(violationsIn(input({ queues: { "shop-canary-ingress": {} } })).map(({ path }) => path)).toEqual([
      "queues.shop-canary-ingress",
      "queues.shop-canary-ingress",
    ]);
    expect(
      pathsIn(
        input(
          { naming: { templates: { standby: "{queue}-s" } } },
          { names: { standby: "{queue}-s-{home}" } },
        ),
      ),
    ).toEqual(["naming.templates.standby"]);
  });
});

describe("accounts", () => {
  const regions = { "us-east-1": { account: HOME_ACCOUNT }, "us-west-2": { account: PEER_ACCOUNT } };

  test("fails with two, because a table is looked for in the account of the caller", () => {
    expect(violationsIn(input({ regions }))).toEqual([
      {
        path: "regions.us-west-2.account",
        value: PEER_ACCOUNT,
        allowed: `one account in all regions, ${HOME_ACCOUNT}, with recovery`,
        fix: "use one account: regions look for each other's tables of ownership in their own",
      },
    ]);
  });

  test("fails with two for a managed ledger, not for one that is brought", () => {
    expect(pathsIn(input({ regions, ledger: {} }))).toEqual(["regions.us-west-2.account", "ledger"]);
    expect(pathsIn(input({ regions, ledger: { table_name: "mine" } }))).toEqual([
      "regions.us-west-2.account",
    ]);
  });
});

test("takes an automatic hand-back in any group", () => {
  expect(violationsIn(input({ recovery: { failback: "automatic" } }))).toEqual([]);
});

describe("takeover order", () => {
  const order = (takeover_order: Record<string, string[]>) =>
    input({ regions: THREE_REGIONS, recovery: { takeover_order } });

  test.each<[Record<string, string[]>, string[]]>([
    [{ "us-east-1": ["eu-west-1", "us-west-2"] }, []],
    [{ "us-east-1": ["us-east-1"] }, ["recovery.takeover_order.us-east-1"]],
    [{ "us-east-1": ["eu-west-1", "eu-west-1"] }, ["recovery.takeover_order.us-east-1"]],
    [{ "us-east-1": ["eu-north-1"] }, ["recovery.takeover_order.us-east-1"]],
    [{ "eu-north-1": ["us-east-1"] }, ["recovery.takeover_order.eu-north-1"]],
    [{ "us-east-1": [] }, ["recovery.takeover_order.us-east-1"]],
  ])("%j", (takeover_order, paths) => {
    expect(pathsIn(order(takeover_order))).toEqual(paths);
  });

  test("fails where a region has no copies of what it may take over", () => {
    const peers = { "us-east-1": ["us-west-2"] };
    const file = (takeover_order?: Record<string, string[]>) =>
      configurationInput(
        { regions: THREE_REGIONS, recovery: takeover_order ? { takeover_order } : {} },
        { peers },
      );
    expect(violationsIn(file())).toEqual([
      {
        path: "queues.orders.peers.us-east-1",
        value: ["us-west-2"],
        allowed: "all regions that may take us-east-1 over: us-west-2, eu-west-1",
        fix: "add eu-west-1, or name in recovery.takeover_order.us-east-1 only regions that get copies of every logical queue",
      },
    ]);
    expect(pathsIn(file({ "us-east-1": ["us-west-2"] }))).toEqual([]);
  });

  test("asks nothing of a queue without copies", () => {
    expect(pathsIn(input({ regions: THREE_REGIONS }, { mode: "none" }))).toEqual([]);
  });
});

describe("times", () => {
  test.each<[NonNullable<ConfigurationInput["recovery"]>, string[]]>([
    [{ takeover_delay_seconds: 29 }, ["recovery.takeover_delay_seconds"]],
    [{ takeover_delay_seconds: 30 }, []],
    [{ takeover_delay_seconds: 3_601 }, ["recovery.takeover_delay_seconds"]],
    [{ failback_after_seconds: 299 }, ["recovery.failback_after_seconds"]],
    [{ in_flight_seconds: 43_201 }, ["recovery.in_flight_seconds"]],
    [{ hand_back_timeout_seconds: 59 }, ["recovery.hand_back_timeout_seconds"]],
    [{ in_flight_seconds: 0, hand_back_timeout_seconds: 60 }, []],
  ])("%j", (recovery, paths) => {
    expect(pathsIn(input({ recovery }))).toEqual(paths);
  });

  test("fails when a home would begin while the last owner still works", () => {
    expect(
      violationsIn(input({ recovery: { in_flight_seconds: 500, hand_back_timeout_seconds: 499 } })),
    ).toEqual([
      expect.objectContaining({
        path: "recovery.hand_back_timeout_seconds",
        value: 499,
        allowed: "at least in_flight_seconds, 500",
        fix: expect.stringMatching(/^raise it to 500: /),
      }),
    ]);
  });
});

describe("alarms", () => {
  test.each<[Record<string, string[]>, string[]]>([
    [{ "us-east-1": [TOPIC] }, []],
    [{ "us-west-2": [TOPIC] }, ["recovery.alarm_action_arns.us-west-2"]],
    [{ "eu-west-1": [TOPIC] }, ["recovery.alarm_action_arns.eu-west-1"]],
    [{ "us-east-1": ["arn:aws:sqs:us-east-1:111122223333:q"] }, ["recovery.alarm_action_arns.us-east-1.0"]],
  ])("%j", (alarm_action_arns, paths) => {
    expect(pathsIn(input({ recovery: { alarm_action_arns } }))).toEqual(paths);
  });
});

describe("the ledger", () => {
  const ledger = (value: NonNullable<ConfigurationInput["ledger"]>, over: Partial<ConfigurationInput> = {}) =>
    input({ ledger: value, ...over });

  test("fails with settings of a managed table for one that is brought", () => {
    expect(
      violationsIn(
        ledger({
          table_name: "mine",
          billing: { type: "on_demand" },
          kms_key_arns: { "us-east-1": KEY, "us-west-2": KEY.replace("east-1", "west-2") },
          point_in_time_recovery: false,
          deletion_protection: true,
        }),
      ).map(({ path, allowed }) => [path, allowed]),
    ).toEqual(
      ["billing", "kms_key_arns", "point_in_time_recovery", "deletion_protection"].map((setting) => [
        `ledger.${setting}`,
        "nothing together with ledger.table_name",
      ]),
    );
  });

  test("fails with a name that DynamoDB does not take", () => {
    expect(pathsIn(ledger({ table_name: "no/slash" }))).toEqual(["ledger.table_name"]);
    expect(pathsIn(ledger({ table_name: "ab" }))).toEqual(["ledger.table_name"]);
  });

  test("fails with more capacity at least than at most", () => {
    const billing = (read: number, write: number) => ({
      type: "provisioned" as const,
      read_capacity_units: read,
      maximum_read_capacity_units: 10,
      write_capacity_units: write,
      maximum_write_capacity_units: 20,
    });
    expect(pathsIn(ledger({ billing: billing(10, 20) }))).toEqual([]);
    expect(violationsIn(ledger({ billing: billing(11, 21) }))).toEqual([
      {
        path: "ledger.billing.read_capacity_units",
        value: 11,
        allowed: "at most maximum_read_capacity_units, 10",
        fix: "lower it to 10, or raise the maximum",
      },
      expect.objectContaining({ path: "ledger.billing.write_capacity_units", value: 21 }),
    ]);
  });

  test("fails when a region has no key, or another region's", () => {
    const keys = (kms_key_arns: Record<string, string>) => ledger({ kms_key_arns });
    const path = "ledger.kms_key_arns.us-west-2";
    expect(pathsIn(keys({ "us-east-1": KEY }))).toEqual([path]);
    expect(pathsIn(keys({ "us-east-1": KEY, "us-west-2": KEY }))).toEqual([path]);
    expect(pathsIn(keys({ "us-east-1": KEY, "us-west-2": KEY.replace("east-1", "west-2") }))).toEqual([]);
  });

  test("fails when two stacks would keep their state in one object", () => {
    const state_backend = { type: "s3" as const, bucket: "acme-{region}", key: "{group}.tfstate" };
    expect(pathsIn(ledger({}, { state_backend }))).toEqual(["state_backend.key"]);
    expect(pathsIn(ledger({ table_name: "mine" }, { state_backend }))).toEqual([]);
    expect(pathsIn(ledger({}, { state_backend: { ...state_backend, key: "{group}/{region}" } }))).toEqual([]);
  });
});

describe("rescue", () => {
  test.each<[QueueInput, string, string]>([
    [{ mode: "none", rescue: "manual" }, "rescue", "nothing in mode none, in which there are no copies"],
    [{ mode: "none", max_rate: 10 }, "max_rate", "nothing in mode none, in which there are no copies"],
    [{ ledger_key: "body" }, "ledger_key", "nothing with rescue watermark"],
    [{ on_missing_identity: "dlq" }, "on_missing_identity", "nothing with rescue watermark"],
    [{ rescue: "manual", rescue_margin_seconds: 5 }, "rescue_margin_seconds", "nothing with rescue manual"],
    [{ rescue: "ledger" }, "rescue", "watermark or manual without a ledger"],
    [{ max_receive_count: 2 }, "max_receive_count", "3 to 1000 with rescue watermark"],
  ])("fails with %j", (orders, setting, allowed) => {
    expect(violationsIn(input({}, orders))).toEqual([
      expect.objectContaining({ path: `queues.orders.${setting}`, allowed }),
    ]);
  });

  test.each<[QueueInput, Partial<ConfigurationInput>]>([
    [{ rescue: "manual", max_receive_count: 1 }, {}],
    [{ max_receive_count: 1 }, { ledger: {} }],
    [{ rescue: "watermark", rescue_margin_seconds: 0, max_rate: 10_000 }, { ledger: {} }],
    [{ ledger_key: "powertools_json(body).order_id", on_missing_identity: "dlq" }, { ledger: {} }],
  ])("takes %j", (orders, over) => {
    expect(violationsIn(input(over, orders))).toEqual([]);
  });

  test.each(["body[", "unknown(body)", ""])("fails with the ledger key %j", (ledger_key) => {
    expect(violationsIn(input({ ledger: {} }, { ledger_key }))).toEqual([
      expect.objectContaining({
        path: "queues.orders.ledger_key",
        allowed: 'a JMESPath expression such as "powertools_json(body).order_id"',
      }),
    ]);
  });
});

describe("limits", () => {
  const queues = (count: number): Record<string, QueueInput> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`queue-number-${index}`, {}]));

  test("fails when a policy could not name all of its queues, at the first character", () => {
    const names = Array.from({ length: 100 }, (_, index) => `team-order-queue-${100 + index}`);
    const prefixed = (length: number) =>
      input({
        queues: Object.fromEntries(names.map((name) => [name, {}])),
        naming: { prefix: "x".repeat(length) },
      });
    // Thirty of the names share a policy, with a drainer and a standby queue each.
    const fits = 12;
    const lengths = (length: number) =>
      spreadPolicies(settingsOf(parseConfiguration(prefixed(length))), "us-west-2").map(
        ({ document }) => JSON.stringify(document).length,
      );
    expect(Math.max(...lengths(fits))).toBeGreaterThan(6_144 - 2 * 30);
    expect(Math.max(...lengths(fits))).toBeLessThanOrEqual(6_144);
    expect(violationsIn(prefixed(fits + 1))).toEqual([
      {
        path: "queues",
        value: expect.stringMatching(
          /^100 logical queues, \d+ of which share a policy of 6[12]\d\d characters$/,
        ),
        allowed: "policies of at most 6144 characters, 4 over which the names of all are spread",
        fix: "split the logical queues into several failover groups, or shorten naming.prefix",
      },
    ]);
  });

  test("takes more than a hundred queues, and not any number", () => {
    expect(pathsIn(input({ queues: queues(130), ledger: {} }))).toEqual([]);
    const many = { queues: queues(200), ledger: {}, account_quotas: { iam_roles: 1_208 } };
    expect(violationsIn(input(many))).toEqual([
      expect.objectContaining({ value: expect.stringMatching(/^200 logical queues, \d+ of which share/) }),
    ]);
  });

  test("counts drainers among those whom the ingress queue's policy admits", () => {
    const fitting = (recovery: object | undefined, count: number) =>
      pathsIn(
        configurationInput(
          { regions: THREE_REGIONS, ...(recovery && { recovery }) },
          {
            producers: Array.from(
              { length: count },
              (_, index) => `arn:aws:iam::${HOME_ACCOUNT}:role/producer-with-a-rather-long-name-${index}`,
            ),
          },
        ),
      );
    const most = Array.from({ length: 80 }, (_, index) => index).findLast(
      (count) => fitting(undefined, count).length === 0,
    )!;
    expect(fitting({}, most)).toEqual(["queues.orders.producers"]);
  });

  test("fails when a drainer shares its name with another function, or lacks a placeholder", () => {
    const names = { drainer: "{queue}-{region}-{home}", forwarder: "{queue}-{region}-{peer}" };
    expect(violationsIn(input({}, { names })).map(({ path, allowed }) => [path, allowed])).toEqual([
      ["queues.orders", 'a name for its drainer that is not also the name of the forwarder of "orders"'],
      ["queues.orders", 'a name for its drainer that is not also the name of the forwarder of "orders"'],
    ]);
    expect(pathsIn(input({}, { names: { drainer: "{queue}-drainer" } }))).toContain(
      "queues.orders.names.drainer",
    );
  });

  test("fails when a logical queue's function has the controller's name", () => {
    const names = { replicator: "shop-controller-{region}" };
    expect(violationsIn(input({}, { names })).map(({ allowed }) => allowed)).toEqual([
      "a name for its replicator that is not also the name of the controller of the failover group",
      "a name for its replicator that is not also the name of the controller of the failover group",
    ]);
  });
});
