import { own } from "../../core/own";
import type { Heartbeat } from "../../ownership/heartbeat";
import { takeHeartbeats } from "./canary";
import type { Dependencies } from "./dependencies";
import type { Processed } from "./notes";

/** What this region hears by the canary, from its peers and from itself. */
export class Listener {
  private readonly moments: Record<string, number> = {};
  private readonly newest = new Map<string, Heartbeat>();
  private readonly processed: Record<string, Processed> = {};

  constructor(private readonly parts: Pick<Dependencies, "settings" | "sqs" | "now" | "onFailure">) {}

  /** By region, when the newest heartbeat that arrived was sent, in epoch milliseconds. */
  get heard(): Readonly<Record<string, number>> {
    return this.moments;
  }

  /** By peer's home, up to when the home said that it has processed a queue's messages. */
  get told(): Readonly<Record<string, Processed>> {
    return this.processed;
  }

  /** Moment of the watermark items in the ledger that the newest heartbeat of a region told of. */
  ledgerAt(region: string): number | undefined {
    return this.newest.get(region)?.ledgerAt;
  }

  /** What another run of this region has heard. */
  know(heard: Readonly<Record<string, number>>): void {
    for (const [region, at] of Object.entries(heard)) this.note(region, at);
  }

  /** Takes what has arrived. Never throws. */
  async hear(): Promise<void> {
    const { settings, sqs, onFailure, now } = this.parts;
    const { workQueueUrl, standbyQueueUrls } = settings.canary;
    await Promise.all(
      Object.entries({ ...standbyQueueUrls, [settings.region]: workQueueUrl }).map(async ([from, url]) => {
        const { heartbeats, failures } = await takeHeartbeats(sqs, url, from, now());
        for (const code of failures) onFailure(`canary of ${from}`, code);
        for (const heartbeat of heartbeats) this.take(heartbeat);
      }),
    );
  }

  private take(heartbeat: Heartbeat): void {
    const { region, at, queues = {} } = heartbeat;
    this.note(region, at);
    if (at >= (this.newest.get(region)?.at ?? 0)) this.newest.set(region, heartbeat);
    // What was processed once stays so: heartbeats may come in any order.
    const known = this.processed[region] ?? {};
    const news = Object.entries(queues).map(
      ([queue, { processedBefore }]) => [queue, Math.max(processedBefore, own(known, queue) ?? 0)] as const,
    );
    this.processed[region] = { ...known, ...Object.fromEntries(news) };
  }

  /** Nothing arrives before it is sent: a clock that is ahead must not make a region seem alive later on. */
  private note(region: string, at: number): void {
    this.moments[region] = Math.max(Math.min(at, this.parts.now()), this.moments[region] ?? 0);
  }
}
