import { configurationSchema } from "../../../config/schema";
import { attributesOf, checksOf, isObject, type Schema } from "../../../stacks/hcl/schema-tree";
import { SETTINGS } from "../../../stacks/hcl/settings-module";

/** Values of the variables of a module, good ones and what is made of them by one fault. */

export type Values = Readonly<Record<string, unknown>>;

/** All that a group of modules takes from the configuration file. */
export const VARIABLES = [...SETTINGS, "allowed_regions"] as const;

const ACCOUNT = "111122223333";
const KEYS = {
  "us-east-1": `arn:aws:kms:us-east-1:${ACCOUNT}:key/1a2b`,
  "us-west-2": `arn:aws:kms:us-west-2:${ACCOUNT}:key/3c4d`,
};
const ROLE = `arn:aws:iam::${ACCOUNT}:role/team/order-api`;
const SERVICE = { service: "sns.amazonaws.com", source_arns: [`arn:aws:sns:us-east-1:${ACCOUNT}:orders`] };
const FUNCTIONS = {
  memory_mb: 512,
  timeout_seconds: 30,
  profile: "throughput",
  batch_size: 100,
  batching_window_seconds: 2,
  maximum_concurrency: 10,
  architecture: "x86_64",
  runtime: "nodejs22.x",
  log_retention_days: 0,
  tracing: "pass_through",
};
const { maximum_concurrency: _, ...POLLED } = FUNCTIONS;
const TEMPLATES = {
  ingress: "{prefix}{queue}-in",
  work: "{queue}",
  outbox: "{queue}-to-{peer}",
  standby: "{queue}-of-{home}",
  dlq: "{queue}-dead",
  ingress_dlq: "{queue}-in-dead",
  replicator: "{queue}-copy-{region}",
  forwarder: "{queue}-send-{region}-{peer}",
  drainer: "{queue}-drain-{region}-{home}",
};

const CONDITION = { test: "ArnEquals", variable: "aws:SourceArn", values: [SERVICE.source_arns[0]!] };
const POLICY = {
  queue_policy_statements: {
    topics: {
      sid: "from-topics",
      effect: "Allow",
      actions: ["sqs:SendMessage", "SQS:Get*"],
      principals: [{ type: "Service", identifiers: ["sns.amazonaws.com"] }],
      condition: [CONDITION],
      conditions: [{ ...CONDITION, test: "ForAnyValue:StringLike" }],
    },
  },
  source_queue_policy_documents: [
    JSON.stringify({
      Statement: {
        Effect: "Allow",
        Principal: "*",
        Action: "sqs:SendMessage",
        Resource: `arn:aws:sqs:us-east-1:${ACCOUNT}:orders`,
        Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } },
      },
    }),
  ],
  tls_only: false,
};

