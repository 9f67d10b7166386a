import { policyNumber } from "../../config/access/spread-policies";
import { drainerSettings } from "../../replicator/drain/settings";
import { forwarderSettings, replicatorSettings } from "../../replicator/settings";
import { METRICS, METRICS_NAMESPACE } from "../../replicator/telemetry/metrics";
import { CONSUMER_ROLE, configuration, HOME_ACCOUNT, PRODUCER_ROLE } from "../fixtures";
import { Template } from "../template";

type Over = NonNullable<Parameters<typeof configuration>[0]>;
type QueueInput = NonNullable<Parameters<typeof configuration>[1]>;

const TWO_REGIONS = { "us-east-1": { account: HOME_ACCOUNT }, "us-west-2": { account: HOME_ACCOUNT } };
const THREE_REGIONS = { ...TWO_REGIONS, "eu-west-1": { account: HOME_ACCOUNT } };
const REGIONS = Object.keys(TWO_REGIONS);
const KMS = {
  "us-east-1": `arn:aws:kms:us-east-1:${HOME_ACCOUNT}:key/11111111-1111-1111-1111-111111111111`,
  "us-west-2": `arn:aws:kms:us-west-2:${HOME_ACCOUNT}:key/22222222-2222-2222-2222-222222222222`,
};

const recovering = (over: Over = {}, orders: QueueInput = {}) =>
  configuration({ recovery: {}, ...over }, orders);
const home = (over?: Over, orders?: QueueInput) => Template.of(recovering(over, orders), "us-east-1");
const withLedger = (over: Over = {}, orders: QueueInput = {}) => home({ ledger: {}, ...over }, orders);

const queueArn = (name: string, region = "us-east-1") => `arn:aws:sqs:${region}:${HOME_ACCOUNT}:${name}`;
const parameterArn = (word: string, region = "us-east-1") =>
  `arn:aws:ssm:${region}:${HOME_ACCOUNT}:parameter/sqs-multi-region/shop/${word}`;
const tableArn = (region = "us-east-1") => `arn:aws:dynamodb:${region}:${HOME_ACCOUNT}:table/shop-ledger`;
const functionArn = (name: string, region = "us-east-1") =>
  `arn:aws:lambda:${region}:${HOME_ACCOUNT}:function:${name}`;

/** By region, what functions in three of them call the tables of ownership. */
const TABLES = Object.fromEntries(Object.keys(THREE_REGIONS).map((region) => [region, "shop-ownership"]));

const [DRAIN, LOOK] = ["drain", "look"].map((word) => `shop_${word}_${policyNumber("orders")}`) as [
  string,
  string,
];

const READ = [
  "sqs:ReceiveMessage",
  "sqs:DeleteMessage",
  "sqs:ChangeMessageVisibility",
  "sqs:GetQueueAttributes",
];
const allow = (Sid: string, Action: readonly string[], Resource: unknown, Condition?: object) => ({
  Sid,
  Effect: "Allow",
  Action,
  Resource,
  ...(Condition && { Condition }),
});
const items = (...ids: string[]) => ({ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ids } });

const rights = (template: Template, role: string) =>
  template.document("aws_iam_role_policy", role, "policy").Statement;
const right = (template: Template, role: string, sid: string) =>
  rights(template, role).find(({ Sid }) => Sid === sid);
/** What is about the tables of ownership is in voters.test.ts. */
const besidesVoters = (statements: readonly Record<string, unknown>[]) =>
  statements.filter(({ Sid }) => !/^(Vote|Note|Passes|.*Voters)$/.test(String(Sid)));
const variables = (template: Template, fn: string) =>
  (template.resource("aws_lambda_function", fn).environment as { variables: Record<string, string> })
    .variables;

describe("addresses", () => {
  // As in region-stack.test.ts: never update this snapshot for a resource that exists.
  test("are frozen", () => {
    expect(withLedger().addresses).toMatchSnapshot("two regions");
    expect(withLedger({ regions: THREE_REGIONS }).addresses).toMatchSnapshot("three regions");
    expect(Object.keys(withLedger().json.output).sort()).toMatchSnapshot("outputs");
  });

  test("of what is there without recovery stay as they are", () => {
    expect(withLedger().addresses).toEqual(
      expect.arrayContaining(Template.of(configuration(), "us-east-1").addresses),
    );
  });

  test("do not depend on how copies are told apart", () => {
    const bare = home({}, { rescue: "manual" }).addresses;
    expect(home().addresses).toEqual(bare);
    expect(withLedger().addresses.filter((address) => !address.includes("ledger"))).toEqual(bare);
  });

  test("do not meet those of logical queues, whatever they are called", () => {
    const template = home({ queues: { recovery: {}, aws: {}, shop: {} } });
    expect(template.addresses.filter((address) => address.includes(".shop_"))).toEqual(
      expect.arrayContaining(["aws_lambda_function.shop_controller", "aws_lambda_function.shop_replicator"]),
    );
  });
});

