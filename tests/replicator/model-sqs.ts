import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type Message as SdkMessage,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
} from "@aws-sdk/client-sqs";
import type { SQSMessageAttributes, SQSRecord } from "aws-lambda";
import {
  BACK_OFF_MAX_SECONDS,
  BATCH_MAX_BYTES,
  BATCH_MAX_ENTRIES,
  DEDUPLICATION_SECONDS,
  FIFO_VISIBILITY_TIMEOUT_MAX_SECONDS,
  MESSAGE_MAX_ATTRIBUTES,
  QUEUE_MAX_MESSAGE_BYTES,
} from "../../core/limits";
import { messageBytes } from "../../messages/size";
import type { Connections } from "../../replicator/replicate/replicate";
import { nameOf, serviceError } from "./fake-sqs";
import { binaryAttribute, HOME, SENT, sqsRecord, stringAttribute } from "./records";

type Command =
  | ChangeMessageVisibilityBatchCommand
  | DeleteMessageBatchCommand
  | GetQueueAttributesCommand
  | ReceiveMessageCommand
  | SendMessageBatchCommand;

/** What SQS admits: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const TEXT = /^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u;

/** What happens to one call. */
export type Fault =
  | { readonly kind: "none" }
  | { readonly kind: "slow"; readonly ms: number }
  /** The call fails, whether or not SQS has executed it. */
  | { readonly kind: "call"; readonly error: string; readonly executed: boolean }
  /** Entries fail, by their place in the call, or are left out of the answer where there is no code. */
  | {
      readonly kind: "entries";
      readonly entries: readonly ({ readonly code?: string; readonly executed: boolean } | undefined)[];
    }
  /** The worker dies with this call. */
  | { readonly kind: "kill" };

export interface Enqueued {
  readonly messageId: string;
  readonly entry: SendMessageBatchRequestEntry;
}

export interface InQueue extends Enqueued {
  readonly sentMs: number;
  readonly sequence: number;
  visibleMs: number;
  receives: number;
}

/** A queue of SQS as far as order, visibility and deduplication go. */
export class ModelQueue {
  /** Everything that was ever put into it, in order. */
  readonly log: Enqueued[] = [];
  private readonly deduplicated = new Map<string, number>();
  /** By message id, in the order in which they came. */
  private readonly messages = new Map<string, InQueue>();

  constructor(
    readonly name: string,
    readonly fifo = name.split("@")[0]!.endsWith(".fifo"),
  ) {}

  get isEmpty(): boolean {
    return this.messages.size === 0;
  }

  /** What is on it, in order. */
  get held(): readonly InQueue[] {
    return [...this.messages.values()];
  }

  /** Messages that are received and not visible, and for how many milliseconds they will not be. */
  inFlightMs(nowMs: number): readonly number[] {
    return [...this.messages.values()].map(({ visibleMs }) => visibleMs - nowMs).filter((ms) => ms > 0);
  }

  /** When the next message that is in flight becomes visible. */
  nextMs(nowMs: number): number {
    return nowMs + Math.min(...this.inFlightMs(nowMs));
  }

  enqueue(entry: SendMessageBatchRequestEntry, nowMs: number): string {
    const messageId = `${this.name} ${this.log.length}`;
    const id = entry.MessageDeduplicationId;
    if (this.fifo && id !== undefined) {
      const since = this.deduplicated.get(id);
      if (since !== undefined && nowMs - since < DEDUPLICATION_SECONDS * 1_000) return messageId;
      this.deduplicated.set(id, nowMs);
    }
    this.log.push({ messageId, entry });
    this.messages.set(messageId, {
      messageId,
      entry,
      sentMs: nowMs,
      sequence: this.log.length,
      visibleMs: nowMs,
      receives: 0,
    });
    return messageId;
  }

