import { SSMClient } from "@aws-sdk/client-ssm";

/** Without an answer of the own region nothing goes on, so it gets time and more than one attempt. */
const AT_HOME = { maxAttempts: 3, connectionTimeout: 1_000, requestTimeout: 3_000 };
/** A peer may be gone, and nothing waits for it: whoever asks it asks again soon. */
const ELSEWHERE = { maxAttempts: 1, connectionTimeout: 500, requestTimeout: 1_000 };

/**
 * A client for the parameters of one region.
 * @param home the region in which this code runs: it is waited for, the peers hardly
 */
export function ssmClient(region: string, home: string): SSMClient {
  const { maxAttempts, connectionTimeout, requestTimeout } = region === home ? AT_HOME : ELSEWHERE;
  return new SSMClient({
    region,
    maxAttempts,
    retryMode: "standard",
    requestHandler: {
      connectionTimeout,
      requestTimeout,
      socketTimeout: requestTimeout,
      throwOnRequestTimeout: true,
    },
  });
}
