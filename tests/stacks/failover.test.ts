import fc from "fast-check";
import { peersInOrder } from "../../config/region-sets";
import type { ConfigurationInput } from "../../config/schema";
import { MANAGED_POLICY_MAX_CHARACTERS, ROLE_POLICY_MAX_CHARACTERS } from "../../core/limits";
import { policyNumber } from "../../modules/policy/spread-policies";
import { recordNames } from "../../ownership/records";
import { controllerSettings } from "../../replicator/control/settings";
import { healthSettings } from "../../replicator/health/settings";
import { METRICS, METRICS_NAMESPACE } from "../../replicator/metrics";
import { replicatorSettings } from "../../replicator/settings";
import { needsGlobalStack } from "../../stacks/global-stack";
import { configuration, HOME_ACCOUNT } from "../fixtures";
import { owning, SettledRoute53, type World } from "../modules/failover/settled-route53";
import { Template } from "../template";

type Dns = NonNullable<ConfigurationInput["dns"]>;
type Over = Partial<ConfigurationInput>;

const ALL = ["us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-south-1"];
const regionsOf = (count: number) =>
  Object.fromEntries(ALL.slice(0, count).map((region) => [region, { account: HOME_ACCOUNT }]));
const DNS: Dns = { zone_id: "Z0123456789ABC", record: "orders.example.com", ttl_seconds: 15 };
const MINE = "00000000-0000-4000-8000-000000000001";
const CONTROL = `arn:aws:route53-recovery-control::${HOME_ACCOUNT}:controlpanel/abc/routingcontrol/def`;

const settings = (count = 2, dns: Partial<Dns> = {}, over: Over = {}) =>
  configuration({ regions: regionsOf(count), recovery: {}, dns: { ...DNS, ...dns }, ...over });
/** Stacks are synthesized once: a group of five regions takes a while. */
const made = new Map<string, Template>();
function once(key: object, make: () => Template): Template {
  const text = JSON.stringify(key);
  const template = made.get(text) ?? make();
  made.set(text, template);
  return template;
}
const global = (count = 2, dns: Partial<Dns> = {}, over: Over = {}) =>
  once({ count, dns, over }, () => Template.global(settings(count, dns, over)));
const region = (count = 2, dns: Partial<Dns> = {}, over: Over = {}, name = "us-east-1") =>
  once({ count, dns, over, name }, () => Template.of(settings(count, dns, over), name));

/** Resources of a type as rows, with references as addresses. */
function table(template: Template, type: string, row: (attributes: Row) => readonly unknown[]) {
  return Object.entries(template.json.resource[type] ?? {})
    .map(([address, attributes]) => [address, ...row(shortened(attributes) as Row)])
    .sort(([one], [other]) => String(one).localeCompare(String(other)));
}
type Row = Record<string, never>;
const shortened = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replace(/\$\{aws_route53_health_check\.([\w-]+)\.id\}/g, "$1"));

const checks = (template: Template) =>
  table(template, "aws_route53_health_check", (check) =>
    check.type === "CALCULATED"
      ? [check.type, check.child_health_threshold, check.child_healthchecks]
      : check.type === "CLOUDWATCH_METRIC"
        ? [
            check.type,
            check.cloudwatch_alarm_name,
            check.cloudwatch_alarm_region,
            check.insufficient_data_health_status,
            ...(check.invert_healthcheck ? ["inverted"] : []),
          ]
        : check.type === "RECOVERY_CONTROL"
          ? [check.type, check.routing_control_arn]
          : [check.type, check.resource_path, check.request_interval, check.failure_threshold],
  );

const records = (template: Template) =>
  table(template, "aws_route53_record", (record) => {
    const { alias, failover_routing_policy, latency_routing_policy, geolocation_routing_policy } = record as {
      alias?: { name: string };
      failover_routing_policy?: { type: string };
      latency_routing_policy?: { region: string };
      geolocation_routing_policy?: object;
    };
    return [
      record.name,
      record.type,
      alias ? `-> ${alias.name}` : `"${record.records}" ${record.ttl}`,
      failover_routing_policy?.type ??
        latency_routing_policy?.region ??
        geolocation_routing_policy ??
        "simple",
      record.health_check_id ?? "-",
    ];
  });

test("there is a global stack with records, and the ledger's only with a ledger", () => {
  expect(needsGlobalStack(settings())).toBe(true);
  expect(global().addresses.filter((address) => address.includes("dynamodb"))).toEqual([]);
  expect(global(2, {}, { ledger: {} }).addresses).toContain("aws_dynamodb_table.shop_ledger");
});

describe("addresses", () => {
  // As in region-stack.test.ts: never update this snapshot for a resource that exists.
  test("are frozen", () => {
    const everything: Partial<Dns> = {
      checks: { "us-east-1": [{ id: MINE, type: "endpoint" }] },
      routing_controls: { "us-west-2": CONTROL },
      endpoints: [
        {
          record: "api.example.com",
          targets: Object.fromEntries(
            ALL.slice(0, 4).map((name) => [name, { cname: `${name}.example.com` }]),
          ),
        },
      ],
    };
    const latency: Partial<Dns> = { discovery: { policy: "latency" }, health: { type: "metric" } };
    const geolocation: Partial<Dns> = {
      discovery: {
        policy: "geolocation",
        default: "us-east-1",
        locations: { "us-west-2": [{ continent: "AS" }, { country: "US", subdivision: "CA" }] },
      },
    };
    expect(global().addresses).toMatchSnapshot("two regions");
    expect(global(4, everything).addresses).toMatchSnapshot("four regions, everything");
    expect(global(2, latency).addresses).toMatchSnapshot("latency and metric");
    expect(global(2, geolocation).addresses).toMatchSnapshot("geolocation");
    expect(Object.keys(global().json.output).sort()).toMatchSnapshot("outputs");
    expect(region(3).addresses).toMatchSnapshot("region of three");
  });

  test("of what is there without records stay as they are", () => {
    const bare = Template.of(configuration({ recovery: {} }), "us-east-1").addresses;
    expect(region().addresses).toEqual(expect.arrayContaining(bare));
    expect(region().addresses.filter((address) => !bare.includes(address))).toEqual([
      "aws_cloudwatch_log_group.shop_health",
      "aws_cloudwatch_metric_alarm.shop_claim",
      "aws_cloudwatch_metric_alarm.shop_home-unhealthy",
      "aws_cloudwatch_metric_alarm.shop_owned_us-west-2",
      `aws_iam_policy.shop_look_${policyNumber("orders")}`,
      "aws_iam_role.shop_health",
      "aws_iam_role_policy.shop_health",
      `aws_iam_role_policy_attachment.shop_controller_look_${policyNumber("orders")}`,
      `aws_iam_role_policy_attachment.shop_health_look_${policyNumber("orders")}`,
      "aws_lambda_function.shop_health",
      "aws_lambda_function_event_invoke_config.shop_health",
    ]);
  });
});

