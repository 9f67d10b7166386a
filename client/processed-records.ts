import type { SQSRecord } from "aws-lambda";
import { ledgerClient } from "../ledger/client";
import { type IdentityOptions, identifier } from "../ledger/key";
import { LedgerTable } from "../ledger/table";
import { messageOf } from "../messages/message";
import { ownRegion } from "./own-region";
import type { LedgerOptions } from "./process-once";

/** Those of the records that the ledger knows as processed; none when it does not answer. */
export type ProcessedRecords = (records: readonly SQSRecord[]) => Promise<ReadonlySet<SQSRecord>>;

/** Throws when the expression of the business key cannot be read. */
export function processedRecords(options: IdentityOptions & LedgerOptions): ProcessedRecords {
  const { tableName, client = ledgerClient(ownRegion()) } = options;
  const table = new LedgerTable({ tableName, client });
  const identityOf = identifier(options);
  return async (records) => {
    const ids = records.map((record) => idOf(record, identityOf));
    try {
      const processed = await table.processed(ids.filter((id) => id !== undefined));
      return new Set(records.filter((_, index) => processed.has(ids[index] ?? "")));
    } catch {
      return new Set();
    }
  };
}

/** One record whose contents break what looks for an identity must not hold up the others. */
function idOf(record: SQSRecord, identityOf: ReturnType<typeof identifier>): string | undefined {
  try {
    return identityOf(messageOf(record))?.id;
  } catch {
    return undefined;
  }
}
