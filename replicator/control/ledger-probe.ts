import { type Dependencies, failureWithin } from "./dependencies";

/** A ledger that takes longer is of no use to consumers either. */
const PROBING_MS = 5_000;
/** Heartbeats do not wait for longer until the watermark items are in the ledger. */
const MARKING_MS = 3_000;

/** The ledger, as far as this region can use it. Nothing here throws. */
export class LedgerProbe {
  /** By peer: what it wrote before this moment was visible here, in epoch milliseconds. */
  private seenUntil: Readonly<Record<string, number>> = {};

  constructor(
    private readonly parts: Pick<Dependencies, "settings" | "ledger" | "now" | "sleep" | "onFailure">,
  ) {}

  /** @returns code of the error by which it could not be written and read; undefined: it could, or there is none */
  async look(): Promise<string | undefined> {
    const { ledger, settings } = this.parts;
    if (ledger === undefined) return undefined;
    const { region, regions } = settings;
    return this.within(PROBING_MS, async () => {
      await ledger.probe(region);
      // What was visible once stays so.
      const seen = await ledger.watermarks(regions.filter((peer) => peer !== region));
      this.seenUntil = { ...this.seenUntil, ...seen };
    });
  }

  /** Writes the watermark items. @returns their moment, if that went well */
  async mark(): Promise<number | undefined> {
    const { ledger, settings, now } = this.parts;
    if (ledger === undefined) return undefined;
    const at = now();
    const failure = await this.within(MARKING_MS, () => ledger.putWatermarks(settings.region, at));
    return failure === undefined ? at : undefined;
  }

  /**
   * By peer, by how many milliseconds its watermark items as seen here are behind those that it told of.
   * @param toldAt of a peer, their moment by its newest heartbeat
   */
  lag(toldAt: (peer: string) => number | undefined): Readonly<Record<string, number>> {
    return Object.fromEntries(
      Object.entries(this.seenUntil).flatMap(([peer, seen]) => {
        const told = toldAt(peer);
        return told === undefined ? [] : [[peer, Math.max(0, told - seen)] as const];
      }),
    );
  }

  /** @returns code of the error, or undefined */
  private async within(milliseconds: number, work: () => Promise<unknown>): Promise<string | undefined> {
    const failure = await failureWithin(this.parts, milliseconds, work);
    if (failure !== undefined) this.parts.onFailure("ledger", failure.code);
    return failure?.code;
  }
}
