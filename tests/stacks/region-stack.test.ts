import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { Testing } from "cdktf";
import { MAX_RECEIVE_COUNT } from "../../core/limits";
import { RegionStack } from "../../stacks/region-stack";
import { CONSUMER_ROLE, configuration, HOME_ACCOUNT, PEER_ACCOUNT, PRODUCER_ROLE } from "../fixtures";
import { Template, withApp } from "../template";

type QueueInput = NonNullable<Parameters<typeof configuration>[1]>;
type Mode = NonNullable<QueueInput["mode"]>;

const KMS = {
  "us-east-1": `arn:aws:kms:us-east-1:${HOME_ACCOUNT}:key/11111111-1111-1111-1111-111111111111`,
  "us-west-2": `arn:aws:kms:us-west-2:${PEER_ACCOUNT}:key/22222222-2222-2222-2222-222222222222`,
};
const TWO_ACCOUNTS = { "us-east-1": { account: HOME_ACCOUNT }, "us-west-2": { account: PEER_ACCOUNT } };
const THREE_REGIONS = {
  "us-east-1": { account: HOME_ACCOUNT },
  "us-west-2": { account: HOME_ACCOUNT },
  "eu-west-1": { account: PEER_ACCOUNT },
};

const home = (...args: Parameters<typeof configuration>) => Template.of(configuration(...args), "us-east-1");

describe("addresses", () => {
  // A changed address destroys a queue together with its messages. Never update this snapshot for a resource that exists.
  test("are frozen", () => {
    expect(home().addresses).toMatchSnapshot("two regions");
    expect(home({ regions: THREE_REGIONS }).addresses).toMatchSnapshot("three regions");
    expect(Object.keys(home().json.output).sort()).toMatchSnapshot("outputs");
  });

  test("of one logical queue do not depend on the others", () => {
    const alone = home();
    const among = home({ queues: { billing: {}, orders: {} } });
    expect(among.addresses).toEqual(expect.arrayContaining(alone.addresses));
    expect(among.addresses).toHaveLength(2 * alone.addresses.length);
  });
});

/** Redrive from ingress, which not every queue has. */
const REDRIVE = "aws_sqs_queue_redrive_policy.orders_ingress";

describe("counts", () => {
  const perQueue = (regions: typeof TWO_ACCOUNTS | typeof THREE_REGIONS) =>
    Object.keys(regions).reduce(
      (sum, region) => sum + Template.of(configuration({ regions }), region).addresses.length,
      0,
    );

  test("of a region, per provider", () => {
    expect(home().counts).toEqual({
      "aws: aws_sqs_queue": 6,
      "aws: aws_sqs_queue_redrive_policy": 1,
      "aws: aws_iam_role": 2,
      "aws: aws_iam_role_policy": 2,
      "aws: aws_cloudwatch_log_group": 2,
      "aws: aws_lambda_function": 2,
      "aws: aws_lambda_event_source_mapping": 2,
    });
  });

  test("of a logical queue over all regions stay within the budget", () => {
    process.stdout.write(`resources per logical queue in two regions: ${perQueue(TWO_ACCOUNTS)}\n`);
    expect(perQueue(TWO_ACCOUNTS)).toBe(34);
    expect(perQueue(TWO_ACCOUNTS)).toBeLessThanOrEqual(45);
    expect(perQueue(THREE_REGIONS)).toBe(3 * (5 + 2 * 2 + 5 * 3));
  });
});

