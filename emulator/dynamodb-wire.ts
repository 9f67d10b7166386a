/** What DynamoDB says in its JSON protocol, as far as faults read and answer it. */
import type { SqsAnswer } from "./sqs-wire";

/** Codes by which DynamoDB refuses what is too much. */
export type ThrottlingCode = "ProvisionedThroughputExceededException" | "ThrottlingException";

/** Header value that the target of every call of DynamoDB begins with. */
export const DYNAMODB_TARGET = "DynamoDB_20120810.";

/**
 * Calls that write items.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html
 */
export const ITEM_WRITES = ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"];

/** Names of the tables that a call is for: one, or those of a batch or a transaction; none for calls about no table. */
export function tablesOf(body: string): readonly string[] {
  const { TableName, RequestItems = {}, TransactItems = [] } = parsed(body);
  const items = TransactItems.flatMap((actions) => Object.values(actions));
  const named = [TableName, ...Object.keys(RequestItems), ...items.map((action) => action.TableName)];
  return named.flatMap((name) => (typeof name === "string" ? [nameOf(name)] : []));
}

interface Body {
  readonly TableName?: string;
  readonly RequestItems?: object;
  readonly TransactItems?: readonly Readonly<Record<string, { readonly TableName?: string }>>[];
}

function parsed(body: string): Body {
  try {
    return JSON.parse(body) as Body;
  } catch {
    return {};
  }
}

/** Name of a table of which the name or the ARN is given. */
function nameOf(table: string): string {
  return /:table\/([^/]+)/.exec(table)?.[1] ?? table;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
const TEXTS: Record<ThrottlingCode, { readonly prefix: string; readonly message: string }> = {
  ProvisionedThroughputExceededException: {
    prefix: "com.amazonaws.dynamodb.v20120810",
    message:
      "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.",
  },
  ThrottlingException: {
    prefix: "com.amazon.coral.availability",
    message: "Rate of requests exceeds the allowed throughput.",
  },
};

/** The answer to a call that is too much. */
export function throttledBy(code: ThrottlingCode): SqsAnswer {
  const { prefix, message } = TEXTS[code];
  const body = Buffer.from(JSON.stringify({ __type: `${prefix}#${code}`, message }));
  return {
    status: 400,
    rawHeaders: ["content-type", "application/x-amz-json-1.0", "content-length", String(body.byteLength)],
    body,
  };
}
