import { setTimeout as sleep } from "node:timers/promises";
import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { type ProducerRegions, producerRegions } from "../../client";
import { sqsClient } from "../../emulator/clients";
import type { Deployment } from "../../emulator/deployment";
import type { Emulator } from "../../emulator/emulator";
import type { ServiceRequest, Shop } from "../shop";
import type { Endpoint } from "../traffic";
import { CopyWatch } from "./copies";
import {
  type Bounds,
  type Fault,
  type Judgement,
  judge,
  LAST_STEP,
  type RescueFigures,
  repeatsOutside,
  rescueOf,
  type SentOrder,
  strandedIn,
  violationsOf,
} from "./judge";
import { Producer } from "./producer";

export interface TrafficOptions {
  readonly emulator: Emulator;
  readonly deployment: Deployment;
  readonly shop: Shop;
  /** Region whose ingress queues the producers prefer; the other regions follow in their order. */
  readonly home: string;
  /** ARN of the role that sends. */
  readonly producerRole: string;
  /** Where producers learn by DNS which region to send to. @default they are told, by `moveTo` */
  readonly dnsServer?: string;
  /** Orders per second, by logical queue. */
  readonly rates: Readonly<Record<string, number>>;
}

const LOOK_EVERY_MS = 200;

/** Producers of several logical queues, and what the consumers in all regions made of it. */
export class Traffic {
  readonly producers: Readonly<Record<string, Producer>>;
  /** Told when another region than before has accepted an order of a producer. */
  onMoved: (region: string) => void = () => {};

  private preferred: string;
  private readonly copyWatch: CopyWatch;

  private constructor(
    private readonly options: TrafficOptions,
    /** By region, in the order in which producers try them. */
    private readonly clients: ReadonlyMap<string, SQSClient>,
  ) {
    const { deployment, emulator, rates } = options;
    this.preferred = options.home;
    this.copyWatch = new CopyWatch(emulator);
    const regions = this.regions([...clients.keys()]);
    this.producers = Object.fromEntries(
      Object.entries(rates).map(([queue, rate]) => {
        const ingresses = Object.fromEntries(
          [...clients].map(([region, client]): [string, Endpoint] => [
            region,
            { client, queueUrl: deployment.topology(queue, region).ingress.url },
          ]),
        );
        const producer = new Producer({ queue, ingresses, regions, rate, fifo: this.isFifo(queue) });
        producer.onMoved = (region) => this.onMoved(region);
        return [queue, producer];
      }),
    );
  }

  /** Starts the producers; their credentials are there before anything can go wrong. */
  static async start(options: TrafficOptions): Promise<Traffic> {
    const { emulator, deployment, home, producerRole, rates } = options;
    const regions = [home, ...deployment.regions.filter((region) => region !== home)];
    const caller = { account: deployment.account(home), role: producerRole, maxAttempts: 1 };
    const clients = new Map(regions.map((region) => [region, sqsClient(emulator, { region, ...caller })]));
    const [queue] = Object.keys(rates);
    await Promise.all(
      [...clients].map(([region, client]) => {
        const { url } = deployment.topology(queue!, region).ingress;
        return client.send(new GetQueueAttributesCommand({ QueueUrl: url }));
      }),
    );
    return new Traffic(options, clients);
  }

  get sent(): number {
    return Object.values(this.producers).reduce((sum, { sent }) => sum + sent.length, 0);
  }

  /** Resolves when every logical queue has had so many more orders processed. */
  async flows(orders: number): Promise<void> {
    const processed = () => Object.keys(this.producers).map((queue) => this.processedOf(queue).size);
    const goals = processed().map((count) => count + orders);
    while (processed().some((count, index) => count < goals[index]!)) await sleep(LOOK_EVERY_MS);
  }

  /** Resolves when so many more orders have been accepted, of all logical queues together. */
  async sends(orders: number): Promise<void> {
    const goal = this.sent + orders;
    while (this.sent < goal) await sleep(LOOK_EVERY_MS);
  }

  /** Ends the producers; resolves when the last order is accepted. */
  async stop(): Promise<void> {
    await Promise.all(Object.values(this.producers).map((producer) => producer.stop()));
  }

  /** Tells producers that do not ask DNS to send to another region from now on. */
  moveTo(region: string): void {
    this.preferred = region;
  }

