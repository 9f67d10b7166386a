import fc from "fast-check";
import { policyNumber } from "../../../../config/access/spread-policies";
import { plain } from "../../../../core/expression";
import { CALCULATED_CHILDREN_MAX } from "../../../../core/limits";
import { violationsIn } from "../../../config/violations";
import { fileOf, type Values } from "../variable-cases";

/** Values of a module's variables each of which is allowed by itself, but not together. */

const ACCOUNT = "111122223333";
const OTHER_ACCOUNT = "444455556666";
const regions = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, { account: ACCOUNT }]));
const key = (region: string) => ({ [region]: `arn:aws:kms:${region}:${ACCOUNT}:key/1a2b` });
const KEYS_ELSEWHERE = {
  ...key("us-east-1"),
  "us-west-2": `arn:aws:kms:us-east-1:${ACCOUNT}:key/1a2b`,
};
const roles = (count: number) =>
  Array.from({ length: count }, (_, index) => `arn:aws:iam::${ACCOUNT}:role/producers-of-orders-${index}`);
const services = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    service: `service-${index}.amazonaws.com`,
    source_arns: [`arn:aws:sns:us-east-1:${ACCOUNT}:orders`],
  }));
const service = (name: string, source = "orders") => ({
  service: `${name}.amazonaws.com`,
  source_arns: [`arn:aws:${name}:us-east-1:${ACCOUNT}:${source}`],
});
const accounts = (count: number) =>
  Array.from({ length: count }, (_, index) => String(200_000_000_000 + index));
