import { Resolver as DnsResolver } from "node:dns/promises";

/** Looks up TXT records. */
export interface Resolver {
  /** The text of a record that has one. Throws when there is no answer, or no such record. */
  text(name: string): Promise<string>;
}

export interface RecordResolverOptions {
  /** DNS servers, as `address` or `address:port`. @default those of the machine */
  readonly resolverAddresses?: readonly string[];
}

/** A DNS server that does not answer within a second is asked once more, and no longer. */
const ATTEMPT_MS = 1_000;
const ATTEMPTS = 2;
/** Where several servers are named, each may be silent; nobody waits for all of them. */
const PATIENCE_MS = ATTEMPTS * ATTEMPT_MS;

/** A record could not be looked up. */
export class RecordUnknown extends Error {
  override readonly name = "RecordUnknown";

  /** @param code as `node:dns` gives it, such as `ENOTFOUND`; `ETIMEOUT` when nothing came in time */
  constructor(
    record: string,
    readonly code: string,
  ) {
    super(`the record ${record} has no answer: ${code}`);
  }
}

/** What it needs of `node:dns/promises`. */
export type DnsClient = Pick<DnsResolver, "resolveTxt" | "cancel">;

/**
 * Looks up TXT records at the DNS servers that are named, or at those of the machine. Every error is a {@link RecordUnknown}, at
 * the latest two seconds after the question. The text of a record may come in pieces of 255 bytes, which are joined; of a record with
 * several texts, the first counts.
 * @param dns makes another resolver, for tests
 */
export function recordResolver(
  { resolverAddresses }: RecordResolverOptions,
  dns: () => DnsClient = () => dnsResolver(resolverAddresses),
): Resolver {
  return {
    text: async (name) => {
      // One for each question, so that what is given up on disturbs no other.
      const asked = dns();
      try {
        const [pieces = []] = await inTime(asked.resolveTxt(name));
        const text = pieces.join("");
        if (text === "") throw coded("ENODATA");
        return text;
      } catch (error) {
        throw new RecordUnknown(name, codeOf(error));
      } finally {
        asked.cancel();
      }
    },
  };
}

function dnsResolver(addresses: readonly string[] | undefined): DnsClient {
  const resolver = new DnsResolver({ timeout: ATTEMPT_MS, tries: ATTEMPTS });
  if (addresses !== undefined && addresses.length > 0) resolver.setServers(addresses);
  return resolver;
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(coded("ETIMEOUT")), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

function coded(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function codeOf(error: unknown): string {
  const { code } = (typeof error === "object" ? error : {}) as { readonly code?: unknown };
  return typeof code === "string" ? code : "unknown";
}