describe("counts", () => {
  const inAll = (over: Over) =>
    Object.keys(over.regions ?? TWO_REGIONS).reduce(
      (sum, region) => sum + Template.of(recovering(over), region).addresses.length,
      0,
    );
  /** One more than there are policies that name them. */
  const filled = Object.fromEntries(
    ["orders", "a", "b", "c", "d", "e", "f", "g", "h"].map((name) => [name, {}]),
  );
  const perQueue = (over: Over) =>
    inAll({ ...over, queues: { ...filled, more: {} } }) - inAll({ ...over, queues: filled });

  test("of a region's group, per provider", () => {
    const none = withLedger({ queues: { orders: { mode: "none" } } });
    const bare = Template.of(configuration({ queues: { orders: { mode: "none" } } }), "us-east-1");
    const canary = /canary/;
    const added = none.addresses.filter(
      (address) => !bare.addresses.includes(address) && !canary.test(address),
    );
    expect(added).toEqual([
      "aws_cloudwatch_event_rule.shop_rule",
      "aws_cloudwatch_event_target.shop_rule",
      "aws_cloudwatch_log_group.shop_controller",
      "aws_cloudwatch_metric_alarm.shop_controller-silent",
      "aws_cloudwatch_metric_alarm.shop_ledger-lag_us-west-2",
      "aws_dynamodb_table.shop_ownership",
      "aws_iam_policy.shop_look_1",
      "aws_iam_role.shop_controller",
      "aws_iam_role.shop_schedule",
      "aws_iam_role_policy.shop_controller",
      "aws_iam_role_policy.shop_schedule",
      "aws_iam_role_policy_attachment.shop_controller_look_1",
      "aws_lambda_function.shop_controller",
      "aws_lambda_function_event_invoke_config.shop_controller",
      "aws_lambda_permission.shop_rule",
      "aws_scheduler_schedule.shop_schedule",
      "aws_ssm_parameter.orders_control",
    ]);
    expect(Object.keys(none.counts).every((key) => key.startsWith("aws: "))).toBe(true);
  });

  test("of a logical queue over two regions stay within the budget", () => {
    const recovery = perQueue({}) - 34;
    process.stdout.write(`resources of recovery per logical queue in two regions: ${recovery}\n`);
    expect(recovery).toBe(10);
    expect(perQueue({})).toBeLessThanOrEqual(45);
    expect(perQueue({ ledger: {} })).toBe(perQueue({}));
    expect(perQueue({ regions: THREE_REGIONS })).toBe(3 * (5 + 2 * 2 + 5 * 3) + 3 * (2 * 4 + 1));
  });

  test("of a logical queue without copies are what they were, and the parameter by which it is looked at", () => {
    const words = (template: Template) =>
      template.addresses.filter((address) => address.includes(".orders_"));
    expect(words(home({}, { mode: "none" }))).toEqual([
      ...words(Template.of(configuration({}, { mode: "none" }), "us-east-1")),
      "aws_ssm_parameter.orders_control",
    ]);
  });

  test("of the canary are those of any logical queue, without a drainer", () => {
    const words = (template: Template, queue: string) =>
      template.addresses
        .filter((address) => address.includes(`.${queue}_`))
        .map((address) => address.replace(queue, ""));
    expect(words(home(), "shop-canary")).toEqual(words(Template.of(configuration(), "us-east-1"), "orders"));
  });
});

