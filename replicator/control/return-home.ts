import type { Taking } from "../../ownership/lease/items";
import { attempt, type Dependencies } from "./dependencies";
import type { Drainers } from "./drainers";
import { handedBack, type Rescued } from "./notes";
import { isTakenBack, reclaimTasks } from "./reclaim";
import type { ControlledQueue } from "./settings";

/**
 * What cannot be read for so long is taken for nothing: the home then processes again what the last owner has processed. An owner that is
 * lost has handed nothing back.
 */
const PATIENCE_MS = 10_000;

/** One taking back of the own home. */
interface Return {
  readonly from: string;
  readonly epoch: number | undefined;
  /** Monotonic clock. */
  readonly askedAt: number;
  /** When the home opens whatever is left to be done, by the monotonic clock. */
  readonly endsAt: number;
  /** What the last owner has rescued; `nothing`: it says nothing of that kind. @default it was not found out yet */
  rescued?: Rescued | "nothing" | undefined;
  readonly takenBack: Set<string>;
  isDone: boolean;
}

/** Takes off the own work queues what the last owner has rescued, before the home is open again. */
export class ReturnHome {
  private current: Return | undefined;

  constructor(
    private readonly parts: Pick<Dependencies, "settings" | "notes" | "clock" | "now" | "onFailure">,
    private readonly drainers: Drainers,
  ) {}

  /**
   * Whether the home may open, which this region has taken. The first question begins what has to be done.
   * @param agoMs since the home was taken: no run of the controller begins to wait anew
   */
  mayOpen(home: string, { from, epoch }: Taking, agoMs: number): boolean {
    const { settings, clock } = this.parts;
    if (home !== settings.region || from === undefined || from === settings.region) return true;
    if (this.current?.from !== from || this.current.epoch !== epoch) {
      const askedAt = clock();
      const endsAt = askedAt + settings.handBackTimeoutSeconds * 1_000 - agoMs;
      this.current = { from, epoch, askedAt, endsAt, takenBack: new Set(), isDone: false };
    }
    return this.current.isDone || clock() >= this.current.endsAt;
  }

  /** Goes on with what was begun. Never throws. */
  async step(queues: readonly ControlledQueue[] | undefined): Promise<void> {
    const { settings, now, clock } = this.parts;
    const { current } = this;
    if (current === undefined || current.isDone) return;
    const isLate = clock() - current.askedAt >= PATIENCE_MS;
    const hasLedgers = queues?.every(({ rescue }) => rescue === "ledger");
    current.rescued ??= hasLedgers ? "nothing" : await this.find(current, isLate);
    if (current.rescued === "nothing" || (queues === undefined && isLate)) current.isDone = true;
    if (current.isDone || queues === undefined || typeof current.rescued !== "object") return;
    const tasks = reclaimTasks({
      region: settings.region,
      queues,
      rescued: current.rescued,
      isDone: (queue) => current.takenBack.has(queue),
      now: now(),
      endsAt: now() + current.endsAt - clock(),
    });
    if (tasks === undefined) current.isDone = true;
    else
      await this.drainers.send(tasks, (drainerTask, result) => {
        if (isTakenBack(drainerTask, result, now())) current.takenBack.add(drainerTask.queue);
      });
  }

  /** Notes of which the last owner's own table says nothing may be old. */
  private async find({ from, epoch }: Return, isLate: boolean): Promise<Return["rescued"]> {
    const { settings, notes } = this.parts;
    const found = await attempt(this.parts, `notes of ${from}`, () => notes.read(from));
    const rescued = found?.notes && handedBack(found.notes, settings.region, epoch);
    return rescued ?? (found?.isCertain || isLate ? "nothing" : undefined);
  }
}