describe("counts", () => {
  const count = (template: Template, type: string) => Object.keys(template.json.resource[type] ?? {}).length;
  const queues = (number: number) =>
    Object.fromEntries(Array.from({ length: number }, (_, index) => [`queue-${index}`, {}]));

  test.each([
    [2, 10, 13],
    [3, 27, 31],
    [4, 52, 57],
    [5, 85, 91],
  ])("of %d regions: %d checks and %d records, for 1 queue and for 25", (regions, ofChecks, ofRecords) => {
    const one = global(regions, {}, { queues: queues(1) });
    const many = global(regions, {}, { queues: queues(25) });
    process.stdout.write(`${regions} regions: ${ofChecks} health checks, ${ofRecords} records\n`);
    for (const template of [one, many]) {
      expect(count(template, "aws_route53_health_check")).toBe(ofChecks);
      expect(count(template, "aws_route53_record")).toBe(ofRecords);
    }
    expect(many.json).toEqual(one.json);
    expect(ofChecks).toBeLessThanOrEqual(200);
  });

  test("per provider: Route 53 by the first region's, endpoints each by its own", () => {
    expect(global(3).counts).toEqual({
      "aws: aws_lambda_function_url": 1,
      "aws: aws_lambda_permission": 2,
      "aws: aws_route53_health_check": 27,
      "aws: aws_route53_record": 31,
      "aws.us-west-2: aws_lambda_function_url": 1,
      "aws.us-west-2: aws_lambda_permission": 2,
      "aws.eu-west-1: aws_lambda_function_url": 1,
      "aws.eu-west-1: aws_lambda_permission": 2,
    });
    expect(global(3, { health: { type: "metric" } }).counts).toEqual({
      "aws: aws_route53_health_check": 27,
      "aws: aws_route53_record": 31,
    });
  });
});

