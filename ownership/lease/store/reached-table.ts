import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** A voter's table, and the client that reaches it. */
export interface ReachedTable {
  readonly client: Pick<DynamoDBClient, "send">;
  /** Its name, or its ARN when it is in another account. */
  readonly name: string;
}

/** Told why an answer counts for nothing: the code of an error, or what is wrong with an item. */
export type TableReport = (reason: string) => void;
