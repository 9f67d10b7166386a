import { createHash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { type ProducerRegions, producerKey } from "../../client";
import { PRODUCER_KEY_ATTRIBUTE } from "../../messages/producer-key";
import { order } from "../orders";
import type { Endpoint } from "../traffic";
import type { SentOrder } from "./judge";

export interface ProducerOptions {
  readonly queue: string;
  /** The ingress queue of each region. */
  readonly ingresses: Readonly<Record<string, Endpoint>>;
  /** The regions to send to, in the order in which to try them. */
  readonly regions: ProducerRegions;
  readonly fifo: boolean;
  /** Orders per second. */
  readonly rate: number;
}

/** A queue that has not answered by then is taken for away. */
const PATIENCE_MS = 3_000;
const PAUSE_MS = 500;
/** Tries in a region before the next one: an answer that got lost is no lost region. */
const TRIES = 2;
/** Sends under way: whoever waits for a queue that does not answer does not open more and more connections. */
const IN_FLIGHT = 5;

/**
 * Sends orders steadily to the ingress queue of the region that it is told. When that does not answer twice, the producer sends the same
 * order, with the same producer key, to the next region. The two are one message. The producer stays there until it is told another region. An
 * order that no region takes is tried until one does.
 */
export class Producer {
  readonly sent: SentOrder[] = [];
  /** Told when another region than before has accepted an order. */
  onMoved: (region: string) => void = () => {};
  private region = "";
  private told = "";
  private accepting = "";
  private number = 0;
  private stopped = false;
  private abandoned = false;
  private readonly running: Promise<void>;
  private readonly name = randomUUID().slice(0, 8);

  constructor(private readonly options: ProducerOptions) {
    this.running = this.run();
  }

  /** Resolves when the last order is accepted. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  /** Ends at once; what no region has accepted by then is given up. */
  abandon(): void {
    this.stopped = this.abandoned = true;
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
    while (!this.abandoned) {
      const regions = await this.options.regions();
      if (regions[0] !== this.told) this.region = this.told = regions[0]!;
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
        this.sent.push({ queue, order: id, group: customer, number, digest, regions: tried, at: Date.now() });
        if (this.accepting !== "" && this.accepting !== region) this.onMoved(region);
        this.accepting = region;
        return;
      } catch {
        const isGivenUp = tried.slice(-TRIES).filter((each) => each === region).length === TRIES;
        if (isGivenUp && this.region === region)
          this.region = regions[(regions.indexOf(region) + 1) % regions.length]!;
        await sleep(PAUSE_MS);
      }
    }
  }
}