describe("health checks", () => {
  const HTTPS = ["HTTPS", "/health", 10, 3];
  const owned = (home: string, peer: string, ...more: string[]) => [
    "CLOUDWATCH_METRIC",
    `shop-owned-${peer}-${home}`,
    peer,
    "LastKnownStatus",
    ...more,
  ];
  const claim = (home: string) => ["CLOUDWATCH_METRIC", `shop-claim-${home}`, home, "Unhealthy"];

  test("of two regions", () => {
    expect(checks(global())).toEqual([
      ["shop_claim_us-east-1_us-west-2", ...claim("us-east-1")],
      ["shop_claim_us-west-2_us-east-1", ...claim("us-west-2")],
      ["shop_endpoint-health_us-east-1", ...HTTPS],
      ["shop_endpoint-health_us-west-2", ...HTTPS],
      ["shop_not-owned_us-east-1_us-west-2", ...owned("us-east-1", "us-west-2")],
      ["shop_not-owned_us-west-2_us-east-1", ...owned("us-west-2", "us-east-1")],
      [
        "shop_owner-home_us-east-1",
        "CALCULATED",
        1,
        ["shop_not-owned_us-east-1_us-west-2", "shop_claim_us-east-1_us-west-2"],
      ],
      [
        "shop_owner-home_us-west-2",
        "CALCULATED",
        1,
        ["shop_not-owned_us-west-2_us-east-1", "shop_claim_us-west-2_us-east-1"],
      ],
      [
        "shop_routing_us-east-1",
        "CALCULATED",
        2,
        ["shop_endpoint-health_us-east-1", "shop_not-owned_us-east-1_us-west-2"],
      ],
      [
        "shop_routing_us-west-2",
        "CALCULATED",
        2,
        ["shop_endpoint-health_us-west-2", "shop_not-owned_us-west-2_us-east-1"],
      ],
    ]);
  });

  test("of one home among three", () => {
    const about = checks(global(3)).filter(([address]) => /_us-east-1(?:_|$)/.test(String(address)));
    const ofHome = about.filter(([address]) => /^shop_[a-z-]+_us-east-1/.test(String(address)));
    expect(ofHome).toEqual([
      ["shop_claim_us-east-1_eu-west-1", ...claim("us-east-1")],
      ["shop_claim_us-east-1_us-west-2", ...claim("us-east-1")],
      ["shop_endpoint-health_us-east-1", ...HTTPS],
      ["shop_not-owned_us-east-1_eu-west-1", ...owned("us-east-1", "eu-west-1")],
      ["shop_not-owned_us-east-1_us-west-2", ...owned("us-east-1", "us-west-2")],
      ["shop_owned_us-east-1_us-west-2", ...owned("us-east-1", "us-west-2", "inverted")],
      [
        "shop_owner-home_us-east-1",
        "CALCULATED",
        2,
        [
          "shop_not-owned_us-east-1_us-west-2",
          "shop_not-owned_us-east-1_eu-west-1",
          "shop_claim_us-east-1_us-west-2",
          "shop_claim_us-east-1_eu-west-1",
        ],
      ],
      [
        "shop_owner-peer_us-east-1_us-west-2",
        "CALCULATED",
        2,
        ["shop_owned_us-east-1_us-west-2", "shop_endpoint-health_us-west-2"],
      ],
      [
        "shop_routing_us-east-1",
        "CALCULATED",
        3,
        [
          "shop_endpoint-health_us-east-1",
          "shop_not-owned_us-east-1_us-west-2",
          "shop_not-owned_us-east-1_eu-west-1",
        ],
      ],
    ]);
  });

  test("with checks of one's own and a routing control: leaves only, whose number is the threshold", () => {
    const template = global(3, {
      checks: { "us-west-2": [{ id: MINE, type: "alarm" }] },
      routing_controls: { "us-west-2": CONTROL },
    });
    const leaves = ["shop_endpoint-health_us-west-2", MINE, "shop_routing-control_us-west-2"];
    const rows = Object.fromEntries(checks(template).map(([address, ...row]) => [address, row]));
    expect(rows["shop_routing-control_us-west-2"]).toEqual(["RECOVERY_CONTROL", CONTROL]);
    expect(rows["shop_health_us-west-2"]).toEqual(["CALCULATED", 3, leaves]);
    expect(rows["shop_routing_us-west-2"]).toEqual([
      "CALCULATED",
      5,
      [...leaves, "shop_not-owned_us-west-2_us-east-1", "shop_not-owned_us-west-2_eu-west-1"],
    ]);
    expect(rows["shop_owner-peer_us-east-1_us-west-2"]).toEqual([
      "CALCULATED",
      4,
      ["shop_owned_us-east-1_us-west-2", ...leaves],
    ]);
    expect(rows["shop_health_us-east-1"]).toBeUndefined();
    const bySet = records(template).filter(([, , , answer]) => answer === '"healthy" 15');
    expect(bySet.map((row) => row.at(-1))).toEqual([
      "shop_endpoint-health_eu-west-1",
      "shop_endpoint-health_us-east-1",
      "shop_health_us-west-2",
    ]);
  });

  test("by metric look at the verdict of the controller, and take silence for a failure", () => {
    const rows = Object.fromEntries(
      checks(global(2, { health: { type: "metric" } })).map(([address, ...row]) => [address, row]),
    );
    expect(rows["shop_metric-health_us-east-1"]).toEqual([
      "CLOUDWATCH_METRIC",
      "shop-healthy-us-east-1",
      "us-east-1",
      "Unhealthy",
    ]);
    expect(rows["shop_routing_us-east-1"]).toEqual([
      "CALCULATED",
      2,
      ["shop_metric-health_us-east-1", "shop_not-owned_us-east-1_us-west-2"],
    ]);
  });

  test("ask the endpoint over TLS by its name, as often as is set", () => {
    const template = global(2, { health: { interval_seconds: 30, failure_threshold: 2 } });
    expect(template.resource("aws_route53_health_check", "shop_endpoint-health_us-west-2")).toMatchObject({
      fqdn: '${element(split("/", aws_lambda_function_url.shop_health_us-west-2.function_url), 2)}',
      port: 443,
      enable_sni: true,
      request_interval: 30,
      failure_threshold: 2,
      lifecycle: { create_before_destroy: true },
    });
  });

  test("on alarms are written again when the alarm changes, and copy no setting that Route 53 ignores", () => {
    const template = global(2, { health: { type: "metric" } });
    for (const [name, check] of Object.entries(template.json.resource.aws_route53_health_check!)) {
      if (check.type !== "CLOUDWATCH_METRIC") continue;
      const own = region(2, { health: { type: "metric" } }, {}, String(check.cloudwatch_alarm_region));
      const alarm = Object.values(own.json.resource.aws_cloudwatch_metric_alarm!).find(
        ({ alarm_name }) => alarm_name === check.cloudwatch_alarm_name,
      );
      const { alarm: trigger } = check.triggers as { alarm: string };
      const copied = JSON.parse(trigger);
      expect({ name, period: copied.period, dimensions: copied.dimensions }).toEqual({
        name,
        period: alarm!.period,
        dimensions: alarm!.dimensions,
      });
      expect(["Minimum", "Maximum"]).toContain(alarm!.statistic);
      expect(alarm).toMatchObject({
        metric_name: copied.metricName,
        namespace: copied.namespace,
        statistic: copied.statistic,
        comparison_operator: copied.comparisonOperator,
        threshold: copied.threshold,
        evaluation_periods: copied.evaluationPeriods,
        treat_missing_data: copied.treatMissingData,
      });
    }
  });

  test("are tagged with group, word, home and peer", () => {
    const template = global(2, {}, { tags: { team: "checkout" }, naming: { prefix: "dev-" } });
    expect(template.resource("aws_route53_health_check", "shop_not-owned_us-east-1_us-west-2").tags).toEqual({
      Name: "dev-shop-not-owned-us-east-1-us-west-2",
      "sqs-multi-region:failover-group": "shop",
      "sqs-multi-region:role": "not-owned",
      "sqs-multi-region:home": "us-east-1",
      "sqs-multi-region:peer": "us-west-2",
      team: "checkout",
    });
  });
});

