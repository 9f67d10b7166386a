import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TerraformPlan } from "../../emulator/terraform-plan";
import { changesOf, NOTHING, type PlanChanges, type Run, testRuns } from "../../emulator/test-runs";
import { writeModules } from "../../stacks/hcl/write-modules";
import { testFull } from "../tier";

jest.setTimeout(600_000);

type Values = Readonly<Record<string, unknown>>;

/** What is switched, and all that it may do. */
interface Switch extends Partial<PlanChanges> {
  readonly to: Values;
}

const ACCOUNT = { account: "111122223333" };
const PAIR = { "us-east-1": ACCOUNT, "us-west-2": ACCOUNT };
const THREE = { ...PAIR, "eu-west-1": ACCOUNT };
const DNS = { zone_id: "Z0123456789ABC", record: "shop.example.com" };
const KEYS = {
  "us-east-1": "arn:aws:kms:us-east-1:111122223333:key/1a2b",
  "us-west-2": "arn:aws:kms:us-west-2:111122223333:key/3c4d",
};
const SIGNING = "arn:aws:lambda:us-east-1:111122223333:code-signing-config:csc-0123456789abcdef0";
const VPC = { subnet_ids: ["subnet-0a1b"], security_group_ids: ["sg-0a1b"] };

/** Values with others for one logical queue; the other one is a FIFO queue. */
const orders = (settings: Values) => ({ queues: { orders: settings, shipments: { fifo: true } } });

const PLAIN: Values = { region: "us-east-1", failover_group: "shop", regions: PAIR, ...orders({}) };
/** With records, two regions need one, or say that takeover is manual. */
const WITNESS = { witness: { region: "us-east-2" } };
const RECOVERED: Values = { ...PLAIN, recovery: WITNESS, ledger: {} };
const WITH_DNS: Values = { ...RECOVERED, dns: DNS };

const FIFO = "shipments";
const BOTH = ["orders", FIFO];
const KINDS = ["work", "ingress", "dlq", "ingress_dlq"];

const ofType = (all: readonly string[], ...types: readonly string[]) =>
  all.filter((address) => types.some((type) => address.startsWith(`aws_${type}.`)));
const without = (all: readonly string[], ...others: readonly string[]) =>
  all.filter((address) => !others.includes(address));

const addresses = (types: readonly string[], word: string, keys: readonly string[]) =>
  types.flatMap((type) => keys.map((key) => `aws_${type}.${word}["${key}"]`));
const single = (word: string, ...types: readonly string[]) => types.map((type) => `aws_${type}.${word}[0]`);
const to = (region: string, queues: readonly string[] = BOTH) => queues.map((queue) => `${queue}/${region}`);
const queues = (words: readonly string[], ...keys: readonly string[]) =>
  words.flatMap((word) => addresses(["sqs_queue"], word, keys));

/** Redrive from ingress, which FIFO queues have none of. */
const redrive = (...logical: readonly string[]) =>
  addresses(["sqs_queue_redrive_policy"], "ingress", without(logical, FIFO));

const FUNCTION = ["cloudwatch_log_group", "iam_role", "iam_role_policy", "lambda_function"];
const POLLED = [...FUNCTION, "lambda_event_source_mapping"];
const TAGGED = ["cloudwatch_log_group", "iam_role", "lambda_function"];

/** Resources of these types of the replicators of logical queues and their forwarders to a peer. */
const copiers = (types: readonly string[], logical: readonly string[] = BOTH, peer = "us-west-2") => [
  ...addresses(types, "replicator", logical),
  ...addresses(types, "forwarder", to(peer, logical)),
];
/** What a logical queue has for itself, and what it has per peer. */
const own = (...logical: readonly string[]) => [
  ...queues(KINDS, ...logical),
  ...redrive(...logical),
  ...addresses(POLLED, "replicator", logical),
];
const outgoing = (peer: string, ...logical: readonly string[]) => [
  ...queues(["outbox"], ...to(peer, logical)),
  ...addresses(POLLED, "forwarder", to(peer, logical)),
];
const incoming = (home: string, ...logical: readonly string[]) => queues(["standby"], ...to(home, logical));
const drainers = (home: string, ...logical: readonly string[]) =>
  addresses(FUNCTION, "drainer", to(home, logical));