const tags = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag-${index}`, "1"]));
const uuid = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;

/** A good group; whatever a case is about goes over it. */
export const PLAIN: Values = {
  failover_group: "shop",
  regions: regions("us-east-1", "us-west-2"),
  queues: { orders: {} },
};
const THREE = regions("ap-southeast-1", "us-east-1", "us-west-2");
const TOPIC = `arn:aws:sns:eu-west-1:${ACCOUNT}:ops`;
const DNS = { zone_id: "Z0123456789ABC", record: "shop.example.com" };
const POLLERS = { minimum: 2, maximum: 4 };
const withDns = (dns: Values): Values => ({ recovery: { takeover: "manual" }, dns: { ...DNS, ...dns } });
const cname = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, { cname: `${name}.example.net` }]));

/** Names of logical queues all of which one pair of policies names. */
function namesOfPolicy(number: number, count: number): readonly string[] {
  const names: string[] = [];
  for (let index = 100; names.length < count; index++) {
    const name = `a-logical-queue-with-a-name-${index}`;
    if (plain(policyNumber(name), "number") === number) names.push(name);
  }
  return names;
}

const BY_NAME: Readonly<Record<string, Values>> = {
  transit: {
    functions: { timeout_seconds: 30 },
    queues: { orders: { transit_visibility_timeout_seconds: 179 } },
  },
  fifo_modes: { queues: { orders: { fifo: true, mode: "semi-sync" } } },
  fifo_only: {
    queues: {
      orders: {
        content_based_deduplication: false,
        work_content_based_deduplication: true,
        deduplication_scope: "messageGroup",
        fifo_throughput_limit: "perQueue",
      },
    },
  },
  fifo_scope: { queues: { orders: { fifo: true, deduplication_scope: "queue" } } },
  fifo_transit: { queues: { orders: { fifo: true, transit_visibility_timeout_seconds: 241 } } },
  consumers: { queues: { orders: { consumer_processing_seconds: 45, visibility_timeout_seconds: 44 } } },
  pollers: { queues: { orders: { functions: { provisioned_pollers: { minimum: 4, maximum: 3 } } } } },
  rescue_without_copies: {
    recovery: {},
    ledger: {},
    queues: {
      orders: {
        mode: "none",
        rescue: "ledger",
        rescue_margin_seconds: 60,
        max_rate: 10,
        on_missing_identity: "dlq",
        ledger_key: "body",
      },
    },
  },
  rescue_by_hand: {
    recovery: {},
    queues: {
      orders: { rescue: "manual", rescue_margin_seconds: 60, on_missing_identity: "dlq", ledger_key: "body" },
    },
  },
  fifo_times: { functions: { timeout_seconds: 41 }, queues: { orders: { fifo: true } } },
  fifo_batches: {
    functions: { batch_size: 11, batching_window_seconds: 1 },
    queues: { orders: { fifo: true }, mails: {} },
  },
  pollers_of_group: {
    functions: { provisioned_pollers: POLLERS },
    queues: { orders: { functions: { maximum_concurrency: 2 } } },
  },
  pollers_of_queue: {
    functions: { maximum_concurrency: 2 },
    queues: { orders: { functions: { provisioned_pollers: POLLERS } } },
  },
  window_of_queue: {
    functions: { profile: "throughput" },
    queues: { orders: { functions: { batching_window_seconds: 0 } }, mails: {} },
  },
  window_of_group: { functions: { batch_size: 50 } },
  peers: {
    queues: {
      mails: { peers: { "eu-west-1": ["us-east-1"] } },
      orders: { peers: { "us-east-1": ["eu-west-1"] } },
    },
  },
  peers_of_itself: { queues: { orders: { peers: { "us-east-1": ["us-east-1"] } } } },
  keys_elsewhere: {
    recovery: { ownership_kms_key_arns: KEYS_ELSEWHERE },
    ledger: { kms_key_arns: KEYS_ELSEWHERE },
    queues: { orders: { encryption: { kms_key_arns: KEYS_ELSEWHERE } } },
  },
  regions_of_others: {
    regions: {
      "us-east-1": { account: ACCOUNT, assume_role_arn: `arn:aws:iam::${OTHER_ACCOUNT}:role/deploy` },
      "us-west-2": {
        account: ACCOUNT,
        code_signing_config_arn: `arn:aws:lambda:us-east-1:${ACCOUNT}:code-signing-config:csc-0123456789abcdefg`,
      },
    },
  },
  queue_keys: {
    queues: { orders: { encryption: { kms_key_arns: key("us-east-1") } }, mails: { encryption: {} } },
  },
  producers: {
    queues: {
      mails: { producer_services: services(20), consumer_services: services(20) },
      orders: { producers: roles(80), consumers: roles(80) },
    },
  },
  copies: {
    regions: THREE,
    recovery: { takeover_order: { "us-west-2": ["us-east-1", "ap-southeast-1"] } },
    queues: {
      logs: { mode: "none" },
      mails: { peers: { "us-west-2": ["us-east-1"] } },
      orders: { peers: { "us-east-1": ["us-west-2"] } },
    },
  },
  rescue_without_ledger: { recovery: {}, queues: { logs: { mode: "none" }, orders: { rescue: "ledger" } } },
  receives: {
    recovery: {},
    queues: { logs: { mode: "none", max_receive_count: 1 }, orders: { max_receive_count: 2 } },
  },
  rescue_without_recovery: {
    queues: {
      mails: { on_missing_identity: "dlq", ledger_key: "body" },
      orders: { rescue: "watermark", rescue_margin_seconds: 5, max_rate: 5 },
    },
  },
  rescue_by_watermark: {
    recovery: {},
    queues: { orders: { on_missing_identity: "dlq", ledger_key: "body", max_rate: 5 } },
  },
  rescue_by_ledger: { recovery: {}, ledger: {}, queues: { orders: { rescue_margin_seconds: 5 } } },
  names_of_queues: { queues: { orders: {}, "orders-ingress": {}, mails: { names: { ingress: "{queue}" } } } },
  names_of_fifo: {
    queues: {
      a: { fifo: true, names: { work: "x" } },
      b: { fifo: true, names: { dlq: "x" } },
      c: { names: { work: "x" } },
    },
  },
  names_of_canary: { recovery: {}, queues: { orders: { names: { work: "shop-canary-dlq" } } } },
  names_of_roles: {
    queues: {
      mails: { names: { replicator: "copy-{region}" } },
      orders: { names: { replicator: "copy-{region}" } },
    },
  },
  names_of_drainers: {
    recovery: {},
    regions: THREE,
    queues: {
      logs: { mode: "none", names: { drainer: "x-{region}-{home}" } },
      mails: { names: { forwarder: "x-{region}-{peer}", drainer: "y-{region}-{home}" } },
      orders: { names: { drainer: "x-{region}-{home}" } },
    },
  },
  names_of_group: {
    ...withDns({}),
    queues: {
      mails: { names: { replicator: "shop-health-{region}" } },
      orders: { names: { replicator: "shop-controller-{region}" } },
      shipments: { names: { replicator: "shop-schedule-{region}" } },
    },
  },
  long_names: {
    regions: THREE,
    naming: { prefix: "p".repeat(40) },
    failover_group: "g".repeat(32),
    recovery: {},
    queues: { ["q".repeat(20)]: {}, ["r".repeat(30)]: { fifo: true }, s: {} },
  },
  accounts: {
    ...withDns({}),
    ledger: {},
    regions: { ...regions("us-east-1"), "us-west-2": { account: OTHER_ACCOUNT } },
  },
  takeover_of_two: { recovery: { takeover: "automatic", failback: "automatic" } },
  dns_of_two: { recovery: {}, dns: DNS },
  ledger_brought: {
    recovery: {},
    ledger: {
      table_name: "shop",
      billing: { type: "on_demand" },
      kms_key_arns: {},
      point_in_time_recovery: true,
      deletion_protection: false,
    },
  },
  ledger_capacity: {
    recovery: {},
    ledger: {
      billing: {
        type: "provisioned",
        read_capacity_units: 51,
        maximum_read_capacity_units: 50,
        write_capacity_units: 41,
        maximum_write_capacity_units: 40,
      },
    },
  },
  health_by_metric: withDns({
    health: {
      type: "metric",
      interval_seconds: 10,
      failure_threshold: 3,
      reserved_concurrency: 5,
      memory_mb: 512,
    },
  }),
  discovery_by_latency: withDns({
    discovery: {
      policy: "latency",
      order: ["us-east-1", "us-west-2"],
      locations: { "us-east-1": [{ continent: "EU" }] },
      default: "us-west-2",
    },
  }),
  discovery_by_place: withDns({ discovery: { policy: "geolocation" } }),
  ledger_alone: { ledger: {} },
  table_alone: { ledger: { table_name: "shop.ledger" } },
  ledger_keys: { recovery: {}, ledger: { kms_key_arns: key("us-west-2") } },
  tags_by_case: { tags: { team: "a", Team: "b" }, queues: { orders: { tags: { unit: "c" } } } },
  tags_of_queue_by_case: { tags: { team: "a" }, queues: { orders: { tags: { Team: "b" } }, mails: {} } },
  tags_like_ours: { tags: { "SQS-multi-region:role": "a" } },
  many_tags: { tags: tags(49) },
  many_tags_of_queue: { tags: tags(40), queues: { orders: { tags: { a: "1", ...tags(47) } }, mails: {} } },
  producers_of_fifo: {
    queues: {
      mails: { fifo: true, producer_services: [service("sns"), service("sns", "orders.fifo")] },
      orders: { fifo: true, producer_services: [service("s3")] },
      logs: { producer_services: [service("s3"), service("sns")] },
    },
  },
  many_services: {
    queues: { orders: { producer_services: services(8) }, mails: { consumer_services: services(9) } },
  },
  many_accounts: { queues: { orders: { producers: accounts(50) }, mails: { consumers: accounts(48) } } },
  roles: {
    recovery: { witness: { region: "us-east-2" } },
    account_quotas: { iam_roles: 14 },
    regions: THREE,
  },
  function_urls: { ...withDns({}), regions: regions("eu-south-2", "us-east-1") },
  partitions: { regions: regions("cn-north-1", "us-east-1", "us-gov-west-1") },
  order_twice: {
    regions: THREE,
    recovery: { takeover_order: { "us-east-1": ["us-west-2", "us-west-2", "us-east-1"] } },
  },
  peers_twice: { regions: THREE, queues: { orders: { peers: { "us-east-1": ["us-west-2", "us-west-2"] } } } },
  order_of_another: { recovery: { takeover_order: { "eu-west-1": ["us-east-1"] } } },
  order_with_another: { recovery: { takeover_order: { "us-east-1": ["us-west-2", "eu-west-1"] } } },
  topics: { recovery: { alarm_action_arns: { "eu-west-1": [TOPIC], "us-east-1": [TOPIC] } } },
  hand_back: {
    recovery: { hand_back_timeout_seconds: 900 },
    queues: {
      logs: { mode: "none", visibility_timeout_seconds: 7_200 },
      orders: { visibility_timeout_seconds: 900 },
    },
  },
  canary: { recovery: {}, queues: { "shop-canary": {} } },
  witness_within: { recovery: { witness: { region: "us-west-2" } } },
  witness_of_three: { regions: THREE, recovery: { witness: { region: "eu-west-1" } } },
  witness_elsewhere: { recovery: { witness: { region: "cn-north-1" } } },
  witness_role: {
    recovery: {
      witness: { region: "us-east-2", assume_role_arn: `arn:aws:iam::${OTHER_ACCOUNT}:role/deploy` },
    },
  },
  ownership_keys: {
    recovery: { witness: { region: "eu-west-1" }, ownership_kms_key_arns: key("us-east-1") },
  },
  ownership_as_ledger: { recovery: {}, ledger: { table_name: "shop-ownership" } },
  many_queues: {
    recovery: {},
    queues: Object.fromEntries(namesOfPolicy(3, 70).map((name) => [name, {}])),
  },
  dns_alone: { dns: DNS },
  dns_of_others: withDns({
    discovery: {
      policy: "geolocation",
      locations: { "eu-west-1": [{ continent: "EU" }] },
      default: "eu-west-2",
    },
    checks: { "eu-west-1": [] },
    routing_controls: {
      "eu-west-1": `arn:aws:route53-recovery-control::${ACCOUNT}:controlpanel/abc/routingcontrol/def`,
    },
    endpoints: [{ record: "api.example.com", targets: cname("us-east-1", "us-west-2", "eu-west-1") }],
  }),
  discovery_of_another: withDns({ discovery: { order: ["eu-west-1", "us-east-1"] } }),
  discovery_of_some: withDns({ discovery: { order: ["us-east-1"] } }),
  discovery_twice: withDns({ discovery: { order: ["us-east-1", "us-east-1"] } }),
  discovery_otherwise: {
    ...withDns({ discovery: { order: ["us-east-1", "us-west-2", "ap-southeast-1"] } }),
    regions: THREE,
  },
  discovery_against_takeover: {
    regions: THREE,
    recovery: { takeover_order: { "us-east-1": ["us-west-2"] } },
    dns: { ...DNS, discovery: { order: ["us-east-1", "ap-southeast-1", "us-west-2"] } },
  },
  locations: withDns({
    discovery: {
      policy: "geolocation",
      default: "us-east-1",
      locations: {
        "us-east-1": [
          {},
          { continent: "EU", country: "DE" },
          { continent: "EU", subdivision: "CA" },
          { continent: "XX" },
          { country: "XX" },
          { country: "DE", subdivision: "CA" },
          { country: "US", subdivision: "XX" },
          { country: "US", subdivision: "CA" },
          { country: "FR" },
        ],
        "us-west-2": [{ country: "FR" }, { continent: "AS" }, { country: "US", subdivision: "CA" }],
      },
    },
  }),
  locations_of_three: {
    ...withDns({
      discovery: {
        policy: "geolocation",
        default: "us-east-1",
        locations: Object.fromEntries(
          Object.keys(THREE).map((name) => [name, [{ continent: "EU" }, { continent: "EU" }]]),
        ),
      },
    }),
    regions: THREE,
  },
  endpoint_kinds: withDns({
    endpoints: [
      {
        record: "api.example.com",
        targets: {
          "us-east-1": { cname: "a.example.net" },
          "us-west-2": { alias: { name: "b.example.net", zone_id: "Z0" } },
        },
      },
    ],
  }),
  calculated_checks: withDns({ checks: { "us-east-1": [{ id: uuid(1), type: "calculated" }] } }),
  checks: withDns({
    checks: {
      "us-east-1": [1, 2, 1, 1].map((index) => ({ id: uuid(index), type: "alarm" })),
      "us-west-2": Array.from({ length: CALCULATED_CHILDREN_MAX - 1 }, (_, index) => ({
        id: uuid(index),
        type: "alarm",
      })),
    },
    routing_controls: {
      "us-west-2": `arn:aws:route53-recovery-control::${ACCOUNT}:controlpanel/abc/routingcontrol/def`,
    },
  }),
  tags_of_checks: {
    ...withDns({}),
    tags: Object.fromEntries(["Name", ..."abcdefg"].map((key) => [key, "1"])),
  },
  endpoints: {
    ...withDns({
      endpoints: [
        { record: "api.example.com", targets: cname("us-east-1") },
        { record: "us-east-1.shop.example.com", targets: cname("ap-southeast-1", "us-east-1", "us-west-2") },
        { record: "peers.api.example.com", targets: cname("ap-southeast-1", "us-east-1", "us-west-2") },
      ],
    }),
    regions: THREE,
  },
  endpoints_by_latency: {
    ...withDns({
      discovery: { policy: "latency" },
      endpoints: [
        { record: "api.example.com", targets: cname("ap-southeast-1", "us-east-1", "us-west-2") },
        { record: "peers.api.example.com", targets: cname("ap-southeast-1", "us-east-1", "us-west-2") },
        { record: "peers.api.example.com", targets: cname("ap-southeast-1", "us-east-1", "us-west-2") },
      ],
    }),
    regions: THREE,
  },
  long_records: {
    ...withDns({
      record: `${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(50)}`,
      endpoints: [
        {
          record: `${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(60)}`,
          targets: cname("ap-southeast-1", "us-east-1", "us-west-2"),
        },
      ],
    }),
    regions: THREE,
  },
};

/** By name. */
export const CASES: Readonly<Record<string, Values>> = Object.fromEntries(
  Object.entries(BY_NAME).map(([name, values]) => [name, { ...PLAIN, ...values }]),
);

/** Faults of these are told otherwise beside others: of the first region's policies, or of no canary. */
const ALONE = ["canary", "many_queues", "producers"];

/** Some cases in one, so that rules meet. */
export function mixedCases(count: number, seed: number): readonly Values[] {
  const names = Object.keys(CASES).filter((name) => !ALONE.includes(name));
  const some = fc.shuffledSubarray(names, { minLength: 2, maxLength: 5 });
  return fc.sample(some, { numRuns: count, seed }).map((chosen) => {
    const values = chosen.map((name) => CASES[name]!);
    const queues: Values = Object.assign({}, ...values.map((one) => one.queues));
    // A module goes through its queues by name, the configuration file in its own order.
    return Object.assign({}, ...values, { queues: Object.fromEntries(Object.entries(queues).sort()) });
  });
}

/** What a module says of values, in the words of the configuration file's violations. */
export function sentencesOf(values: Values): readonly string[] {
  const told = violationsIn(fileOf(values)).map(
    ({ path, value, allowed }) => `${path} is ${JSON.stringify(sorted(value)) ?? "null"}: ${allowed}.`,
  );
  return [...new Set(told)].sort();
}

/** As Terraform writes JSON: keys in order. */
function sorted(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, item]) => [name, sorted(item)]),
  );
}
