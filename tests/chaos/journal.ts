import type { Emulator } from "../../emulator/emulator";
import type { Observation } from "../../emulator/gateway";
import { readBatchResult } from "../../emulator/sqs-wire";
import type { Kill, Send } from "./model/explanation";

interface Entry extends Omit<Send, "functionName"> {
  readonly caller: string;
}

/** What functions sent to the queues of a logical queue and what they were told, as the gateway saw it, and when they were killed. */
export class Journal {
  readonly kills: Kill[] = [];
  private readonly entries = new Map<string, Entry[]>();
  /** Names of functions by the access key that they sign with. */
  private readonly callers = new Map<string, string>();
  private readonly stop: () => void;

  /** Begins to write. @param queues names of the queues that functions send to. */
  constructor(
    private readonly emulator: Emulator,
    queues: readonly string[],
  ) {
    const filter = { service: "sqs", operation: "SendMessageBatch" };
    this.stop = emulator.gateway.watch(filter, (observation) => {
      if (queues.includes(observation.call.queue)) this.add(observation);
    });
  }

  /** Learns which functions there are. To be called before workers are killed, and at the end. */
  async learnCallers(): Promise<void> {
    for (const { accessKeyId, functionName } of await this.emulator.workers()) {
      this.callers.set(accessKeyId, functionName);
    }
  }

  /** Writes no more. */
  close(): void {
    this.stop();
  }

  /** What was sent of a message, in the order in which it began. */
  sendsOf(key: string): readonly Send[] {
    return (this.entries.get(key) ?? [])
      .map(({ caller, ...send }) => ({ ...send, functionName: this.callers.get(caller) ?? caller }))
      .sort((one, other) => one.began - other.began);
  }

  private add({ call, began, ended, answer }: Observation): void {
    const told = answer === undefined ? new Map<string, boolean>() : readBatchResult(answer);
    for (const { Id, MessageAttributes } of call.entries) {
      const key = MessageAttributes?.["order-id"]?.StringValue;
      if (key === undefined) continue;
      const entry = {
        caller: call.caller,
        queue: call.queue,
        key,
        began,
        ended,
        accepted: told.get(Id) === true,
      };
      const entries = this.entries.get(key);
      if (entries === undefined) this.entries.set(key, [entry]);
      else entries.push(entry);
    }
  }
}