const controls = (...logical: readonly string[]) => addresses(["ssm_parameter"], "control", logical);
const alarms = (...words: readonly string[]) =>
  words.flatMap((word) => single(word, "cloudwatch_metric_alarm"));
const alarmsAbout = (region: string, ...words: readonly string[]) =>
  words.flatMap((word) => addresses(["cloudwatch_metric_alarm"], word, [region]));
/** Shares of a policy over which the names of logical queues are spread. */
const drainPolicy = (share: number) => [
  ...single(`drain_${share}`, "iam_policy"),
  ...single(`controller_drain_${share}`, "iam_role_policy_attachment"),
];
const lookPolicy = (share: number) => [
  ...single(`look_${share}`, "iam_policy"),
  ...single(`controller_look_${share}`, "iam_role_policy_attachment"),
];

const CANARY = [
  ...own("shop-canary"),
  ...outgoing("us-west-2", "shop-canary"),
  ...incoming("us-west-2", "shop-canary"),
];
const CONTROLLER = [
  ...single("controller", ...FUNCTION, "lambda_function_event_invoke_config"),
  ...single("schedule", "iam_role", "iam_role_policy", "scheduler_schedule"),
  ...single("rule", "cloudwatch_event_rule", "cloudwatch_event_target", "lambda_permission"),
  ...single("ownership", "dynamodb_table"),
  ...drainPolicy(1),
  ...lookPolicy(1),
  ...alarms("controller_silent"),
];
const RECOVERY = [...CONTROLLER, ...CANARY, ...drainers("us-west-2", ...BOTH), ...controls(...BOTH)];
const HEALTH_FUNCTION = [
  ...single("health", ...FUNCTION, "lambda_function_event_invoke_config", "lambda_function_url"),
  ...single("health_invoke_url", "lambda_permission"),
  ...single("health_invoke", "lambda_permission"),
];
const RECORDS = [...HEALTH_FUNCTION, ...alarms("home_unhealthy")];
const PLAIN_MODULE = [...own(...BOTH), ...outgoing("us-west-2", ...BOTH), ...incoming("us-west-2", ...BOTH)];
const WHOLE_MODULE = [...PLAIN_MODULE, ...RECOVERY, ...RECORDS, ...alarmsAbout("us-west-2", "ledger_lag")];

/** Of what is there with recovery, what its absence lets stand and only changes: who may read, and what functions are told. */
const TOLD_OF_RECOVERY = [
  ...copiers(["iam_role_policy", "lambda_function"]),
  ...queues(["ingress"], ...BOTH),
  ...queues(["outbox"], ...to("us-west-2")),
];
/** Resources of these types of what asks the tables of ownership of all regions. */
const reading = (...types: readonly string[]) => [
  ...copiers(types),
  ...addresses(types, "drainer", to("us-west-2")),
];
const voting = (...types: readonly string[]) => [...reading(...types), ...single("controller", ...types)];
const REPLICATOR_OF_ORDERS = addresses(["iam_role", "iam_role_policy", "lambda_function"], "replicator", [
  "orders",
]);

