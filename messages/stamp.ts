import { MESSAGE_MAX_ATTRIBUTES, QUEUE_MAX_MESSAGE_BYTES } from "../core/limits";
import type { Message } from "./message";
import { effectiveHome, encodeOrigin, markedOrigin, ORIGIN_ATTRIBUTE, type Origin, originIn } from "./origin";
import { attributeBytes, messageBytes } from "./size";

export interface Stamped {
  readonly message: Message;
  /** False when the message has no room for its origin and travels without one. */
  readonly hasOrigin: boolean;
}

/**
 * Puts its origin on a message that was taken from an ingress queue. An origin that is already there is stale, because consumers republish
 * messages with all attributes. The stale origin is replaced, or removed where the new one does not fit. A message under another message's
 * identity would be taken for that one and dropped.
 */
export function stamp(message: Message, origin: Origin): Stamped {
  const bare = withoutOrigin(message);
  const attribute = encodeOrigin(origin);
  const fits =
    Object.keys(bare.attributes).length < MESSAGE_MAX_ATTRIBUTES &&
    messageBytes(bare) + attributeBytes(ORIGIN_ATTRIBUTE, attribute) <= QUEUE_MAX_MESSAGE_BYTES;
  return fits
    ? {
        message: { ...bare, attributes: { ...bare.attributes, [ORIGIN_ATTRIBUTE]: attribute } },
        hasOrigin: true,
      }
    : { message: bare, hasOrigin: false };
}

/**
 * A message as one of a region's own, for the region's work queue. Whoever owns that region's home processes the message from now on, also
 * when the home that took the message in gets another owner. No other queue may hold the message. Without room for the mark, or without an
 * origin that can be written again, the message stays what it is.
 */
export function madeOwn(message: Message, region: string): Message {
  const origin = originIn(message);
  if (origin === undefined || effectiveHome(origin) === region) return message;
  const { [ORIGIN_ATTRIBUTE]: attribute, ...others } = message.attributes;
  const value = markedOrigin(attribute?.StringValue, region);
  if (value === undefined) return message;
  const own = {
    ...message,
    attributes: { ...others, [ORIGIN_ATTRIBUTE]: { DataType: "String", StringValue: value } },
  };
  return messageBytes(own) <= QUEUE_MAX_MESSAGE_BYTES ? own : message;
}

function withoutOrigin(message: Message): Message {
  const { [ORIGIN_ATTRIBUTE]: _stale, ...attributes } = message.attributes;
  return { ...message, attributes };
}