describe("drainers", () => {
  const drainer = "orders_drainer_us-west-2";

  test("with a ledger may do just what their tasks need", () => {
    const template = withLedger({ functions: { tracing: "pass_through" } });
    expect(besidesVoters(rights(template, drainer))).toEqual([
      allow("Read", READ, queueArn("orders-standby-us-west-2")),
      allow("ReadFromAfar", READ, [
        queueArn("orders-outbox-us-east-1", "us-west-2"),
        queueArn("orders-ingress", "us-west-2"),
      ]),
      allow("Send", ["sqs:SendMessage"], [queueArn("orders"), queueArn("orders-dlq")]),
      allow("Ledger", ["dynamodb:GetItem", "dynamodb:BatchGetItem"], tableArn(), items("orders#*")),
      allow(
        "Log",
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        `arn:aws:logs:us-east-1:${HOME_ACCOUNT}:log-group:/aws/lambda/orders-drainer-us-east-1-us-west-2:*`,
      ),
    ]);
  });

  test.each<[string, QueueInput, string[]]>([
    ["by watermark read the work queue, from which they take back", {}, ["TakeBack"]],
    ["by hand do not", { rescue: "manual" }, []],
  ])("%s", (_, orders, more) => {
    const sids = rights(home({ functions: { tracing: "pass_through" } }, orders), drainer);
    expect(sids.map(({ Sid }) => Sid)).toEqual(["Read", "ReadFromAfar", "Send", ...more, "Passes", "Log"]);
  });

  test("by watermark are among those who may receive from the work queue", () => {
    const consumers = (orders: QueueInput, over: Over = {}) =>
      home(over, { consumers: [CONSUMER_ROLE], ...orders })
        .document("aws_sqs_queue", "orders_work", "policy")
        .Statement.slice(1)
        .map(({ Condition }) => Object.values(Condition as object)[0]["aws:PrincipalArn"]);
    const drainers = [`arn:aws:iam::${HOME_ACCOUNT}:role/orders-drainer-us-east-1-us-west-2`];
    expect(consumers({})).toEqual([
      [CONSUMER_ROLE, ...drainers],
      [CONSUMER_ROLE, ...drainers],
    ]);
    expect(consumers({}, { ledger: {} })).toEqual([[CONSUMER_ROLE], [CONSUMER_ROLE]]);
    expect(home().document("aws_sqs_queue", "orders_work", "policy").Statement).toHaveLength(1);
  });

  test("read no outbox where there is none", () => {
    expect(right(home({}, { mode: "sync" }), drainer, "ReadFromAfar")?.Resource).toEqual([
      queueArn("orders-ingress", "us-west-2"),
    ]);
  });

  test("use the keys of both ends, and that of the ledger in their own region", () => {
    const template = withLedger({ ledger: { kms_key_arns: KMS } }, { encryption: { kms_key_arns: KMS } });
    expect(right(template, drainer, "Encrypt")?.Resource).toEqual(Object.values(KMS));
    expect(right(template, drainer, "LedgerKey")).toEqual(
      allow("LedgerKey", ["kms:Decrypt"], [KMS["us-east-1"]]),
    );
  });

  test("are told where everything is, in the words that they read", () => {
    const template = withLedger(
      { regions: THREE_REGIONS },
      {
        fifo: true,
        max_rate: 50,
        on_missing_identity: "dlq",
        ledger_key: "powertools_json(body).id",
        transit_visibility_timeout_seconds: 200,
      },
    );
    const url = (name: string, region = "us-east-1") =>
      `https://sqs.${region}.amazonaws.com/${HOME_ACCOUNT}/${name}.fifo`;
    expect(drainerSettings(variables(template, "orders_drainer_eu-west-1"))).toEqual({
      failoverGroup: "shop",
      logicalQueue: "orders",
      region: "us-east-1",
      homeRegion: "eu-west-1",
      fifo: true,
      rescue: "ledger",
      standbyQueueUrl: url("orders-standby-eu-west-1"),
      workQueueUrl: url("orders"),
      dlqUrl: url("orders-dlq"),
      homeIngressQueueUrl: url("orders-ingress", "eu-west-1"),
      homeOutboxQueueUrl: url("orders-outbox-us-east-1", "eu-west-1"),
      transitVisibilityTimeoutSeconds: 200,
      maxRate: 50,
      onMissingIdentity: "dlq",
      ledgerTable: "shop-ledger",
      ledgerKey: "powertools_json(body).id",
      ownership: { tables: TABLES },
    });
    const bare = drainerSettings(variables(home(), drainer));
    expect(bare).toMatchObject({ rescue: "watermark", onMissingIdentity: "forward" });
    for (const field of ["maxRate", "ledgerTable", "ledgerKey"]) expect(bare).not.toHaveProperty(field);
  });

  test("have the group's runtime, memory and a minute of their own, and no mapping", () => {
    const template = home({
      functions: { timeout_seconds: 10, runtime: "nodejs22.x", memory_mb: 256 },
      recovery: { drainer_memory_mb: 2_048 },
    });
    expect(template.resource("aws_lambda_function", drainer)).toMatchObject({
      timeout: 60,
      memory_size: 2_048,
      runtime: "nodejs22.x",
    });
    expect(Object.keys(template.json.resource.aws_lambda_event_source_mapping!)).not.toContain(drainer);
  });

  test("of the peers may read a home's ingress and the outbox for them, and nobody else is let in", () => {
    const template = home({ regions: THREE_REGIONS }, { producers: [PRODUCER_ROLE] });
    const drainers = (queue: string) =>
      template.document("aws_sqs_queue", queue, "policy").Statement.filter(({ Sid }) => Sid === "Drainers");
    const admitted = (queue: string, ...regions: string[]) => [
      {
        Sid: "Drainers",
        Effect: "Allow",
        Principal: { AWS: [`arn:aws:iam::${HOME_ACCOUNT}:root`] },
        Action: READ,
        Resource: queueArn(queue),
        Condition: {
          ArnEquals: {
            "aws:PrincipalArn": regions.map(
              (region) => `arn:aws:iam::${HOME_ACCOUNT}:role/orders-drainer-${region}-us-east-1`,
            ),
          },
        },
      },
    ];
    expect(drainers("orders_ingress")).toEqual(admitted("orders-ingress", "us-west-2", "eu-west-1"));
    expect(drainers("orders_outbox_eu-west-1")).toEqual(admitted("orders-outbox-eu-west-1", "eu-west-1"));
    for (const queue of ["work", "dlq", "ingress-dlq", "standby_us-west-2"]) {
      expect(drainers(`orders_${queue}`)).toEqual([]);
    }
    expect(drainers("shop-canary_ingress")).toEqual([]);
  });
});

