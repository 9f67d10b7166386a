import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { type Client, candidates } from "./routing";

/** A hosted zone as the API returns it. */
export interface Zone {
  readonly id: string;
  /** Such as `example.com.` */
  readonly name: string;
  readonly records: readonly ResourceRecordSet[];
}

/** Something outside of the zone that alias records may name, such as a load balancer: always healthy. */
export interface Resource {
  readonly values: readonly string[];
  readonly ttl: number;
}

/** What answers come from. */
export interface World {
  readonly zones: readonly Zone[];
  /** Throws when the check has no status. */
  readonly isHealthy: (checkId: string) => boolean;
  /** By DNS name and type, such as `alb.example.net. A`. */
  readonly resources?: Readonly<Record<string, Resource>>;
}

export interface AnsweredRecord {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  /** As in the record set: a TXT value in quotes. */
  readonly values: readonly string[];
}

export interface DnsAnswer {
  /** `NOERROR` without records is NODATA. `REFUSED`: the name is in no zone. */
  readonly code: "NOERROR" | "NXDOMAIN" | "REFUSED";
  readonly records: readonly AnsweredRecord[];
  /** Zone of the name that was looked up last. */
  readonly zone?: Zone;
}

/** Records of one name and type that are looked at, to find loops. */
type Path = readonly string[];

/**
 * Answers a DNS question from the zones, as the authoritative servers do, following CNAME records from zone to zone as a resolver
 * does.
 *
 * @throws Error when there is no answer because of a fault in the records: a loop, an alias without a target, different policies
 * for one name, or a health check without a status
 */
export function answerQuestion(world: World, name: string, type: string, client: Client): DnsAnswer {
  return lookUp(world, normalName(name), type.toUpperCase(), client, []);
}

/** In lower case, with a dot at the end. */
function normalName(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith(".") ? lower : `${lower}.`;
}

function lookUp(world: World, name: string, type: string, client: Client, path: Path): DnsAnswer {
  const zone = zoneOf(world.zones, name);
  if (zone === undefined) return { code: "REFUSED", records: [] };
  const records = answered(world, zone, name, type, client, []);
  if (records.length > 0) return { code: "NOERROR", records, zone };
  const [alias] = type === "CNAME" ? [] : answered(world, zone, name, "CNAME", client, []);
  if (alias !== undefined) {
    const further = withStep(path, `${name} CNAME`);
    const target = lookUp(world, normalName(alias.values[0] ?? ""), type, client, further);
    const code = target.code === "REFUSED" ? "NOERROR" : target.code;
    return { ...target, code, records: [alias, ...target.records] };
  }
  return { code: exists(zone, name) ? "NOERROR" : "NXDOMAIN", records: [], zone };
}

/** The values of the record that is chosen, under the name that was asked for; none if no record is for the client. */
function answered(
  world: World,
  zone: Zone,
  name: string,
  type: string,
  client: Client,
  path: Path,
): readonly AnsweredRecord[] {
  const further = withStep(path, `${name} ${type}`);
  const considered = candidates(recordsOf(zone, name, type), client);
  const healthy = considered.find((record) => isHealthy(world, zone, record, client, further));
  // If no record is healthy, all are:
  // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
  const chosen = healthy ?? considered[0];
  if (chosen === undefined) return [];
  const { AliasTarget: alias, TTL: ttl = 0, ResourceRecords: values = [] } = chosen;
  if (alias === undefined) return [{ name, type, ttl, values: values.map(({ Value = "" }) => Value) }];
  const target = normalName(alias.DNSName ?? "");
  if (alias.HostedZoneId !== zone.id) return [{ name, type, ...resource(world, name, target, type) }];
  requireTarget(zone, name, target, type);
  // The TTL is that of the target: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html
  return answered(world, zone, target, type, client, further).map((record) => ({ ...record, name }));
}

/**
 * A record is healthy if its health check is. An alias that evaluates its target also needs a healthy record of the target, one that would
 * be considered for the client. Without either it is healthy.
 *
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-complex-configs.html
 */
function isHealthy(
  world: World,
  zone: Zone,
  { Name: name = "", Type: type, HealthCheckId: checkId, AliasTarget: alias }: ResourceRecordSet,
  client: Client,
  path: Path,
): boolean {
  const checked = checkId === undefined || world.isHealthy(checkId);
  if (!alias?.EvaluateTargetHealth || alias.HostedZoneId !== zone.id || type === undefined) return checked;
  const target = normalName(alias.DNSName ?? "");
  requireTarget(zone, name, target, type);
  const further = withStep(path, `${target} ${type}`);
  const considered = candidates(recordsOf(zone, target, type), client);
  const evaluated = considered.some((record) => isHealthy(world, zone, record, client, further));
  return checked && evaluated;
}

/** Of several zones the one with the longest name. */
function zoneOf(zones: readonly Zone[], name: string): Zone | undefined {
  return zones
    .filter((zone) => isWithin(name, normalName(zone.name)))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
}

function recordsOf(zone: Zone, name: string, type: string): readonly ResourceRecordSet[] {
  return zone.records.filter((record) => record.Type === type && normalName(record.Name ?? "") === name);
}

/** Whether there is anything at the name or below it: https://www.rfc-editor.org/rfc/rfc8020 */
function exists({ records }: Zone, name: string): boolean {
  return records.some((record) => isWithin(normalName(record.Name ?? ""), name));
}

function isWithin(name: string, parent: string): boolean {
  return name === parent || name.endsWith(`.${parent}`);
}

function requireTarget(zone: Zone, name: string, target: string, type: string): void {
  if (recordsOf(zone, target, type).length > 0) return;
  throw new Error(`record ${name}: its alias target ${target} has no record of type ${type} in the zone`);
}

function resource({ resources = {} }: World, name: string, target: string, type: string): Resource {
  const found = resources[`${target} ${type}`];
  if (found === undefined) {
    throw new Error(`record ${name}: nothing was told of its alias target ${target} of type ${type}`);
  }
  return found;
}

function withStep(path: Path, step: string): Path {
  if (path.includes(step)) throw new Error(`records in a loop: ${[...path, step].join(" -> ")}`);
  return [...path, step];
}