describe("records", () => {
  const R = "orders.example.com";

  test("of two regions", () => {
    expect(records(global())).toEqual([
      ["shop_discovery", R, "TXT", `-> us-east-1.${R}`, "simple", "-"],
      [
        "shop_health_us-east-1_primary",
        `health.us-east-1.${R}`,
        "TXT",
        '"healthy" 15',
        "PRIMARY",
        "shop_endpoint-health_us-east-1",
      ],
      ["shop_health_us-east-1_secondary", `health.us-east-1.${R}`, "TXT", '"unhealthy" 15', "SECONDARY", "-"],
      [
        "shop_health_us-west-2_primary",
        `health.us-west-2.${R}`,
        "TXT",
        '"healthy" 15',
        "PRIMARY",
        "shop_endpoint-health_us-west-2",
      ],
      ["shop_health_us-west-2_secondary", `health.us-west-2.${R}`, "TXT", '"unhealthy" 15', "SECONDARY", "-"],
      [
        "shop_owner_us-east-1_primary",
        `owner.us-east-1.${R}`,
        "TXT",
        '"us-east-1" 15',
        "PRIMARY",
        "shop_owner-home_us-east-1",
      ],
      ["shop_owner_us-east-1_secondary", `owner.us-east-1.${R}`, "TXT", '"us-west-2" 15', "SECONDARY", "-"],
      [
        "shop_owner_us-west-2_primary",
        `owner.us-west-2.${R}`,
        "TXT",
        '"us-west-2" 15',
        "PRIMARY",
        "shop_owner-home_us-west-2",
      ],
      ["shop_owner_us-west-2_secondary", `owner.us-west-2.${R}`, "TXT", '"us-east-1" 15', "SECONDARY", "-"],
      [
        "shop_routing_us-east-1_primary",
        `us-east-1.${R}`,
        "TXT",
        '"us-east-1" 15',
        "PRIMARY",
        "shop_routing_us-east-1",
      ],
      [
        "shop_routing_us-east-1_secondary",
        `us-east-1.${R}`,
        "TXT",
        '"us-west-2" 15',
        "SECONDARY",
        "shop_endpoint-health_us-west-2",
      ],
      [
        "shop_routing_us-west-2_primary",
        `us-west-2.${R}`,
        "TXT",
        '"us-west-2" 15',
        "PRIMARY",
        "shop_routing_us-west-2",
      ],
      [
        "shop_routing_us-west-2_secondary",
        `us-west-2.${R}`,
        "TXT",
        '"us-east-1" 15',
        "SECONDARY",
        "shop_endpoint-health_us-east-1",
      ],
    ]);
  });

  test("of one home among four go on by aliases, in the order in which peers take over", () => {
    const template = global(
      4,
      {},
      { recovery: { takeover_order: { "us-east-1": ["eu-west-1", "us-west-2"] } } },
    );
    const ofHome = records(template).filter(([address]) =>
      /^shop_(?:routing|owner)_us-east-1_/.test(String(address)),
    );
    const O = `us-east-1.${R}`;
    expect(ofHome.map(([, name, , ...row]) => [name, ...row])).toEqual([
      [`owners.${O}`, '"eu-west-1" 15', "PRIMARY", "shop_owner-peer_us-east-1_eu-west-1"],
      [`owners.${O}`, `-> owners-2.${O}`, "SECONDARY", "-"],
      [`owners-2.${O}`, '"us-west-2" 15', "PRIMARY", "shop_owner-peer_us-east-1_us-west-2"],
      [`owners-2.${O}`, '"eu-central-1" 15', "SECONDARY", "-"],
      [`owner.${O}`, '"us-east-1" 15', "PRIMARY", "shop_owner-home_us-east-1"],
      [`owner.${O}`, `-> owners.${O}`, "SECONDARY", "-"],
      [`peers.${O}`, '"eu-west-1" 15', "PRIMARY", "shop_endpoint-health_eu-west-1"],
      [`peers.${O}`, `-> peers-2.${O}`, "SECONDARY", "-"],
      [`peers-2.${O}`, '"us-west-2" 15', "PRIMARY", "shop_endpoint-health_us-west-2"],
      [`peers-2.${O}`, '"eu-central-1" 15', "SECONDARY", "shop_endpoint-health_eu-central-1"],
      [O, '"us-east-1" 15', "PRIMARY", "shop_routing_us-east-1"],
      [O, `-> peers.${O}`, "SECONDARY", "-"],
    ]);
    expect(template.resource("aws_route53_record", "shop_owner_us-east-1_secondary")).toMatchObject({
      zone_id: "Z0123456789ABC",
      set_identifier: "secondary",
      alias: { zone_id: "Z0123456789ABC", evaluate_target_health: true },
    });
  });

  const found = (template: Template, word: string) =>
    records(template).filter(([address]) => String(address).startsWith(`shop_${word}`));

  test.each([2, 5])("of %i regions: an alias is made when there is all that it leads to", (count) => {
    const records = Object.entries(global(count).json.resource.aws_route53_record ?? {});
    const aliases = records.filter(([, { alias }]) => alias !== undefined);
    expect(aliases.length).toBeGreaterThan(0);
    for (const [, { alias, depends_on }] of aliases) {
      const { name } = alias as unknown as { readonly name: string };
      const targets = records.filter(([, record]) => record.name === name);
      expect(targets.length).toBeGreaterThan(0);
      expect([...(depends_on as unknown as readonly string[])].sort()).toEqual(
        targets.map(([address]) => `aws_route53_record.${address}`).sort(),
      );
    }
  });

  test("discover by latency", () => {
    expect(found(global(2, { discovery: { policy: "latency" } }), "discovery")).toEqual([
      ["shop_discovery_us-east-1", R, "TXT", `-> us-east-1.${R}`, "us-east-1", "-"],
      ["shop_discovery_us-west-2", R, "TXT", `-> us-west-2.${R}`, "us-west-2", "-"],
    ]);
  });

  const geolocation: Partial<Dns> = {
    discovery: {
      policy: "geolocation",
      default: "us-west-2",
      locations: { "us-east-1": [{ continent: "EU" }, { country: "US", subdivision: "NY" }] },
    },
  };

  test("discover by place", () => {
    const template = global(2, geolocation);
    expect(found(template, "discovery")).toEqual([
      ["shop_discovery_default", R, "TXT", `-> us-west-2.${R}`, { country: "*" }, "-"],
      ["shop_discovery_us-east-1_continent-eu", R, "TXT", `-> us-east-1.${R}`, { continent: "EU" }, "-"],
      [
        "shop_discovery_us-east-1_country-us-ny",
        R,
        "TXT",
        `-> us-east-1.${R}`,
        { country: "US", subdivision: "NY" },
        "-",
      ],
    ]);
    const sets = template.json.resource.aws_route53_record!;
    expect(sets["shop_discovery_us-east-1_country-us-ny"]!.set_identifier).toBe("country-us-ny");
  });

  test("discover the region that is first in order", () => {
    const discovery = { order: ["us-west-2", "us-east-1"] };
    expect(found(global(2, { discovery }), "discovery")).toEqual([
      ["shop_discovery", R, "TXT", `-> us-west-2.${R}`, "simple", "-"],
    ]);
  });

  const cnames = (count: number) => [
    {
      record: "api.example.com",
      targets: Object.fromEntries(
        ALL.slice(0, count).map((name) => [name, { cname: `${name}.example.net` }]),
      ),
    },
  ];
  const API = "api.example.com";

  test("of endpoints fail over with their regions", () => {
    expect(found(global(3, { endpoints: cnames(3) }), "endpoint")).toEqual([
      [
        "shop_endpoint_api_example_com_peers_primary",
        `peers.${API}`,
        "CNAME",
        '"us-west-2.example.net" 15',
        "PRIMARY",
        "shop_routing_us-west-2",
      ],
      [
        "shop_endpoint_api_example_com_peers_secondary",
        `peers.${API}`,
        "CNAME",
        '"eu-west-1.example.net" 15',
        "SECONDARY",
        "shop_routing_eu-west-1",
      ],
      [
        "shop_endpoint_api_example_com_primary",
        API,
        "CNAME",
        '"us-east-1.example.net" 15',
        "PRIMARY",
        "shop_routing_us-east-1",
      ],
      ["shop_endpoint_api_example_com_secondary", API, "CNAME", `-> peers.${API}`, "SECONDARY", "-"],
    ]);
  });

  test("of endpoints follow the policy of discovery", () => {
    expect(found(global(2, { endpoints: cnames(2), discovery: { policy: "latency" } }), "endpoint")).toEqual([
      [
        "shop_endpoint_api_example_com_us-east-1",
        API,
        "CNAME",
        '"us-east-1.example.net" 15',
        "us-east-1",
        "shop_routing_us-east-1",
      ],
      [
        "shop_endpoint_api_example_com_us-west-2",
        API,
        "CNAME",
        '"us-west-2.example.net" 15',
        "us-west-2",
        "shop_routing_us-west-2",
      ],
    ]);
    const places = found(global(2, { endpoints: cnames(2), ...geolocation }), "endpoint");
    expect(places.map(([, , , answer, place, check]) => [answer, place, check])).toEqual([
      ['"us-west-2.example.net" 15', { country: "*" }, "shop_routing_us-west-2"],
      ['"us-east-1.example.net" 15', { continent: "EU" }, "shop_routing_us-east-1"],
      ['"us-east-1.example.net" 15', { country: "US", subdivision: "NY" }, "shop_routing_us-east-1"],
    ]);
  });

  test("of endpoints may be aliases of what AWS runs", () => {
    const alias = (name: string, more = {}) => ({
      alias: { name: `My-ALB.${name}.elb.amazonaws.com`, zone_id: "Z35SXDOTRQ7X7K", ...more },
    });
    const targets = {
      "us-east-1": alias("us-east-1"),
      "us-west-2": alias("us-west-2", { evaluate_target_health: true }),
    };
    const template = global(2, { endpoints: [{ record: API, targets }] });
    const record = (side: string) =>
      template.resource("aws_route53_record", `shop_endpoint_api_example_com_${side}`);
    expect(record("primary")).toMatchObject({
      type: "A",
      alias: {
        name: "My-ALB.us-east-1.elb.amazonaws.com",
        zone_id: "Z35SXDOTRQ7X7K",
        evaluate_target_health: false,
      },
    });
    expect(record("secondary")).toMatchObject({ alias: { evaluate_target_health: true } });
    expect(record("primary")).not.toHaveProperty("ttl");
  });

  test("have names that outputs tell, with the ids of the checks and the public addresses", () => {
    const { output } = global().json;
    const value = (name: string) => output[name]?.value;
    const names = recordNames(R);
    expect(value("discovery_record")).toBe(R);
    expect(value("home_record_us-west-2")).toBe(names.home("us-west-2"));
    expect(value("health_record_us-west-2")).toBe(names.health("us-west-2"));
    expect(value("owner_record_us-west-2")).toBe(names.owner("us-west-2"));
    expect(value("health_check_id_us-east-1")).toBe(
      "${aws_route53_health_check.shop_endpoint-health_us-east-1.id}",
    );
    expect(value("routing_check_id_us-east-1")).toBe("${aws_route53_health_check.shop_routing_us-east-1.id}");
    expect(value("health_url_us-west-2")).toMatch(/^https:\/\/\$\{.*function_url.*\}\/health$/);
    expect(global(2, { health: { type: "metric" } }).json.output).not.toHaveProperty("health_url_us-east-1");
  });
});