describe("replicators and forwarders", () => {
  const fenceOf = (template: Template, queue: string) =>
    replicatorSettings(variables(template, `${queue}_replicator`)).ownership;
  const forwarderOf = (template: Template, queue: string) =>
    forwarderSettings(variables(template, `${queue}_forwarder_us-west-2`));
  const sendsTo = (template: Template, role: string) => right(template, role, "Send")?.Resource;

  test("know where the passes are that say who owns a home", () => {
    const template = home({ regions: THREE_REGIONS });
    expect(fenceOf(template, "orders")).toEqual({ regions: Object.keys(THREE_REGIONS), tables: TABLES });
    expect(forwarderOf(template, "orders")).toMatchObject({
      ownership: { tables: TABLES },
      workQueueUrl: `https://sqs.us-east-1.amazonaws.com/${HOME_ACCOUNT}/orders`,
    });
    for (const role of ["orders_replicator", "orders_forwarder_us-west-2"]) {
      expect(right(template, role, "Passes")?.Action).toEqual(["dynamodb:GetItem"]);
      expect(sendsTo(template, role)).toContain(queueArn("orders"));
    }
  });

  test("ask nobody where there is nobody to ask for: of the canary, without copies, without recovery", () => {
    const template = home({ queues: { orders: {}, audit: { mode: "none" } } });
    const bare = Template.of(configuration(), "us-east-1");
    for (const [of, queue] of [
      [template, "shop-canary"],
      [template, "audit"],
      [bare, "orders"],
    ] as const) {
      expect(fenceOf(of, queue)).toBeUndefined();
      expect(right(of, `${queue}_replicator`, "Passes")).toBeUndefined();
    }
    for (const [of, queue] of [
      [template, "shop-canary"],
      [bare, "orders"],
    ] as const) {
      expect(forwarderOf(of, queue)).not.toHaveProperty("ownership");
      const forwarder = `${queue}_forwarder_us-west-2`;
      expect(right(of, forwarder, "Passes")).toBeUndefined();
      expect(sendsTo(of, forwarder)).toEqual([
        queueArn(`${queue}-standby-us-east-1`, "us-west-2"),
        queueArn(`${queue}-ingress-dlq`),
      ]);
    }
  });
});

