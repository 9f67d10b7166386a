import { logicalId } from "../../core/names";
import { HEALTHY, recordNames, UNHEALTHY } from "../../ownership/records";
import type { Configuration, Dns } from "../configuration";
import { type CheckReference, healthOf, ownerHomeOf, ownerPeerOf, routingOf } from "./checks";
import { peersInOrder } from "./dns";

export interface DnsRecord {
  readonly address: string;
  readonly name: string;
  readonly type: "TXT" | "CNAME" | "A";
  readonly answer: Answer;
  readonly routing: Routing;
  /** Absent: always healthy, or as healthy as what an alias leads to. */
  readonly check?: CheckReference;
}

export type Answer =
  | { readonly value: string }
  /** An alias of another record of the zone, and as healthy as that. */
  | { readonly record: string }
  | {
      readonly resource: {
        readonly name: string;
        readonly zoneId: string;
        readonly evaluateTargetHealth: boolean;
      };
    };

export type Routing =
  | { readonly policy: "simple" }
  | { readonly policy: "failover"; readonly side: "PRIMARY" | "SECONDARY" }
  | { readonly policy: "latency"; readonly region: string }
  | { readonly policy: "geolocation"; readonly location: Location };

/** A continent, a country, or a state of it; `country` is `*` for every place that no other record names. */
export interface Location {
  readonly continent?: string | undefined;
  readonly country?: string | undefined;
  readonly subdivision?: string | undefined;
}

/** All records of a group with records. */
export function recordsOf(configuration: Configuration): readonly DnsRecord[] {
  return [
    ...groupRecords(configuration),
    ...configuration.dns!.endpoints.flatMap((endpoint) => endpointRecords(configuration, endpoint)),
  ];
}

/** Those by which functions and producers look regions up. */
export function groupRecords(configuration: Configuration): readonly DnsRecord[] {
  return [
    ...Object.keys(configuration.regions).flatMap((home) => [
      ...healthRecords(configuration, home),
      ...routingRecords(configuration, home),
      ...ownerRecords(configuration, home),
    ]),
    ...discoveryRecords(configuration),
  ];
}

/** Those of an application endpoint. */
export function endpointRecords(
  configuration: Configuration,
  { record, targets }: Dns["endpoints"][number],
): readonly DnsRecord[] {
  const { failoverGroup, dns } = configuration;
  const address = logicalId(failoverGroup, "endpoint", record.replaceAll(".", "_"));
  const choices = (region: string) => ({
    answer: answerOf(targets[region]!),
    check: routingOf(configuration, region),
  });
  const type = "cname" in Object.values(targets)[0]! ? "CNAME" : "A";
  if (dns!.discovery.policy === "failover") {
    return firstHealthy(
      { address, name: record, type, rest: { label: "peers", below: record } },
      dns!.order.map(choices),
    );
  }
  return perRegion(configuration).map(({ region, parts, routing }) => ({
    address: [address, ...parts].join("_"),
    name: record,
    type,
    ...choices(region),
    routing,
  }));
}

function healthRecords(configuration: Configuration, home: string): readonly DnsRecord[] {
  return firstHealthy(
    {
      address: logicalId(configuration.failoverGroup, "health", home),
      name: recordNames(configuration.dns!.record).health(home),
      type: "TXT",
    },
    [{ answer: { value: HEALTHY }, check: healthOf(configuration, home) }, { answer: { value: UNHEALTHY } }],
  );
}

function routingRecords(configuration: Configuration, home: string): readonly DnsRecord[] {
  const name = recordNames(configuration.dns!.record).home(home);
  return firstHealthy(
    {
      address: logicalId(configuration.failoverGroup, "routing", home),
      name,
      type: "TXT",
      rest: { label: "peers", below: name },
    },
    [
      { answer: { value: home }, check: routingOf(configuration, home) },
      ...peersInOrder(configuration, home).map((peer) => ({
        answer: { value: peer },
        check: healthOf(configuration, peer),
      })),
    ],
  );
}

