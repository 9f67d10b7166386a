/** Each rule is on a page that the code names beside it. */
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import fc from "fast-check";
import { answerQuestion } from "../../../../emulator/route53/engine/answer";
import { ANYBODY, aliasOf, R, textOf, txt, world, ZONE_ID, zone } from "./fixtures";

const primary = (check: string | undefined, more: Partial<ResourceRecordSet> = {}) =>
  txt(R, "primary", { Failover: "PRIMARY", SetIdentifier: "p", HealthCheckId: check, ...more });
const secondary = (check?: string, more: Partial<ResourceRecordSet> = {}) =>
  txt(R, "secondary", { Failover: "SECONDARY", SetIdentifier: "s", HealthCheckId: check, ...more });

test("a simple record is answered with its time to live, whatever the case of the question", () => {
  const answer = answerQuestion(world([txt(R, "home")]), "Orders.EXAMPLE.com", "txt", ANYBODY);
  expect(answer).toMatchObject({
    code: "NOERROR",
    records: [{ name: R, type: "TXT", ttl: 10, values: ['"home"'] }],
  });
});

describe("failover", () => {
  const pair = [secondary("s"), primary("p")];

  test.each([
    ["primary", []],
    ["primary", ["s"]],
    ["secondary", ["p"]],
    ["primary", ["p", "s"]],
  ] as const)("answers %s when unhealthy are: %s", (expected, unhealthy) => {
    expect(textOf(world(pair, ...unhealthy))).toBe(expected);
  });

  test("a secondary without a check is always healthy", () => {
    expect(textOf(world([primary("p"), secondary()], "p"))).toBe("secondary");
  });

  test("a primary without a check is always healthy", () => {
    expect(textOf(world([primary(undefined), secondary("s")]))).toBe("primary");
  });

  test("one of the two alone is answered, healthy or not", () => {
    expect(textOf(world([secondary("s")], "s"))).toBe("secondary");
  });
});

describe("latency", () => {
  const records = ["eu-west-1", "us-east-1", "us-west-2"].map((region) =>
    txt(R, region, { Region: region as "us-east-1", SetIdentifier: region, HealthCheckId: region }),
  );
  const client = {
    location: {},
    latencyMs: (region: string) => ({ "us-east-1": 80, "us-west-2": 5 })[region] ?? 150,
  };

  test.each([
    ["us-west-2", []],
    ["us-east-1", ["us-west-2"]],
    ["eu-west-1", ["us-west-2", "us-east-1"]],
    ["us-west-2", ["us-west-2", "us-east-1", "eu-west-1"]],
  ] as const)("answers %s when unhealthy are: %s", (expected, unhealthy) => {
    expect(textOf(world(records, ...unhealthy), R, client)).toBe(expected);
  });
});

describe("geolocation", () => {
  const places = {
    virginia: { CountryCode: "US", SubdivisionCode: "VA" },
    states: { CountryCode: "US" },
    america: { ContinentCode: "NA" },
    world: { CountryCode: "*" },
  } as const;
  const records = Object.entries(places).map(([name, GeoLocation]) =>
    txt(R, name, { GeoLocation, SetIdentifier: name, HealthCheckId: name }),
  );
  const from = (location: object) => ({ ...ANYBODY, location });
  const VIRGINIA = from({ continent: "NA", country: "US", subdivision: "VA" });

  test.each([
    ["virginia", VIRGINIA],
    ["states", from({ continent: "NA", country: "US", subdivision: "OR" })],
    ["america", from({ continent: "NA", country: "CA", subdivision: "VA" })],
    ["world", from({ continent: "EU", country: "IE" })],
    ["world", from({})],
  ])("answers %s, the smallest area, to %o", (expected, client) => {
    expect(textOf(world(records), R, client)).toBe(expected);
  });

  test.each([
    ["states", ["virginia"]],
    ["america", ["virginia", "states"]],
    ["world", ["virginia", "states", "america"]],
    ["virginia", ["virginia", "states", "america", "world"]],
  ])("answers %s, the next larger area, when unhealthy are: %s", (expected, unhealthy) => {
    expect(textOf(world(records, ...unhealthy), R, VIRGINIA)).toBe(expected);
  });

  test("has no answer for a place without a record", () => {
    expect(textOf(world(records.slice(0, 3)), R, from({ continent: "EU" }))).toBe("NODATA");
  });
});