describe("redrive", () => {
  const template = home();
  const redrive = (queue: string) => template.resource("aws_sqs_queue", queue).redrive_policy;
  const ending = template.resource("aws_sqs_queue_redrive_policy", "orders_ingress");

  test("moves from work to its DLQ, from ingress to its own after 1,000 receives", () => {
    expect(JSON.parse(String(redrive("orders_work")))).toEqual({
      deadLetterTargetArn: "${aws_sqs_queue.orders_dlq.arn}",
      maxReceiveCount: 5,
    });
    expect(JSON.parse(String(ending.redrive_policy))).toEqual({
      deadLetterTargetArn: "${aws_sqs_queue.orders_ingress-dlq.arn}",
      maxReceiveCount: MAX_RECEIVE_COUNT.max,
    });
  });

  test("from ingress is a resource of its own: the provider takes none away that a queue no longer names", () => {
    expect(ending.queue_url).toBe("${aws_sqs_queue.orders_ingress.url}");
    expect(redrive("orders_ingress")).toBeUndefined();
  });

  test("does not exist on outbox and standby: receive counts lie during an outage", () => {
    expect(redrive("orders_outbox_us-west-2")).toBeUndefined();
    expect(redrive("orders_standby_us-west-2")).toBeUndefined();
  });

  test.each([
    ["orders_dlq", "orders"],
    ["orders_ingress-dlq", "orders-ingress"],
  ])("is allowed into %s from %s only", (dlq, source) => {
    expect(template.document("aws_sqs_queue", dlq, "redrive_allow_policy")).toEqual({
      redrivePermission: "byQueue",
      sourceQueueArns: [`arn:aws:sqs:us-east-1:${HOME_ACCOUNT}:${source}`],
    });
  });
});

test("each setting lands on the queue it belongs to", () => {
  const template = home(
    {},
    {
      message_retention_seconds: 1_000,
      transit_retention_seconds: 2_000,
      dlq_retention_seconds: 3_000,
      visibility_timeout_seconds: 40,
      delay_seconds: 5,
      max_message_size: 2_048,
      receive_wait_time_seconds: 7,
    },
  );
  const of = (queue: string) => {
    const r = template.resource("aws_sqs_queue", `orders_${queue}`);
    return [
      r.message_retention_seconds,
      r.visibility_timeout_seconds,
      r.delay_seconds,
      r.max_message_size,
      r.receive_wait_time_seconds,
      r.sqs_managed_sse_enabled,
    ];
  };
  expect(of("work")).toEqual([1_000, 40, 0, 262_144, 7, true]);
  expect(of("ingress")).toEqual([2_000, 120, 5, 2_048, 0, true]);
  expect(of("outbox_us-west-2")).toEqual([2_000, 120, 0, 262_144, 0, true]);
  expect(of("standby_us-west-2")).toEqual([2_000, 120, 0, 262_144, 0, true]);
  expect(of("dlq")).toEqual([3_000, 30, 0, 262_144, 0, true]);
  expect(of("ingress-dlq")).toEqual([3_000, 30, 0, 262_144, 0, true]);
});

describe("encryption", () => {
  test("lets the replicator use the peers' keys where it sends there itself", () => {
    const template = home({ regions: TWO_ACCOUNTS }, { mode: "sync", encryption: { kms_key_arns: KMS } });
    const { Statement } = template.document("aws_iam_role_policy", "orders_replicator", "policy");
    expect(Statement.find(({ Sid }) => Sid === "Encrypt")?.Resource).toEqual(Object.values(KMS));
  });

  test("uses the region's own key on every queue, and the functions may use keys of both ends", () => {
    const template = home({ regions: TWO_ACCOUNTS }, { encryption: { kms_key_arns: KMS } });
    for (const queue of Object.values(template.json.resource.aws_sqs_queue!)) {
      expect(queue).toMatchObject({
        kms_master_key_id: KMS["us-east-1"],
        kms_data_key_reuse_period_seconds: 300,
      });
      expect(queue).not.toHaveProperty("sqs_managed_sse_enabled");
    }
    const keysOf = (fn: string) =>
      template
        .document("aws_iam_role_policy", fn, "policy")
        .Statement.filter(({ Sid }) => Sid === "Encrypt")
        .map(({ Resource }) => Resource);
    expect(keysOf("orders_replicator")).toEqual([[KMS["us-east-1"]]]);
    expect(keysOf("orders_forwarder_us-west-2")).toEqual([[KMS["us-east-1"], KMS["us-west-2"]]]);
  });
});

