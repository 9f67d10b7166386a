import type { HealthCheckConfig } from "@aws-sdk/client-route-53";

/** What a health checker got from an endpoint. What is left out did not come. */
export interface Reply {
  /** Milliseconds until the TCP connection was established. */
  readonly connectedAfterMs?: number;
  /** Status code of HTTP. */
  readonly status?: number;
  /** Milliseconds from the connection to the status code. */
  readonly statusAfterMs?: number;
  /** The beginning of the body, {@link SEARCHED_BYTES} or more if there are as many. */
  readonly body?: Uint8Array;
  /** Milliseconds from the status code to that. */
  readonly bodyAfterMs?: number;
}

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html */
export const LIMITS = {
  connectMs: 4_000,
  tcpConnectMs: 10_000,
  statusMs: 2_000,
  bodyMs: 2_000,
} as const;

/** How much of a body is searched, from its beginning. The page is the same. */
export const SEARCHED_BYTES = 5_120;

/**
 * Whether a request passed: connected in time, with a status code of 2xx or 3xx in time. Checks with string matching also want the string
 * in time, in its case, wholly within the beginning of the body.
 *
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
 */
export function passes({ Type: type, SearchString: wanted = "" }: HealthCheckConfig, reply: Reply): boolean {
  const { connectedAfterMs, status, statusAfterMs, body, bodyAfterMs } = reply;
  if (type === "TCP") return within(connectedAfterMs, LIMITS.tcpConnectMs);
  if (!within(connectedAfterMs, LIMITS.connectMs) || !within(statusAfterMs, LIMITS.statusMs)) return false;
  if (status === undefined || status < 200 || status >= 400) return false;
  if (type !== "HTTP_STR_MATCH" && type !== "HTTPS_STR_MATCH") return true;
  return (
    within(bodyAfterMs, LIMITS.bodyMs) &&
    Buffer.from(body ?? [])
      .subarray(0, SEARCHED_BYTES)
      .includes(wanted)
  );
}

function within(milliseconds: number | undefined, limit: number): boolean {
  return milliseconds !== undefined && milliseconds <= limit;
}