/** Says something of every field, but for those of {@link OTHERWISE}. */
export const EVERYTHING = {
  failover_group: "shop",
  account_quotas: { iam_roles: 2_000 },
  regions: {
    "us-east-1": {
      account: ACCOUNT,
      assume_role_arn: `arn:aws:iam::${ACCOUNT}:role/deploy`,
      vpc: { subnet_ids: ["subnet-0a1b"], security_group_ids: ["sg-0a1b"] },
      package: { s3_bucket: "archives", s3_prefix: "v1/" },
      code_signing_config_arn: `arn:aws:lambda:us-east-1:${ACCOUNT}:code-signing-config:csc-0123456789abcdefg`,
    },
    "us-west-2": { account: ACCOUNT },
  },
  queues: {
    orders: {
      mode: "sync",
      peers: { "us-east-1": ["us-west-2"] },
      message_retention_seconds: 60,
      transit_retention_seconds: 1_209_600,
      dlq_retention_seconds: 86_400,
      visibility_timeout_seconds: 60,
      transit_visibility_timeout_seconds: 180,
      consumer_processing_seconds: 45,
      delay_seconds: 900,
      max_message_size: 1_024,
      receive_wait_time_seconds: 0,
      max_receive_count: 3,
      encryption: { kms_key_arns: KEYS, kms_data_key_reuse_period_seconds: 60 },
      producers: [ROLE, ACCOUNT],
      producer_services: [SERVICE],
      consumers: [ROLE],
      consumer_services: [SERVICE],
      policies: { work: POLICY },
      replicator_enabled: false,
      forwarders_enabled: false,
      rescue: "ledger",
      max_rate: 100,
      on_missing_identity: "dlq",
      ledger_key: "powertools_json(body).order_id",
      functions: { ...POLLED, provisioned_pollers: { minimum: 2, maximum: 20 } },
      names: TEMPLATES,
      tags: { "cost center": "Größe = 1: a/b@c_d.e+f-g" },
    },
    mails: { rescue: "watermark", rescue_margin_seconds: 60, functions: { maximum_concurrency: 2 } },
    shipments: {
      fifo: true,
      content_based_deduplication: true,
      work_content_based_deduplication: true,
      deduplication_scope: "queue",
      fifo_throughput_limit: "perQueue",
    },
  },
  functions: { ...POLLED, provisioned_pollers: { minimum: 2, maximum: 20 } },
  recovery: {
    takeover: "automatic",
    takeover_delay_seconds: 30,
    failback: "automatic",
    failback_after_seconds: 300,
    takeover_order: { "us-east-1": ["us-west-2"] },
    in_flight_seconds: 60,
    hand_back_timeout_seconds: 60,
    witness: {
      region: "us-east-2",
      account: "444455556666",
      assume_role_arn: "arn:aws:iam::444455556666:role/deploy",
    },
    ownership_kms_key_arns: KEYS,
    ownership_deletion_protection: false,
    drainer_memory_mb: 128,
    controller_memory_mb: 10_240,
    controller_concurrency_reserved: false,
    alarm_action_arns: { "us-east-1": [`arn:aws:sns:us-east-1:${ACCOUNT}:alarms`] },
  },
  ledger: {
    billing: {
      type: "provisioned",
      read_capacity_units: 5,
      maximum_read_capacity_units: 50,
      write_capacity_units: 5,
      maximum_write_capacity_units: 50,
    },
    kms_key_arns: KEYS,
    point_in_time_recovery: false,
    deletion_protection: false,
  },
  dns: {
    zone_id: "Z0123456789ABC",
    record: "orders.example.com",
    ttl_seconds: 20,
    discovery: {
      policy: "geolocation",
      locations: { "us-west-2": [{ continent: "AS" }, { country: "US", subdivision: "CA" }] },
      default: "us-east-1",
    },
    health: {
      type: "endpoint",
      interval_seconds: 30,
      failure_threshold: 2,
      reserved_concurrency: 5,
      memory_mb: 256,
    },
    checks: { "us-east-1": [{ id: "00000000-0000-4000-8000-000000000001", type: "alarm" }] },
    routing_controls: {
      "us-east-1": `arn:aws:route53-recovery-control::${ACCOUNT}:controlpanel/abc/routingcontrol/def`,
    },
    endpoints: [
      {
        record: "api.example.com",
        targets: { "us-east-1": { cname: "LB-1.example.net" }, "us-west-2": { cname: "lb_2.example.net" } },
      },
    ],
  },
  naming: { prefix: "acme-", templates: TEMPLATES },
  permissions_boundary: "arn:aws:iam::{account}:policy/boundary",
  role_path: "/sqs/",
  tags: { team: "checkout" },
  allowed_regions: ["us-east-1", "us-west-2"],
} as const;

const alias = (region: string) => ({
  alias: { name: `alb.${region}.elb.amazonaws.com`, zone_id: "Z35SXDOTRQ7X7K", evaluate_target_health: true },
});

/** What cannot be said together with {@link EVERYTHING}. */
export const OTHERWISE = {
  ...EVERYTHING,
  functions: FUNCTIONS,
  ledger: { table_name: "shop.ledger" },
  dns: {
    ...EVERYTHING.dns,
    discovery: { order: ["us-west-2", "us-east-1"] },
    endpoints: [
      {
        record: "api.example.com",
        targets: { "us-east-1": alias("us-east-1"), "us-west-2": alias("us-west-2") },
      },
    ],
  },
} as const;

/** Good values with one fault. */
export interface Fault {
  /** As constraints name it. */
  readonly field: string;
  /** Faults of one kind are told by one sort of condition. */
  readonly kind: string;
  readonly path: readonly string[];
  readonly base: Values;
  readonly changes: readonly Change[];
  /** What the module says of it, up to what is allowed. */
  readonly subject: string;
  /** @default the words of the schema */
  readonly allowed?: string;
}

export interface Change {
  readonly path: readonly string[];
  readonly value: unknown;
}

export function valuesOf({ base, changes }: Pick<Fault, "base" | "changes">): Values {
  return changes.reduce<unknown>(
    (values, { path, value }) => replacedAt(values, path, value),
    base,
  ) as Values;
}

/** Values that have all faults, each time as many together as do not touch each other. */
export function together(faults: readonly Fault[]): readonly Values[] {
  const sets: { readonly base: Values; readonly changes: Change[] }[] = [];
  for (const { base, changes } of faults) {
    const set = sets.find(
      (one) => one.base === base && !changes.some((change) => touches(one.changes, change)),
    );
    if (set === undefined) sets.push({ base, changes: [...changes] });
    else set.changes.push(...changes);
  }
  return sets.map(valuesOf);
}