describe("answers", () => {
  const route53 = new Map<number, SettledRoute53>();
  beforeAll(() => {
    for (const count of [2, 3, 4, 5]) route53.set(count, new SettledRoute53(settings(count), global(count)));
  });
  const worlds = fc.integer({ min: 2, max: 5 }).chain((count) => {
    const regions = ALL.slice(0, count);
    const some = <T>(all: readonly T[]) => fc.subarray([...all]).map((chosen) => new Set(chosen));
    const pairs = regions.flatMap((home) =>
      regions.filter((peer) => peer !== home).map((peer) => owning(home, peer)),
    );
    return fc.record({
      count: fc.constant(count),
      world: fc.record({ healthy: some(regions), owned: some(pairs), claiming: some(regions) }),
    });
  });
  const each = (
    judge: (to: { regions: readonly string[]; world: World; ask: (name: string) => string }) => void,
  ) =>
    fc.assert(
      fc.property(worlds, ({ count, world }) => {
        judge({ regions: ALL.slice(0, count), world, ask: route53.get(count)!.in(world) });
      }),
      { numRuns: 500 },
    );
  const names = recordNames(DNS.record);
  const owners = ({ owned }: World, home: string, regions: readonly string[]) =>
    regions.filter((peer) => owned.has(owning(home, peer)));

  test("property: health tells of health alone", () => {
    each(({ regions, world, ask }) => {
      for (const home of regions)
        expect(ask(names.health(home))).toBe(world.healthy.has(home) ? "healthy" : "unhealthy");
    });
  });

  test("property: producers are sent home unless it is sick or owned, and never to the sick while anybody is healthy", () => {
    each(({ regions, world, ask }) => {
      for (const home of regions) {
        const sent = ask(names.home(home));
        const own = world.healthy.has(home) && owners(world, home, regions).length === 0;
        if (own) expect(sent).toBe(home);
        const peers = regions.filter((peer) => peer !== home && world.healthy.has(peer));
        if (!own && peers.length > 0) expect(sent).toBe(peers[0]);
        if (peers.length === 0) expect(sent).toBe(home);
      }
    });
  });

  test("property: discovery answers what the first region's record answers", () => {
    each(({ regions, ask }) => expect(ask(names.discovery)).toBe(ask(names.home(regions[0]!))));
  });

  test("property: the home owns itself unless a peer does and the home does not claim it back; then the first healthy owner does", () => {
    each(({ regions, world, ask }) => {
      for (const home of regions) {
        const peers = regions.filter((peer) => peer !== home);
        const owned = owners(world, home, peers);
        const expected =
          owned.length === 0 || world.claiming.has(home)
            ? home
            : (owned.find((peer) => world.healthy.has(peer)) ?? peers.at(-1));
        expect(ask(names.owner(home))).toBe(expected);
      }
    });
  });

  test("checks of one's own count as the home's", () => {
    const own: Partial<Dns> = {
      checks: { "us-east-1": [{ id: MINE, type: "endpoint" }] },
      routing_controls: { "us-east-1": CONTROL },
    };
    const dns = new SettledRoute53(settings(2, own), global(2, own));
    const answers = (...succeeding: string[]) => {
      const nobody = new Set<string>();
      const ask = dns.in({
        healthy: new Set(ALL),
        owned: nobody,
        claiming: nobody,
        succeeding: new Set(succeeding),
      });
      return [names.health("us-east-1"), names.discovery].map(ask);
    };
    expect(answers(MINE, CONTROL)).toEqual(["healthy", "us-east-1"]);
    expect(answers(MINE)).toEqual(["unhealthy", "us-west-2"]);
    expect(answers(CONTROL)).toEqual(["unhealthy", "us-west-2"]);
  });

  test("peers that are not in the order of takeover come last, since they may be told to", () => {
    const chosen = settings(3, {}, { recovery: { takeover_order: { "us-east-1": ["eu-west-1"] } } });
    expect(peersInOrder(chosen, "us-east-1")).toEqual(["eu-west-1", "us-west-2"]);
  });
});