describe("the controller", () => {
  test("may do just what a run needs", () => {
    const template = withLedger({ functions: { tracing: "pass_through" } });
    expect(besidesVoters(rights(template, "shop_controller"))).toEqual([
      allow("Queues", ["ssm:GetParametersByPath"], [parameterArn("queues"), parameterArn("queues/*")]),
      allow("Beat", ["sqs:SendMessage"], queueArn("shop-canary-ingress")),
      allow(
        "Hear",
        ["sqs:ReceiveMessage", "sqs:DeleteMessage"],
        [queueArn("shop-canary"), queueArn("shop-canary-standby-us-west-2")],
      ),
      allow(
        "ReadLedger",
        ["dynamodb:GetItem", "dynamodb:BatchGetItem"],
        tableArn(),
        items("watermark#*", "probe#us-east-1"),
      ),
      allow(
        "WriteLedger",
        ["dynamodb:PutItem"],
        tableArn(),
        items("watermark#us-east-1#*", "probe#us-east-1"),
      ),
      allow("Ages", ["cloudwatch:GetMetricData"], "*"),
      allow("Look", ["sqs:GetQueueAttributes"], [queueArn("shop-canary-ingress"), queueArn("shop-canary")]),
      allow(
        "Log",
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        `arn:aws:logs:us-east-1:${HOME_ACCOUNT}:log-group:/aws/lambda/shop-controller-us-east-1:*`,
      ),
    ]);
    expect(template.document("aws_iam_policy", DRAIN, "policy").Statement).toEqual([
      allow("Drain", ["lambda:InvokeFunction"], [functionArn("orders-drainer-us-east-1-us-west-2")]),
      allow("Count", ["sqs:GetQueueAttributes"], [queueArn("orders-standby-us-west-2")]),
    ]);
    expect(template.document("aws_iam_policy", LOOK, "policy").Statement).toEqual([
      allow("Look", ["sqs:GetQueueAttributes"], [queueArn("orders-ingress"), queueArn("orders")]),
    ]);
    expect(rights(home(), "shop_controller").map(({ Sid }) => Sid)).not.toContain("ReadLedger");
  });

  test("names drainers and standby queues of several homes at once where the home ends the name", () => {
    const resources = (orders: QueueInput) =>
      home({ regions: THREE_REGIONS }, orders)
        .document("aws_iam_policy", DRAIN, "policy")
        .Statement.map(({ Resource }) => Resource);
    const drained = (orders: QueueInput) => resources(orders)[0];
    expect(resources({})[1]).toEqual([queueArn("orders-standby-*")]);
    expect(resources({ fifo: true })[1]).toEqual([
      queueArn("orders-standby-us-west-2.fifo"),
      queueArn("orders-standby-eu-west-1.fifo"),
    ]);
    expect(resources({ names: { standby: "{home}-{queue}" } })[1]).toEqual([
      queueArn("us-west-2-orders"),
      queueArn("eu-west-1-orders"),
    ]);
    expect(drained({})).toEqual([functionArn("orders-drainer-us-east-1-*")]);
    expect(drained({ names: { drainer: "{home}-{queue}-{region}" } })).toEqual([
      functionArn("us-west-2-orders-us-east-1"),
      functionArn("eu-west-1-orders-us-east-1"),
    ]);
    const shortened = drained({ names: { drainer: `${"x".repeat(60)}-{region}-{home}` } }) as string[];
    expect(shortened).toHaveLength(2);
    for (const arn of shortened) expect(arn).toMatch(/:function:x{55}-[0-9a-f]{8}$/);
  });

  test("runs drainers by policies of its own, which are attached before anything is taken out of its role", () => {
    const template = home({ role_path: "/sqs/", naming: { prefix: "dev-" }, tags: { team: "checkout" } });
    const { policy, ...others } = template.resource("aws_iam_policy", DRAIN);
    expect(others).toEqual({
      provider: "aws",
      name: `dev-shop-drain-us-east-1-${policyNumber("orders")}`,
      path: "/sqs/",
      description: "Runs drainers of shop in us-east-1",
      tags: {
        team: "checkout",
        "sqs-multi-region:failover-group": "shop",
        "sqs-multi-region:role": "drain",
      },
    });
    const attachments = [LOOK, DRAIN].map((name) => {
      const attachment = name.replace("shop_", "shop_controller_");
      expect(template.resource("aws_iam_role_policy_attachment", attachment)).toEqual({
        provider: "aws",
        role: "${aws_iam_role.shop_controller.name}",
        policy_arn: `\${aws_iam_policy.${name}.arn}`,
      });
      return `aws_iam_role_policy_attachment.${attachment}`;
    });
    expect(template.resource("aws_iam_role_policy", "shop_controller").depends_on).toEqual(attachments);
    expect(template.resource("aws_lambda_function", "shop_controller").depends_on).toEqual([
      "aws_iam_role_policy.shop_controller",
    ]);
  });

  test("is told the group's settings and where its canary is", () => {
    const template = withLedger({
      regions: THREE_REGIONS,
      recovery: { takeover_order: { "eu-west-1": ["us-west-2"] }, takeover_delay_seconds: 600 },
    });
    const url = (name: string) => `https://sqs.us-east-1.amazonaws.com/${HOME_ACCOUNT}/${name}`;
    expect(JSON.parse(variables(template, "shop_controller").SQS_MULTI_REGION!)).toEqual({
      failoverGroup: "shop",
      region: "us-east-1",
      regions: ["us-east-1", "us-west-2", "eu-west-1"],
      takeoverDelaySeconds: 600,
      takeoverOrder: {
        "us-east-1": ["us-west-2", "eu-west-1"],
        "us-west-2": ["us-east-1", "eu-west-1"],
        "eu-west-1": ["us-west-2"],
      },
      takeover: "automatic",
      failback: "manual",
      failbackAfterSeconds: 900,
      inFlightSeconds: 50,
      handBackTimeoutSeconds: 900,
      ledgerTable: "shop-ledger",
      ownership: {
        tables: TABLES,
        voters: Object.fromEntries(
          Object.keys(THREE_REGIONS).map((home) => [home, ["eu-west-1", "us-east-1", "us-west-2"]]),
        ),
      },
      canary: {
        ingressQueueUrl: url("shop-canary-ingress"),
        workQueueUrl: url("shop-canary"),
        standbyQueueUrls: {
          "us-west-2": url("shop-canary-standby-us-west-2"),
          "eu-west-1": url("shop-canary-standby-eu-west-1"),
        },
      },
    });
  });

  test("runs every minute, by a role that only schedules of the account may use and that may do nothing else", () => {
    const template = home({
      permissions_boundary: "arn:aws:iam::{account}:policy/boundary",
      role_path: "/sqs/",
      recovery: { controller_memory_mb: 512 },
    });
    expect(template.resource("aws_scheduler_schedule", "shop_schedule")).toMatchObject({
      schedule_expression: "rate(1 minute)",
      flexible_time_window: { mode: "OFF" },
      target: {
        arn: "${aws_lambda_function.shop_controller.arn}",
        role_arn: "${aws_iam_role.shop_schedule.arn}",
        input: '{"trigger":"schedule"}',
        retry_policy: { maximum_event_age_in_seconds: 60, maximum_retry_attempts: 0 },
      },
      depends_on: ["aws_iam_role_policy.shop_schedule"],
    });
    expect(template.resource("aws_lambda_function_event_invoke_config", "shop_controller")).toMatchObject({
      maximum_event_age_in_seconds: 60,
      maximum_retry_attempts: 0,
    });
    expect(template.document("aws_iam_role", "shop_schedule", "assume_role_policy").Statement).toEqual([
      {
        Sid: "Scheduler",
        Effect: "Allow",
        Principal: { Service: "scheduler.amazonaws.com" },
        Action: ["sts:AssumeRole"],
        Condition: {
          StringEquals: { "aws:SourceAccount": HOME_ACCOUNT },
          ArnEquals: {
            "aws:SourceArn": `arn:aws:scheduler:us-east-1:${HOME_ACCOUNT}:schedule-group/default`,
          },
        },
      },
    ]);
    expect(rights(template, "shop_schedule")).toEqual([
      allow("Run", ["lambda:InvokeFunction"], functionArn("shop-controller-us-east-1")),
    ]);
    expect(template.resource("aws_lambda_function", "shop_controller")).toMatchObject({
      timeout: 900,
      memory_size: 512,
    });
    for (const role of ["shop_schedule", "shop_controller", "orders_drainer_us-west-2"]) {
      expect(template.resource("aws_iam_role", role)).toMatchObject({
        path: "/sqs/",
        permissions_boundary: `arn:aws:iam::${HOME_ACCOUNT}:policy/boundary`,
      });
    }
  });

  test("is started by a rule too, which needs no role and which the function admits alone", () => {
    const template = home({ naming: { prefix: "dev-" }, tags: { team: "checkout" } });
    expect(template.resource("aws_cloudwatch_event_rule", "shop_rule")).toEqual({
      provider: "aws",
      name: "dev-shop-rule-us-east-1",
      description: "Runs the controller of shop in us-east-1, beside its schedule",
      schedule_expression: "rate(1 minute)",
      tags: {
        team: "checkout",
        "sqs-multi-region:failover-group": "shop",
        "sqs-multi-region:role": "rule",
      },
    });
    expect(template.resource("aws_cloudwatch_event_target", "shop_rule")).toEqual({
      provider: "aws",
      rule: "${aws_cloudwatch_event_rule.shop_rule.name}",
      target_id: "controller",
      arn: "${aws_lambda_function.shop_controller.arn}",
      input: '{"trigger":"rule"}',
      retry_policy: { maximum_event_age_in_seconds: 60, maximum_retry_attempts: 0 },
      depends_on: ["aws_lambda_permission.shop_rule"],
    });
    expect(template.resource("aws_lambda_permission", "shop_rule")).toEqual({
      provider: "aws",
      function_name: "${aws_lambda_function.shop_controller.function_name}",
      statement_id: "sqs-multi-region-rule",
      action: "lambda:InvokeFunction",
      principal: "events.amazonaws.com",
      source_arn: "${aws_cloudwatch_event_rule.shop_rule.arn}",
    });
  });

  test.each([
    ["for a run, its successor and one more", {}, 3],
    ["unless the account has none to reserve", { controller_concurrency_reserved: false }, undefined],
  ])("has concurrency reserved %s", (_, recovery, reserved) => {
    expect(home({ recovery }).resource("aws_lambda_function", "shop_controller")).toEqual(
      reserved === undefined
        ? expect.not.objectContaining({ reserved_concurrent_executions: expect.anything() })
        : expect.objectContaining({ reserved_concurrent_executions: reserved }),
    );
  });

  test("finds each logical queue below one path, what is not rescued among them, and the canary not", () => {
    const template = home({
      regions: THREE_REGIONS,
      queues: { orders: { fifo: true, rescue_margin_seconds: 30 }, audit: { mode: "none" } },
    });
    const parameters = Object.values(template.json.resource.aws_ssm_parameter!);
    expect(parameters.map(({ name }) => name).sort()).toEqual([
      "/sqs-multi-region/shop/queues/audit",
      "/sqs-multi-region/shop/queues/orders",
    ]);
    const told = (name: string) =>
      JSON.parse(String(template.resource("aws_ssm_parameter", `${name}_control`).insecure_value));
    expect(told("audit")).toMatchObject({
      rescue: "manual",
      drainers: {},
      standbys: {},
      ingress: "audit-ingress",
    });
    expect(told("orders")).toEqual({
      queue: "orders",
      rescue: "watermark",
      marginSeconds: 30,
      drainers: {
        "us-west-2": "orders-drainer-us-east-1-us-west-2",
        "eu-west-1": "orders-drainer-us-east-1-eu-west-1",
      },
      standbys: {
        "us-west-2": "orders-standby-us-west-2.fifo",
        "eu-west-1": "orders-standby-eu-west-1.fifo",
      },
      ingress: "orders-ingress.fifo",
      work: "orders.fifo",
    });
  });
});

