import type { Failure } from "../../messages/failures";
import { forEachParallel } from "../sqs/parallel";
import { type Dependencies, failureWithin } from "./dependencies";
import { depthAt, type QueueDepth } from "./depths";
import type { ControlledQueue } from "./settings";
import { queueIn } from "./urls";

/** A queue that is missing was removed, or is a fault: which of them, a list tells that is no older. */
const LISTED_AGAIN_MS = 30_000;
/**
 * Queues that are asked in one look, besides the canary's: those of ten logical queues. Their number must not decide what a look takes
 * and costs; a group that has more is gone through in turn.
 */
const ASKED = 20;
/** As many connections are opened by a cold start. */
const AT_A_TIME = 8;

interface Answer {
  readonly at: number;
  readonly failure: Failure | undefined;
}

/** Ingress and work queues of the home: the canary's, and those of all logical queues that Terraform has listed. */
export class HomeQueues {
  private readonly canary: Readonly<Record<string, string>>;
  private listed: Readonly<Record<string, string>> = {};
  private readonly answers = new Map<string, Answer>();

  /**
   * @param list the logical queues, by a list that is no older than some time where one is given; undefined while none could be read
   * @param onDepth told what each queue holds that answers, with the moment at which it was asked, in epoch milliseconds
   */
  constructor(
    private readonly parts: Pick<Dependencies, "settings" | "sqs" | "now" | "sleep">,
    private readonly list: (keptMs?: number) => Promise<readonly ControlledQueue[] | undefined>,
    private readonly onDepth: (queue: string, depth: QueueDepth, at: number) => void,
  ) {
    const { ingressQueueUrl, workQueueUrl } = parts.settings.canary;
    this.canary = Object.fromEntries([ingressQueueUrl, workQueueUrl].map((url) => [nameOf(url), url]));
  }

  /**
   * Asks the canary's queues, those that did not answer last time, and some of the others, until `endsAt`.
   * @returns what does not answer, as far as it is known, with codes of errors
   */
  async look(endsAt: number): Promise<Readonly<Record<string, string>>> {
    const { now } = this.parts;
    // The list must leave time for the queues that are on it.
    await this.learn(this.list(), (endsAt - now()) / 2);
    await forEachParallel(this.due(), AT_A_TIME, ([name, url]) => this.ask(name, url, endsAt));
    const silent = this.silent();
    if (!silent.some(([, { class: cause }]) => cause === "configuration")) return codes(silent);
    await this.learn(this.list(LISTED_AGAIN_MS), endsAt - now());
    return codes(this.silent());
  }

  /** While the list cannot be read, the last one holds. */
  private async learn(list: ReturnType<HomeQueues["list"]>, limitMs: number): Promise<void> {
    const { sleep, settings } = this.parts;
    const found = await Promise.race([list, sleep(Math.max(0, limitMs)).then(() => undefined)]);
    if (found === undefined) return;
    const names = found.flatMap(({ ingress, work }) => [ingress, work]);
    this.listed = Object.fromEntries(names.map((name) => [name, queueIn(settings, name)]));
    const known = { ...this.canary, ...this.listed };
    for (const name of this.answers.keys()) if (!(name in known)) this.answers.delete(name);
  }

  private due(): readonly (readonly [name: string, url: string])[] {
    const answeredAt = ([name]: readonly [name: string, url: string]): number => {
      const answer = this.answers.get(name);
      return answer === undefined || answer.failure !== undefined ? 0 : answer.at;
    };
    const inTurn = Object.entries(this.listed).sort((one, other) => answeredAt(one) - answeredAt(other));
    return [...Object.entries(this.canary), ...inTurn.slice(0, ASKED)];
  }

  private async ask(name: string, url: string, endsAt: number): Promise<void> {
    const at = this.parts.now();
    // What there was no time for stays as it was.
    if (at >= endsAt) return;
    const failure = await failureWithin(this.parts, endsAt - at, async () =>
      this.onDepth(name, await depthAt(this.parts, url), at),
    );
    // A queue that asks for fewer calls answers; those who make them need not be we.
    this.answers.set(name, { at, failure: failure?.class === "throttled" ? undefined : failure });
  }

  private silent(): readonly (readonly [name: string, failure: Failure])[] {
    return [...this.answers].flatMap(([name, { failure }]) =>
      failure === undefined ? [] : [[name, failure] as const],
    );
  }
}

function codes(
  silent: readonly (readonly [name: string, failure: Failure])[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(silent.map(([name, { code }]) => [name, code]));
}

function nameOf(url: string): string {
  return new URL(url).pathname.split("/").at(-1)!;
}
