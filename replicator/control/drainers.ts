import { InvokeCommand } from "@aws-sdk/client-lambda";
import type { DrainResult } from "../drain/task";
import { attempt, type Parts } from "./parts";
import type { Errand } from "./tasks";

/** Gives errands to drainers, and remembers until when each is at it: nobody is sent twice. */
export class Drainers {
  private readonly busy = new Map<string, { readonly key: string; readonly until: number }>();

  constructor(private readonly parts: Parts) {}

  /**
   * Sends the drainers on their errands. An errand that is awaited goes on while the run does: its result is told to `onResult`.
   * @returns the awaited errands
   */
  async send(
    errands: readonly Errand[],
    onResult: (errand: Errand, result: DrainResult) => void,
  ): Promise<readonly Promise<void>[]> {
    const due = errands.filter((errand) => this.isDue(errand));
    for (const { functionName, task } of due) {
      this.busy.set(functionName, { key: keyOf(task), until: task.until });
    }
    const awaited = due.filter(({ isAwaited }) => isAwaited).map((errand) => this.run(errand, onResult));
    await Promise.all(due.filter(({ isAwaited }) => !isAwaited).map((errand) => this.start(errand)));
    return awaited;
  }

  /** Whether the drainer is free, or at something else than what it should do now. */
  private isDue({ functionName, task }: Errand): boolean {
    const current = this.busy.get(functionName);
    return current === undefined || current.until <= this.parts.now() || current.key !== keyOf(task);
  }

  private async start(errand: Errand): Promise<void> {
    const sent = await attempt(this.parts, "drainer", () => this.invoke(errand, "Event"), undefined);
    if (sent === undefined) this.busy.delete(errand.functionName);
  }

  private async run(errand: Errand, onResult: (errand: Errand, result: DrainResult) => void): Promise<void> {
    const answer = await attempt(
      this.parts,
      "drainer",
      () => this.invoke(errand, "RequestResponse"),
      undefined,
    );
    this.busy.delete(errand.functionName);
    if (answer?.Payload === undefined) return;
    if (answer.FunctionError !== undefined) return this.parts.onFailure("drainer", answer.FunctionError);
    onResult(errand, JSON.parse(Buffer.from(answer.Payload).toString("utf8")) as DrainResult);
  }

  private invoke({ functionName, task }: Errand, InvocationType: "Event" | "RequestResponse") {
    const Payload = JSON.stringify(task);
    return this.parts.lambda.send(new InvokeCommand({ FunctionName: functionName, InvocationType, Payload }));
  }
}

/** What makes a task another one than the same again. */
function keyOf({ home, action, marked, processedBefore, fromAfar, rescued }: Errand["task"]): string {
  const before = action === "prune" ? undefined : processedBefore;
  return JSON.stringify([home, action, marked, before, fromAfar, rescued]);
}
