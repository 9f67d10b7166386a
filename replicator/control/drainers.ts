import { InvokeCommand, type InvokeCommandOutput } from "@aws-sdk/client-lambda";
import { callFailure } from "../../messages/failures";
import type { DrainResult } from "../drain/task";
import { attempt, type Dependencies } from "./dependencies";
import type { DrainerTask } from "./tasks";

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

type OnResult = (drainerTask: DrainerTask, result: DrainResult) => void;

/** Gives tasks to drainers, and remembers until when each is at it: nobody is sent twice. */
export class Drainers {
  /** By function, and apart from it whether it takes back: that one does beside the copies of a home. */
  private readonly busy = new Map<string, Busy>();

  constructor(private readonly parts: Pick<Dependencies, "lambda" | "now" | "onFailure">) {}

  /**
   * Sends drainers on tasks: those that are free, or are to do something else now.
   * @param onResult told what came of the tasks on which something waits, to take back, when they end
   * @returns tasks that Lambda did not take: they are due again
   */
  async send(tasks: readonly DrainerTask[], onResult: OnResult): Promise<readonly DrainerTask[]> {
    const starts = tasks.flatMap((drainerTask) => {
      const place = placeOf(drainerTask);
      const key = keyOf(drainerTask.task);
      const current = this.busy.get(place);
      if (current !== undefined && current.until > this.parts.now() && current.key === key) return [];
      const busy = { key, until: drainerTask.task.until };
      this.busy.set(place, busy);
      const free: Free = (afterMs) => {
        if (this.busy.get(place) === busy) this.busy.set(place, { key, until: this.parts.now() + afterMs });
      };
      if (!isAwaited(drainerTask)) return [this.start(drainerTask, free)];
      this.wait(drainerTask, free, onResult);
      return [];
    });
    return (await Promise.all(starts)).flat();
  }

  private async start(drainerTask: DrainerTask, free: Free): Promise<readonly DrainerTask[]> {
    const taken = await this.call(free, () => this.parts.lambda.start.send(invoke(drainerTask)));
    return taken === undefined ? [drainerTask] : [];
  }

  private wait(drainerTask: DrainerTask, free: Free, onResult: OnResult): void {
    void this.call(free, async () => resultOf(await this.parts.lambda.wait.send(invoke(drainerTask)))).then(
      (result) => {
        if (result === undefined) return;
        free(0);
        onResult(drainerTask, result);
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

function isAwaited({ task }: DrainerTask): boolean {
  return task.action === "reclaim";
}

function invoke(drainerTask: DrainerTask): InvokeCommand {
  return new InvokeCommand({
    FunctionName: drainerTask.functionName,
    InvocationType: isAwaited(drainerTask) ? "RequestResponse" : "Event",
    Payload: Buffer.from(JSON.stringify(drainerTask.task)),
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

function placeOf(drainerTask: DrainerTask): string {
  return `${drainerTask.functionName} ${isAwaited(drainerTask)}`;
}

/** What makes a task another one than the same again. What is pruned by grows all the time. */
function keyOf({ until: _until, processedBefore, ...task }: DrainerTask["task"]): string {
  return JSON.stringify({ ...task, ...(task.moves.includes(task.home) && { processedBefore }) });
}
