import fc from "fast-check";
import { policyNumber } from "../../config/access/spread-policies";
import { settingsOf } from "../../config/configuration";
import { peersInOrder } from "../../config/region-sets";
import type { ConfigurationInput } from "../../config/schema";
import { MANAGED_POLICY_MAX_CHARACTERS, ROLE_POLICY_MAX_CHARACTERS } from "../../core/limits";
import { homeRecord, TAG_KEYS } from "../../core/names";
import { healthSettings } from "../../replicator/health/settings";
import { METRICS, METRICS_NAMESPACE } from "../../replicator/telemetry/metrics";
import { needsGlobalStack } from "../../stacks/global-stack";
import { configuration, HOME_ACCOUNT } from "../fixtures";
import { SettledRoute53, type World } from "../modules/dns/settled-route53";
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
  configuration({
    regions: regionsOf(count),
    recovery: { takeover: "manual" },
    dns: { ...DNS, ...dns },
    ...over,
  });
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
  table(template, "aws_route53_health_check", (check) => {
    switch (String(check.type)) {
      case "CALCULATED":
        return [check.type, check.child_health_threshold, check.child_healthchecks];
      case "CLOUDWATCH_METRIC":
        return [
          check.type,
          check.cloudwatch_alarm_name,
          check.cloudwatch_alarm_region,
          check.insufficient_data_health_status,
        ];
      case "RECOVERY_CONTROL":
        return [check.type, check.routing_control_arn];
      default:
        return [check.type, check.resource_path, check.request_interval, check.failure_threshold];
    }
  });

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
      "aws_cloudwatch_metric_alarm.shop_home-unhealthy",
      "aws_iam_role.shop_health",
      "aws_iam_role_policy.shop_health",
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
    [2, 2, 5],
    [3, 3, 13],
    [4, 4, 25],
    [5, 5, 41],
  ])("of %d regions: %d checks and %d records, for 1 queue and for 25", (regions, ofChecks, ofRecords) => {
    const one = global(regions, {}, { queues: queues(1) });
    const many = global(regions, {}, { queues: queues(25), account_quotas: { iam_roles: 1_165 } });
    process.stdout.write(`${regions} regions: ${ofChecks} health checks, ${ofRecords} records\n`);
    for (const template of [one, many]) {
      expect(count(template, "aws_route53_health_check")).toBe(ofChecks);
      expect(count(template, "aws_route53_record")).toBe(ofRecords);
    }
    expect(many.json).toEqual(one.json);
  });

  test("per provider: Route 53 by the first region's, endpoints each by its own", () => {
    expect(global(3).counts).toEqual({
      "aws: aws_lambda_function_url": 1,
      "aws: aws_lambda_permission": 2,
      "aws: aws_route53_health_check": 3,
      "aws: aws_route53_record": 13,
      "aws.us-west-2: aws_lambda_function_url": 1,
      "aws.us-west-2: aws_lambda_permission": 2,
      "aws.eu-west-1: aws_lambda_function_url": 1,
      "aws.eu-west-1: aws_lambda_permission": 2,
    });
    expect(global(3, { health: { type: "metric" } }).counts).toEqual({
      "aws: aws_route53_health_check": 3,
      "aws: aws_route53_record": 13,
    });
  });
});

