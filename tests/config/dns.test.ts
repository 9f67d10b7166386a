import fc from "fast-check";
import { parseConfiguration } from "../../config/load";
import type { ConfigurationInput } from "../../config/schema";
import { configuration, configurationInput, HOME_ACCOUNT, PEER_ACCOUNT } from "../fixtures";
import { pathsIn, violationsIn } from "./violations";

type Dns = NonNullable<ConfigurationInput["dns"]>;

const TWO_REGIONS = { "us-east-1": { account: HOME_ACCOUNT }, "us-west-2": { account: HOME_ACCOUNT } };
const THREE_REGIONS = { ...TWO_REGIONS, "eu-west-1": { account: HOME_ACCOUNT } };
const DNS: Dns = { zone_id: "Z0123456789ABC", record: "orders.example.com" };
const id = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
const CONTROL = `arn:aws:route53-recovery-control::${HOME_ACCOUNT}:controlpanel/abc/routingcontrol/def`;

const input = (dns: Partial<Dns> = {}, over: Partial<ConfigurationInput> = {}) =>
  configurationInput({ recovery: { takeover: "manual" }, dns: { ...DNS, ...dns }, ...over });
const ofThree = (dns: Partial<Dns>, over: Partial<ConfigurationInput> = {}) =>
  input(dns, { regions: THREE_REGIONS, ...over });

describe("defaults", () => {
  test("of records and health", () => {
    const { dns } = parseConfiguration(input());
    expect(dns).toMatchObject({
      zoneId: DNS.zone_id,
      record: DNS.record,
      ttlSeconds: 10,
      discovery: { policy: "failover" },
      order: ["us-east-1", "us-west-2"],
      healthEndpoint: { intervalSeconds: 10, failureThreshold: 3, reservedConcurrency: 5, memoryMb: 512 },
      checks: {},
      endpoints: [],
    });
    expect(configuration({ recovery: {} }).dns).toBeUndefined();
    expect(parseConfiguration(input({ health: { type: "metric" } })).dns!.healthEndpoint).toBeUndefined();
  });

  test("of the order follow from who takes the first region over", () => {
    const order = (recovery: ConfigurationInput["recovery"]) =>
      parseConfiguration(ofThree({}, { recovery })).dns!.order;
    expect(order({})).toEqual(["us-east-1", "us-west-2", "eu-west-1"]);
    expect(order({ takeover_order: { "us-east-1": ["eu-west-1"] } })).toEqual([
      "us-east-1",
      "eu-west-1",
      "us-west-2",
    ]);
  });
});

test("fails without recovery", () => {
  expect(violationsIn(configurationInput({ dns: DNS }))).toEqual([
    {
      path: "dns",
      value: DNS.record,
      allowed: "nothing without recovery",
      fix: 'add "recovery": {}, or take dns out: nobody could take a home over',
    },
  ]);
});

test("fails with regions of two accounts, because a check sees alarms of its own only", () => {
  const regions = { "us-east-1": { account: HOME_ACCOUNT }, "us-west-2": { account: PEER_ACCOUNT } };
  expect(violationsIn(input({}, { regions }))).toContainEqual({
    path: "dns",
    value: [HOME_ACCOUNT, PEER_ACCOUNT],
    allowed: "health checks in one account, that of all regions",
    fix: "use one account: a health check sees no alarm of another one",
  });
});

test("fails when two stacks would keep their state in one object", () => {
  const state_backend = { type: "s3" as const, bucket: "acme-{region}", key: "{group}.tfstate" };
  expect(violationsIn(input({}, { state_backend }))).toEqual([
    expect.objectContaining({
      path: "state_backend.key",
      allowed: "a key that contains {region} with dns",
    }),
  ]);
});