  /**
   * Ends the producers, and waits until every order that was accepted is processed or `patienceMs` have gone by without another.
   * @param stranded how many cannot be processed
   */
  async finish(patienceMs: number, stranded: () => number): Promise<void> {
    await this.stop();
    let count = -1;
    let since = performance.now();
    while (this.missing() > stranded() && performance.now() - since < patienceMs) {
      const now = this.missing();
      if (now !== count) since = performance.now();
      count = now;
      await sleep(LOOK_EVERY_MS);
    }
  }

  close(): void {
    for (const producer of Object.values(this.producers)) producer.abandon();
    for (const client of this.clients.values()) client.destroy();
    this.copyWatch.stop();
  }

  /** By logical queue, how many orders that nobody has processed are held by other regions than this one. */
  heldBeside(region: string): Readonly<Record<string, number>> {
    const { copies } = this.copyWatch;
    return Object.fromEntries(
      Object.entries(this.producers).map(([queue, { sent }]) => {
        const processed = this.processedOf(queue);
        const isHeld = ({ order }: SentOrder) =>
          !processed.has(order) && [...(copies.get(order)?.keys() ?? [])].some((holder) => holder !== region);
        return [queue, sent.filter(isHeld).length];
      }),
    );
  }

  /** By logical queue, what other regions made of what they had while a fault lasted. */
  rescue(fault: Fault): Readonly<Record<string, RescueFigures>> {
    return Object.fromEntries(
      Object.entries(this.producers).map(([queue, { sent }]) => [
        queue,
        rescueOf(sent, this.copyWatch.copies, this.requestsOf(queue), fault),
      ]),
    );
  }

  /** Orders that nobody but a region had, within the last seconds before it was lost for good. */
  stranded(region: string, lostAt: number, seconds: number): ReadonlySet<string> {
    const sent = Object.values(this.producers).flatMap((producer) => producer.sent);
    const { copies } = this.copyWatch;
    return new Set(strandedIn(region, sent, copies, lostAt, seconds).map(({ order }) => order));
  }

  /** How many orders are accepted and not processed yet. */
  missing(): number {
    return this.missingOrders().length;
  }

  missingOrders(): readonly SentOrder[] {
    return Object.entries(this.producers).flatMap(([queue, { sent }]) => {
      const processed = this.processedOf(queue);
      return sent.filter(({ order }) => !processed.has(order));
    });
  }

  /** The first requests for orders of FIFO queues that came after those for a later one of their group. */
  violations(): readonly ServiceRequest[] {
    return Object.entries(this.producers).flatMap(([queue, { sent }]) =>
      this.isFifo(queue) ? violationsOf(sent, this.requestsOf(queue)) : [],
    );
  }

  /** @param boundsOf within which time orders of a logical queue may be processed again */
  judge(boundsOf: (queue: string) => Bounds): Readonly<Record<string, Judgement>> {
    return Object.fromEntries(
      Object.entries(this.producers).map(([queue, { sent }]) => [
        queue,
        judge(sent, this.requestsOf(queue), this.isFifo(queue), boundsOf(queue)),
      ]),
    );
  }

  /** The requests for each order that was processed again though nothing allows it. */
  repeats(boundsOf: (queue: string) => Bounds): readonly (readonly ServiceRequest[])[] {
    return Object.entries(this.producers).flatMap(([queue, { sent }]) =>
      repeatsOutside(sent, this.requestsOf(queue), boundsOf(queue)),
    );
  }

  /** Whether copies of a logical queue are moved as soon as their home is taken: its ledger tells for each what has been done. */
  isMovedAtOnce(queue: string): boolean {
    const { recovery } = this.options.deployment.configuration.queues[queue]!;
    return recovery?.rescue === "ledger" && !this.isFifo(queue);
  }

  private regions(regions: readonly string[]): ProducerRegions {
    const { deployment, dnsServer, home } = this.options;
    const { dns } = deployment.configuration;
    return dns === undefined || dnsServer === undefined
      ? async () => [this.preferred, ...regions.filter((region) => region !== this.preferred)]
      : producerRegions({
          record: dns.record,
          ttlSeconds: dns.ttlSeconds,
          resolverAddresses: [dnsServer],
          regions,
          fallback: home,
        });
  }

  private requestsOf(queue: string): readonly ServiceRequest[] {
    return this.options.shop.requests.filter((request) => request.queue === queue);
  }

  private processedOf(queue: string): ReadonlySet<string> {
    return new Set(
      this.requestsOf(queue)
        .filter(({ step }) => step === LAST_STEP)
        .map(({ order }) => order),
    );
  }

  private isFifo(queue: string): boolean {
    return this.options.deployment.configuration.queues[queue]!.fifo !== false;
  }
}
