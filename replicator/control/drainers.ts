import { InvokeCommand, type InvokeCommandOutput } from "@aws-sdk/client-lambda";
import { callFailure } from "../../messages/failures";
import type { DrainResult } from "../drain/task";
import { attempt, type Parts } from "./parts";
import type { Errand } from "./tasks";

/** What a drainer is at. */
interface Busy {
  readonly key: string;
  readonly until: number;
}

/**
 * A call that nobody answered is tried again after this time: Lambda may have taken it, and a region that answers late would be flooded with
 * drainers.
 */
const AGAIN_MS = 15_000;

/** Ends what a drainer is taken to be at, after a time. */
type Free = (afterMs: number) => void;

type OnResult = (errand: Errand, result: DrainResult) => void;

/** Gives errands to drainers, and remembers until when each is at it: nobody is sent twice. */
export class Drainers {
  /** By function, and apart from it whether it takes back: that one does beside the copies of a home. */
  private readonly busy = new Map<string, Busy>();

  constructor(private readonly parts: Pick<Parts, "lambda" | "now" | "onFailure">) {}

  /**
   * Sends drainers on errands: those that are free, or are to do something else now.
   * @param onResult told what came of the errands on which something waits, to take back, when they end
   * @returns errands that Lambda did not take: they are due again
   */
  async send(errands: readonly Errand[], onResult: OnResult): Promise<readonly Errand[]> {
    const starts = errands.flatMap((errand) => {
      const place = placeOf(errand);
      const key = keyOf(errand.task);
      const current = this.busy.get(place);
      if (current !== undefined && current.until > this.parts.now() && current.key === key) return [];
      const busy = { key, until: errand.task.until };
      this.busy.set(place, busy);
      const free: Free = (afterMs) => {
        if (this.busy.get(place) === busy) this.busy.set(place, { key, until: this.parts.now() + afterMs });
      };
      if (!isAwaited(errand)) return [this.start(errand, free)];
      this.wait(errand, free, onResult);
      return [];
    });
    return (await Promise.all(starts)).flat();
  }

  private async start(errand: Errand, free: Free): Promise<readonly Errand[]> {
    const taken = await this.call(free, () => this.parts.lambda.start.send(invoke(errand)));
    return taken === undefined ? [errand] : [];
  }

  private wait(errand: Errand, free: Free, onResult: OnResult): void {
    void this.call(free, async () => resultOf(await this.parts.lambda.wait.send(invoke(errand)))).then(
      (result) => {
        if (result === undefined) return;
        free(0);
        onResult(errand, result);
      },
    );
  }

  /** @param free told when the call fails */
  private call<T>(free: Free, work: () => Promise<T>): Promise<T | undefined> {
    return attempt(this.parts, "drainers", async () => {
      try {
        return await work();
      } catch (error) {
        free(callFailure(error).class === "unreachable" ? AGAIN_MS : 0);
        throw error;
      }
    });
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
  return JSON.stringify({ ...task, ...(task.moves.includes(task.home) && { processedBefore }) });
}