describe("an alias", () => {
  const target = "us-east-1.orders.example.com.";
  const homes = [
    txt(target, "home", { Failover: "PRIMARY", SetIdentifier: "h", HealthCheckId: "home" }),
    txt(target, "peer", { Failover: "SECONDARY", SetIdentifier: "p", HealthCheckId: "peer" }),
  ];
  const failover = (evaluate: boolean, check?: string) => [
    aliasOf(R, target, {
      Failover: "PRIMARY",
      SetIdentifier: "p",
      HealthCheckId: check,
      AliasTarget: { HostedZoneId: ZONE_ID, DNSName: target, EvaluateTargetHealth: evaluate },
    }),
    secondary(),
    ...homes,
  ];

  test("answers as its target would, with the target's time to live, under its own name", () => {
    const answer = answerQuestion(world([aliasOf(R, target), ...homes], "home"), R, "TXT", ANYBODY);
    expect(answer.records).toEqual([{ name: R, type: "TXT", ttl: 10, values: ['"peer"'] }]);
  });

  test.each([
    ["home", true, []],
    ["peer", true, ["home"]],
    ["secondary", true, ["home", "peer"]],
    ["home", false, ["home", "peer"]],
  ] as const)(
    "answers %s when the target is evaluated: %s, and unhealthy are: %s",
    (expected, evaluate, unhealthy) => {
      expect(textOf(world(failover(evaluate), ...unhealthy))).toBe(expected);
    },
  );

  test("with a check of its own needs both, and the check alone if the target is not evaluated", () => {
    expect(textOf(world(failover(true, "own")))).toBe("home");
    expect(textOf(world(failover(true, "own"), "own"))).toBe("secondary");
    expect(textOf(world(failover(true, "own"), "home", "peer"))).toBe("secondary");
    expect(textOf(world(failover(false, "own"), "own"))).toBe("secondary");
    expect(textOf(world(failover(false, "own"), "home", "peer"))).toBe("home");
  });

  test("backs out of a branch of a tree in which nothing is healthy", () => {
    const leaf = (name: string) =>
      txt(`${name}.${R}`, name, { Failover: "PRIMARY", SetIdentifier: name, HealthCheckId: name });
    const branch = (name: string, kind: "PRIMARY" | "SECONDARY", of: string) =>
      aliasOf(of, `${name}.${R}`, { Failover: kind, SetIdentifier: name });
    const tree = [
      branch("a", "PRIMARY", R),
      branch("rest", "SECONDARY", R),
      branch("b", "PRIMARY", `rest.${R}`),
      branch("c", "SECONDARY", `rest.${R}`),
      ...["a", "b", "c"].map(leaf),
    ];
    expect(textOf(world(tree))).toBe("a");
    expect(textOf(world(tree, "a"))).toBe("b");
    expect(textOf(world(tree, "a", "b"))).toBe("c");
    expect(textOf(world(tree, "a", "b", "c"))).toBe("a");
  });

  test("never chooses an unhealthy leaf of a chain while another is healthy", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }), (healthy) => {
        const name = (index: number) => (index === 0 ? R : `rest${index}.${R}`);
        const chain = healthy.flatMap((_, index) => [
          txt(name(index), `${index}`, {
            Failover: "PRIMARY",
            SetIdentifier: "p",
            HealthCheckId: `${index}`,
          }),
          ...(index + 1 < healthy.length
            ? [aliasOf(name(index), name(index + 1), { Failover: "SECONDARY", SetIdentifier: "s" })]
            : []),
        ]);
        const unhealthy = healthy.flatMap((ok, index) => (ok ? [] : [`${index}`]));
        expect(textOf(world(chain, ...unhealthy))).toBe(`${Math.max(0, healthy.indexOf(true))}`);
      }),
    );
  });

  test("to something outside of the zone answers what was told of it, and is healthy", () => {
    const alb = (failover: "PRIMARY" | "SECONDARY", HostedZoneId: string): ResourceRecordSet => ({
      Name: R,
      Type: "A",
      Failover: failover,
      SetIdentifier: failover,
      AliasTarget: { HostedZoneId, DNSName: `${failover}.elb.amazonaws.com`, EvaluateTargetHealth: true },
    });
    const records = [alb("PRIMARY", "Z2"), alb("SECONDARY", "Z3")];
    const resources = { "primary.elb.amazonaws.com. A": { values: ["192.0.2.1"], ttl: 60 } };
    const { records: given } = answerQuestion({ ...world(records), resources }, R, "A", ANYBODY);
    expect(given).toEqual([{ name: R, type: "A", ttl: 60, values: ["192.0.2.1"] }]);
    expect(() => answerQuestion(world(records), R, "A", ANYBODY)).toThrow(
      "record orders.example.com.: nothing was told of its alias target primary.elb.amazonaws.com. of type A",
    );
  });

  test("fails in a loop, evaluated or answered, and without a target", () => {
    const loop = [aliasOf(R, target), aliasOf(target, R)];
    expect(() => textOf(world(loop))).toThrow(
      new Error(`records in a loop: ${R} TXT -> ${target} TXT -> ${R} TXT`),
    );
    const blind = loop.map((record) => ({
      ...record,
      AliasTarget: { ...record.AliasTarget!, EvaluateTargetHealth: false },
    }));
    expect(() => textOf(world(blind))).toThrow("records in a loop");
    expect(() => textOf(world([aliasOf(R, R)]))).toThrow("records in a loop");
    expect(() => textOf(world([aliasOf(R, target)]))).toThrow(
      `its alias target ${target} has no record of type TXT`,
    );
  });
});