  /** A batch as Lambda takes it. A FIFO group of which something is in flight gives nothing more. */
  receive(
    nowMs: number,
    count = BATCH_MAX_ENTRIES,
    visibilitySeconds = FIFO_VISIBILITY_TIMEOUT_MAX_SECONDS,
  ): SQSRecord[] {
    const busy = new Set(
      this.fifo ? this.held.flatMap((message) => (message.visibleMs > nowMs ? [groupOf(message)] : [])) : [],
    );
    const received: InQueue[] = [];
    for (const message of this.messages.values()) {
      if (received.length === count) break;
      if (message.visibleMs <= nowMs && !busy.has(groupOf(message))) received.push(message);
    }
    for (const message of received) {
      message.visibleMs = nowMs + visibilitySeconds * 1_000;
      message.receives += 1;
    }
    return received.map((message) => this.recordOf(message));
  }

  delete(messageIds: ReadonlySet<string>): void {
    for (const id of messageIds) this.messages.delete(id);
  }

  /** Deletes what was received last with this handle: SQS says yes to any other and may do nothing. */
  deleteReceived(receiptHandle: string | undefined): void {
    const message = this.receivedWith(receiptHandle);
    if (message !== undefined) this.messages.delete(message.messageId);
  }

  changeVisibility(receiptHandle: string | undefined, untilMs: number): void {
    const message = this.receivedWith(receiptHandle);
    if (message !== undefined) message.visibleMs = untilMs;
  }

  private receivedWith(receiptHandle: string | undefined): InQueue | undefined {
    const message = this.messages.get(receiptHandle?.replace(/^receipt \d+ of /, "") ?? "");
    return message !== undefined && handleOf(message) === receiptHandle ? message : undefined;
  }

  private recordOf({ messageId, entry, sentMs, sequence, receives }: InQueue): SQSRecord {
    const { MessageBody = "", MessageAttributes = {}, MessageSystemAttributes, MessageGroupId } = entry;
    const traceHeader = MessageSystemAttributes?.AWSTraceHeader?.StringValue;
    const messageAttributes: SQSMessageAttributes = Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
        name,
        BinaryValue === undefined
          ? stringAttribute(StringValue ?? "", DataType as "String")
          : binaryAttribute(BinaryValue, DataType as "Binary"),
      ]),
    );
    return sqsRecord({
      messageId,
      receiptHandle: handleOf({ messageId, receives }),
      body: MessageBody,
      messageAttributes,
      attributes: {
        ApproximateReceiveCount: String(receives),
        SentTimestamp: String(sentMs),
        ...(traceHeader === undefined ? {} : { AWSTraceHeader: traceHeader }),
        ...(MessageGroupId === undefined ? {} : { MessageGroupId }),
        ...(this.fifo
          ? {
              MessageDeduplicationId: entry.MessageDeduplicationId ?? "",
              SequenceNumber: String(sequence).padStart(20, "0"),
            }
          : {}),
      },
    });
  }
}

function groupOf({ entry }: InQueue): string | undefined {
  return entry.MessageGroupId;
}

/** Every receipt has a handle of its own. */
function handleOf({ messageId, receives }: Pick<InQueue, "messageId" | "receives">): string {
  return `receipt ${receives} of ${messageId}`;
}

/**
 * Queues of SQS in all regions, with a clock of their own. Calls go wrong as planned, one after the other, and nothing goes wrong
 * when the plan is at its end. What a call must not do is noted in {@link violations}.
 */
export class ModelSqs {
  nowMs = SENT;
  killed = false;
  readonly violations: string[] = [];
  readonly requests = new Map<string, number>();
  /** Least visibility timeout that a message may be given back with. */
  leastBackOffSeconds = 1;
  /** By name, the largest message that a queue takes, bytes. @default QUEUE_MAX_MESSAGE_BYTES */
  readonly largest: Record<string, number> = {};
  /** Called before a command is executed, or fails. */
  onCall: (queue: string, command: Command) => void = () => {};
  /** Called when a queue has taken a message. */
  onTaken: (queue: string, entry: SendMessageBatchRequestEntry) => void = () => {};
  private readonly queues = new Map<string, ModelQueue>();
  private readonly plan: Iterator<Fault>;

  constructor(plan: readonly Fault[] = []) {
    this.plan = plan.values();
  }

  queue(url: string): ModelQueue {
    const name = nameOf(url);
    const queue = this.queues.get(name) ?? new ModelQueue(name);
    this.queues.set(name, queue);
    return queue;
  }

