import type { Status } from "../../ownership/lease/items";
import { type Clocks, type ClosedBecause, type PassReading, passVerdict } from "../../ownership/lease/pass";

/** What a region's own table says of the region. */
export interface RegionReading extends PassReading {
  /** @default the region has said nothing about itself */
  readonly status?: Status;
}

export type Unhealthy =
  /** By its pass, the region does not process messages of its home. */
  | ClosedBecause
  /** By its own word, the region cannot do its work, or has given no word lately. */
  | "unfit"
  /** The table did not answer, or what it holds cannot be read. */
  | "unreadable";

export type HealthVerdict =
  | { readonly healthy: true }
  /** `code`: with which the table could not be read. For the log: outside, it is nobody's business. */
  | { readonly healthy: false; readonly why: Unhealthy; readonly code?: string };

/** A home is healthy while its own region owns it, and says that it can do its work. */
export function verdictOn(home: string, reading: RegionReading, present: Clocks): HealthVerdict {
  const pass = passVerdict(reading, home, present);
  if (!pass.open) return { healthy: false, why: pass.why };
  const { status, dateMs } = reading;
  const isFit = status?.fit === true && status.until > dateMs;
  return isFit ? { healthy: true } : { healthy: false, why: "unfit" };
}