describe("names", () => {
  const records = [
    txt(`a.b.${R}`, "deep"),
    { Name: R, Type: "A" as const, TTL: 1, ResourceRecords: [{ Value: "192.0.2.1" }] },
  ];

  test.each([
    ["a.b.orders.example.com", "deep"],
    ["b.orders.example.com", "NODATA"],
    ["orders.example.com", "NODATA"],
    ["c.orders.example.com", "NXDOMAIN"],
    ["xb.orders.example.com", "NXDOMAIN"],
    ["example.org", "REFUSED"],
    ["badexample.com", "REFUSED"],
  ])("%s answers %s", (name, expected) => {
    expect(textOf(world(records), name)).toBe(expected);
  });

  test("belong to the zone with the longest name", () => {
    const zones = [zone(txt(R, "outer")), { id: "Z2", name: R, records: [txt(R, "inner")] }];
    expect(textOf({ zones, isHealthy: () => true })).toBe("inner");
  });
});

describe("CNAME", () => {
  const cname = (name: string, target: string): ResourceRecordSet => ({
    Name: name,
    Type: "CNAME",
    TTL: 5,
    ResourceRecords: [{ Value: target }],
  });

  test("is followed, from zone to zone", () => {
    const zones = [
      zone(cname(R, "a.example.org")),
      { id: "Z2", name: "example.org.", records: [txt("a.example.org.", "there")] },
    ];
    const { records } = answerQuestion({ zones, isHealthy: () => true }, R, "TXT", ANYBODY);
    expect(records.map(({ name, type, values }) => [name, type, values[0]])).toEqual([
      [R, "CNAME", "a.example.org"],
      ["a.example.org.", "TXT", '"there"'],
    ]);
  });

  test("is the answer itself when it was asked for or leads out of all zones", () => {
    const records = [cname(R, "a.example.org.")];
    for (const type of ["CNAME", "A"]) {
      expect(answerQuestion(world(records), R, type, ANYBODY)).toMatchObject({
        code: "NOERROR",
        records: [{ type: "CNAME" }],
      });
    }
  });

  test("is chosen by its policy", () => {
    const records = [
      { ...cname(R, "east.example.org."), Failover: "PRIMARY" as const, HealthCheckId: "p" },
      { ...cname(R, "west.example.org."), Failover: "SECONDARY" as const },
    ];
    expect(answerQuestion(world(records, "p"), R, "A", ANYBODY).records[0]?.values).toEqual([
      "west.example.org.",
    ]);
  });

  test("fails in a loop", () => {
    const records = [cname(R, `a.${R}`), cname(`a.${R}`, R)];
    expect(() => textOf(world(records))).toThrow("records in a loop");
  });
});

test("fails for policies that are mixed or not known", () => {
  expect(() => textOf(world([primary("p"), txt(R, "simple")]))).toThrow(
    "have different policies: failover, simple",
  );
  expect(() => textOf(world([txt(R, "w", { Weight: 1, SetIdentifier: "w" })]))).toThrow(
    "only simple, failover, latency and geolocation",
  );
});
