import { MESSAGE_MAX_ATTRIBUTES, QUEUE_MAX_MESSAGE_BYTES } from "../../core/limits";
import type { Message } from "./message";
import { encodeOrigin, ORIGIN_ATTRIBUTE, type Origin } from "./origin";
import { attributeBytes, messageBytes } from "./size";

export interface Stamped {
  readonly message: Message;
  /** False when the message has no room for its origin and travels without one. */
  readonly hasOrigin: boolean;
}

/**
 * Puts its origin on a message that was taken from an ingress queue. An origin that is already there is stale, because consumers
 * republish messages with all attributes: it is replaced, and where the new one does not fit it is removed, since a message that
 * travels under another message's identity would be taken for that one and dropped.
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

function withoutOrigin(message: Message): Message {
  const { [ORIGIN_ATTRIBUTE]: _stale, ...attributes } = message.attributes;
  return { ...message, attributes };
}