const OF_PLAIN: Readonly<Record<string, Switch>> = {
  nothing: { to: {} },
  create: { to: { create: false }, goes: PLAIN_MODULE },
  failover_group: {
    to: { failover_group: "store" },
    changes: [
      ...ofType(
        PLAIN_MODULE,
        "cloudwatch_log_group",
        "iam_role",
        "lambda_function",
        "lambda_event_source_mapping",
      ),
      ...ofType(PLAIN_MODULE, "sqs_queue"),
    ],
  },
  fifo: {
    to: orders({ fifo: true }),
    goes: redrive("orders"),
    changes: copiers(["iam_role_policy", "lambda_function", "lambda_event_source_mapping"], ["orders"]),
    replaced: [...queues(KINDS, "orders"), ...queues(["outbox", "standby"], "orders/us-west-2")],
  },
  mode_none: {
    to: orders({ mode: "none" }),
    goes: [...outgoing("us-west-2", "orders"), ...incoming("us-west-2", "orders")],
    changes: REPLICATOR_OF_ORDERS,
  },
  mode_semi_sync: {
    to: orders({ mode: "semi-sync" }),
    changes: [...REPLICATOR_OF_ORDERS, ...queues(["standby"], "orders/us-west-2")],
  },
  mode_sync: {
    to: orders({ mode: "sync" }),
    goes: [...outgoing("us-west-2", "orders"), ...redrive("orders")],
    changes: [...REPLICATOR_OF_ORDERS, ...queues(["standby"], "orders/us-west-2")],
  },
  one_queue_more: {
    to: { queues: { ...orders({}).queues, mails: {} } },
    comes: [...own("mails"), ...outgoing("us-west-2", "mails"), ...incoming("us-west-2", "mails")],
  },
  one_queue_fewer: {
    to: { queues: { orders: {} } },
    goes: [...own("shipments"), ...outgoing("us-west-2", "shipments"), ...incoming("us-west-2", "shipments")],
  },
  third_region: {
    to: { regions: THREE },
    comes: [...outgoing("eu-west-1", ...BOTH), ...incoming("eu-west-1", ...BOTH)],
    changes: addresses(["iam_role_policy", "lambda_function"], "replicator", BOTH),
  },
  peers: {
    to: { regions: THREE, ...orders({ peers: { "us-east-1": ["us-west-2"], "eu-west-1": ["us-west-2"] } }) },
    comes: [...outgoing("eu-west-1", "shipments"), ...incoming("eu-west-1", "shipments")],
    changes: addresses(["iam_role_policy", "lambda_function"], "replicator", ["shipments"]),
  },
  encryption: {
    to: orders({ encryption: { kms_key_arns: KEYS } }),
    changes: [
      ...copiers(["iam_role_policy"], ["orders"]),
      ...queues(KINDS, "orders"),
      ...queues(["outbox", "standby"], "orders/us-west-2"),
    ],
  },
  producers: {
    to: orders({ producers: ["arn:aws:iam::111122223333:role/api"] }),
    changes: queues(["ingress"], "orders"),
  },
  consumers: {
    to: orders({ consumers: ["arn:aws:iam::111122223333:role/worker"] }),
    changes: queues(["work"], "orders"),
  },
  policies: {
    to: orders({ policies: { work: { tls_only: false } } }),
    changes: queues(["work"], "orders"),
  },
  replicator: {
    to: orders({ replicator_enabled: false }),
    changes: addresses(["lambda_event_source_mapping"], "replicator", ["orders"]),
  },
  forwarders: {
    to: orders({ forwarders_enabled: false }),
    changes: addresses(["lambda_event_source_mapping"], "forwarder", ["orders/us-west-2"]),
  },
  deduplication: {
    to: { queues: { orders: {}, shipments: { fifo: true, content_based_deduplication: true } } },
    changes: queues(["ingress"], "shipments"),
  },
  deduplication_of_work: {
    to: { queues: { orders: {}, shipments: { fifo: true, work_content_based_deduplication: true } } },
    changes: queues(["work"], "shipments"),
  },
  check_account: { to: { check_account: false } },
  message_retention: { to: orders({ message_retention_seconds: 3600 }), changes: queues(["work"], "orders") },
  transit_retention: {
    to: orders({ transit_retention_seconds: 3600 }),
    changes: [...queues(["ingress"], "orders"), ...queues(["outbox", "standby"], "orders/us-west-2")],
  },
  dlq_retention: {
    to: orders({ dlq_retention_seconds: 3600 }),
    changes: queues(["dlq", "ingress_dlq"], "orders"),
  },
  visibility: { to: orders({ visibility_timeout_seconds: 60 }), changes: queues(["work"], "orders") },
  delay: { to: orders({ delay_seconds: 5 }), changes: queues(["ingress"], "orders") },
  max_message_size: { to: orders({ max_message_size: 1024 }), changes: queues(["ingress"], "orders") },
  max_receive_count: { to: orders({ max_receive_count: 10 }), changes: queues(["work"], "orders") },
  receive_wait_time: { to: orders({ receive_wait_time_seconds: 5 }), changes: queues(["work"], "orders") },
  tags_of_a_queue: {
    to: orders({ tags: { team: "checkout" } }),
    changes: [
      ...ofType(own("orders"), "sqs_queue", ...TAGGED, "lambda_event_source_mapping"),
      ...ofType(outgoing("us-west-2", "orders"), "sqs_queue", ...TAGGED, "lambda_event_source_mapping"),
      ...incoming("us-west-2", "orders"),
    ],
  },
  name_of_a_queue: {
    to: orders({ names: { work: "{queue}-main" } }),
    changes: [
      ...addresses(["iam_role_policy"], "replicator", ["orders"]),
      ...copiers(["lambda_function"], ["orders"]),
      ...queues(["dlq"], "orders"),
    ],
    replaced: queues(["work"], "orders"),
  },
  functions_of_a_queue: {
    to: orders({ functions: { provisioned_pollers: { minimum: 2, maximum: 20 } } }),
    changes: copiers(["lambda_event_source_mapping"], ["orders"]),
  },
  concurrency: {
    to: { functions: { maximum_concurrency: 10 } },
    changes: copiers(["lambda_event_source_mapping"]),
  },
  profile: {
    to: { functions: { profile: "throughput" } },
    changes: copiers(["lambda_event_source_mapping"], ["orders"]),
  },
  quotas: { to: { account_quotas: { iam_roles: 2_000 } }, changes: [] },
  memory: { to: { functions: { memory_mb: 1024 } }, changes: copiers(["lambda_function"]) },
  architecture: { to: { functions: { architecture: "x86_64" } }, changes: copiers(["lambda_function"]) },
  timeout: {
    to: { functions: { timeout_seconds: 30 } },
    changes: [
      ...copiers(["lambda_function"]),
      ...queues(["ingress"], ...BOTH),
      ...queues(["outbox", "standby"], ...to("us-west-2")),
    ],
  },
  log_retention: { to: { functions: { log_retention_days: 7 } }, changes: copiers(["cloudwatch_log_group"]) },
  tracing: {
    to: { functions: { tracing: "pass_through" } },
    changes: copiers(["iam_role_policy", "lambda_function"]),
  },
  vpc: {
    to: { regions: { ...PAIR, "us-east-1": { ...ACCOUNT, vpc: VPC } } },
    changes: copiers(["iam_role_policy", "lambda_function"]),
  },
  package: {
    to: { regions: { ...PAIR, "us-east-1": { ...ACCOUNT, package: { s3_bucket: "archives-us-east-1" } } } },
    changes: copiers(["lambda_function"]),
  },
  code_signing: {
    to: { regions: { ...PAIR, "us-east-1": { ...ACCOUNT, code_signing_config_arn: SIGNING } } },
    changes: copiers(["lambda_function"]),
  },
  vpc_elsewhere: { to: { regions: { ...PAIR, "us-west-2": { ...ACCOUNT, vpc: VPC } } } },
  permissions_boundary: {
    to: { permissions_boundary: "arn:aws:iam::{account}:policy/boundary" },
    changes: copiers(["iam_role"]),
  },
  role_path: {
    to: { role_path: "/sqs/" },
    changes: queues(["outbox", "standby"], ...to("us-west-2")),
    replaced: copiers(["iam_role"]),
  },
  prefix: {
    to: { naming: { prefix: "prod-" } },
    replaced: without(
      PLAIN_MODULE,
      ...ofType(PLAIN_MODULE, "lambda_event_source_mapping", "sqs_queue_redrive_policy"),
    ),
  },
  tags: {
    to: { tags: { team: "checkout" } },
    changes: without(PLAIN_MODULE, ...copiers(["iam_role_policy"]), ...redrive("orders")),
  },
  recovery: { to: { recovery: {} }, comes: RECOVERY, changes: TOLD_OF_RECOVERY },
};

