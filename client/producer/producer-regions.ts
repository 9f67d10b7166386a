import { CachedAnswer } from "../../core/cached-answer";
import { homeRecord } from "../../core/names";
import { type RecordResolverOptions, RecordUnknown, type Resolver, recordResolver } from "./record-resolver";

export interface ProducerRegionsOptions extends RecordResolverOptions {
  /** The discovery record of the group. */
  readonly record: string;
  /** All regions of the group. Those that the record does not name are tried in this order. */
  readonly regions: readonly string[];
  /** Region of the producers: its own record is asked, which names it unless it cannot take messages. @default the discovery record is asked */
  readonly home?: string;
  /** Time for which an answer is kept. @default 10 */
  readonly ttlSeconds?: number;
  /** Where to send as long as the record has given no answer. @default `home`; without that an answer is needed */
  readonly fallback?: string;
  /** Looks records up. @default DNS, at `resolverAddresses` or the machine's servers */
  readonly resolver?: Resolver;
  /** The clock, in epoch milliseconds. @default Date.now */
  readonly now?: () => number;
}

/** The regions to send to: the first that takes the message is the right one. */
export type ProducerRegions = () => Promise<readonly string[]>;

/** The last region of the group that the record named, and why there is none if there is none. */
interface Answer {
  readonly region: string | undefined;
  readonly failure: string;
}

/** The record has never given an answer, and there is nothing to fall back to. */
export class RegionUnknown extends Error {
  override readonly name = "RegionUnknown";

  /** @param code as {@link RecordUnknown} has it, or `NoRegion` when the record names something else */
  constructor(
    record: string,
    readonly code: string,
  ) {
    super(`the record ${record} names no region of the group: ${code}`);
  }
}

/**
 * Tells producers which region to send to, by the records of a failover group. Make one for the life of the process: it asks at most
 * once per `ttlSeconds`, and keeps the last answer for as long as it gets no other. Throws when `home` or `fallback` is not among the
 * regions; what it returns throws {@link RegionUnknown}, and only when there is neither answer nor fallback.
 */
export function producerRegions(options: ProducerRegionsOptions): ProducerRegions {
  const { record, regions, home, fallback = home, ttlSeconds = 10, now = Date.now } = options;
  for (const region of [home, fallback]) {
    if (region !== undefined && !regions.includes(region)) {
      throw new Error(`regions: must contain ${region}, but are ${regions.join(", ")}`);
    }
  }
  const resolver = options.resolver ?? recordResolver(options);
  const name = home === undefined ? record : homeRecord(record, home);
  const ask = async (last: string | undefined): Promise<Answer> => {
    try {
      const region = await resolver.text(name);
      return { region: regions.includes(region) ? region : last, failure: "NoRegion" };
    } catch (error) {
      return { region: last, failure: error instanceof RecordUnknown ? error.code : "unknown" };
    }
  };
  const answer = new CachedAnswer<Answer>((last) => ask(last?.region), ttlSeconds * 1_000, now);

  return async () => {
    const { region, failure } = await answer.read();
    const first = region ?? fallback;
    if (first === undefined) throw new RegionUnknown(name, failure);
    return [first, ...regions.filter((other) => other !== first)];
  };
}