describe("queue policies", () => {
  const template = home(
    { regions: TWO_ACCOUNTS },
    { producers: [PRODUCER_ROLE], consumers: [CONSUMER_ROLE] },
  );
  const arn = (name: string) => `arn:aws:sqs:us-east-1:${HOME_ACCOUNT}:${name}`;
  const tlsOnly = (name: string) => ({
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: ["sqs:*"],
    Resource: arn(name),
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  });
  const senderOnly = (name: string, account: string, role: string) => [
    {
      Sid: "CopiesPrincipals",
      Effect: "Allow",
      Principal: { AWS: [`arn:aws:iam::${account}:root`] },
      Action: ["sqs:SendMessage"],
      Resource: arn(name),
      Condition: { ArnEquals: { "aws:PrincipalArn": [role] } },
    },
    {
      Sid: "CopiesNobodyElse",
      Effect: "Deny",
      Principal: "*",
      Action: ["sqs:SendMessage"],
      Resource: arn(name),
      Condition: { ArnNotEquals: { "aws:PrincipalArn": [role] } },
    },
  ];
  const statements = (queue: string) => template.document("aws_sqs_queue", queue, "policy").Statement;

  test("admit to standby the forwarder of the home's account, and nobody else", () => {
    expect(statements("orders_standby_us-west-2")).toEqual([
      tlsOnly("orders-standby-us-west-2"),
      ...senderOnly(
        "orders-standby-us-west-2",
        PEER_ACCOUNT,
        `arn:aws:iam::${PEER_ACCOUNT}:role/orders-forwarder-us-west-2-us-east-1`,
      ),
    ]);
  });

  test("admit to the outbox this region's replicator, and nobody else", () => {
    expect(statements("orders_outbox_us-west-2")).toEqual([
      tlsOnly("orders-outbox-us-west-2"),
      ...senderOnly(
        "orders-outbox-us-west-2",
        HOME_ACCOUNT,
        `arn:aws:iam::${HOME_ACCOUNT}:role/orders-replicator-us-east-1`,
      ),
    ]);
  });

  test("admit producers to ingress and consumers to work, and nobody else", () => {
    expect(statements("orders_ingress").slice(1)).toMatchObject([
      {
        Sid: "ProducersPrincipals",
        Action: ["sqs:SendMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"],
        Condition: { ArnEquals: { "aws:PrincipalArn": [PRODUCER_ROLE] } },
      },
      { Sid: "ProducersNobodyElse", Effect: "Deny", Action: ["sqs:SendMessage"] },
    ]);
    expect(statements("orders_work").slice(1)).toMatchObject([
      { Sid: "ConsumersPrincipals", Condition: { ArnEquals: { "aws:PrincipalArn": [CONSUMER_ROLE] } } },
      { Sid: "ConsumersNobodyElse", Effect: "Deny", Action: ["sqs:ReceiveMessage"] },
    ]);
  });

  test("refuse calls without TLS on every queue, and never allow a wildcard principal", () => {
    for (const [name, queue] of Object.entries(template.json.resource.aws_sqs_queue!)) {
      const document = template.document("aws_sqs_queue", name, "policy");
      expect(document.Statement[0]).toEqual(tlsOnly(String(queue.name)));
      for (const statement of document.Statement.filter(({ Effect }) => Effect === "Allow")) {
        expect(JSON.stringify(statement.Principal)).not.toContain("*");
      }
    }
  });
});

