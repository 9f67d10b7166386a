import { InvokeCommand, type InvokeCommandOutput } from "@aws-sdk/client-lambda";
import type { DrainResult } from "../drain/task";
import { attempt, type Parts } from "./parts";
import type { Errand } from "./tasks";

/** What a drainer is at. */
interface Busy {
  readonly key: string;
  readonly until: number;
}

type OnResult = (errand: Errand, result: DrainResult) => void;

/** Gives errands to drainers, and remembers until when each is at it: nobody is sent twice. */
export class Drainers {
  /** By function, and apart from it whether it takes back: that one does beside the copies of a home. */
  private readonly busy = new Map<string, Busy>();
  private readonly awaited = new Set<Promise<void>>();

  constructor(private readonly parts: Pick<Parts, "lambda" | "now" | "sleep" | "onFailure">) {}

  /**
   * Sends drainers on errands: those that are free, or are to do something else now.
   * @param onResult told what came of the errands on which something waits, to take back, when they end
   */
  async send(errands: readonly Errand[], onResult: OnResult): Promise<void> {
    const starts = errands.flatMap((errand) => {
      const place = placeOf(errand);
      const key = keyOf(errand.task);
      const current = this.busy.get(place);
      if (current !== undefined && current.until > this.parts.now() && current.key === key) return [];
      const busy = { key, until: errand.task.until };
      this.busy.set(place, busy);
      const free = () => {
        if (this.busy.get(place) === busy) this.busy.delete(place);
      };
      if (!isAwaited(errand)) return [this.start(errand, free)];
      this.wait(errand, free, onResult);
      return [];
    });
    await Promise.all(starts);
  }

  /** Waits for the answers that are outstanding, but no longer than until a moment, in epoch milliseconds. */
  async settle(until: number): Promise<void> {
    if (this.awaited.size === 0) return;
    await Promise.race([Promise.all(this.awaited), this.parts.sleep(Math.max(0, until - this.parts.now()))]);
  }

  /** What Lambda does not take is due again at the next look. */
  private async start(errand: Errand, free: () => void): Promise<void> {
    const taken = await attempt(this.parts, "drainers", () => this.parts.lambda.start.send(invoke(errand)));
    if (taken === undefined) free();
  }

  private wait(errand: Errand, free: () => void, onResult: OnResult): void {
    const answer = attempt(this.parts, "drainers", async () =>
      resultOf(await this.parts.lambda.wait.send(invoke(errand))),
    ).then((result) => {
      free();
      this.awaited.delete(answer);
      if (result !== undefined) onResult(errand, result);
    });
    this.awaited.add(answer);
  }
}

function isAwaited({ task }: Errand): boolean {
  return task.action === "reclaim";
}

function invoke(errand: Errand): InvokeCommand {
  return new InvokeCommand({
    FunctionName: errand.functionName,
    InvocationType: isAwaited(errand) ? "RequestResponse" : "Event",
    Payload: Buffer.from(JSON.stringify(errand.task)),
  });
}

/** Throws when the function failed, or answered something else. */
function resultOf({ FunctionError, Payload }: InvokeCommandOutput): DrainResult {
  if (FunctionError !== undefined) throw named("FunctionError");
  const result: unknown = JSON.parse(Buffer.from(Payload ?? []).toString("utf8"));
  if (typeof result !== "object" || result === null || !("drained" in result)) throw named("NoResult");
  return result as DrainResult;
}

function named(name: string): Error {
  return Object.assign(new Error(name), { name });
}

function placeOf(errand: Errand): string {
  return `${errand.functionName} ${isAwaited(errand)}`;
}

/** What makes a task another one than the same again. What is pruned by grows all the time. */
function keyOf({ until: _until, processedBefore, ...task }: Errand["task"]): string {
  return JSON.stringify({ ...task, ...(task.action === "move" && { processedBefore }) });
}
