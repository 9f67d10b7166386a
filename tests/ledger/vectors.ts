import type { SQSRecord } from "aws-lambda";
import file from "../../ledger/vectors.json";
import { sqsRecord } from "../replicator/records";

/** A test vector: what other languages have to find, see `ledger/vectors.json`. */
export interface Vector {
  readonly name: string;
  readonly queue: string;
  readonly businessKey?: string;
  readonly businessValue?: unknown;
  readonly record: { readonly messageId: string; readonly body: string; readonly messageAttributes: object };
  readonly key: string | null;
  readonly id: string | null;
}

export const vectors: readonly Vector[] = file.vectors;

/** The whole record, as Lambda would pass it. */
export function recordOf({ record }: Vector): SQSRecord {
  return sqsRecord({
    ...record,
    messageAttributes: record.messageAttributes as SQSRecord["messageAttributes"],
  });
}