  readonly clientOf = (region: string): Connections["home"] => {
    const send = async (command: unknown) => {
      await Promise.resolve();
      return this.call(region, command);
    };
    return { send } as Connections["home"];
  };

  private call(region: string, command: unknown): unknown {
    if (!isKnown(command)) throw new Error("unexpected command");
    const queue = this.queue(command.input.QueueUrl ?? "");
    const [name, there = HOME] = queue.name.split("@");
    this.check(there === region, `a client of ${region} for ${name} in ${there}`);
    this.requests.set(queue.name, (this.requests.get(queue.name) ?? 0) + 1);
    this.nowMs += 20;
    this.onCall(queue.name, command);
    if (this.killed) throw serviceError("AbortError");

    const { value: fault = { kind: "none" } as Fault } = this.plan.next() as IteratorResult<Fault, undefined>;
    if (fault.kind === "kill") {
      this.killed = true;
      throw serviceError("AbortError");
    }
    if (fault.kind === "slow") this.nowMs += fault.ms;
    if (fault.kind === "call" && !fault.executed) throw serviceError(fault.error);
    const answer = this.execute(queue, command, fault);
    if (fault.kind === "call") throw serviceError(fault.error);
    return answer;
  }

  private execute(queue: ModelQueue, command: Command, fault: Fault): unknown {
    if (command instanceof ReceiveMessageCommand) return this.give(queue, command);
    if (command instanceof GetQueueAttributesCommand) return this.describe(queue);
    if (command instanceof SendMessageBatchCommand) {
      return this.take(queue, command.input.Entries ?? [], fault);
    }
    return command instanceof DeleteMessageBatchCommand
      ? this.delete(queue, command, fault)
      : this.changeVisibility(queue, command);
  }

  private give(queue: ModelQueue, { input }: ReceiveMessageCommand): unknown {
    const { MaxNumberOfMessages = 1, VisibilityTimeout = 30, WaitTimeSeconds = 0 } = input;
    this.check(MaxNumberOfMessages <= BATCH_MAX_ENTRIES, "messages of a receive");
    this.check(input.MessageAttributeNames?.includes("All") === true, "message attributes asked for");
    this.check(input.MessageSystemAttributeNames?.includes("All") === true, "attributes asked for");
    const records = queue.receive(this.nowMs, MaxNumberOfMessages, VisibilityTimeout);
    if (records.length === 0) this.nowMs += WaitTimeSeconds * 1_000;
    return { Messages: records.map(messageOf) };
  }

  private describe(queue: ModelQueue): unknown {
    const inFlight = queue.inFlightMs(this.nowMs).length;
    return {
      Attributes: {
        ApproximateNumberOfMessages: String(queue.held.length - inFlight),
        ApproximateNumberOfMessagesDelayed: "0",
        ApproximateNumberOfMessagesNotVisible: String(inFlight),
      },
    };
  }

  private delete(queue: ModelQueue, { input }: DeleteMessageBatchCommand, fault: Fault): unknown {
    const entries = input.Entries ?? [];
    const faults = fault.kind === "entries" ? fault.entries : [];
    this.check(entries.length >= 1 && entries.length <= BATCH_MAX_ENTRIES, "deletes in a call");
    entries.forEach(({ ReceiptHandle }, index) => {
      if (faults[index]?.executed !== false) queue.deleteReceived(ReceiptHandle);
    });
    return {
      Successful: entries.flatMap(({ Id }, index) => (faults[index] === undefined ? [{ Id }] : [])),
      Failed: entries.flatMap(({ Id }, index) => {
        const Code = faults[index]?.code;
        return Code === undefined ? [] : [{ Id, Code, SenderFault: true }];
      }),
    };
  }

  private take(queue: ModelQueue, entries: readonly SendMessageBatchRequestEntry[], fault: Fault): unknown {
    this.checkBatch(queue, entries);
    const planned = fault.kind === "entries" ? fault.entries : [];
    const faults = entries.map((entry, index) => this.refusal(queue, entry) ?? planned[index]);
    entries.forEach((entry, index) => {
      if (faults[index]?.executed === false) return;
      queue.enqueue(entry, this.nowMs);
      this.onTaken(queue.name, entry);
    });
    return {
      Successful: entries.flatMap(({ Id }, index) => (faults[index] === undefined ? [{ Id }] : [])),
      Failed: entries.flatMap(({ Id }, index) => {
        const Code = faults[index]?.code;
        return Code === undefined ? [] : [{ Id, Code, SenderFault: true }];
      }),
    };
  }

