import { DNS_NAME_MAX_LENGTH } from "../../core/limits";
import type { Configuration, DnsConfiguration } from "../configuration";
import { groupRules, type Rule } from "../rule";
import type { Violation } from "../violation";
import { type DnsRecord, endpointRecords, groupRecords } from "./records";
import { DNS_TABLE } from "./table";

/** A rule about the records of a group that has them. */
type DnsRule = (configuration: Configuration, dns: DnsConfiguration) => readonly Violation[];

const endpointNames: DnsRule = (configuration) => {
  const { own, endpoints } = namesOf(configuration);
  const taken = new Set(own);
  return endpoints.flatMap(({ record, names }, index) => {
    const clash = names.find((name) => taken.has(name));
    for (const name of names) taken.add(name);
    return clash === undefined
      ? []
      : [
          {
            path: `dns.endpoints.${index}.record`,
            value: record,
            allowed: nameOfItsOwn(clash),
            fix: "choose another name",
          },
        ];
  });
};

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html */
const nameLengths: DnsRule = (configuration, { record }) => {
  const { own, endpoints } = namesOf(configuration);
  return [
    { path: "dns.record", record, names: own },
    ...endpoints.map((endpoint, index) => ({ path: `dns.endpoints.${index}.record`, ...endpoint })),
  ].flatMap(({ path, record, names }) => {
    const longest = names.reduce((one, other) => (other.length > one.length ? other : one));
    const excess = longest.length - DNS_NAME_MAX_LENGTH;
    return excess <= 0
      ? []
      : [
          {
            path,
            value: record,
            allowed: shorterName(record.length - excess, longest),
            fix: `shorten it by ${excess}`,
          },
        ];
  });
};

/** What is allowed, in words that a module has too; parts may be texts of Terraform's. */
export function nameOfItsOwn(taken: string): string {
  return `a name of its own; ${taken} is taken`;
}

export function shorterName(most: number | string, longest: string): string {
  return `at most ${most} characters: the longest name below it, ${longest}, may have ${DNS_NAME_MAX_LENGTH}`;
}

/** Names of records, whatever else is wrong with them. */
function namesOf(configuration: Configuration) {
  const { regions, dns } = configuration;
  const readable: Configuration = {
    ...configuration,
    dns: {
      ...dns!,
      order: Object.keys(regions),
      discovery: { policy: dns!.discovery.policy === "failover" ? "failover" : "latency" },
    },
  };
  const targets = Object.fromEntries(Object.keys(regions).map((region) => [region, { cname: region }]));
  const names = (records: readonly DnsRecord[]) => [...new Set(records.map(({ name }) => name))];
  return {
    own: names(groupRecords(readable)),
    endpoints: dns!.endpoints.map(({ record }) => ({
      record,
      names: names(endpointRecords(readable, { record, targets })),
    })),
  };
}

const RULES: readonly DnsRule[] = [endpointNames, nameLengths];

export const DNS_RULES: readonly Rule[] = [
  ...groupRules(DNS_TABLE),
  ...RULES.map(
    (rule): Rule =>
      (configuration) =>
        configuration.dns ? rule(configuration, configuration.dns) : [],
  ),
];
