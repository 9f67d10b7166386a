import { setTimeout as sleep } from "node:timers/promises";
import type { QueueReference } from "../../config/topology";
import type { Emulator } from "../../emulator/emulator";
import type { FaultHandle, FaultSpec } from "../../emulator/faults";
import { enableMappings } from "../emulator/fixtures/lambda-api";
import type { Journal } from "./journal";
import type { Hop, Step } from "./model/plan";

/** Where things go wrong. */
export interface Site {
  readonly emulator: Emulator;
  readonly home: string;
  /** Account of the home. */
  readonly account: string;
  /** Queues that are sent to, by hop. */
  readonly queues: Readonly<Partial<Record<Hop, QueueReference>>>;
  /** Function that sends to a hop, and the queue that it reads. */
  readonly senderTo: (hop: Hop) => { readonly functionName: string; readonly reads: QueueReference };
  readonly journal: Journal;
  /** Longest time that a step waits for the calls that it concerns. */
  readonly patienceMs: number;
}

/** What became of a step. */
export interface StepResult {
  readonly step: Step;
  /** Calls, or for kills workers, that it concerned. */
  readonly met: number;
  readonly seconds: number;
}

const LOOK_EVERY_MS = 20;
const SEND = "SendMessageBatch";
/** Attempts that a function's client makes; each of them must fail for the call to fail. */
const ATTEMPTS = 2;

/** How far the messages are. */
export interface Course {
  /** Part of the messages, from 0 to 1, that have been sent. */
  readonly progress: () => number;
  /** Whether all have arrived, so that there are no more calls to meet. */
  readonly over: () => boolean;
}

/** Lets things go wrong as a plan has it. */
export class Troublemaker {
  private sending = true;

  constructor(
    private readonly site: Site,
    private readonly course: Course,
  ) {}

  /** Carries the plan out. Resolves when every step is over and nothing of it is left. */
  async run(plan: readonly Step[]): Promise<readonly StepResult[]> {
    return Promise.all(
      plan.map(async (step) => {
        while (this.sending && this.course.progress() < step.after) await sleep(LOOK_EVERY_MS);
        const began = performance.now();
        const met = await this.perform(step);
        return { step, met, seconds: (performance.now() - began) / 1000 };
      }),
    );
  }

  /** No more steps wait for their turn: the producer has ended or failed. */
  hurry(): void {
    this.sending = false;
  }

  private perform(step: Step): Promise<number> {
    switch (step.kind) {
      case "kill":
        return this.kill(step);
      case "pause":
        return this.pause(step);
      case "denyBackOff":
        return this.denyBackOff(step);
      case "blackHole":
        return this.inject(step, { kind: "hang" });
      case "late":
        return this.inject(step, { kind: "delay" });
      default:
        return this.inject(step, { kind: step.kind });
    }
  }

  /** Injects a fault in front of the step's queue until it has met its calls, or its time is over. */
  private async inject(step: Step, { kind }: Pick<FaultSpec, "kind">): Promise<number> {
    const { gateway } = this.site.emulator;
    const { seed, probability, delayMs, calls } = step;
    const fault = gateway.inject({
      kind,
      ...this.sendsTo(step.hop),
      seed,
      ...(probability !== undefined && { probability }),
      ...(delayMs !== undefined && { delayMs }),
      ...(calls !== undefined && { limit: calls }),
    });
    try {
      if (calls === undefined) await this.last(step, () => fault.met > 0);
      else await this.until(this.site.patienceMs, () => fault.met >= calls);
      // A late send must not be let go early.
      if (delayMs !== undefined && fault.met > 0) await sleep(delayMs);
    } finally {
      fault.lift();
    }
    return fault.met;
  }

  /** Kills every worker of the function that sends to the step's queue, with such a send on its way that will not be carried out. */
  private async kill(step: Step): Promise<number> {
    const { emulator, home, journal } = this.site;
    const { functionName } = this.site.senderTo(step.hop);
    const hold = emulator.gateway.inject({ kind: "hang", ...this.sendsTo(step.hop), limit: 1 });
    try {
      await this.until(this.site.patienceMs, () => hold.met > 0);
      if (hold.met === 0) return 0;
      await journal.learnCallers();
      const workers = (await emulator.workers()).filter(
        (worker) => worker.functionName === functionName && worker.region === home,
      );
      await Promise.all(workers.map(({ pid }) => emulator.killWorker(pid)));
      journal.kills.push({ functionName, at: Date.now() });
      return workers.length;
    } finally {
      hold.lift();
    }
  }

  private async pause(step: Step): Promise<number> {
    const { emulator, home, account } = this.site;
    const mapping = { region: home, account, functionName: this.site.senderTo(step.hop).functionName };
    await enableMappings(emulator, mapping, false);
    try {
      await sleep(step.ms);
    } finally {
      await enableMappings(emulator, mapping, true);
    }
    return 1;
  }

  /** Throttles sends to the step's queue, and as soon as the first has failed, the back-offs of what failed. */
  private async denyBackOff(step: Step): Promise<number> {
    const { emulator, home, patienceMs } = this.site;
    const limit = ATTEMPTS * (step.calls ?? 1);
    const cause = emulator.gateway.inject({ kind: "throttle", ...this.sendsTo(step.hop), limit });
    let deny: FaultHandle | undefined;
    try {
      await this.until(patienceMs, () => cause.met > 0);
      deny = emulator.gateway.inject({
        kind: "throttle",
        source: home,
        queues: [this.site.senderTo(step.hop).reads.name],
        operation: "ChangeMessageVisibilityBatch",
        limit,
      });
      await this.until(patienceMs, () => deny?.met === limit);
      return deny.met;
    } finally {
      cause.lift();
      deny?.lift();
    }
  }

  private sendsTo(hop: Hop): Pick<FaultSpec, "source" | "operation" | "queues"> {
    const queue = this.site.queues[hop];
    if (queue === undefined) throw new Error(`there is no ${hop} queue`);
    return { source: this.site.home, operation: SEND, queues: [queue.name] };
  }

  /** Lasts as long as the step, and longer while it has met nothing. */
  private async last(step: Step, met: () => boolean): Promise<void> {
    await sleep(step.ms);
    await this.until(this.site.patienceMs, met);
  }

  private async until(ms: number, reached: () => boolean): Promise<void> {
    const end = performance.now() + ms;
    while (!reached() && !this.course.over() && performance.now() < end) await sleep(LOOK_EVERY_MS);
  }
}