describe("functions", () => {
  test("have just the rights on their own queues", () => {
    const arn = (region: string, name: string) => `arn:aws:sqs:${region}:${HOME_ACCOUNT}:${name}`;
    const rights = (fn: string, over = {}) =>
      home({ functions: { tracing: "pass_through", ...over } }).document("aws_iam_role_policy", fn, "policy")
        .Statement;
    const read = [
      "sqs:ReceiveMessage",
      "sqs:DeleteMessage",
      "sqs:ChangeMessageVisibility",
      "sqs:GetQueueAttributes",
    ];
    const log = (name: string) => ({
      Sid: "Log",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: `arn:aws:logs:us-east-1:${HOME_ACCOUNT}:log-group:/aws/lambda/${name}:*`,
    });
    expect(rights("orders_replicator")).toEqual([
      { Sid: "Read", Effect: "Allow", Action: read, Resource: arn("us-east-1", "orders-ingress") },
      {
        Sid: "Send",
        Effect: "Allow",
        Action: ["sqs:SendMessage"],
        Resource: [
          arn("us-east-1", "orders"),
          arn("us-east-1", "orders-outbox-us-west-2"),
          arn("us-east-1", "orders-ingress-dlq"),
        ],
      },
      log("orders-replicator-us-east-1"),
    ]);
    expect(rights("orders_forwarder_us-west-2")).toEqual([
      { Sid: "Read", Effect: "Allow", Action: read, Resource: arn("us-east-1", "orders-outbox-us-west-2") },
      {
        Sid: "Send",
        Effect: "Allow",
        Action: ["sqs:SendMessage"],
        Resource: [arn("us-west-2", "orders-standby-us-east-1"), arn("us-east-1", "orders-ingress-dlq")],
      },
      log("orders-forwarder-us-east-1-us-west-2"),
    ]);
    expect(rights("orders_replicator", { tracing: "active" }).map(({ Sid }) => Sid)).toContain("Trace");
  });

  test("come from a bucket of their region, which may hold signed archives", () => {
    const signing = `arn:aws:lambda:us-east-1:${HOME_ACCOUNT}:code-signing-config:csc-0123456789abcdefg`;
    const template = home({
      regions: {
        "us-east-1": {
          account: HOME_ACCOUNT,
          package: { s3_bucket: "archives", s3_prefix: "v1/" },
          code_signing_config_arn: signing,
        },
        "us-west-2": { account: HOME_ACCOUNT },
      },
    });
    const replicator = template.resource("aws_lambda_function", "orders_replicator");
    expect(replicator).toMatchObject({
      s3_bucket: "archives",
      s3_key: "v1/replicator.zip",
      code_signing_config_arn: signing,
    });
    expect(Object.keys(replicator)).not.toEqual(expect.arrayContaining(["filename"]));
    expect(Object.keys(replicator)).not.toEqual(expect.arrayContaining(["source_code_hash"]));
  });

  test("report partial batches, and take their settings from the configuration", () => {
    const template = home(
      {
        regions: {
          "us-east-1": {
            account: HOME_ACCOUNT,
            vpc: { subnet_ids: ["subnet-0a"], security_group_ids: ["sg-0b"] },
          },
          "us-west-2": { account: HOME_ACCOUNT },
        },
        permissions_boundary: "arn:aws:iam::{account}:policy/boundary",
        role_path: "/sqs/",
      },
      {
        functions: {
          memory_mb: 512,
          timeout_seconds: 10,
          batch_size: 100,
          batching_window_seconds: 2,
          maximum_concurrency: 5,
          architecture: "x86_64",
          runtime: "nodejs22.x",
          log_retention_days: 7,
        },
      },
    );
    for (const fn of ["orders_replicator", "orders_forwarder_us-west-2"]) {
      expect(template.resource("aws_lambda_event_source_mapping", fn)).toMatchObject({
        function_response_types: ["ReportBatchItemFailures"],
        batch_size: 100,
        maximum_batching_window_in_seconds: 2,
        scaling_config: { maximum_concurrency: 5 },
        depends_on: [`aws_iam_role_policy.${fn}`],
      });
      expect(template.resource("aws_lambda_function", fn)).toMatchObject({
        memory_size: 512,
        timeout: 10,
        architectures: ["x86_64"],
        runtime: "nodejs22.x",
        tracing_config: { mode: "Active" },
        vpc_config: { subnet_ids: ["subnet-0a"], security_group_ids: ["sg-0b"] },
      });
      expect(template.resource("aws_cloudwatch_log_group", fn)).toMatchObject({ retention_in_days: 7 });
      expect(template.resource("aws_iam_role", fn)).toMatchObject({
        path: "/sqs/",
        permissions_boundary: `arn:aws:iam::${HOME_ACCOUNT}:policy/boundary`,
      });
      expect(
        template.document("aws_iam_role_policy", fn, "policy").Statement.map(({ Sid }) => Sid),
      ).toContain("Network");
    }
    // The peer's policy names the role with its path, or the copy would be refused.
    const peer = Template.of(configuration({ role_path: "/sqs/" }), "us-west-2");
    expect(JSON.stringify(peer.document("aws_sqs_queue", "orders_standby_us-east-1", "policy"))).toContain(
      `arn:aws:iam::${HOME_ACCOUNT}:role/sqs/orders-forwarder-us-east-1-us-west-2`,
    );
  });

  test("of all logical queues share one archive", () => {
    const functions = Object.values(
      home({ queues: { orders: {}, billing: {} } }).json.resource.aws_lambda_function!,
    );
    expect(new Set(functions.map(({ filename }) => filename)).size).toBe(2);
  });

  test("are told where to send by URLs that need no other region's state", () => {
    const template = home({ regions: TWO_ACCOUNTS });
    const settings = (fn: string) => {
      const { variables } = template.resource("aws_lambda_function", fn).environment as {
        variables: Record<string, string>;
      };
      return JSON.parse(variables.SQS_MULTI_REGION!);
    };
    expect(settings("orders_replicator")).toMatchObject({
      workQueueUrl: `https://sqs.us-east-1.amazonaws.com/${HOME_ACCOUNT}/orders`,
      outboxQueueUrls: {
        "us-west-2": `https://sqs.us-east-1.amazonaws.com/${HOME_ACCOUNT}/orders-outbox-us-west-2`,
      },
    });
    expect(settings("orders_forwarder_us-west-2")).toMatchObject({
      standbyQueueUrl: `https://sqs.us-west-2.amazonaws.com/${PEER_ACCOUNT}/orders-standby-us-east-1`,
    });
  });
});

