import type { Message } from "@aws-sdk/client-sqs";
import { order, orderNumber } from "../../demo/orders";
import { ORIGIN_ATTRIBUTE, originIn } from "../../messages/origin";

/** What a producer of a scenario sends: message number n is always the same, so that what arrives can be checked by content. */
export interface Messages {
  readonly count: number;
  /** Groups that take turns. */
  readonly groups: number;
  readonly fifo: boolean;
  /** Distinguishes the deduplication ids of this run from those that the queue still knows of an earlier one. */
  readonly run: string;
}

/** What a message looked like when it was taken from a queue. */
export interface Taken {
  /** Number of the message; `undefined` when it is nobody's. */
  readonly number: number | undefined;
  readonly messageId: string;
  /** When the queue took it, in epoch milliseconds. */
  readonly sentAt: number;
  /** Whether body, attributes, group or the origin's own parts differ from what was sent. */
  readonly altered: boolean;
  /** Id on the ingress queue, from the origin. */
  readonly originId: string | undefined;
}

export function keyOf(number: number): string {
  return order(number).id;
}

/** Group of a message: of a FIFO queue its order, of a standard queue its fairness. */
export function groupOf(number: number, { groups }: Messages): string {
  return `customer-${number % groups}`;
}

/** The entry that a producer sends. On a FIFO queue a message is one, however often it is sent. */
export function entryOf(number: number, messages: Messages) {
  const { id, body, attributes } = order(number);
  return {
    Id: String(number),
    MessageBody: body,
    MessageAttributes: { ...attributes },
    MessageGroupId: groupOf(number, messages),
    ...(messages.fifo && { MessageDeduplicationId: deduplicationId(id, messages) }),
  };
}

/** Compares a message with the one that was sent. */
export function taken(message: Message, messages: Messages, home: string): Taken {
  const { [ORIGIN_ATTRIBUTE]: carried, ...attributes } = message.MessageAttributes ?? {};
  const number = orderNumber(attributes);
  const origin = originIn({ body: "", attributes: carried ? { [ORIGIN_ATTRIBUTE]: carried } : {} });
  const common = {
    messageId: message.MessageId ?? "",
    sentAt: Number(message.Attributes?.SentTimestamp),
    originId: origin?.id,
  };
  if (number === undefined || number >= messages.count) {
    return { ...common, number: undefined, altered: true };
  }
  const sent = order(number);
  const unaltered =
    message.Body === sent.body &&
    sameAttributes(attributes, sent.attributes) &&
    message.Attributes?.MessageGroupId === groupOf(number, messages) &&
    origin?.home === home &&
    origin.dedup === (messages.fifo ? deduplicationId(sent.id, messages) : undefined);
  return { ...common, number, altered: !unaltered };
}

function deduplicationId(key: string, { run }: Messages): string {
  return `${run}-${key}`;
}

type Attributes = ReturnType<typeof order>["attributes"];

function sameAttributes(actual: Attributes, sent: Attributes): boolean {
  const plain = (attributes: Attributes) =>
    JSON.stringify(
      Object.entries(attributes)
        .map(([name, { DataType, StringValue, BinaryValue }]) => [
          name,
          DataType,
          StringValue,
          BinaryValue && Buffer.from(BinaryValue).toString("base64"),
        ])
        .sort(([one], [other]) => (String(one) < String(other) ? -1 : 1)),
    );
  return plain(actual) === plain(sent);
}