  /** Why a queue does not take a message, whenever it is sent. */
  private refusal(
    { name }: ModelQueue,
    { MessageBody = "", MessageAttributes = {} }: SendMessageBatchRequestEntry,
  ): { readonly code: string; readonly executed: false } | undefined {
    const texts = [
      MessageBody,
      ...Object.values(MessageAttributes).map(({ StringValue = "" }) => StringValue),
    ];
    if (!texts.every((text) => TEXT.test(text))) return { code: "InvalidMessageContents", executed: false };
    const bytes = messageBytes({ body: MessageBody, attributes: MessageAttributes });
    const isSmall =
      bytes <= (this.largest[name] ?? QUEUE_MAX_MESSAGE_BYTES) &&
      Object.keys(MessageAttributes).length <= MESSAGE_MAX_ATTRIBUTES;
    return isSmall ? undefined : { code: "InvalidParameterValue", executed: false };
  }

  private changeVisibility(queue: ModelQueue, { input }: ChangeMessageVisibilityBatchCommand): unknown {
    const entries = input.Entries ?? [];
    this.check(entries.length <= BATCH_MAX_ENTRIES, "too many visibility changes in a call");
    for (const { ReceiptHandle, VisibilityTimeout = -1 } of entries) {
      const isRight =
        VisibilityTimeout >= this.leastBackOffSeconds && VisibilityTimeout <= BACK_OFF_MAX_SECONDS;
      this.check(isRight, "back-off");
      queue.changeVisibility(ReceiptHandle, this.nowMs + VisibilityTimeout * 1_000);
    }
    return { Successful: entries.map(({ Id }) => ({ Id })), Failed: [] };
  }

  private checkBatch(queue: ModelQueue, entries: readonly SendMessageBatchRequestEntry[]): void {
    const sizes = entries.map(({ MessageBody = "", MessageAttributes = {} }) =>
      messageBytes({ body: MessageBody, attributes: MessageAttributes }),
    );
    this.check(entries.length >= 1 && entries.length <= BATCH_MAX_ENTRIES, "entries of a batch");
    this.check(new Set(entries.map(({ Id }) => Id)).size === entries.length, "ids of a batch");
    this.check(sizes.reduce((sum, bytes) => sum + bytes, 0) <= BATCH_MAX_BYTES, "bytes of a batch");
    for (const { MessageGroupId, MessageDeduplicationId } of entries) {
      this.check((MessageDeduplicationId !== undefined) === queue.fifo, "deduplication id");
      this.check(MessageGroupId !== undefined || !queue.fifo, "group id");
    }
    const groups = new Set(entries.map(({ MessageGroupId }) => MessageGroupId));
    this.check(!queue.fifo || groups.size === entries.length, "a FIFO group twice in one call");
  }

  private check(holds: boolean, what: string): void {
    if (!holds) this.violations.push(what);
  }
}

function isKnown(command: unknown): command is Command {
  return [
    ChangeMessageVisibilityBatchCommand,
    DeleteMessageBatchCommand,
    GetQueueAttributesCommand,
    ReceiveMessageCommand,
    SendMessageBatchCommand,
  ].some((known) => command instanceof known);
}

/** A message as ReceiveMessage gives it. */
function messageOf({ messageId, receiptHandle, body, attributes, messageAttributes }: SQSRecord): SdkMessage {
  return {
    MessageId: messageId,
    ReceiptHandle: receiptHandle,
    Body: body,
    Attributes: { ...attributes } as NonNullable<SdkMessage["Attributes"]>,
    MessageAttributes: Object.fromEntries(
      Object.entries(messageAttributes).map(([name, { dataType, stringValue, binaryValue }]) => [
        name,
        binaryValue === undefined
          ? { DataType: dataType, StringValue: stringValue }
          : { DataType: dataType, BinaryValue: Buffer.from(binaryValue, "base64") },
      ]),
    ),
  };
}