describe("modes", () => {
  const words = (mode: Mode, over: QueueInput = {}) =>
    home({}, { mode, ...over })
      .addresses.filter((address) => /^aws_(sqs_queue|lambda_function)\./.test(address))
      .map((address) => address.replace(/^aws_(sqs_queue|lambda_function)\.orders_/, ""));
  const common = ["replicator", "dlq", "ingress", "ingress-dlq", "work"];

  test.each<[Mode, string[]]>([
    ["async", ["forwarder_us-west-2", "outbox_us-west-2", "standby_us-west-2"]],
    ["semi-sync", ["forwarder_us-west-2", "outbox_us-west-2", "standby_us-west-2"]],
    ["sync", ["standby_us-west-2"]],
    ["none", []],
  ])("%s has just the queues and functions that it needs", (mode, more) => {
    expect(words(mode).sort()).toEqual([...common, ...more].sort());
  });

  test.each<[Mode, string[]]>([
    ["async", ["orders", "orders-outbox-us-west-2", "orders-ingress-dlq"]],
    ["semi-sync", ["orders", "orders-outbox-us-west-2", "orders-standby-us-east-1", "orders-ingress-dlq"]],
    ["sync", ["orders", "orders-standby-us-east-1", "orders-ingress-dlq"]],
    ["none", ["orders", "orders-ingress-dlq"]],
  ])("%s lets the replicator send where it must, and nowhere else", (mode, targets) => {
    const { Statement } = home({}, { mode }).document("aws_iam_role_policy", "orders_replicator", "policy");
    const send = Statement.find(({ Sid }) => Sid === "Send") ?? { Resource: [] };
    expect((send.Resource as string[]).map((arn) => arn.split(":").at(-1))).toEqual(targets);
  });

  test.each<[Mode, string[]]>([
    ["async", ["orders-forwarder-us-west-2-us-east-1"]],
    ["semi-sync", ["orders-forwarder-us-west-2-us-east-1", "orders-replicator-us-west-2"]],
    ["sync", ["orders-replicator-us-west-2"]],
  ])("%s admits to standby just the home's senders", (mode, roles) => {
    const { Statement } = home({}, { mode }).document("aws_sqs_queue", "orders_standby_us-west-2", "policy");
    const arns = roles.map((role) => `arn:aws:iam::${HOME_ACCOUNT}:role/${role}`);
    expect(Statement.slice(1).map(({ Condition }) => Condition)).toEqual([
      { ArnEquals: { "aws:PrincipalArn": arns } },
      { ArnNotEquals: { "aws:PrincipalArn": arns } },
    ]);
  });

  test("sync and FIFO have no redrive from ingress: what waits for a peer or its group is no poison", () => {
    const redrive = (over: QueueInput) => home({}, over).addresses.filter((address) => address === REDRIVE);
    expect(redrive({ mode: "sync" })).toEqual([]);
    expect(redrive({ fifo: true })).toEqual([]);
    expect(redrive({ mode: "semi-sync" })).toEqual([REDRIVE]);
  });

  test("copies go to the chosen peers only", () => {
    const settings = configuration(
      { regions: THREE_REGIONS },
      { peers: { "us-east-1": ["eu-west-1"], "eu-west-1": ["us-east-1", "us-west-2"] } },
    );
    const copies = (region: string) =>
      Template.of(settings, region)
        .addresses.map((address) => /^aws_sqs_queue\.orders_((?:outbox|standby)_.*)$/.exec(address)?.[1])
        .filter((word) => word !== undefined);
    expect(copies("us-east-1")).toEqual(["outbox_eu-west-1", "standby_eu-west-1", "standby_us-west-2"]);
    expect(copies("us-west-2")).toEqual(["outbox_eu-west-1", "outbox_us-east-1", "standby_eu-west-1"]);
    expect(copies("eu-west-1")).toEqual([
      "outbox_us-east-1",
      "outbox_us-west-2",
      "standby_us-east-1",
      "standby_us-west-2",
    ]);
  });
});