describe("the public endpoint", () => {
  test("takes no credentials, by both permissions that Lambda asks for", () => {
    const template = global();
    expect(template.resource("aws_lambda_function_url", "shop_health_us-west-2")).toEqual({
      provider: "aws.us-west-2",
      function_name: "shop-health-us-west-2",
      authorization_type: "NONE",
    });
    const permission = { provider: "aws.us-west-2", function_name: "shop-health-us-west-2", principal: "*" };
    expect(template.resource("aws_lambda_permission", "shop_health_us-west-2_invoke-url")).toEqual({
      ...permission,
      statement_id: "sqs-multi-region-invoke-url",
      action: "lambda:InvokeFunctionUrl",
      function_url_auth_type: "NONE",
    });
    expect(template.resource("aws_lambda_permission", "shop_health_us-west-2_invoke")).toEqual({
      ...permission,
      statement_id: "sqs-multi-region-invoke",
      action: "lambda:InvokeFunction",
    });
  });

  test("is not there with health by metric, nor is the function", () => {
    const metric: Partial<Dns> = { health: { type: "metric" } };
    for (const template of [global(2, metric), region(2, metric)])
      expect(template.addresses.filter((address) => /lambda.*shop_health/.test(address))).toEqual([]);
  });
});

describe("the health function", () => {
  const template = region(3, { health: { reserved_concurrency: 7, memory_mb: 512 } }, { ledger: {} });
  const variables = (word: string, of = template) =>
    (of.resource("aws_lambda_function", word).environment as { variables: Record<string, string> }).variables;
  const statements = (role: string, of = template) =>
    of.document("aws_iam_role_policy", role, "policy").Statement;
  const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:${HOME_ACCOUNT}:${rest}`;

  test("has concurrency of its own, and forgets at once what a stranger queues up", () => {
    expect(template.resource("aws_lambda_function", "shop_health")).toMatchObject({
      function_name: "shop-health-us-east-1",
      reserved_concurrent_executions: 7,
      memory_size: 512,
      timeout: 10,
    });
    expect(template.resource("aws_lambda_function_event_invoke_config", "shop_health")).toMatchObject({
      maximum_event_age_in_seconds: 60,
      maximum_retry_attempts: 0,
    });
    expect(template.resource("aws_lambda_function", "orders_replicator")).not.toHaveProperty(
      "reserved_concurrent_executions",
    );
  });

  test("is told where its canary is", () => {
    const url = (name: string) => `https://sqs.us-east-1.amazonaws.com/${HOME_ACCOUNT}/${name}`;
    expect(healthSettings(variables("shop_health"))).toEqual({
      failoverGroup: "shop",
      region: "us-east-1",
      regions: ALL.slice(0, 3),
      account: HOME_ACCOUNT,
      ledgerTable: "shop-ledger",
      canary: { ingressQueueUrl: url("shop-canary-ingress"), workQueueUrl: url("shop-canary") },
    });
  });

  const allow = (Sid: string, Action: string[], Resource: unknown, Condition?: object) => ({
    Sid,
    Effect: "Allow",
    Action,
    Resource,
    ...(Condition && { Condition }),
  });
  const look = (...queues: string[]) =>
    allow(
      "Look",
      ["sqs:GetQueueAttributes"],
      queues.flatMap((name) => [arn("sqs", `${name}-ingress`), arn("sqs", name)]),
    );
  const LOOK = look("shop-canary");

  test("may read passes everywhere, look at queues, and touch the canary alone, in its region", () => {
    const of = region(2, {}, { ledger: {}, queues: { orders: {}, kept: { mode: "none" } } });
    const parameter = (word: string) => arn("ssm", `parameter/sqs-multi-region/shop/${word}`);
    expect(statements("shop_health", of).filter(({ Sid }) => Sid !== "Trace")).toEqual([
      allow("Own", ["ssm:GetParameter", "ssm:GetParameters"], [parameter("roles"), parameter("states")]),
      allow(
        "Passes",
        ["dynamodb:GetItem"],
        Object.keys(regionsOf(2)).map((name) =>
          arn("dynamodb", "table/shop-ownership").replace("us-east-1", name),
        ),
        {
          "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["pass"] },
        },
      ),
      allow("Queues", ["ssm:GetParametersByPath"], [parameter("queues"), parameter("queues/*")]),
      allow("Beat", ["sqs:SendMessage"], arn("sqs", "shop-canary-ingress")),
      allow("Hear", ["sqs:ReceiveMessage", "sqs:DeleteMessage"], arn("sqs", "shop-canary")),
      LOOK,
      allow("ProbeLedger", ["dynamodb:GetItem", "dynamodb:PutItem"], arn("dynamodb", "table/shop-ledger"), {
        "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["probe#us-east-1"] },
      }),
      allow(
        "Log",
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        `${arn("logs", "log-group:/aws/lambda/shop-health-us-east-1")}:*`,
      ),
    ]);
  });

  test("looks at logical queues by policies that the controller has too, those without copies included", () => {
    const of = region(2, {}, { queues: { orders: {}, kept: { mode: "none" } } });
    for (const queue of ["orders", "kept"]) {
      const number = policyNumber(queue);
      expect(of.document("aws_iam_policy", `shop_look_${number}`, "policy").Statement).toEqual([look(queue)]);
      for (const role of ["health", "controller"]) {
        const attachment = `shop_${role}_look_${number}`;
        expect(of.resource("aws_iam_role_policy_attachment", attachment)).toEqual({
          provider: "aws",
          role: `\${aws_iam_role.shop_${role}.name}`,
          policy_arn: `\${aws_iam_policy.shop_look_${number}.arn}`,
        });
        expect(of.resource("aws_iam_role_policy", `shop_${role}`).depends_on).toContain(
          `aws_iam_role_policy_attachment.${attachment}`,
        );
      }
    }
    expect(policyNumber("orders")).not.toBe(policyNumber("kept"));
    const metric = region(2, { health: { type: "metric" } });
    expect(metric.addresses.filter((address) => address.includes("_look_"))).toEqual([
      `aws_iam_policy.shop_look_${policyNumber("orders")}`,
      `aws_iam_role_policy_attachment.shop_controller_look_${policyNumber("orders")}`,
    ]);
  });

  test("leaves publishing to the controller, which may in one namespace and looks at the same queues", () => {
    const own = (of: Template) =>
      statements("shop_controller", of).filter(({ Sid }) => Sid === "Publish" || Sid === "Look");
    expect(own(region())).toEqual([
      LOOK,
      allow("Publish", ["cloudwatch:PutMetricData"], "*", {
        StringEquals: { "cloudwatch:namespace": METRICS_NAMESPACE },
      }),
    ]);
    expect(own(Template.of(configuration({ recovery: {} }), "us-east-1"))).toEqual([]);
  });

  test("finds a queue in the list only when it is there and may be looked at", () => {
    expect(region().resource("aws_ssm_parameter", "orders_control").depends_on).toEqual([
      "aws_sqs_queue.orders_ingress",
      "aws_sqs_queue.orders_work",
      `aws_iam_role_policy_attachment.shop_controller_look_${policyNumber("orders")}`,
      `aws_iam_role_policy_attachment.shop_health_look_${policyNumber("orders")}`,
    ]);
    const metric = region(2, { health: { type: "metric" } });
    expect(metric.resource("aws_ssm_parameter", "orders_control").depends_on).toHaveLength(3);
    const bare = Template.of(configuration({ recovery: {} }), "us-east-1");
    expect(bare.resource("aws_ssm_parameter", "orders_control")).not.toHaveProperty("depends_on");
  });

  test("finds queues without copies in the list too, and the controller nothing to do about them", () => {
    const queues = { orders: {}, kept: { mode: "none", fifo: true } } as const;
    const of = region(2, {}, { queues });
    const listed = of.resource("aws_ssm_parameter", "kept_control");
    expect(listed.name).toBe("/sqs-multi-region/shop/queues/kept");
    expect(JSON.parse(String(listed.insecure_value))).toEqual({
      queue: "kept",
      rescue: "manual",
      marginSeconds: 0,
      drainers: {},
      ingress: "kept-ingress.fifo",
      work: "kept.fifo",
    });
    expect(of.addresses.filter((address) => /\.(kept_drainer|shop-canary_control)/.test(address))).toEqual(
      [],
    );
    const bare = Template.of(configuration({ recovery: {}, queues }), "us-east-1");
    expect(bare.addresses).not.toContain("aws_ssm_parameter.kept_control");
  });

  test("and all others are told how to look records up, with the DNS servers of their region", () => {
    const resolver_addresses = { "us-east-1": ["10.0.0.2:53"] };
    const wanted = { record: "orders.example.com", ttlSeconds: 15 };
    for (const [of, expected] of [
      [region(2, { resolver_addresses }), { ...wanted, resolverAddresses: ["10.0.0.2:53"] }],
      [region(2, { resolver_addresses }, {}, "us-west-2"), wanted],
      [Template.of(configuration({ recovery: {} }), "us-east-1"), undefined],
    ] as const) {
      expect(controllerSettings(variables("shop_controller", of)).records).toEqual(expected);
      expect(replicatorSettings(variables("orders_replicator", of)).ownership?.records).toEqual(expected);
    }
    const takeover = (recovery: ConfigurationInput["recovery"]) =>
      controllerSettings(variables("shop_controller", region(2, {}, { recovery: recovery! })));
    expect(takeover({})).toMatchObject({ takeover: "automatic", onIsolation: "fence" });
    expect(takeover({ takeover: "manual" })).toMatchObject({ takeover: "manual" });
  });
});

