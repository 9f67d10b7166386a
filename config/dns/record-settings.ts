import { fields, isSet } from "../../core/expression";
import type { RecordSettings } from "../../ownership/records";
import type { Configuration } from "../configuration";

/** How functions of a region look records up, as an object with that field; an empty one without records. */
export function recordSettings(
  { dns }: Configuration,
  region: string,
): { readonly records?: RecordSettings } {
  if (dns === undefined) return {};
  const addresses = dns.resolverAddresses[region];
  return fields(isSet(dns), {
    records: {
      record: dns.record,
      ttlSeconds: dns.ttlSeconds,
      ...(addresses && fields(isSet(addresses), { resolverAddresses: addresses })),
    },
  });
}
