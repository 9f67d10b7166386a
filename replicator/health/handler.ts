import type { APIGatewayProxyStructuredResultV2, LambdaFunctionURLEvent } from "aws-lambda";
import type { Clocks } from "../../ownership/lease/pass";
import type { ReachedTable } from "../../ownership/lease/store/reached-table";
import { OwnHealth } from "./own-health";
import { HEALTH_PATH, type HealthSettings } from "./settings";
import { HealthTelemetry } from "./telemetry";

const METHODS: readonly unknown[] = ["GET", "HEAD"];

/** The answer of a function URL: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads */
export type HealthAnswer = APIGatewayProxyStructuredResultV2;
/** Whoever may call a function URL may send anything. */
export type HealthHandler = (event: unknown) => Promise<HealthAnswer>;

/** What the handler works with; a test gives it others. */
export interface HealthDependencies {
  readonly settings: Pick<HealthSettings, "failoverGroup" | "region">;
  readonly table: ReachedTable;
  readonly clocks: () => Clocks;
  /** How long the table may take, in milliseconds. @default what Route 53 leaves for it */
  readonly limitMs?: number;
}

/**
 * A Lambda handler behind a public function URL. It tells whether the home is healthy by status, and why not by one word: which error a
 * table gave is in the log alone.
 */
export function healthHandler({ settings, table, clocks, limitMs }: HealthDependencies): HealthHandler {
  const health = new OwnHealth({ region: settings.region, table, clocks, limitMs });
  const telemetry = new HealthTelemetry(settings, () => clocks().wall);
  return async (event) => {
    const { path, method } = requestOf(event);
    if (path !== HEALTH_PATH) return answer(404);
    if (!METHODS.includes(method))
      return { ...answer(405), headers: { ...HEADERS, allow: METHODS.join(", ") } };
    const verdict = await health.verdict();
    try {
      telemetry.record(verdict);
    } catch (error) {
      // The verdict holds, whether or not it could be logged.
      console.error("telemetry failed", error instanceof Error ? error.name : typeof error);
    }
    const text = verdict.healthy ? "healthy" : `unhealthy: ${verdict.why}`;
    return answer(verdict.healthy ? 200 : 503, method === "HEAD" ? "" : text);
  };
}

function requestOf(event: unknown): { readonly path?: unknown; readonly method?: unknown } {
  const { rawPath, requestContext } = (event ?? {}) as Partial<LambdaFunctionURLEvent>;
  return { path: rawPath, method: requestContext?.http?.method };
}

const HEADERS = { "content-type": "text/plain", "cache-control": "no-store" } as const;

function answer(statusCode: number, body = ""): HealthAnswer {
  return { statusCode, headers: HEADERS, body };
}