describe("policies for others", () => {
  const output = (template: Template, name: string) =>
    JSON.parse(String(template.json.output[name]?.value)).Statement;

  test("let consumers get passes and write their part of the ledger, in every region", () => {
    const template = withLedger({ ledger: { kms_key_arns: KMS } });
    expect(besidesVoters(output(template, "orders_consumer_policy")).slice(1)).toEqual([
      allow(
        "Ledger",
        [
          "dynamodb:GetItem",
          "dynamodb:BatchGetItem",
          "dynamodb:PutItem",
          "dynamodb:UpdateItem",
          "dynamodb:DeleteItem",
        ],
        REGIONS.map((region) => tableArn(region)),
        items("orders#*"),
      ),
      allow("LedgerKey", ["kms:Decrypt"], Object.values(KMS)),
    ]);
    expect(output(template, "orders_producer_policy")).toHaveLength(1);
  });

  test.each<[string, Over, QueueInput, string[]]>([
    ["no ledger", {}, {}, ["Receive", "Passes"]],
    ["another rescue", { ledger: {} }, { rescue: "manual" }, ["Receive", "Passes"]],
    ["no copies", { ledger: {} }, { mode: "none" }, ["Receive"]],
  ])("give consumers no more than they need: %s", (_, over, orders, sids) => {
    const statements: { Sid: string }[] = output(home(over, orders), "orders_consumer_policy");
    expect(statements.map(({ Sid }) => Sid)).toEqual(sids);
  });

  test("let an operator do nothing but look at the tables of ownership and write orders there", () => {
    expect(besidesVoters(output(home(), "operator_policy"))).toEqual([]);
  });

  test("never name everyone, nor every resource where there is one to name", () => {
    const template = withLedger({ regions: THREE_REGIONS });
    const documents = [
      ...(["aws_iam_role_policy", "aws_iam_policy"] as const).flatMap((type) =>
        Object.keys(template.json.resource[type]!).map(
          (name) => template.document(type, name, "policy").Statement,
        ),
      ),
      ...Object.keys(template.json.output)
        .filter((name) => name.endsWith("_policy"))
        .map((name) => output(template, name)),
    ];
    const everywhere = documents
      .flat()
      .filter(({ Resource }) => Resource === "*")
      .flatMap(({ Action }) => Action as string[]);
    expect([...new Set(everywhere)].sort()).toEqual([
      "cloudwatch:GetMetricData",
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments",
    ]);
    for (const name of Object.keys(template.json.resource.aws_iam_role!)) {
      const { Statement } = template.document("aws_iam_role", name, "assume_role_policy");
      expect(JSON.stringify(Statement.map(({ Principal }) => Principal))).not.toContain("*");
    }
  });
});

