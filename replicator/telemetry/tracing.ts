import type { SQSClient } from "@aws-sdk/client-sqs";

type Tracer = Awaited<ReturnType<typeof loadTracer>>;

let tracer: Promise<Tracer | undefined> | undefined;

/**
 * Runs `work` in an X-Ray subsegment with annotations, if this invocation is traced. The tracer is loaded by the first one that is. With
 * the X-Ray SDK it takes about as long to load as all the rest, and most functions are not traced.
 */
export async function traced<T>(
  name: string,
  annotations: Readonly<Record<string, string>>,
  clients: readonly SQSClient[],
  work: () => Promise<T>,
): Promise<T> {
  if (!isSampled()) return work();
  tracer ??= loadTracer(clients).catch(() => undefined);
  const active = await tracer;
  if (active === undefined || !active.isTracingEnabled()) return work();
  return active.provider.captureAsyncFunc(`## ${name}`, async (subsegment) => {
    for (const [key, value] of Object.entries(annotations)) subsegment?.addAnnotation(key, value);
    try {
      return await work();
    } catch (error) {
      // The flag alone: an error's text may quote a message.
      subsegment?.addErrorFlag();
      throw error;
    } finally {
      subsegment?.close();
    }
  }) as Promise<T>;
}

/** Lambda writes the decision of each invocation: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
function isSampled(): boolean {
  return /(^|;)Sampled=1(;|$)/.test(process.env._X_AMZN_TRACE_ID ?? "");
}

async function loadTracer(clients: readonly SQSClient[]) {
  const { Tracer } = await import("@aws-lambda-powertools/tracer");
  // Capturing HTTPS would add the trace header below the SDK, where client.ts cannot take it off.
  const loaded = new Tracer({ captureHTTPsRequests: false });
  for (const client of clients) loaded.captureAWSv3Client(client);
  return loaded;
}