describe("fields", () => {
  test.each<[Partial<Record<keyof Dns, unknown>>, string[]]>([
    [{ zone_id: "zone" }, ["dns.zone_id"]],
    [{ zone_id: undefined }, ["dns.zone_id"]],
    [{ record: "orders" }, ["dns.record"]],
    [{ record: "Orders.example.com" }, ["dns.record"]],
    [{ record: "orders.example.com." }, ["dns.record"]],
    [{ record: "-orders.example.com" }, ["dns.record"]],
    [{ record: "orders..example.com" }, ["dns.record"]],
    [{ record: `${"x".repeat(64)}.example.com` }, ["dns.record"]],
    [{ record: `${"x".repeat(63)}.example.com` }, []],
    [{ ttl_seconds: 0 }, ["dns.ttl_seconds"]],
    [{ ttl_seconds: 61 }, ["dns.ttl_seconds"]],
    [{ ttl_seconds: 60 }, []],
    [{ discovery: { policy: "weighted" } }, ["dns.discovery.policy"]],
    [{ health: { interval_seconds: 20 } }, ["dns.health.interval_seconds"]],
    [{ health: { interval_seconds: 30 } }, []],
    [{ health: { failure_threshold: 0 } }, ["dns.health.failure_threshold"]],
    [{ health: { failure_threshold: 11 } }, ["dns.health.failure_threshold"]],
    [{ health: { reserved_concurrency: 1 } }, ["dns.health.reserved_concurrency"]],
    [{ health: { reserved_concurrency: 2 } }, []],
    [{ checks: { "us-east-1": [{ id: "mine", type: "endpoint" }] } }, ["dns.checks.us-east-1.0.id"]],
    [{ checks: { "us-east-1": [{ id: id(1), type: "http" }] } }, ["dns.checks.us-east-1.0.type"]],
    [{ routing_controls: { "us-east-1": "arn:aws:sns:x" } }, ["dns.routing_controls.us-east-1"]],
    [{ routing_controls: { "us-east-1": CONTROL } }, []],
    [{ endpoints: [{ record: "api", targets: {} }] }, ["dns.endpoints.0.record"]],
    [
      { endpoints: [{ record: "api.example.com", targets: { "us-east-1": { ip: "192.0.2.1" } } }] },
      ["dns.endpoints.0.targets.us-east-1"],
    ],
  ])("%j", (dns, paths) => {
    expect(pathsIn(input(dns as Partial<Dns>))).toEqual(paths);
  });

  test("report what else is wrong when a required one is missing", () => {
    const file = { ...input(), dns: { ttl_seconds: 10, discovery: { order: ["us-east-1"] } } };
    expect(pathsIn(file)).toEqual(["dns.zone_id", "dns.record", "dns.discovery.order"]);
  });
});

test.each<[Partial<Dns>, string]>([
  [{ checks: { "eu-north-1": [] } }, "dns.checks.eu-north-1"],
  [{ routing_controls: { "eu-north-1": CONTROL } }, "dns.routing_controls.eu-north-1"],
  [{ discovery: { order: ["us-east-1", "eu-north-1"] } }, "dns.discovery.order"],
  [
    {
      discovery: {
        policy: "geolocation",
        default: "us-east-1",
        locations: { "eu-north-1": [{ continent: "EU" }] },
      },
    },
    "dns.discovery.locations.eu-north-1",
  ],
  [
    {
      discovery: {
        policy: "geolocation",
        default: "eu-north-1",
        locations: { "us-east-1": [{ continent: "EU" }] },
      },
    },
    "dns.discovery.default",
  ],
  [
    {
      endpoints: [
        {
          record: "api.example.com",
          targets: {
            "us-east-1": { cname: "a.example" },
            "us-west-2": { cname: "b.example" },
            "eu-north-1": { cname: "c.example" },
          },
        },
      ],
    },
    "dns.endpoints.0.targets.eu-north-1",
  ],
])("fails with a region that the group does not have: %j", (dns, path) => {
  expect(violationsIn(input(dns))).toEqual([
    {
      path,
      value: "eu-north-1",
      allowed: "one of us-east-1, us-west-2",
      fix: "name a region of the group",
    },
  ]);
});

