import { createHash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { producerKey } from "../../client";
import { PRODUCER_KEY_ATTRIBUTE } from "../../replicator/message/producer-key";
import { order } from "../orders";
import type { Endpoint } from "../traffic";
import type { SentOrder } from "./judge";

export interface ProducerOptions {
  readonly queue: string;
  /** The ingress queue of each region, in the order in which the producer tries them. */
  readonly ingresses: Readonly<Record<string, Endpoint>>;
  readonly fifo: boolean;
  /** Orders per second. */
  readonly rate: number;
}

/** A queue that has not answered by then is taken for away. */
const PATIENCE_MS = 3_000;
const PAUSE_MS = 500;
/** Sends under way: whoever waits for a queue that does not answer does not open more and more connections. */
const IN_FLIGHT = 5;

/**
 * Sends orders steadily to the ingress queue of one region. When that does not answer, it sends the same order, with the same producer
 * key, to the next region's, and stays there: the two are one message. An order that no region takes is tried until one does.
 */
export class Producer {
  readonly sent: SentOrder[] = [];
  /** Told when the producer turns to another region. */
  onMoved: (region: string) => void = () => {};
  private region: string;
  private number = 0;
  private stopped = false;
  private readonly running: Promise<void>;
  private readonly name = randomUUID().slice(0, 8);

  constructor(private readonly options: ProducerOptions) {
    this.region = Object.keys(options.ingresses)[0]!;
    this.running = this.run();
  }

  /** Sends to another region from now on, as after a failback. */
  moveTo(region: string): void {
    this.region = region;
  }

  /** Resolves when the last order is accepted. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    const { rate, fifo } = this.options;
    const underWay = new Set<Promise<void>>();
    let due = performance.now();
    for (;;) {
      await sleep(Math.max(0, due - performance.now()));
      if (this.stopped) break;
      due = Math.max(due, performance.now()) + 1_000 / rate;
      const sending = this.send(this.number++).finally(() => underWay.delete(sending));
      underWay.add(sending);
      // Orders of a group must be accepted in their order.
      if (fifo) await sending;
      while (underWay.size >= IN_FLIGHT) await Promise.race(underWay);
    }
    await Promise.all(underWay);
  }

  private async send(number: number): Promise<void> {
    const { queue, fifo, ingresses } = this.options;
    const { customer, body, attributes } = order(number);
    const id = `${queue}-${this.name}-${number}`;
    const tried: string[] = [];
    const key = { DataType: "String", StringValue: producerKey() };
    for (;;) {
      const region = this.region;
      const { client, queueUrl } = ingresses[region]!;
      tried.push(region);
      const command = new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: body,
        MessageAttributes: {
          ...attributes,
          "order-id": { DataType: "String", StringValue: id },
          [PRODUCER_KEY_ATTRIBUTE]: key,
        },
        ...(fifo && { MessageGroupId: customer, MessageDeduplicationId: id }),
      });
      try {
        await client.send(command, { abortSignal: AbortSignal.timeout(PATIENCE_MS) });
        const digest = createHash("sha256").update(body).digest("hex");
        this.sent.push({ queue, order: id, group: customer, number, digest, regions: tried });
        return;
      } catch {
        if (this.region === region) this.turnFrom(region);
        await sleep(PAUSE_MS);
      }
    }
  }

  private turnFrom(region: string): void {
    const regions = Object.keys(this.options.ingresses);
    this.region = regions[(regions.indexOf(region) + 1) % regions.length]!;
    this.onMoved(this.region);
  }
}
