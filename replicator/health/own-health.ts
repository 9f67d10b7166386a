import { callFailure } from "../../messages/failures";
import { getPass } from "../../ownership/lease/get-pass";
import { asksForAnother, type Clocks } from "../../ownership/lease/pass";
import { passIn } from "../../ownership/lease/store/pass-codec";
import type { ReachedTable } from "../../ownership/lease/store/reached-table";
import { type HealthVerdict, type RegionReading, type Unhealthy, verdictOn } from "./verdict";

/** Checkers of all locations together ask several times a second. */
const KEPT_MS = 1_000;
/**
 * Time for the table. Route 53 waits for the answer for two seconds after it has connected. The handshake of TLS, from the other side of
 * the world, and a cold start fall into that time.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
 */
export const TABLE_LIMIT_MS = 1_000;

export interface OwnHealthOptions {
  /** The home, and the region in which this code runs. */
  readonly region: string;
  /** The region's own table of ownership, and no other: no peer takes part, and no cut from the peers. */
  readonly table: ReachedTable;
  /** The clocks of this machine. */
  readonly clocks: () => Clocks;
  /** @default {@link TABLE_LIMIT_MS} */
  readonly limitMs?: number | undefined;
}

/** What was read, or the code with which nothing could be. */
type Seen = RegionReading | { readonly sent: Clocks; readonly code: string };

/** The verdict on the home, by its pass. The pass is read at most once a second, and judged anew whenever somebody asks. */
export class OwnHealth {
  private kept: Seen | undefined;
  private asking: Promise<Seen> | undefined;

  constructor(private readonly options: OwnHealthOptions) {}

  /** Never throws. */
  async verdict(): Promise<HealthVerdict> {
    const { clocks } = this.options;
    if (this.kept !== undefined && isRecent(this.kept, clocks())) {
      const verdict = this.judge(this.kept);
      if (verdict.healthy || !isOfClocks(verdict.why)) return verdict;
    }
    this.asking ??= this.read().finally(() => {
      this.asking = undefined;
    });
    this.kept = await this.asking;
    return this.judge(this.kept);
  }

  private judge(seen: Seen): HealthVerdict {
    const { region, clocks } = this.options;
    if ("code" in seen) return { healthy: false, why: "unreadable", code: seen.code };
    return verdictOn(region, seen, clocks());
  }

  private async read(): Promise<Seen> {
    const { region, table, clocks, limitMs = TABLE_LIMIT_MS } = this.options;
    const sent = clocks();
    try {
      const { item, ...answer } = await getPass(table, region, clocks, limitMs);
      return { ...answer, ...(item === undefined ? { homes: {} } : passIn(item, answer.dateMs)) };
    } catch (error) {
      return { sent, code: callFailure(error).code };
    }
  }
}

/** By both clocks, since either may stand still or be set. */
function isRecent({ sent }: Seen, { mono, wall }: Clocks): boolean {
  return [mono - sent.mono, wall - sent.wall].every((age) => age >= 0 && age < KEPT_MS);
}

/** Whether the clocks of this machine closed the pass, and not what was read: another reading may open at once. */
function isOfClocks(why: Unhealthy): boolean {
  return why !== "unfit" && why !== "unreadable" && asksForAnother(why);
}
