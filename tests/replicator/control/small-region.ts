import type { Dependencies } from "../../../replicator/control/dependencies";
import { HomeQueues } from "../../../replicator/control/home-queues";
import { ControlledQueues } from "../../../replicator/control/queues";
import type { ControlledQueue } from "../../../replicator/control/settings";
import { VirtualTime } from "../virtual-time";
import { clientOf, controlledQueue, controllerSettings, HOME, NOW, refusal } from "./group";
import { QUEUES_PATH } from "./world";

export type Service = "ssm" | "sqs";

export interface Call {
  readonly service: Service;
  readonly name: string;
  /** Name of the queue, for SQS. */
  readonly queue?: string;
}

/** Queues of one region, and the list of them, as a controller asks for them. */
export class SmallRegion {
  readonly time = new VirtualTime(NOW);
  queues: readonly ControlledQueue[] = [controlledQueue()];
  /** Queues that were removed. */
  readonly missing = new Set<string>();
  /** What happens to a call: an error, or no answer at all. */
  fault: (call: Call) => Error | "hangs" | undefined = () => undefined;
  callMs = 10;
  readonly calls: Call[] = [];
  readonly failures: string[] = [];
  /** Most calls of SQS that were under way at once. */
  atOnce = 0;
  private underWay = 0;
  private readonly list: ControlledQueues;
  readonly homeQueues: HomeQueues;

  constructor() {
    const ssm = this.client<Dependencies["ssm"]>("ssm", ({ NextToken }) => this.page(NextToken));
    const now = this.time.now;
    this.list = new ControlledQueues(ssm, QUEUES_PATH, (part, code) =>
      this.failures.push(`${part}: ${code}`),
    );
    this.homeQueues = new HomeQueues(
      {
        settings: controllerSettings(HOME),
        sqs: this.client("sqs", () => ({})),
        now,
        sleep: (ms) => this.time.sleep(ms),
      },
      (keptMs) => this.list.read(now(), keptMs),
      () => {},
    );
  }

  async pass(ms: number): Promise<void> {
    await this.time.run(this.time.sleep(ms));
  }

  count(name: string): number {
    return this.calls.filter((call) => call.name === name).length;
  }

  private client<Client>(
    service: Service,
    answer: (input: { readonly NextToken?: string }) => unknown,
  ): Client {
    return clientOf<Client>(async ({ constructor: { name }, input }) => {
      const queue = (input as { readonly QueueUrl?: string }).QueueUrl?.split("/").at(-1);
      const call = { service, name, ...(queue === undefined ? {} : { queue }) };
      this.calls.push(call);
      if (service === "sqs") this.atOnce = Math.max(this.atOnce, ++this.underWay);
      const fault = this.fault(call);
      if (fault === "hangs") await new Promise(() => {});
      await this.time.sleep(this.callMs);
      if (service === "sqs") this.underWay -= 1;
      if (fault instanceof Error) throw fault;
      if (queue !== undefined && this.missing.has(queue)) throw refusal("QueueDoesNotExist");
      return answer(input);
    });
  }

  private page(token = "0"): unknown {
    const first = Number(token);
    const next = first + 10;
    return {
      Parameters: this.queues.slice(first, next).map((queue) => ({
        Name: `${QUEUES_PATH}/${queue.queue}`,
        Value: JSON.stringify(queue),
      })),
      ...(next < this.queues.length && { NextToken: String(next) }),
    };
  }
}