describe("sizes of a region's policies", () => {
  const group = (queues: number) =>
    once({ queues }, () =>
      Template.of(
        settings(
          2,
          {},
          {
            ledger: {},
            queues: Object.fromEntries(
              Array.from({ length: queues }, (_, index) => [`team-order-queue-${100 + index}`, {}]),
            ),
          },
        ),
        "us-west-2",
      ),
    );
  const documents = (template: Template, type: string) =>
    Object.entries(template.json.resource[type]!).map(
      ([name, { policy }]) => [name, String(policy).length] as const,
    );

  test.each([
    [1, 1],
    [25, 4],
    [100, 4],
  ])("of %d logical queues: %d policies of each kind, within IAM's limits", (queues, number) => {
    const template = group(queues);
    const managed = documents(template, "aws_iam_policy");
    const longest = Math.max(...managed.map(([, length]) => length));
    process.stdout.write(`${queues} logical queues: managed policies of at most ${longest} characters\n`);
    expect(managed).toHaveLength(2 * number);
    expect(longest).toBeLessThanOrEqual(MANAGED_POLICY_MAX_CHARACTERS);
    const attached = Object.values(template.json.resource.aws_iam_role_policy_attachment!).map(
      ({ role }) => role,
    );
    const times = (role: string) => attached.filter((one) => one === `\${aws_iam_role.${role}.name}`).length;
    expect([times("shop_controller"), times("shop_health"), attached.length]).toEqual([
      2 * number,
      number,
      3 * number,
    ]);
    const listed = Object.keys(template.json.resource.aws_ssm_parameter!).filter((name) =>
      /_control$/.test(name),
    );
    expect(listed).toHaveLength(queues);
  });

  test("inside the roles of the group do not grow with its queues", () => {
    for (const role of ["shop_controller", "shop_health"]) {
      const policy = (template: Template) => template.document("aws_iam_role_policy", role, "policy");
      expect(policy(group(100))).toEqual(policy(group(1)));
    }
  });

  test("inside the roles are far from the limit with all that makes them longer", () => {
    const kms_key_arns = Object.fromEntries(
      ALL.map((name) => [
        name,
        `arn:aws:kms:${name}:${HOME_ACCOUNT}:key/11111111-1111-1111-1111-111111111111`,
      ]),
    );
    const vpc = { subnet_ids: ["subnet-1"], security_group_ids: ["sg-1"] };
    const template = Template.of(
      settings(
        5,
        {},
        {
          failover_group: "a-failover-group-of-25-xx",
          naming: { prefix: "a-prefix-of-20-chars" },
          regions: Object.fromEntries(ALL.map((name) => [name, { account: HOME_ACCOUNT, vpc }])),
          recovery: { ownership_kms_key_arns: kms_key_arns },
          ledger: { kms_key_arns },
        },
      ),
      "us-east-1",
    );
    const longest = Math.max(...documents(template, "aws_iam_role_policy").map(([, length]) => length));
    process.stdout.write(`five regions: policies inside roles of at most ${longest} characters\n`);
    expect(longest).toBeLessThan(0.6 * ROLE_POLICY_MAX_CHARACTERS);
  });
});

