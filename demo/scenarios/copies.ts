import type { Emulator } from "../../emulator/emulator";
import { readBatchResult } from "../../emulator/sqs-wire";

/** By order and by region that has a copy: since when, in epoch milliseconds. */
export type CopiedOrders = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Notes the regions on whose queues functions have put an order: a copy of it on a standby queue, or the order on a work queue. */
export class CopyWatch {
  readonly copies = new Map<string, Map<string, number>>();
  /** Ends it. */
  readonly stop: () => void;

  constructor(emulator: Emulator) {
    const filter = { service: "sqs", operation: "SendMessageBatch" };
    this.stop = emulator.gateway.watch(filter, ({ call, ended, answer }) => {
      // What was sent and not acknowledged is sent again, and counts then.
      if (answer === undefined) return;
      const accepted = readBatchResult(answer);
      for (const { Id, MessageAttributes } of call.entries) {
        const order = MessageAttributes?.["order-id"]?.StringValue;
        if (order !== undefined && accepted.get(Id) === true) this.add(order, call.target, ended);
      }
    });
  }

  private add(order: string, region: string, at: number): void {
    const known = this.copies.get(order) ?? new Map<string, number>();
    if (!known.has(region)) known.set(region, at);
    this.copies.set(order, known);
  }
}