function ownerRecords(configuration: Configuration, home: string): readonly DnsRecord[] {
  const names = recordNames(configuration.dns!.record);
  const peers = peersInOrder(configuration, home);
  return firstHealthy(
    {
      address: logicalId(configuration.failoverGroup, "owner", home),
      name: names.owner(home),
      type: "TXT",
      rest: { label: "owners", below: names.home(home) },
    },
    [
      { answer: { value: home }, check: ownerHomeOf(configuration, home) },
      ...peers.map((peer, index) => ({
        answer: { value: peer },
        ...(index < peers.length - 1 && { check: ownerPeerOf(configuration, home, peer) }),
      })),
    ],
  );
}

function discoveryRecords(configuration: Configuration): readonly DnsRecord[] {
  const { failoverGroup, dns } = configuration;
  const names = recordNames(dns!.record);
  const address = logicalId(failoverGroup, "discovery");
  const leading = (region: string) => ({
    name: names.discovery,
    type: "TXT" as const,
    answer: { record: names.home(region) },
  });
  // The home's record fails over by itself.
  if (dns!.discovery.policy === "failover")
    return [{ address, ...leading(dns!.order[0]!), routing: { policy: "simple" } }];
  return perRegion(configuration).map(({ region, parts, routing }) => ({
    address: [address, ...parts].join("_"),
    ...leading(region),
    routing,
  }));
}

function answerOf(target: Dns["endpoints"][number]["targets"][string]): Answer {
  return "cname" in target ? { value: target.cname } : { resource: target.alias };
}

/** Regions by latency or by place, with what tells their records apart. */
function perRegion({ regions, dns }: Configuration): readonly {
  readonly region: string;
  readonly parts: readonly string[];
  readonly routing: Routing;
}[] {
  const { policy, locations = {}, default: elsewhere } = dns!.discovery;
  if (policy === "latency") {
    return Object.keys(regions).map((region) => ({
      region,
      parts: [region],
      routing: { policy: "latency", region },
    }));
  }
  return [
    ...Object.entries(locations).flatMap(([region, places]) =>
      places.map((location) => ({
        region,
        parts: [region, locationCode(location)],
        routing: { policy: "geolocation" as const, location },
      })),
    ),
    {
      region: elsewhere!,
      parts: ["default"],
      routing: { policy: "geolocation", location: { country: "*" } },
    },
  ];
}

/** Tells locations apart: `continent-eu`, `country-us-ca`. */
export function locationCode({ continent, country, subdivision }: Location): string {
  const codes = continent === undefined ? ["country", country, subdivision] : ["continent", continent];
  return codes
    .filter((code) => code !== undefined)
    .join("-")
    .toLowerCase();
}

interface Choice {
  readonly answer: Answer;
  readonly check?: CheckReference;
}

interface Chain {
  readonly address: string;
  readonly name: string;
  readonly type: DnsRecord["type"];
  /** How the pairs are called that a name leads on to, with more than two choices. */
  readonly rest?: { readonly label: string; readonly below: string };
}

/**
 * Answers the first choice that is healthy, and the very first when none is. Route 53 knows pairs, so with more than two the second
 * of a pair is an alias of the next one.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-complex-configs.html
 */
function firstHealthy(
  { address, name, type, rest }: Chain,
  choices: readonly Choice[],
): readonly DnsRecord[] {
  const label = (depth: number) => (depth === 1 ? rest!.label : `${rest!.label}-${depth}`);
  const nameAt = (depth: number) => (depth === 0 ? name : `${label(depth)}.${rest!.below}`);
  const pairs = choices.slice(0, -1).map((first, depth) => {
    const isLast = depth === choices.length - 2;
    const second: Choice = isLast ? choices[depth + 1]! : { answer: { record: nameAt(depth + 1) } };
    const side = (side: "PRIMARY" | "SECONDARY", choice: Choice): DnsRecord => ({
      address: [address, ...(depth === 0 ? [] : [label(depth)]), side.toLowerCase()].join("_"),
      name: nameAt(depth),
      type,
      ...choice,
      routing: { policy: "failover", side },
    });
    return [side("PRIMARY", first), side("SECONDARY", second)];
  });
  return pairs.flat();
}