describe("discovery", () => {
  test.each<[Dns["discovery"], string, string]>([
    [{ policy: "latency", order: ["us-east-1", "us-west-2"] }, "order", "nothing with policy latency"],
    [{ policy: "latency", default: "us-east-1" }, "default", "nothing with policy latency"],
    [{ locations: { "us-east-1": [{ continent: "NA" }] } }, "locations", "nothing with policy failover"],
    [
      { policy: "geolocation", locations: { "us-east-1": [{ continent: "NA" }] } },
      "default",
      "a region of the group with policy geolocation",
    ],
    [
      { policy: "geolocation", default: "us-east-1" },
      "locations",
      "locations of at least one region with policy geolocation",
    ],
    [{ order: ["us-east-1"] }, "order", "all regions, each once: us-east-1, us-west-2"],
    [{ order: ["us-west-2", "us-west-2"] }, "order", "all regions, each once: us-east-1, us-west-2"],
  ])("fails with %j", (discovery, setting, allowed) => {
    expect(violationsIn(input({ discovery }))).toEqual([
      expect.objectContaining({ path: `dns.discovery.${setting}`, allowed }),
    ]);
  });

  test("fails with an order that is not the one in which peers take over", () => {
    const order = ["us-east-1", "eu-west-1", "us-west-2"];
    expect(violationsIn(ofThree({ discovery: { order } }))).toEqual([
      {
        path: "dns.discovery.order",
        value: order,
        allowed:
          "us-east-1, us-west-2, eu-west-1: after us-east-1, its peers in the order in which they take it over",
        fix: "reorder it, or set recovery.takeover_order.us-east-1 to eu-west-1, us-west-2",
      },
    ]);
    const takeover_order = { "us-east-1": ["eu-west-1", "us-west-2"] };
    expect(pathsIn(ofThree({ discovery: { order } }, { recovery: { takeover_order } }))).toEqual([]);
  });
});

describe("locations", () => {
  const located = (...places: object[]) =>
    violationsIn(
      input({
        discovery: { policy: "geolocation", default: "us-east-1", locations: { "us-west-2": places } },
      }),
    );

  test.each([
    { continent: "EU" },
    { country: "DE" },
    { country: "UA" },
    { country: "US", subdivision: "CA" },
    { country: "US", subdivision: "DC" },
  ])("takes %j", (location) => {
    expect(located(location)).toEqual([]);
  });

  test.each([
    [{}, "a continent, or a country with or without a subdivision"],
    [{ continent: "EU", country: "DE" }, "a continent, or a country with or without a subdivision"],
    [{ subdivision: "CA" }, "a continent, or a country with or without a subdivision"],
    [{ continent: "XX" }, "a continent of AF, AN, AS, EU, NA, OC, SA"],
    [{ continent: "EU", subdivision: "CA" }, "a subdivision together with a country only"],
    [{ country: "UK" }, "a country by its two-letter code of ISO 3166-1, such as DE"],
    [{ country: "*" }, "a country by its two-letter code of ISO 3166-1, such as DE"],
    [{ country: "CA", subdivision: "ON" }, "a subdivision with country US only"],
    [{ country: "US", subdivision: "ON" }, "a state of the United States by its two letters, or DC"],
  ])("fails with %j", (location, allowed) => {
    expect(located(location)).toEqual([
      { path: "dns.discovery.locations.us-west-2.0", value: location, allowed, fix: "correct it" },
    ]);
  });

  test("fails with one that two regions have", () => {
    const locations = {
      "us-east-1": [{ country: "US" }],
      "us-west-2": [{ continent: "AS" }, { country: "US" }],
    };
    expect(
      violationsIn(input({ discovery: { policy: "geolocation", default: "us-east-1", locations } })),
    ).toEqual([
      expect.objectContaining({
        path: "dns.discovery.locations.us-west-2.1",
        allowed: "a location that is named once; us-east-1 has it already",
      }),
    ]);
  });
});

test.each(["interval_seconds", "failure_threshold", "reserved_concurrency", "memory_mb"])(
  "fails with %s where there is no endpoint",
  (setting) => {
    const value = setting === "memory_mb" ? 256 : 10;
    expect(violationsIn(input({ health: { type: "metric", [setting]: value } }))).toEqual([
      {
        path: `dns.health.${setting}`,
        value,
        allowed: "nothing with type metric",
        fix: "take it out, or choose type endpoint",
      },
    ]);
  },
);

