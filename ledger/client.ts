import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/**
 * A client for the ledger in one region. DynamoDB answers in milliseconds: what takes longer than two seconds is not coming, and
 * three attempts outlast a passing fault. The endpoint is the region's, never a global one, and never another region's.
 */
export function ledgerClient(region: string): DynamoDBClient {
  return new DynamoDBClient({
    region,
    maxAttempts: 3,
    retryMode: "standard",
    requestHandler: {
      connectionTimeout: 1_000,
      requestTimeout: 2_000,
      socketTimeout: 2_000,
      throwOnRequestTimeout: true,
    },
  });
}