const WITHOUT_LEDGER = [
  ...single("controller", "iam_role_policy", "lambda_function"),
  ...addresses(["iam_role_policy", "lambda_function"], "drainer", to("us-west-2")),
  ...controls(...BOTH),
];
const OTHER_RESCUE = [
  ...addresses(["iam_role_policy", "lambda_function"], "drainer", ["orders/us-west-2"]),
  ...controls("orders"),
];
const OF_DNS: Readonly<Record<string, Switch>> = {
  nothing: { to: {} },
  create: { to: { create: false }, goes: WHOLE_MODULE },
  no_recovery: {
    to: { recovery: null, ledger: null, dns: null },
    goes: without(WHOLE_MODULE, ...PLAIN_MODULE),
    changes: TOLD_OF_RECOVERY,
  },
  no_ledger: { to: { ledger: null }, goes: alarmsAbout("us-west-2", "ledger_lag"), changes: WITHOUT_LEDGER },
  rescue_by_watermark: { to: orders({ rescue: "watermark" }), changes: OTHER_RESCUE },
  rescue_by_hand: { to: orders({ rescue: "manual" }), changes: OTHER_RESCUE },
  no_dns: {
    to: { dns: null },
    goes: RECORDS,
    changes: single("controller", "iam_role_policy", "lambda_function"),
  },
  health_by_metric: {
    to: { dns: { ...DNS, health: { type: "metric" } } },
    comes: alarms("healthy"),
    goes: HEALTH_FUNCTION,
  },
  mode_none: {
    to: orders({ mode: "none" }),
    goes: [
      ...outgoing("us-west-2", "orders"),
      ...incoming("us-west-2", "orders"),
      ...drainers("us-west-2", "orders"),
    ],
    changes: [
      ...REPLICATOR_OF_ORDERS,
      ...queues(["ingress"], "orders"),
      ...controls("orders"),
      ...single("drain_1", "iam_policy"),
    ],
  },
  one_queue_more: {
    to: { queues: { ...orders({}).queues, mails: {} } },
    comes: [
      ...own("mails"),
      ...outgoing("us-west-2", "mails"),
      ...incoming("us-west-2", "mails"),
      ...drainers("us-west-2", "mails"),
      ...controls("mails"),
      ...drainPolicy(4),
      ...lookPolicy(4),
    ],
  },
  third_region_for_witness: {
    to: { regions: THREE, recovery: {} },
    comes: [
      ...outgoing("eu-west-1", ...BOTH, "shop-canary"),
      ...incoming("eu-west-1", ...BOTH, "shop-canary"),
      ...drainers("eu-west-1", ...BOTH),
      ...alarmsAbout("eu-west-1", "ledger_lag"),
    ],
    changes: [
      ...voting("iam_role_policy", "lambda_function"),
      ...addresses(["iam_role_policy", "lambda_function"], "replicator", ["shop-canary"]),
      ...single("drain_1", "iam_policy"),
      ...queues(["ingress"], ...BOTH),
      ...queues(["ingress_dlq"], "shop-canary"),
      ...controls(...BOTH),
    ],
  },
  alarm_actions: {
    to: {
      recovery: {
        ...WITNESS,
        alarm_action_arns: { "us-east-1": ["arn:aws:sns:us-east-1:111122223333:on-call"] },
      },
    },
    changes: [...alarms("controller_silent", "home_unhealthy"), ...alarmsAbout("us-west-2", "ledger_lag")],
  },
  alarm_actions_elsewhere: {
    to: {
      recovery: {
        ...WITNESS,
        alarm_action_arns: { "us-west-2": ["arn:aws:sns:us-west-2:111122223333:on-call"] },
      },
    },
  },
  memory_of_drainers: {
    to: { recovery: { ...WITNESS, drainer_memory_mb: 2048 } },
    changes: addresses(["lambda_function"], "drainer", to("us-west-2")),
  },
  concurrency_of_controllers: {
    to: { recovery: { ...WITNESS, controller_concurrency_reserved: false } },
    changes: single("controller", "lambda_function"),
  },
  no_witness: {
    to: { recovery: { takeover: "manual" } },
    // Controllers may write the tables of whichever regions vote.
    changes: [
      ...voting("lambda_function"),
      ...reading("iam_role_policy"),
      ...alarms("controller_silent", "home_unhealthy"),
    ],
  },
  ownership_keys: {
    to: {
      recovery: {
        ...WITNESS,
        ownership_kms_key_arns: { ...KEYS, "us-east-2": "arn:aws:kms:us-east-2:111122223333:key/5e6f" },
      },
    },
    changes: [
      ...voting("iam_role_policy"),
      ...single("health", "iam_role_policy"),
      ...single("ownership", "dynamodb_table"),
    ],
  },
  ownership_deletion_protection: {
    to: { recovery: { ...WITNESS, ownership_deletion_protection: false } },
    changes: single("ownership", "dynamodb_table"),
  },
  takeover: {
    to: { recovery: { ...WITNESS, takeover: "manual" } },
    changes: [...single("controller", "lambda_function"), ...alarms("controller_silent", "home_unhealthy")],
  },
  permissions_boundary: {
    to: { permissions_boundary: "arn:aws:iam::{account}:policy/boundary" },
    changes: ofType(WHOLE_MODULE, "iam_role"),
  },
  role_path: {
    to: { role_path: "/sqs/" },
    changes: [
      ...queues(["ingress"], ...BOTH, "shop-canary"),
      ...queues(["ingress_dlq", "work"], "shop-canary"),
      ...queues(["outbox", "standby"], ...to("us-west-2", [...BOTH, "shop-canary"])),
    ],
    replaced: ofType(WHOLE_MODULE, "iam_role", "iam_policy"),
  },
  tags: {
    to: { tags: { team: "checkout" } },
    changes: without(
      WHOLE_MODULE,
      ...ofType(
        WHOLE_MODULE,
        "cloudwatch_event_target",
        "iam_role_policy",
        "iam_role_policy_attachment",
        "lambda_function_event_invoke_config",
        "lambda_function_url",
        "lambda_permission",
        "scheduler_schedule",
        "sqs_queue_redrive_policy",
      ),
    ),
  },
};

