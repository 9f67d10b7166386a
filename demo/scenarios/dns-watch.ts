import { setTimeout as sleep } from "node:timers/promises";
import { type Resolver, recordResolver } from "../../client/producer/record-resolver";
import type { Timeline } from "./timeline";

const LOOK_EVERY_MS = 250;

/** Asks DNS for the discovery record again and again, as a client would that keeps no answer, and tells the timeline of every change. */
export class DnsWatch {
  private last: string | undefined;
  private over = false;
  private readonly resolver: Resolver;
  private readonly running: Promise<void>;

  constructor(
    dnsServer: string,
    private readonly record: string,
    private readonly timeline: Timeline,
  ) {
    this.resolver = recordResolver({ resolverAddresses: [dnsServer] });
    this.running = this.run();
  }

  /** The region that the record names, as last seen. */
  get region(): string | undefined {
    return this.last;
  }

  async stop(): Promise<void> {
    this.over = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.over) {
      // What cannot be looked up is asked for again.
      const region = await this.resolver.text(this.record).catch(() => this.last);
      if (region !== this.last) this.timeline.say(`DNS: ${this.record} is ${region}`);
      this.last = region;
      await sleep(LOOK_EVERY_MS);
    }
  }
}