describe("alarms", () => {
  const topic = `arn:aws:sns:us-east-1:${HOME_ACCOUNT}:alarms`;
  const template = region(
    3,
    { health: { type: "metric" } },
    { recovery: { alarm_action_arns: { "us-east-1": [topic] } }, naming: { prefix: "dev-" } },
  );
  const alarms = template.json.resource.aws_cloudwatch_metric_alarm!;

  test("watch what the controller publishes, once a minute, in standard resolution", () => {
    const rows = Object.entries(alarms)
      .filter(([name]) => name !== "shop_controller-silent")
      .map(([name, alarm]) => [
        name,
        alarm.alarm_name,
        alarm.metric_name,
        alarm.dimensions,
        `${alarm.statistic} ${alarm.comparison_operator} ${alarm.threshold}`,
        `${alarm.evaluation_periods} x ${alarm.period}`,
        alarm.treat_missing_data,
        alarm.alarm_actions,
      ])
      .sort(([one], [other]) => String(one).localeCompare(String(other)));
    const below = (statistic: string) => `${statistic} LessThanThreshold 1`;
    const own = { FailoverGroup: "shop", Region: "us-east-1" };
    const owned = (home: string) => [
      `shop_owned_${home}`,
      `dev-shop-owned-us-east-1-${home}`,
      METRICS.owned,
      { FailoverGroup: "shop", HomeRegion: home, PeerRegion: "us-east-1" },
      "Maximum GreaterThanOrEqualToThreshold 1",
      "1 x 60",
      "ignore",
      [topic],
    ];
    expect(rows).toEqual([
      [
        "shop_claim",
        "dev-shop-claim-us-east-1",
        METRICS.claim,
        own,
        below("Maximum"),
        "1 x 60",
        "breaching",
        undefined,
      ],
      [
        "shop_healthy",
        "dev-shop-healthy-us-east-1",
        METRICS.healthy,
        own,
        below("Minimum"),
        "1 x 60",
        "breaching",
        undefined,
      ],
      [
        "shop_home-unhealthy",
        "dev-shop-home-unhealthy-us-east-1",
        METRICS.healthy,
        own,
        below("Maximum"),
        "5 x 60",
        "breaching",
        [topic],
      ],
      owned("eu-west-1"),
      owned("us-west-2"),
    ]);
  });

  test("tell a person what happens, what it means and where to look", () => {
    for (const [name, { alarm_description: text }] of Object.entries(alarms)) {
      expect({ name, text }).toEqual({ name, text: expect.stringMatching(/^[A-Z].{100,}[Ll]ook at .*\.$/) });
      expect(String(text).length).toBeLessThanOrEqual(1_024);
    }
    expect(alarms["shop_home-unhealthy"]!.alarm_description).toContain("for 300 seconds");
    const manual = region(2, {}, { recovery: { takeover: "manual" } });
    expect(manual.resource("aws_cloudwatch_metric_alarm", "shop_home-unhealthy").alarm_description).toContain(
      "Nobody takes it over but by order",
    );
  });
});

test("an operator may read the health checks, and without records nothing of Route 53", () => {
  const statements = (template: Template): readonly { Sid: string }[] =>
    JSON.parse(String(template.json.output.operator_policy?.value)).Statement;
  const bare = statements(Template.of(configuration({ recovery: {} }), "us-east-1"));
  expect(bare.map(({ Sid }) => Sid)).toEqual([
    "Order",
    "Look",
    "Run",
    "LookAtVoters",
    "OrderAtVoters",
    "RestoreVoters",
  ]);
  expect(statements(region())).toEqual([
    ...bare,
    { Sid: "ListChecks", Effect: "Allow", Action: ["route53:ListHealthChecks"], Resource: "*" },
    {
      Sid: "Checks",
      Effect: "Allow",
      Action: [
        "route53:ListTagsForResources",
        "route53:GetHealthCheckStatus",
        "route53:GetHealthCheckLastFailureReason",
      ],
      Resource: "arn:aws:route53:::healthcheck/*",
    },
  ]);
});

test("every resource that can be tagged is", () => {
  for (const [, { tags }] of [global(3), region()].flatMap(({ taggable }) => taggable))
    expect(tags).toMatchObject({ "sqs-multi-region:failover-group": "shop" });
});