describe("health checks", () => {
  const HTTPS = ["HTTPS", "/health", 10, 3];

  test("are one for each region, that of its endpoint", () => {
    expect(checks(global(3))).toEqual([
      ["shop_endpoint-health_eu-west-1", ...HTTPS],
      ["shop_endpoint-health_us-east-1", ...HTTPS],
      ["shop_endpoint-health_us-west-2", ...HTTPS],
    ]);
  });

  test("with checks of one's own and a routing control: a calculated one, whose threshold is all of them", () => {
    const template = global(3, {
      checks: { "us-west-2": [{ id: MINE, type: "alarm" }] },
      routing_controls: { "us-west-2": CONTROL },
    });
    const leaves = ["shop_endpoint-health_us-west-2", MINE, "shop_routing-control_us-west-2"];
    expect(checks(template)).toEqual([
      ["shop_endpoint-health_eu-west-1", ...HTTPS],
      ["shop_endpoint-health_us-east-1", ...HTTPS],
      ["shop_endpoint-health_us-west-2", ...HTTPS],
      ["shop_health_us-west-2", "CALCULATED", 3, leaves],
      ["shop_routing-control_us-west-2", "RECOVERY_CONTROL", CONTROL],
    ]);
    const named = (region: string) =>
      records(template).filter(([, , , answer]) => answer === `"${region}" 15`);
    for (const [region, check] of [
      ["us-west-2", "shop_health_us-west-2"],
      ["us-east-1", "shop_endpoint-health_us-east-1"],
    ] as const)
      expect(named(region).map((row) => row.at(-1))).toEqual([check, check, check]);
  });

  test("by metric look at the verdict of the controller, and take silence for a failure", () => {
    const healthy = (region: string) => ["CLOUDWATCH_METRIC", `shop-healthy-${region}`, region, "Unhealthy"];
    expect(checks(global(2, { health: { type: "metric" } }))).toEqual([
      ["shop_metric-health_us-east-1", ...healthy("us-east-1")],
      ["shop_metric-health_us-west-2", ...healthy("us-west-2")],
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

  test("are tagged with group, word and home, by as many tags as the rule counts", () => {
    const template = global(2, {}, { tags: { team: "checkout" }, naming: { prefix: "dev-" } });
    const { tags } = template.resource("aws_route53_health_check", "shop_endpoint-health_us-east-1");
    expect(tags).toEqual({
      Name: "dev-shop-endpoint-health-us-east-1",
      "sqs-multi-region:failover-group": "shop",
      "sqs-multi-region:role": "endpoint-health",
      "sqs-multi-region:home": "us-east-1",
      team: "checkout",
    });
    expect(Object.keys(tags as object).sort()).toEqual([...TAG_KEYS.ofHealthCheck, "team"].sort());
  });
});

describe("records", () => {
  const R = "orders.example.com";

  test("of two regions", () => {
    const [east, west] = ["shop_endpoint-health_us-east-1", "shop_endpoint-health_us-west-2"];
    const rows = [
      ["shop_discovery", R, "TXT", `-> us-east-1.${R}`, "simple", "-"],
      ["shop_routing_us-east-1_primary", `us-east-1.${R}`, "TXT", '"us-east-1" 15', "PRIMARY", east],
      ["shop_routing_us-east-1_secondary", `us-east-1.${R}`, "TXT", '"us-west-2" 15', "SECONDARY", west],
      ["shop_routing_us-west-2_primary", `us-west-2.${R}`, "TXT", '"us-west-2" 15', "PRIMARY", west],
      ["shop_routing_us-west-2_secondary", `us-west-2.${R}`, "TXT", '"us-east-1" 15', "SECONDARY", east],
    ];
    expect(records(global())).toEqual(rows);
  });

  test("of one home among four go on by aliases, in the order in which peers take over", () => {
    const template = global(
      4,
      {},
      {
        recovery: {
          takeover: "manual",
          takeover_order: { "us-east-1": ["eu-west-1", "us-west-2"] },
        },
      },
    );
    const ofHome = records(template).filter(([address]) => /^shop_routing_us-east-1_/.test(String(address)));
    const O = `us-east-1.${R}`;
    const check = (region: string) => `shop_endpoint-health_${region}`;
    expect(ofHome.map(([, name, , ...row]) => [name, ...row])).toEqual([
      [`peers.${O}`, '"eu-west-1" 15', "PRIMARY", check("eu-west-1")],
      [`peers.${O}`, `-> peers-2.${O}`, "SECONDARY", "-"],
      [`peers-2.${O}`, '"us-west-2" 15', "PRIMARY", check("us-west-2")],
      [`peers-2.${O}`, '"eu-central-1" 15', "SECONDARY", check("eu-central-1")],
      [O, '"us-east-1" 15', "PRIMARY", check("us-east-1")],
      [O, `-> peers.${O}`, "SECONDARY", "-"],
    ]);
    expect(template.resource("aws_route53_record", "shop_routing_us-east-1_secondary")).toMatchObject({
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
        "shop_endpoint-health_us-west-2",
      ],
      [
        "shop_endpoint_api_example_com_peers_secondary",
        `peers.${API}`,
        "CNAME",
        '"eu-west-1.example.net" 15',
        "SECONDARY",
        "shop_endpoint-health_eu-west-1",
      ],
      [
        "shop_endpoint_api_example_com_primary",
        API,
        "CNAME",
        '"us-east-1.example.net" 15',
        "PRIMARY",
        "shop_endpoint-health_us-east-1",
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
        "shop_endpoint-health_us-east-1",
      ],
      [
        "shop_endpoint_api_example_com_us-west-2",
        API,
        "CNAME",
        '"us-west-2.example.net" 15',
        "us-west-2",
        "shop_endpoint-health_us-west-2",
      ],
    ]);
    const places = found(global(2, { endpoints: cnames(2), ...geolocation }), "endpoint");
    expect(places.map(([, , , answer, place, check]) => [answer, place, check])).toEqual([
      ['"us-west-2.example.net" 15', { country: "*" }, "shop_endpoint-health_us-west-2"],
      ['"us-east-1.example.net" 15', { continent: "EU" }, "shop_endpoint-health_us-east-1"],
      ['"us-east-1.example.net" 15', { country: "US", subdivision: "NY" }, "shop_endpoint-health_us-east-1"],
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
    const value = (name: string, of = global()) => of.json.output[name]?.value;
    const id = (word: string) => `\${aws_route53_health_check.shop_${word}_us-east-1.id}`;
    expect(value("discovery_record")).toBe(R);
    expect(value("home_record_us-west-2")).toBe(homeRecord(R, "us-west-2"));
    for (const name of ["health_check_id_us-east-1", "routing_check_id_us-east-1"]) {
      expect(value(name)).toBe(id("endpoint-health"));
      expect(value(name, global(2, { routing_controls: { "us-east-1": CONTROL } }))).toBe(id("health"));
    }
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
    const healthy = fc.subarray(ALL.slice(0, count)).map((chosen) => new Set(chosen));
    return fc.record({ count: fc.constant(count), world: fc.record({ healthy }) });
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

  test("property: producers are sent home, else to the first healthy peer, and home again when nobody is healthy", () => {
    each(({ regions, world: { healthy }, ask }) => {
      for (const home of regions) {
        const order = [home, ...regions];
        const expected = order.find((region) => healthy.has(region)) ?? home;
        expect(ask(homeRecord(DNS.record, home))).toBe(expected);
      }
    });
  });

  test("property: discovery answers what the first region's record answers", () => {
    each(({ regions, ask }) => expect(ask(DNS.record)).toBe(ask(homeRecord(DNS.record, regions[0]!))));
  });

  test("checks of one's own count as the home's", () => {
    const own: Partial<Dns> = {
      checks: { "us-east-1": [{ id: MINE, type: "endpoint" }] },
      routing_controls: { "us-east-1": CONTROL },
    };
    const dns = new SettledRoute53(settings(2, own), global(2, own));
    const answers = (...succeeding: string[]) => {
      return dns.in({ healthy: new Set(ALL), succeeding: new Set(succeeding) })(DNS.record);
    };
    expect(answers(MINE, CONTROL)).toBe("us-east-1");
    expect(answers(MINE)).toBe("us-west-2");
    expect(answers(CONTROL)).toBe("us-west-2");
  });

  test("peers that are not in the order of takeover come last, since they may be told to", () => {
    const chosen = settings(3, {}, { recovery: { takeover_order: { "us-east-1": ["eu-west-1"] } } });
    expect(peersInOrder(settingsOf(chosen), "us-east-1")).toEqual(["eu-west-1", "us-west-2"]);
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

  test("is told of the table of its own region, and of no other", () => {
    expect(healthSettings(variables("shop_health"))).toEqual({
      failoverGroup: "shop",
      region: "us-east-1",
      ownershipTable: "shop-ownership",
    });
    const prefixed = region(2, {}, { naming: { prefix: "dev-" } });
    expect(healthSettings(variables("shop_health", prefixed)).ownershipTable).toBe("dev-shop-ownership");
  });

  const allow = (Sid: string, Action: string[], Resource: unknown, Condition?: object) => ({
    Sid,
    Effect: "Allow",
    Action,
    Resource,
    ...(Condition && { Condition }),
  });
  test("may get passes from the table of its own region, and nothing else", () => {
    const statementsOf = (recovery: ConfigurationInput["recovery"]) =>
      statements("shop_health", region(2, {}, { ledger: {}, recovery: { takeover: "manual", ...recovery } }));
    const pass = allow("Pass", ["dynamodb:GetItem"], arn("dynamodb", "table/shop-ownership"), {
      "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["pass"] },
    });
    const log = allow(
      "Log",
      ["logs:CreateLogStream", "logs:PutLogEvents"],
      `${arn("logs", "log-group:/aws/lambda/shop-health-us-east-1")}:*`,
    );
    const own = (recovery: ConfigurationInput["recovery"]) =>
      statementsOf(recovery).filter(({ Sid }) => Sid !== "Trace");
    expect(own({})).toEqual([pass, log]);
    const keys = Object.fromEntries(
      Object.keys(regionsOf(2)).map((name) => [
        name,
        `arn:aws:kms:${name}:${HOME_ACCOUNT}:key/11111111-1111-1111-1111-111111111111`,
      ]),
    );
    expect(own({ ownership_kms_key_arns: keys })).toEqual([
      pass,
      allow("OwnershipKey", ["kms:Decrypt"], keys["us-east-1"]),
      log,
    ]);
  });

  test("has no managed policy, since what it may does not grow with the queues", () => {
    const attached = Object.keys(template.json.resource.aws_iam_role_policy_attachment ?? {});
    expect(attached.filter((name) => name.startsWith("shop_health"))).toEqual([]);
  });
});

describe("the controller", () => {
  test("publishes its verdict, in one namespace, where there are records", () => {
    const published = (template: Template) =>
      template
        .document("aws_iam_role_policy", "shop_controller", "policy")
        .Statement.filter(({ Sid }) => Sid === "Publish");
    expect(published(region())).toEqual([
      {
        Sid: "Publish",
        Effect: "Allow",
        Action: ["cloudwatch:PutMetricData"],
        Resource: "*",
        Condition: { StringEquals: { "cloudwatch:namespace": METRICS_NAMESPACE } },
      },
    ]);
    expect(published(Template.of(configuration({ recovery: {} }), "us-east-1"))).toEqual([]);
  });

  test("finds queues without copies in the list too, looks at them, and has nothing to do about them", () => {
    const of = region(2, {}, { queues: { orders: {}, kept: { mode: "none", fifo: true } } });
    const listed = of.resource("aws_ssm_parameter", "kept_control");
    expect(listed.name).toBe("/sqs-multi-region/shop/queues/kept");
    expect(JSON.parse(String(listed.insecure_value))).toMatchObject({
      queue: "kept",
      drainers: {},
      ingress: "kept-ingress.fifo",
      work: "kept.fifo",
    });
    const policy = of.document("aws_iam_policy", `shop_look_${policyNumber("kept")}`, "policy");
    expect(policy.Statement[0]!.Resource).toContain(`arn:aws:sqs:us-east-1:${HOME_ACCOUNT}:kept.fifo`);
    expect(of.addresses.filter((address) => /\.(kept_drainer|shop-canary_control)/.test(address))).toEqual(
      [],
    );
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
    expect([times("shop_controller"), attached.length]).toEqual([2 * number, 2 * number]);
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
    expect(rows).toEqual([
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
    ]);
  });

  test("tell a person what happens, what it means and where to look", () => {
    for (const [name, { alarm_description: text }] of Object.entries(alarms)) {
      expect({ name, text }).toEqual({ name, text: expect.stringMatching(/^[A-Z].{100,}[Ll]ook at .*\.$/) });
      expect(String(text).length).toBeLessThanOrEqual(1_024);
    }
    expect(alarms["shop_home-unhealthy"]!.alarm_description).toContain("for 60 seconds");
    const manual = region(2, {}, { recovery: { takeover: "manual" } });
    expect(manual.resource("aws_cloudwatch_metric_alarm", "shop_home-unhealthy").alarm_description).toContain(
      "Nobody takes its homes over but by order",
    );
  });
});

test("an operator may read the health checks, and without records nothing of Route 53", () => {
  const statements = (template: Template): readonly { Sid: string }[] =>
    JSON.parse(String(template.json.output.operator_policy?.value)).Statement;
  const bare = statements(Template.of(configuration({ recovery: {} }), "us-east-1"));
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
