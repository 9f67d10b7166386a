import { SQSClient } from "@aws-sdk/client-sqs";

export interface Patience {
  /** A queue that does not even take a connection within this time is away. */
  readonly connectionTimeoutMs: number;
  /** Time from the start of a call to the head of its answer, and longest silence on its connection. */
  readonly requestTimeoutMs: number;
  /** Attempts of a call. */
  readonly attempts: number;
}

/** A second attempt is for the passing fault; everything longer is a matter of back-off by visibility. */
export const PATIENT: Patience = { connectionTimeoutMs: 1_000, requestTimeoutMs: 3_000, attempts: 2 };

/**
 * For calls that have a substitute at hand. The two farthest regions are 350 ms apart, there and back. So there is time for a new
 * connection from anywhere to anywhere, and a peer that swallows packets is found out after half a second.
 */
export const IMPATIENT: Patience = { connectionTimeoutMs: 500, requestTimeoutMs: 1_000, attempts: 1 };

/**
 * A client for the queues of one region.
 *
 * Region and the path of the queue URL choose the queue; `useQueueUrlAsEndpoint` would send to the URL's host instead and so
 * ignore every endpoint that the environment configures. The MD5 check of what SQS took stays on: it is the SDK's default.
 */
export function sqsClient(
  region: string,
  { connectionTimeoutMs, requestTimeoutMs, attempts }: Patience = PATIENT,
): SQSClient {
  const client = new SQSClient({
    region,
    useQueueUrlAsEndpoint: false,
    maxAttempts: attempts,
    retryMode: "standard",
    requestHandler: {
      connectionTimeout: connectionTimeoutMs,
      requestTimeout: requestTimeoutMs,
      socketTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
  });
  // The lowest of its step, so that it is after what SDK and X-Ray add to a call, and before what they read of its answer.
  client.middlewareStack.add(
    (next) => async (args) => {
      removeTraceHeaders(args.request);
      try {
        const result = await next(args);
        for (const entry of failedEntries(result.output)) delete entry.Message;
        return result;
      } catch (error) {
        throw withoutText(error);
      }
    },
    { step: "build", priority: "low", name: "discretion" },
  );
  return client;
}

/**
 * SQS turns the trace header of a call into the `AWSTraceHeader` of each message in it that brought none. SDK and X-Ray put the function's
 * own header on every call. A message that had no trace header would arrive with one, and the traces of strangers in one batch would be
 * joined; so calls go without. A message's own header travels as its attribute.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-services-sqs.html
 */
function removeTraceHeaders(request: unknown): void {
  const { headers } = request as { readonly headers: Record<string, string> };
  for (const name of Object.keys(headers)) {
    if (/^(x-amzn-trace-id|traceparent|tracestate|baggage)$/i.test(name)) delete headers[name];
  }
}

/** The text of an error may quote a message, and X-Ray would keep it; the code says enough. */
function withoutText(error: unknown): unknown {
  return error instanceof Error ? Object.defineProperty(error, "message", { value: error.name }) : error;
}

function failedEntries(output: object): readonly { Message?: unknown }[] {
  return (output as { readonly Failed?: readonly { Message?: unknown }[] }).Failed ?? [];
}
