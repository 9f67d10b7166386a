import { setTimeout as sleep } from "node:timers/promises";
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type QueueAttributeName,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { exactly } from "../../emulator/clients";

const SEND_EVERY_MS = 40;
/** Message groups, of a FIFO queue. */
export const GROUPS = ["a", "b", "c", "d"] as const;
const LOOK_EVERY_MS = 100;

/** A producer and a consumer of a queue that is about to be adopted, and somebody who looks at its policy all the time. */
export class Users {
  /** Policies of the queue, each once, in the order in which they were seen. */
  readonly policies: string[] = [];
  /** By message group, the URL of the queue to which the producer sends; none while it holds the group back. */
  private readonly targets: Record<string, string | undefined>;
  /** Bodies that were processed after a later one of their group. */
  readonly late: string[] = [];
  private readonly sent = new Set<string>();
  private readonly received = new Set<string>();
  private readonly latest = new Map<string, number>();
  private readonly readers = new Map<string, { stopped: boolean; readonly end: Promise<void> }>();
  private readonly others: Promise<void>[] = [];
  private isOver = false;
  private sending: Promise<unknown> = Promise.resolve();

  /** @param queue URL of the queue, to which the producer sends and from which the consumer receives at first */
  constructor(
    private readonly client: SQSClient,
    private readonly queue: string,
    readonly fifo: boolean,
  ) {
    this.targets = Object.fromEntries(GROUPS.map((group) => [group, queue]));
    this.others.push(this.send(), this.watch());
    this.read(queue);
  }

  get processed(): number {
    return this.received.size;
  }

  /** Bodies that were accepted and have not been processed. */
  get missing(): readonly string[] {
    return [...this.sent].filter((body) => !this.received.has(body));
  }

  /** The producer sends to this queue from now on, or holds back, and has had the answer to its last send to another one. */
  async sendTo(queueUrl: string | undefined, groups: readonly string[] = GROUPS): Promise<void> {
    for (const group of groups) this.targets[group] = queueUrl;
    await this.sending;
  }

  /** The consumer also reads this queue from now on. */
  read(queueUrl: string): void {
    const reader = { stopped: false, end: Promise.resolve() };
    this.readers.set(queueUrl, Object.assign(reader, { end: this.receive(queueUrl, reader) }));
  }

  /** The consumer reads this queue no more, and has ended what it had begun. */
  async stop(queueUrl: string): Promise<void> {
    const reader = this.readers.get(queueUrl);
    if (reader === undefined) throw new Error(`nobody reads ${queueUrl}`);
    reader.stopped = true;
    await reader.end;
  }

  /** The producer ends; what it has sent is processed as before. */
  async end(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.others);
  }

  async leave(): Promise<void> {
    await this.end();
    await Promise.all([...this.readers.keys()].map((queue) => this.stop(queue)));
  }

  async attribute(name: QueueAttributeName): Promise<string> {
    const asked = new GetQueueAttributesCommand({ QueueUrl: this.queue, AttributeNames: [name] });
    return (await this.client.send(exactly(asked))).Attributes?.[name] ?? "";
  }

  private async send(): Promise<void> {
    for (let number = 0; !this.isOver; number += 1) {
      await sleep(SEND_EVERY_MS);
      const group = GROUPS[number % GROUPS.length]!;
      const QueueUrl = this.targets[group];
      if (QueueUrl === undefined) continue;
      const body = `${group} ${number}`;
      // Deduplication ids are left to the queue.
      const inGroup = this.fifo && { MessageGroupId: group };
      this.sending = this.client.send(new SendMessageCommand({ QueueUrl, MessageBody: body, ...inGroup }));
      await this.sending;
      this.sent.add(body);
    }
  }

  private async receive(queueUrl: string, reader: { readonly stopped: boolean }): Promise<void> {
    while (!reader.stopped) {
      const { Messages = [] } = await this.client.send(
        new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      for (const { Body = "", ReceiptHandle } of Messages) {
        this.note(Body);
        await this.client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
      }
    }
  }

  private note(body: string): void {
    const [group = "", number] = body.split(" ");
    const latest = this.latest.get(group) ?? -1;
    if (this.fifo && !this.received.has(body) && Number(number) < latest) this.late.push(body);
    this.latest.set(group, Math.max(latest, Number(number)));
    this.received.add(body);
  }

  private async watch(): Promise<void> {
    while (!this.isOver) {
      const policy = await this.attribute("Policy");
      if (policy !== this.policies.at(-1)) this.policies.push(policy);
      await sleep(LOOK_EVERY_MS);
    }
  }
}
