import { setTimeout as sleep } from "node:timers/promises";
import { type Message, SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { RegionalTopology } from "../../config/topology";
import { takeBatch } from "../../demo/traffic";
import { sqsClient } from "../../emulator/clients";
import type { Emulator } from "../../emulator/emulator";

/** Seldom enough to leave the machine to controllers and Terraform. */
const SEND_EVERY_MS = 3_000;
/** After a call that failed: regions are lost, and queues are not there yet. */
const AGAIN_MS = 500;
/** A region that leaves is not waited for any longer. */
const RECEIVE_WAIT_SECONDS = 1;

interface Site {
  readonly client: SQSClient;
  readonly running: Promise<unknown>;
  sends: boolean;
  receives: boolean;
}

/** Producers and consumers in every region of a group, which come and go with the regions. */
export class MessageFlow {
  /** Home of each message that an ingress queue has accepted, by body. */
  private readonly accepted = new Map<string, string>();
  private readonly came = new Set<string>();
  private readonly sites = new Map<string, Site>();
  private number = 0;

  constructor(
    private readonly emulator: Emulator,
    private readonly account: string,
  ) {}

  /** Sends to a region's ingress queue, and takes from its work queue. */
  join(region: string, { ingress, work }: Pick<RegionalTopology, "ingress" | "work">): void {
    const client = sqsClient(this.emulator, { region, account: this.account, maxAttempts: 1 });
    const site: Site = {
      client,
      sends: true,
      receives: true,
      running: Promise.all([
        this.repeat(
          () => site.sends,
          SEND_EVERY_MS,
          () => this.send(client, region, ingress.url),
        ),
        this.repeat(
          () => site.receives,
          0,
          () => this.receive(client, work.url),
        ),
      ]),
    };
    this.sites.set(region, site);
  }

  /** Producers of a region go elsewhere. */
  sendNoMore(region: string): void {
    this.sites.get(region)!.sends = false;
  }

  /** Consumers of a region end, and producers go on. */
  receiveNoMore(region: string): void {
    this.sites.get(region)!.receives = false;
  }

  /** Producers and consumers of a region end. */
  async leave(region: string): Promise<void> {
    const site = this.sites.get(region);
    if (site === undefined) return;
    this.sites.delete(region);
    site.sends = false;
    site.receives = false;
    await site.running;
    site.client.destroy();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.sites.keys()].map((region) => this.leave(region)));
  }

  /** How many messages were accepted. */
  get sent(): number {
    return this.accepted.size;
  }

  /** Messages that were accepted and did not come to a consumer. @param before how many were accepted first. @default all */
  missing(before = this.sent): readonly string[] {
    return [...this.accepted.keys()].slice(0, before).filter((body) => !this.came.has(body));
  }

  /** How many messages of a home did not come to a consumer. */
  waitingOf(home: string): number {
    return this.missing().filter((body) => this.accepted.get(body) === home).length;
  }

  private async repeat(goesOn: () => boolean, everyMs: number, step: () => Promise<void>): Promise<void> {
    await null;
    while (goesOn()) {
      const isDone = await step().then(
        () => true,
        () => false,
      );
      await sleep(isDone ? everyMs : AGAIN_MS);
    }
  }

  private async send(client: SQSClient, home: string, QueueUrl: string): Promise<void> {
    const MessageBody = `${home} ${this.number++}`;
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    this.accepted.set(MessageBody, home);
  }

  private receive(client: SQSClient, queueUrl: string): Promise<void> {
    const onMessages = (messages: readonly Message[]) => {
      for (const { Body } of messages) this.came.add(Body!);
    };
    return takeBatch({ client, queueUrl }, onMessages, RECEIVE_WAIT_SECONDS);
  }
}
