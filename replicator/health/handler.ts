import type { APIGatewayProxyStructuredResultV2, LambdaFunctionURLEvent } from "aws-lambda";
import { Kept } from "../../core/kept";
import { HEALTHY, UNHEALTHY } from "../../ownership/records";
import { nameOf } from "../control/parts";
import type { HealthParts } from "./parts";
import { HEALTH_PATH } from "./settings";
import type { Verdict } from "./sight";
import { HealthTelemetry } from "./telemetry";
import { HomeHealth } from "./verdict";

const METHODS: readonly unknown[] = ["GET", "HEAD"];
/**
 * Time for a verdict. Route 53 waits for the answer for two seconds after it has connected, in which there are also the handshake of TLS,
 * from the other side of the world, and a cold start.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
 */
const LIMIT_MS = 1_000;
/** Time for which a worker keeps a verdict: checkers of all locations ask within one interval, which is ten seconds at least. */
const KEPT_MS = 5_000;

/** The answer of a function URL: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads */
export type HealthAnswer = APIGatewayProxyStructuredResultV2;
/** Whoever may call a function URL may send anything. */
export type HealthHandler = (event: unknown) => Promise<HealthAnswer>;

/**
 * A Lambda handler behind a public function URL. It tells whether the home is healthy by status and one word, and nothing else: what is
 * wrong is in the log.
 */
export function healthHandler(parts: Omit<HealthParts, "onFailure">): HealthHandler {
  const { now } = parts;
  let failures: Record<string, string> = {};
  const health = new HomeHealth({
    ...parts,
    onFailure: (part, code) => {
      failures[part] = code;
    },
  });
  const telemetry = new HealthTelemetry(parts);
  const verdict = new Kept(
    async (): Promise<Verdict> => {
      const began = now();
      failures = {};
      const found = await look(health);
      try {
        telemetry.record(found, failures, now() - began);
      } catch (error) {
        // The verdict holds, whether or not it could be logged.
        console.error("telemetry failed", nameOf(error));
      }
      return found;
    },
    KEPT_MS,
    now,
  );
  return async (event) => {
    const { path, method } = requestOf(event);
    if (path !== HEALTH_PATH) return answer(404);
    if (!METHODS.includes(method))
      return { ...answer(405), headers: { ...HEADERS, allow: METHODS.join(", ") } };
    const { healthy } = await verdict.read();
    const body = method === "HEAD" ? "" : healthy ? HEALTHY : UNHEALTHY;
    return answer(healthy ? 200 : 503, body);
  };
}

async function look(health: HomeHealth): Promise<Verdict> {
  try {
    return await health.look(LIMIT_MS);
  } catch (error) {
    return { healthy: false, reasons: [`verdict: ${nameOf(error)}`] };
  }
}

function requestOf(event: unknown): { readonly path?: unknown; readonly method?: unknown } {
  const { rawPath, requestContext } = (event ?? {}) as Partial<LambdaFunctionURLEvent>;
  return { path: rawPath, method: requestContext?.http?.method };
}

const HEADERS = { "content-type": "text/plain", "cache-control": "no-store" } as const;

function answer(statusCode: number, body = ""): HealthAnswer {
  return { statusCode, headers: HEADERS, body };
}