function touches(changes: readonly Change[], { path }: Change): boolean {
  return changes.some(({ path: other }) => {
    const shorter = Math.min(path.length, other.length);
    return path.slice(0, shorter).join() === other.slice(0, shorter).join();
  });
}

/** For every field that the schema limits, a value just outside on each side. */
export function schemaFaults(): readonly Fault[] {
  const found = [EVERYTHING, OTHERWISE].flatMap((values) => {
    const root = configurationSchema as unknown as Schema;
    return attributesOf(root).flatMap(({ name, schema }) =>
      name in values ? below(schema, Reflect.get(values, name), [name], name, values, false) : [],
    );
  });
  return [...new Map(found.map((fault) => [fault.subject, fault])).values()];
}

function below(
  schema: Schema,
  value: unknown,
  path: readonly string[],
  field: string,
  values: Values,
  isRequired: boolean,
): readonly Fault[] {
  const limits = faultsOf(schema);
  const isLimited = limits.length > 0 || isObject(schema);
  const none = isRequired && isLimited ? [{ kind: "null", wrong: null }] : [];
  const own = [...limits, ...none].map(({ kind, wrong }) => ({
    ...faultAt(values, path, field, wrong),
    kind,
  }));
  const child = (type: Schema, key: string, within: string, isNeeded = true) =>
    below(type, Reflect.get(value as object, key), [...path, key], within, values, isNeeded);
  if (isObject(schema)) {
    const fields = attributesOf(schema)
      .filter(({ name }) => name in (value as object))
      .flatMap(({ name, schema: type, presence }) =>
        child(type, name, `${field}.${name}`, presence === "required"),
      );
    return [...own, ...fields];
  }
  const { valueType, element } = schema.def;
  if (schema.def.type === "record") {
    const keys = Object.keys(value as object);
    return [
      keyFault(values, path, field, value as object),
      ...keys.flatMap((key) => child(valueType!, key, field)),
    ];
  }
  const items = schema.def.type === "array" ? (value as readonly unknown[]) : [];
  return [...own, ...items.flatMap((_, index) => child(element!, String(index), field))];
}

function faultsOf(schema: Schema): readonly { readonly kind: string; readonly wrong: unknown }[] {
  const { type, options } = schema.def;
  if (type === "enum") return [{ kind: type, wrong: "wrong" }];
  if (type === "literal") return [{ kind: type, wrong: -1 }];
  if (type === "union" && !isObject(schema)) return options!.flatMap(faultsOf).slice(0, 1);
  return checksOf(schema).flatMap((check) => {
    const fault = (wrong: unknown, kind = check.check) => ({ kind: `${kind} of ${type}`, wrong });
    if (check.check === "greater_than") return [fault(check.value! - 1), fault(check.value! + 0.5, "whole")];
    if (check.check === "less_than") return [fault(check.value! + 1)];
    if (check.check === "max_length") {
      const longer = "x".repeat(check.maximum! + 1);
      return [fault(type === "array" ? [...longer] : longer)];
    }
    if (check.check === "min_length") return [fault(type === "array" ? [] : "")];
    return [fault(check.check === "custom" ? " " : " *")];
  });
}

function keyFault(values: Values, path: readonly string[], field: string, map: object): Fault {
  const key = "aws:*";
  const fault = faultAt(values, path, `${field}{}`, { ...map, [key]: Object.values(map)[0] });
  return {
    ...fault,
    kind: "key",
    path: [...path, key],
    subject: `${path.join(".")} has the key ${JSON.stringify(key)}`,
  };
}

export function faultAt(base: Values, path: readonly string[], field: string, value: unknown): Fault {
  return {
    field,
    kind: field,
    path,
    base,
    changes: [{ path, value }],
    subject: `${path.join(".")} is ${JSON.stringify(value)}`,
  };
}

function replacedAt(values: unknown, [key, ...others]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const below = replacedAt((values as Values)?.[key], others, value);
  if (Array.isArray(values)) return values.map((item, index) => (String(index) === key ? below : item));
  return { ...(values as Values), [key]: below };
}

/** The configuration file that says the same. */
export function fileOf(values: Values): unknown {
  const queues = Object.entries(values.queues as Readonly<Record<string, QueueValues | null>>);
  return {
    ...values,
    queues: Object.fromEntries(queues.map(([name, queue]) => [name, queue && inFile(queue)])),
  };
}

type QueueValues = Readonly<Record<string, readonly unknown[] | null | undefined>>;

function inFile({ producer_services, consumer_services, ...queue }: QueueValues): unknown {
  return {
    ...queue,
    producers: [...(queue.producers ?? []), ...(producer_services ?? [])],
    consumers: [...(queue.consumers ?? []), ...(consumer_services ?? [])],
  };
}
