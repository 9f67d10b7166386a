import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import fc from "fast-check";
import { MESSAGE_MAX_ATTRIBUTES, QUEUE_MAX_MESSAGE_BYTES } from "../../core/limits";
import { type Message, messageOf } from "../../messages/message";
import { encodeOrigin, ORIGIN_ATTRIBUTE, originIn, originOf } from "../../messages/origin";
import { attributeBytes, messageBytes } from "../../messages/size";
import { madeOwn, stamp } from "../../messages/stamp";
import { anyRecord, HOME, sqsRecord } from "../replicator/records";

const origin = originOf(sqsRecord(), HOME);
const originBytes = attributeBytes(ORIGIN_ATTRIBUTE, encodeOrigin(origin));
const stale = encodeOrigin({ ...origin, id: "stale" });

function attributes(count: number): Record<string, MessageAttributeValue> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`a${index}`, { DataType: "String", StringValue: "v" }]),
  );
}

describe("stamp", () => {
  test("adds the origin and changes nothing else", () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const message = messageOf(record);
        const stamped = stamp(message, origin);
        expect(stamped.hasOrigin).toBe(Object.keys(message.attributes).length < MESSAGE_MAX_ATTRIBUTES);
        const { [ORIGIN_ATTRIBUTE]: added, ...others } = stamped.message.attributes;
        expect(added).toEqual(stamped.hasOrigin ? encodeOrigin(origin) : undefined);
        expect(Object.entries(others)).toEqual(Object.entries(message.attributes));
        expect({ ...stamped.message, attributes: {} }).toEqual({ ...message, attributes: {} });
      }),
    );
  });

  test("replaces a stale origin, also as the tenth attribute", () => {
    const { message, hasOrigin } = stamp(
      { body: "b", attributes: { ...attributes(9), [ORIGIN_ATTRIBUTE]: stale } },
      origin,
    );
    expect(hasOrigin).toBe(true);
    expect(originIn(message)).toEqual(origin);
    expect(Object.keys(message.attributes)).toHaveLength(10);
  });

  test("replaces something that is no origin at all", () => {
    const forged = { DataType: "Binary", BinaryValue: Uint8Array.of(1) };
    expect(
      originIn(stamp({ body: "b", attributes: { [ORIGIN_ATTRIBUTE]: forged } }, origin).message),
    ).toEqual(origin);
  });

  test("uses the last byte of a message, and not one more", () => {
    const fits = { body: "x".repeat(QUEUE_MAX_MESSAGE_BYTES - originBytes), attributes: {} };
    expect(messageBytes(stamp(fits, origin).message)).toBe(QUEUE_MAX_MESSAGE_BYTES);
    const tooLong = { body: `${fits.body}x`, attributes: {} };
    expect(stamp(tooLong, origin)).toEqual({ message: tooLong, hasOrigin: false });
  });

  test("leaves a message with ten attributes of its own as it is", () => {
    const message = { body: "b", attributes: attributes(10) };
    expect(stamp(message, origin)).toEqual({ message, hasOrigin: false });
  });

  test("removes a stale origin where the new one does not fit", () => {
    const short = { DataType: "String", StringValue: "x" };
    const room = QUEUE_MAX_MESSAGE_BYTES - attributeBytes(ORIGIN_ATTRIBUTE, short);
    const message = { body: "x".repeat(room), attributes: { [ORIGIN_ATTRIBUTE]: short } };
    expect(stamp(message, origin)).toEqual({ message: { ...message, attributes: {} }, hasOrigin: false });
  });
});

describe("madeOwn", () => {
  const text = (value: string) => ({
    body: "b",
    attributes: { [ORIGIN_ATTRIBUTE]: { DataType: "String", StringValue: value } },
  });
  const newer = `{"v":2,"home":"us-east-1","id":"m","sent":1,"sender":"s","more":[1]}`;

  test("adds the mark of the region, and keeps everything else, also what newer code wrote", () => {
    const own = madeOwn(text(newer), "us-west-2");
    expect(own).toEqual(text(newer.replace("}", `,"owner":"us-west-2"}`)));
    expect(madeOwn(own, "us-west-2")).toBe(own);
  });

  test("takes the place of another region's mark", () => {
    const own = madeOwn(madeOwn(text(newer), "us-west-2"), "eu-west-1");
    expect(originIn(own)?.owner).toBe("eu-west-1");
  });

  test.each<[string, Message]>([
    ["is the region's already", text(newer.replaceAll("us-east-1", "us-west-2"))],
    ["has no origin", { body: "b", attributes: {} }],
    ["has something else in the origin's place", text("{}")],
    [
      "has no room for the mark",
      { ...text(newer), body: "x".repeat(QUEUE_MAX_MESSAGE_BYTES - messageBytes(text(newer)) + 1) },
    ],
  ])("leaves a message alone that %s", (_, message) => {
    expect(madeOwn(message, "us-west-2")).toBe(message);
  });
});
