import { callFailure } from "../../messages/failures";
import type { Copy } from "./copy";
import type { Completed } from "./disposition";
import type { Tally } from "./tally";

/** The ledger, as far as a drainer asks it. */
export interface ProcessedLedger {
  /** Those of the ids that have a `COMPLETED` entry. Throws when that cannot be told of all of them. */
  processed(ids: Iterable<string>): Promise<ReadonlySet<string>>;
}

const NONE: ReadonlySet<string> = new Set();

/** Asks the ledger about the copies of a batch, in one call. After a failure it is not asked again until {@link retry}. */
export class Lookup {
  private isUnusable = false;

  /** @param ledger undefined: there is none, and no copy has an entry */
  constructor(
    private readonly ledger: ProcessedLedger | undefined,
    private readonly tally: Tally,
  ) {}

  retry(): void {
    this.isUnusable = false;
  }

  async completed(copies: readonly Copy[]): Promise<Completed> {
    if (this.ledger === undefined) return NONE;
    if (this.isUnusable) return undefined;
    const ids = new Set(copies.flatMap(({ ledgerId }) => ledgerId ?? []));
    if (ids.size === 0) return NONE;
    try {
      return await this.ledger.processed(ids);
    } catch (error) {
      this.isUnusable = true;
      this.tally.fail("ledger", callFailure(error));
      return undefined;
    }
  }
}