describe("checks of one's own", () => {
  const checks = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ id: id(index), type: "endpoint" as const }));

  test("fail when they are calculated", () => {
    const list = [...checks(1), { id: id(7), type: "calculated" as const }];
    expect(violationsIn(input({ checks: { "us-west-2": list } }))).toEqual([
      {
        path: "dns.checks.us-west-2.1.type",
        value: "calculated",
        allowed: "endpoint, alarm or recovery_control: a CALCULATED check cannot contain another one",
        fix: `name the children of ${id(7)} in its place`,
      },
    ]);
  });

  test("fail when one is named twice", () => {
    expect(pathsIn(input({ checks: { "us-east-1": [...checks(2), ...checks(1)] } }))).toEqual([
      "dns.checks.us-east-1.2.id",
    ]);
  });

  test.each([
    [254, {}, []],
    [255, {}, ["dns.checks.us-east-1"]],
    [253, { routing_controls: { "us-east-1": CONTROL } }, []],
    [254, { routing_controls: { "us-east-1": CONTROL } }, ["dns.checks.us-east-1"]],
  ])("%d of them, %j", (count, dns, paths) => {
    expect(pathsIn(input({ checks: { "us-east-1": checks(count) }, ...dns }))).toEqual(paths);
  });
});

describe("tags", () => {
  const tags = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag-${index}`, "1"]));

  test("are at most as many as a health check takes beside the group's own", () => {
    expect(pathsIn(input({}, { tags: tags(6) }))).toEqual([]);
    expect(violationsIn(input({}, { tags: tags(7) }))).toEqual([
      {
        path: "tags",
        value: "7 tags",
        allowed:
          "at most 6 with dns, a provider's default tags among them: a health check takes 10, less the group's own 4",
        fix: "name fewer tags",
      },
    ]);
  });

  test("that replace one of the group's own do not count", () => {
    expect(pathsIn(input({}, { tags: { ...tags(6), Name: "orders" } }))).toEqual([]);
  });

  test("are nobody's concern without dns", () => {
    expect(pathsIn(configurationInput({ recovery: {}, tags: tags(20) }))).toEqual([]);
  });
});

describe("endpoints", () => {
  const cnames = { "us-east-1": { cname: "a.example" }, "us-west-2": { cname: "b.example" } };
  const endpoint = (
    record: string,
    targets: Dns["endpoints"] extends undefined ? never : object = cnames,
  ) => ({
    record,
    targets,
  });
  const violations = (...endpoints: object[]) => violationsIn(input({ endpoints } as Partial<Dns>));

  test("fail without a target for every region", () => {
    expect(violations(endpoint("api.example.com", { "us-east-1": { cname: "a.example" } }))).toEqual([
      {
        path: "dns.endpoints.0.targets.us-west-2",
        value: undefined,
        allowed: "a target for every region of the group",
        fix: "add it",
      },
    ]);
  });

  test("fail with targets of two kinds under one name", () => {
    const alias = { alias: { name: "My-ALB-1.us-west-2.elb.amazonaws.com", zone_id: "Z1H1FL5HABSF5" } };
    const mixed = { "us-east-1": { cname: "a.example" }, "us-west-2": alias };
    expect(violations(endpoint("api.example.com", mixed))).toEqual([
      expect.objectContaining({
        path: "dns.endpoints.0.targets",
        value: ["cname", "alias"],
        allowed: "targets of one kind, all cname or all alias",
      }),
    ]);
    expect(violations(endpoint("api.example.com", { "us-east-1": alias, "us-west-2": alias }))).toEqual([]);
  });

  test.each([
    ["a name of the group", "us-east-1.orders.example.com"],
    ["the discovery record", "orders.example.com"],
  ])("fail with %s", (_, record) => {
    expect(violations(endpoint(record))).toEqual([
      {
        path: "dns.endpoints.0.record",
        value: record,
        allowed: `a name of its own; ${record} is taken`,
        fix: "choose another name",
      },
    ]);
  });

  test("fail with the same name twice", () => {
    expect(
      violations(endpoint("api.example.com"), endpoint("api.example.com")).map(({ path }) => path),
    ).toEqual(["dns.endpoints.1.record"]);
  });
});

describe("lengths", () => {
  const label = (length: number) => "x".repeat(length);
  const name = (length: number) => {
    const rest = length - 3 * 64;
    return `${label(63)}.${label(63)}.${label(63)}.${label(rest)}`;
  };

  test("leave room for the longest name below a record", () => {
    // "us-east-1." has 10 characters.
    expect(pathsIn(input({ record: name(253 - 10) }))).toEqual([]);
    expect(violationsIn(input({ record: name(254 - 10) }))).toEqual([
      expect.objectContaining({
        path: "dns.record",
        allowed: expect.stringMatching(/^at most 243 characters: the longest name below it, us-/),
        fix: "shorten it by 1",
      }),
    ]);
    // With three regions, homes lead on to "peers.us-east-1.".
    expect(pathsIn(ofThree({ record: name(253 - 16) }))).toEqual([]);
    expect(pathsIn(ofThree({ record: name(254 - 16) }))).toEqual(["dns.record"]);
    // With three regions, endpoints lead on to "peers.".
    const targets = Object.fromEntries(
      Object.keys(THREE_REGIONS).map((region) => [region, { cname: "a.example" }]),
    );
    const endpoints = (length: number) => ({ endpoints: [{ record: name(length), targets }] });
    expect(pathsIn(ofThree(endpoints(253 - 6)))).toEqual([]);
    expect(pathsIn(ofThree(endpoints(254 - 6)))).toEqual(["dns.endpoints.0.record"]);
  });
});

test("fails when a logical queue's function has the health function's name", () => {
  const names = { replicator: "shop-health-{region}" };
  expect(pathsIn({ ...input(), queues: { orders: { names } } })).toEqual(["queues.orders", "queues.orders"]);
});

test("property: whatever a file says of records, the answer is a configuration or violations with a path", () => {
  const region = fc.constantFrom("us-east-1", "us-west-2", "eu-west-1", "mars-1");
  const code = fc.option(fc.constantFrom("EU", "US", "DE", "CA", "X"), { nil: undefined });
  const dns = fc.record(
    {
      zone_id: fc.constantFrom("Z1", "z", 1),
      record: fc.constantFrom("a.example", "a", "", "us-east-1.a.example"),
      discovery: fc.record(
        {
          policy: fc.constantFrom("failover", "latency", "geolocation", "no"),
          order: fc.array(region, { maxLength: 4 }),
          default: region,
          locations: fc.dictionary(
            region,
            fc.array(fc.record({ continent: code, country: code, subdivision: code })),
          ),
        },
        { requiredKeys: [] },
      ),
      health: fc.record(
        { type: fc.constantFrom("endpoint", "metric"), interval_seconds: fc.constantFrom(10, 11) },
        { requiredKeys: [] },
      ),
      checks: fc.dictionary(
        region,
        fc.array(
          fc.record({ id: fc.constantFrom(id(1), "x"), type: fc.constantFrom("endpoint", "calculated") }),
        ),
      ),
      endpoints: fc.array(
        fc.record({
          record: fc.constantFrom("b.example", "a.example"),
          targets: fc.dictionary(region, fc.constantFrom({ cname: "c.example" }, { alias: {} }, {})),
        }),
      ),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(dns, fc.boolean(), (given, three) => {
      const file = { ...input({}, { regions: three ? THREE_REGIONS : TWO_REGIONS }), dns: given };
      for (const { path, allowed, fix } of violationsIn(file)) {
        expect(path).toMatch(/^(?:dns|state_backend|recovery.takeover)/);
        expect(allowed).not.toBe("");
        expect(fix).not.toBe("");
      }
    }),
  );
});
