import type { QueueReference } from "../topology";
import { allow, type Statement } from "./document";
import { READER_ACTIONS } from "./queue-policies";

/**
 * What a function of the replication may do: read its own source queue, send to its own targets.
 * @param sendsTo ARNs
 */
export function replicationStatements(
  readsFrom: QueueReference,
  sendsTo: readonly string[],
): readonly Statement[] {
  return [allow("Read", READER_ACTIONS, readsFrom.arn), allow("Send", ["sqs:SendMessage"], sendsTo)];
}
