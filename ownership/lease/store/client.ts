import type { Agent } from "node:https";
import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { ROUND_MS } from "../times";

export interface TableClientOptions extends Pick<DynamoDBClientConfig, "endpoint" | "credentials"> {
  /** @default the SDK's own, with connections that are kept */
  readonly httpsAgent?: Agent;
}

/** A region that does not even take a connection within this time is away: the farthest is 350 ms away, there and back. */
const CONNECTION_TIMEOUT_MS = 1_000;

/**
 * A client for the tables of one region. One attempt for each call: whether a write is repeated, and under which id, is decided by the
 * protocol. Make a client for each run of a controller: connections of a worker that was frozen are dead, and nothing tells.
 */
export function tableClient(
  region: string,
  { httpsAgent, ...rest }: TableClientOptions = {},
): DynamoDBClient {
  return new DynamoDBClient({
    ...rest,
    region,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: ROUND_MS,
      socketTimeout: ROUND_MS,
      throwOnRequestTimeout: true,
      ...(httpsAgent && { httpsAgent }),
    },
  });
}