const SWITCHES = { plain: { base: PLAIN, cases: OF_PLAIN }, dns: { base: WITH_DNS, cases: OF_DNS } };

/** Variables that say what is made, and nothing of how: another value is another region. */
const IDENTITY = ["region"];

/** Something that holds messages is removed by two plans, each applied when what it deletes is empty (docs/modules.md). */
interface Removal {
  readonly from: Values;
  readonly first: Switch;
  readonly second: Switch;
}

const PEERS = { "us-east-1": ["us-west-2"], "us-west-2": ["us-east-1"] };
const NO_COPIES = { orders: { mode: "none" }, shipments: { fifo: true, mode: "none" } };

const REMOVALS: Readonly<Record<string, Removal>> = {
  a_peer: {
    from: { ...RECOVERED, recovery: {}, regions: THREE },
    first: {
      to: {
        recovery: { takeover_order: PEERS },
        queues: { orders: { peers: PEERS }, shipments: { fifo: true, peers: PEERS } },
      },
      goes: outgoing("eu-west-1", ...BOTH),
      changes: [
        ...addresses(["iam_role_policy", "lambda_function"], "replicator", BOTH),
        ...queues(["ingress"], ...BOTH),
        ...single("controller", "lambda_function"),
      ],
    },
    second: {
      to: { ...orders({}), recovery: {}, regions: PAIR },
      goes: [
        ...incoming("eu-west-1", ...BOTH),
        ...drainers("eu-west-1", ...BOTH),
        ...outgoing("eu-west-1", "shop-canary"),
        ...incoming("eu-west-1", "shop-canary"),
        ...alarmsAbout("eu-west-1", "ledger_lag"),
      ],
      changes: [
        ...voting("iam_role_policy", "lambda_function"),
        ...addresses(["iam_role_policy", "lambda_function"], "replicator", ["shop-canary"]),
        ...single("drain_1", "iam_policy"),
        ...queues(["ingress_dlq"], "shop-canary"),
        ...controls(...BOTH),
        ...alarms("controller_silent"),
      ],
    },
  },
  a_logical_queue: {
    from: RECOVERED,
    first: {
      to: orders({ mode: "none" }),
      goes: [
        ...outgoing("us-west-2", "orders"),
        ...incoming("us-west-2", "orders"),
        ...drainers("us-west-2", "orders"),
      ],
      changes: [
        ...REPLICATOR_OF_ORDERS,
        ...queues(["ingress"], "orders"),
        ...controls("orders"),
        ...single("drain_1", "iam_policy"),
      ],
    },
    second: {
      to: { queues: { shipments: { fifo: true } } },
      goes: [...own("orders"), ...controls("orders")],
      changes: single("look_1", "iam_policy"),
    },
  },
  replication: {
    from: RECOVERED,
    first: {
      to: { queues: NO_COPIES },
      goes: [
        ...outgoing("us-west-2", ...BOTH),
        ...incoming("us-west-2", ...BOTH),
        ...drainers("us-west-2", ...BOTH),
        ...drainPolicy(1),
      ],
      changes: [
        ...addresses(["iam_role", "iam_role_policy", "lambda_function"], "replicator", BOTH),
        ...queues(["ingress"], ...BOTH),
        ...controls(...BOTH),
        ...single("controller", "lambda_function"),
      ],
    },
    second: {
      to: { queues: NO_COPIES, recovery: null, ledger: null },
      goes: [
        ...without(CONTROLLER, ...drainPolicy(1)),
        ...CANARY,
        ...controls(...BOTH),
        ...alarmsAbout("us-west-2", "ledger_lag"),
      ],
    },
  },
};

