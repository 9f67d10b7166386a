import type { HealthCheckConfig } from "@aws-sdk/client-route-53";
import type { Reply } from "./reply";

/** A health check as the API returns it. */
export interface Check {
  readonly id: string;
  readonly config: HealthCheckConfig;
}

/** A request that a health checker is to send. */
export interface ProbeOrder {
  readonly checkId: string;
  /** Number of the checker, from 0. */
  readonly checker: number;
}

/** What came of one request of one health checker. */
export interface ProbeReply extends ProbeOrder {
  /** When the request was over, in epoch milliseconds. */
  readonly at: number;
  readonly reply: Reply;
}

export interface HealthOptions {
  /** Health checkers that watch each endpoint. @default 15 */
  readonly checkers?: number;
  /** Decides when each checker sends its requests. @default "" */
  readonly seed?: string;
  /** How long a minute of AWS is, in milliseconds: periods and request intervals shrink with it. @default 60,000 */
  readonly minuteMs?: number;
}
