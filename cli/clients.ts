import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { Route53Client } from "@aws-sdk/client-route-53";
import { STSClient } from "@aws-sdk/client-sts";
import { tableClient } from "../ownership/lease/store/client";
import { bounded } from "./bounded";
import { ATTEMPTS, CALL_SECONDS, CONNECTION_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from "./limits";

export interface Clients {
  /** As the protocol calls tables of ownership: one attempt, bounded by itself. */
  readonly dynamodb: (region: string) => DynamoDBClient;
  readonly sts: (region: string) => Pick<STSClient, "send">;
  /** @param region any of the group: Route 53 has one endpoint for a partition */
  readonly route53: (region: string) => Route53Client;
}

/**
 * The clients of the commands: one per service and region, each call bounded.
 * @param endpointOf where a region is found. @default as the SDK has it
 */
export function awsClients(endpointOf: (region: string) => string | undefined = () => undefined): Clients {
  const place = (region: string) => {
    const endpoint = endpointOf(region);
    return endpoint === undefined ? {} : { endpoint };
  };
  const settings = (region: string) => ({
    region,
    ...place(region),
    maxAttempts: ATTEMPTS,
    retryMode: "standard",
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      socketTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
  return {
    dynamodb: perRegion((region) => tableClient(region, place(region))),
    sts: perRegion((region) => hurried(new STSClient(settings(region)))),
    route53: perRegion((region) => new Route53Client({ ...settings(region), maxAttempts: 3 })),
  };
}

/** Credentials are looked for once per client, and not at each call. */
function perRegion<T>(make: (region: string) => T): (region: string) => T {
  const made = new Map<string, T>();
  return (region) => {
    const client = made.get(region) ?? make(region);
    made.set(region, client);
    return client;
  };
}

interface Sender {
  send(command: never): Promise<unknown>;
}

function hurried<C extends Sender>(client: C): Pick<C, "send"> {
  const send = (command: never) => bounded(client.send(command), CALL_SECONDS * 1_000);
  return { send } as unknown as Pick<C, "send">;
}