describe("alarms", () => {
  const topic = `arn:aws:sns:us-east-1:${HOME_ACCOUNT}:alarms`;
  const template = withLedger({
    regions: THREE_REGIONS,
    recovery: { alarm_action_arns: { "us-east-1": [topic] } },
  });
  const alarms = Object.entries(template.json.resource.aws_cloudwatch_metric_alarm!);

  test("tell a person what happens, what it means and where to look, and reach the region's topics", () => {
    expect(alarms.map(([name]) => name).sort()).toEqual([
      "shop_controller-silent",
      "shop_ledger-lag_eu-west-1",
      "shop_ledger-lag_us-west-2",
    ]);
    for (const [, alarm] of alarms) {
      expect(String(alarm.alarm_description)).toMatch(/^[A-Z].{100,}[Ll]ook at .*\.$/);
      expect(String(alarm.alarm_description).length).toBeLessThanOrEqual(1_024);
      expect(alarm.alarm_actions).toEqual([topic]);
    }
    const peer = Template.of(recovering({ recovery: {} }), "us-west-2");
    expect(peer.resource("aws_cloudwatch_metric_alarm", "shop_controller-silent")).not.toHaveProperty(
      "alarm_actions",
    );
  });

  test("watch what the controller publishes, and say what missing data means", () => {
    expect(template.resource("aws_cloudwatch_metric_alarm", "shop_controller-silent")).toMatchObject({
      treat_missing_data: "breaching",
      comparison_operator: "LessThanThreshold",
      threshold: 1,
      namespace: METRICS_NAMESPACE,
      metric_name: METRICS.controllerRuns,
      dimensions: { FailoverGroup: "shop", Region: "us-east-1" },
    });
    expect(template.resource("aws_cloudwatch_metric_alarm", "shop_ledger-lag_eu-west-1")).toMatchObject({
      treat_missing_data: "notBreaching",
      comparison_operator: "GreaterThanThreshold",
      threshold: 60_000,
      namespace: METRICS_NAMESPACE,
      metric_name: METRICS.ledgerLag,
      dimensions: { FailoverGroup: "shop", HomeRegion: "eu-west-1", PeerRegion: "us-east-1" },
    });
  });
});

test("every resource that can be tagged is, by queue or by group", () => {
  for (const [name, { tags }] of withLedger({ tags: { team: "checkout" } }).taggable) {
    const ofGroup = name.startsWith("shop_");
    expect({ name, tags }).toEqual({
      name,
      tags: {
        team: "checkout",
        "sqs-multi-region:failover-group": "shop",
        "sqs-multi-region:role": expect.any(String),
        ...(!ofGroup && { "sqs-multi-region:logical-queue": name.split("_")[0] }),
      },
    });
  }
});
