import { equal, text, when } from "../../core/expression";
import { homeRecord, logicalId } from "../../core/names";
import type { Operand } from "../../core/value";
import { type Configuration, type DnsConfiguration, type GroupSettings, settingsOf } from "../configuration";
import { regionOrder } from "../region-sets";

export interface DnsRecord {
  readonly address: string;
  readonly name: string;
  readonly type: "TXT" | "CNAME" | "A";
  readonly answer: RecordAnswer;
  readonly routing: Routing;
  /** Home whose check it follows. Absent: as healthy as what an alias leads to. */
  readonly checkOf?: string;
}

export type RecordAnswer =
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

/** Those by which producers look regions up. */
export function groupRecords(configuration: Configuration): readonly DnsRecord[] {
  return [
    ...Object.keys(configuration.regions).flatMap((home) =>
      firstHealthy(homeChain(settingsOf(configuration), home)),
    ),
    ...discoveryRecords(configuration),
  ];
}

/** Where producers of a home send: to the home, else to the first of its peers that is healthy. */
export function homeChain(configuration: GroupSettings, home: string): Chain {
  const name = homeRecord(configuration.dns!.record, home);
  const peers = regionOrder(configuration).peers(home);
  return {
    // Addresses are for ever, and this is what the records were called when there were more kinds of them.
    address: logicalId(configuration.failoverGroup, "routing", home),
    name,
    type: "TXT",
    rest: { label: "peers", below: name },
    choices: [home, ...peers].map((region) => ({ answer: { value: region }, checkOf: region })),
  };
}

/** Those of an application endpoint. */
export function endpointRecords(
  configuration: Configuration,
  { record, targets }: DnsConfiguration["endpoints"][number],
): readonly DnsRecord[] {
  const { failoverGroup, dns } = configuration;
  const address = logicalId(failoverGroup, "endpoint", record.replaceAll(".", "_"));
  const choices = (region: string) => ({
    answer: answerOf(targets[region]!),
    checkOf: region,
  });
  const type = "cname" in Object.values(targets)[0]! ? "CNAME" : "A";
  if (dns!.discovery.policy === "failover") {
    return firstHealthy({
      address,
      name: record,
      type,
      rest: { label: "peers", below: record },
      choices: dns!.order.map(choices),
    });
  }
  return perRegion(configuration).map(({ region, parts, routing }) => ({
    address: [address, ...parts].join("_"),
    name: record,
    type,
    ...choices(region),
    routing,
  }));
}

function discoveryRecords(configuration: Configuration): readonly DnsRecord[] {
  const { failoverGroup, dns } = configuration;
  const { record } = dns!;
  const address = logicalId(failoverGroup, "discovery");
  const leading = (region: string) => ({
    name: record,
    type: "TXT" as const,
    answer: { record: homeRecord(record, region) },
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

function answerOf(target: DnsConfiguration["endpoints"][number]["targets"][string]): RecordAnswer {
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
  readonly answer: RecordAnswer;
  readonly checkOf?: string;
}

/** Names that answer the first choice that is healthy, and the very first when none is. */
export interface Chain {
  readonly address: string;
  readonly name: string;
  readonly type: DnsRecord["type"];
  /** How the pairs are called that a name leads on to, with more than two choices. */
  readonly rest: { readonly label: string; readonly below: string };
  readonly choices: readonly Choice[];
}

/**
 * Route 53 knows pairs, so with more than two choices the second of a pair is an alias of the next one.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-complex-configs.html
 */
function firstHealthy(chain: Chain): readonly DnsRecord[] {
  const { address, type, choices } = chain;
  const pairs = choices.slice(0, -1).map((first, depth) => {
    const isLast = depth === choices.length - 2;
    const second: Choice = isLast ? choices[depth + 1]! : { answer: { record: nameAt(chain, depth + 1) } };
    const side = (side: "PRIMARY" | "SECONDARY", choice: Choice): DnsRecord => ({
      address: [address, ...(depth === 0 ? [] : [label(chain, depth)]), side.toLowerCase()].join("_"),
      name: nameAt(chain, depth),
      type,
      ...choice,
      routing: { policy: "failover", side },
    });
    return [side("PRIMARY", first), side("SECONDARY", second)];
  });
  return pairs.flat();
}

interface ChainNames {
  readonly name: Operand<string>;
  readonly rest: { readonly label: Operand<string>; readonly below: Operand<string> };
}

/** Name of the pair at a depth of a chain; the first is at depth 0. */
export function nameAt(chain: ChainNames, depth: Operand<number>): string {
  return text(when(equal(depth, 0), chain.name, `${label(chain, depth)}.${chain.rest.below}`));
}

function label({ rest }: ChainNames, depth: Operand<number>): string {
  return text(when(equal(depth, 1), rest.label, `${rest.label}-${depth}`));
}