let root: string;
let folder: string;
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), "sqs-multi-region-switches-"));
  writeModules(root);
  folder = path.join(root, "region");
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test.each(Object.entries(SWITCHES))(
  "from the base %s, each switch changes exactly its resources",
  async (name, { base, cases }) => {
    const found = await testRuns(folder, name, base, { base: {}, ...plans(cases) });
    process.stdout.write(`${found.size + 1} runs of terraform test from the base ${name}\n`);
    expect(changesIn(found)).toEqual(
      Object.fromEntries(Object.entries(cases).map(([one, expected]) => [one, changes(expected)])),
    );
  },
);

testFull.each(Object.entries(REMOVALS))(
  "%s is removed in two plans",
  async (name, { from, first, second }) => {
    const found = await testRuns(folder, name, from, {
      from: {},
      first: { command: "plan", variables: first.to },
      between: { variables: first.to },
      second: { command: "plan", variables: second.to },
    });
    process.stdout.write(`4 runs of terraform test for the removal of ${name}\n`);
    expect(changesIn(found)).toEqual({ first: changes(first), second: changes(second) });
  },
);

test("every variable is switched", () => {
  const text = readFileSync(path.join(folder, "variables.tf"), "utf8");
  const variables = [...text.matchAll(/^variable "(\w+)"/gm)].map(([, name]) => name!);
  const switched = Object.values(SWITCHES).flatMap(({ cases }) =>
    Object.values(cases).flatMap(({ to: values }) => Object.keys(values)),
  );
  expect(variables.filter((name) => !IDENTITY.includes(name) && !switched.includes(name))).toEqual([]);
});

function changesIn(found: ReadonlyMap<string, TerraformPlan>): Readonly<Record<string, PlanChanges>> {
  return Object.fromEntries([...found].map(([name, plan]) => [name, changesOf(plan)]));
}

function plans(cases: Readonly<Record<string, Switch>>): Readonly<Record<string, Run>> {
  return Object.fromEntries(
    Object.entries(cases).map(([name, { to: variables }]) => [name, { command: "plan", variables }]),
  );
}

function changes({ to: _to, ...some }: Switch): PlanChanges {
  const all = { ...NOTHING, ...some };
  return {
    comes: [...all.comes].sort(),
    goes: [...all.goes].sort(),
    changes: [...all.changes].sort(),
    replaced: [...all.replaced].sort(),
  };
}