test("a replicator or its forwarders that are switched off read nothing, while the others go on", () => {
  const enabled = (template: ReturnType<typeof home>) =>
    ["orders_replicator", "orders_forwarder_us-west-2"].map(
      (address) => template.resource("aws_lambda_event_source_mapping", address).enabled,
    );
  expect(enabled(home())).toEqual([true, true]);
  expect(enabled(home({}, { replicator_enabled: false }))).toEqual([false, true]);
  expect(enabled(home({}, { forwarders_enabled: false }))).toEqual([true, false]);
});

describe("FIFO", () => {
  test("runs through all queues with high throughput; the producer's content-based deduplication ends at ingress", () => {
    const template = home({}, { fifo: true, content_based_deduplication: true });
    for (const [address, queue] of Object.entries(template.json.resource.aws_sqs_queue!)) {
      expect(queue).toMatchObject({
        name: expect.stringMatching(/^orders.*\.fifo$/),
        fifo_queue: true,
        deduplication_scope: "messageGroup",
        fifo_throughput_limit: "perMessageGroupId",
        content_based_deduplication: address === "orders_ingress",
      });
    }
    expect(template.resource("aws_lambda_event_source_mapping", "orders_replicator")).toMatchObject({
      batch_size: 10,
    });
    expect(template.resource("aws_lambda_event_source_mapping", "orders_replicator")).not.toHaveProperty(
      "maximum_batching_window_in_seconds",
    );
  });

  test("an adopted work queue may go on giving deduplication ids by content, alone", () => {
    const template = home({}, { fifo: true, work_content_based_deduplication: true });
    const queues = Object.entries(template.json.resource.aws_sqs_queue!);
    const byContent = queues.filter(([, queue]) => queue.content_based_deduplication);
    expect(byContent.map(([address]) => address)).toEqual(["orders_work"]);
  });

  test("has the addresses of a standard queue, but for redrive from ingress", () => {
    const standard = home().addresses.filter((address) => address !== REDRIVE);
    expect(home({}, { fifo: true }).addresses).toEqual(standard);
  });

  test("can do with the ordinary throughput", () => {
    const template = home(
      {},
      { fifo: true, deduplication_scope: "queue", fifo_throughput_limit: "perQueue" },
    );
    expect(template.resource("aws_sqs_queue", "orders_work")).toMatchObject({
      deduplication_scope: "queue",
      fifo_throughput_limit: "perQueue",
    });
  });
});

describe("throughput", () => {
  const mapping = (functions: QueueInput["functions"], over: QueueInput = {}) =>
    home({}, { ...over, functions }).resource(
      "aws_lambda_event_source_mapping",
      "orders_forwarder_us-west-2",
    );

  test("the profile chooses batches, and what is set by hand wins", () => {
    expect(mapping({})).toMatchObject({ batch_size: 10, maximum_batching_window_in_seconds: 0 });
    expect(mapping({ profile: "throughput" })).toMatchObject({
      batch_size: 100,
      maximum_batching_window_in_seconds: 1,
    });
    expect(mapping({ profile: "throughput", batch_size: 1_000 })).toMatchObject({
      batch_size: 1_000,
      maximum_batching_window_in_seconds: 1,
    });
    expect(mapping({ profile: "throughput" }, { fifo: true })).toMatchObject({ batch_size: 10 });
  });

  test("pollers can be provisioned", () => {
    expect(mapping({ provisioned_pollers: { minimum: 2, maximum: 20 } })).toMatchObject({
      provisioned_poller_config: { minimum_pollers: 2, maximum_pollers: 20 },
    });
  });
});

describe("the stack", () => {
  test("refers to no other stack's state", () => {
    expect(home().json).not.toHaveProperty("data");
  });

  test("accepts credentials of its own account only", () => {
    expect(home().json.provider).toEqual({
      aws: [{ region: "us-east-1", allowed_account_ids: [HOME_ACCOUNT] }],
    });
  });

  test("tags every resource that can be tagged", () => {
    for (const [name, { tags }] of home({ tags: { team: "checkout" } }, { tags: { tier: "1" } }).taggable) {
      expect({ name, tags }).toEqual({
        name,
        tags: {
          team: "checkout",
          tier: "1",
          "sqs-multi-region:failover-group": "shop",
          "sqs-multi-region:logical-queue": "orders",
          "sqs-multi-region:role": expect.any(String),
        },
      });
    }
  });

  test("fails when a resource names no provider", () => {
    withApp((app) => {
      const stack = new RegionStack(app, configuration(), "us-east-1");
      new SqsQueue(stack, "stray", { name: "stray" });
      expect(() => Testing.synth(stack, true)).toThrow("aws_sqs_queue.stray names no provider");
    });
  });

  test.each([
    [
      { type: "local" as const, directory: "/state" },
      { local: { path: "/state/terraform.shop-us-east-1.tfstate" } },
    ],
    [
      { type: "s3" as const, bucket: "acme-{region}", use_lockfile: true, dynamodb_table: "locks" },
      {
        s3: {
          bucket: "acme-us-east-1",
          key: "sqs-multi-region/shop/us-east-1.tfstate",
          region: "us-east-1",
          encrypt: true,
          use_lockfile: true,
          dynamodb_table: "locks",
        },
      },
    ],
  ])("keeps its state in its own region: %j", (state_backend, backend) => {
    expect(home({ state_backend }).json.terraform.backend).toEqual(backend);
  });

  test("asks for a Terraform that knows lock files, where there is one", () => {
    const state_backend = { type: "s3" as const, bucket: "acme-{region}" };
    const required = (use_lockfile: boolean) =>
      home({ state_backend: { ...state_backend, use_lockfile } }).json.terraform.required_version;
    expect([required(false), required(true)]).toEqual([">= 1.5.0", ">= 1.10.0"]);
  });

  test("keeps its state in a Terraform Cloud workspace of its own", () => {
    const state_backend = { type: "terraform_cloud" as const, organization: "acme" };
    expect(home({ state_backend }).json.terraform.cloud).toEqual({
      hostname: "app.terraform.io",
      organization: "acme",
      workspaces: { name: "shop-us-east-1" },
    });
  });
});
