import fc from "fast-check";
import { contentDigest } from "../../ledger/digest";
import { receivedMessage } from "../../ledger/received";
import type { Message } from "../../messages/message";
import { encodeOrigin, ORIGIN_ATTRIBUTE } from "../../messages/origin";
import { PRODUCER_KEY_ATTRIBUTE } from "../../messages/producer-key";
import { binaryAttribute, stringAttribute } from "../replicator/records";
import { anyMessage, asReceived, ORIGIN, workRecord } from "./messages";

/** A text in which everything that a producer put into a message can be told apart; not the digest's own. */
function contents({ body, attributes }: Message): string {
  return JSON.stringify([
    body,
    Object.entries(attributes)
      .map(([name, { DataType, StringValue, BinaryValue }]) => [
        name,
        DataType,
        StringValue,
        BinaryValue && [...BinaryValue],
      ])
      .sort(([one], [other]) => (String(one) < String(other) ? -1 : 1)),
  ]);
}

describe("contentDigest", () => {
  test("is the same for two messages exactly when their contents are", () => {
    fc.assert(
      fc.property(anyMessage, anyMessage, (one, other) => {
        expect(contentDigest(one) === contentDigest(other)).toBe(contents(one) === contents(other));
      }),
    );
  });

  test("differs when one byte of body, name, type or value moves to its neighbour", () => {
    const attribute = (name: string, DataType: string, StringValue: string) => ({
      body: "body",
      attributes: { [name]: { DataType, StringValue } },
    });
    const messages = [
      attribute("name", "String.a", "bc"),
      attribute("nameS", "tring.a", "bc"),
      attribute("name", "String.ab", "c"),
      { ...attribute("dyname", "String.a", "bc"), body: "bo" },
    ];
    expect(new Set(messages.map(contentDigest)).size).toBe(messages.length);
  });

  test("does not depend on the order of attributes", () => {
    fc.assert(
      fc.property(anyMessage, ({ body, attributes }) => {
        const reversed = Object.fromEntries(Object.entries(attributes).reverse());
        expect(contentDigest({ body, attributes: reversed })).toBe(contentDigest({ body, attributes }));
      }),
    );
  });

  test("leaves out what is ours, and what a second send may do differently", () => {
    fc.assert(
      fc.property(anyMessage, fc.string(), fc.string(), (message, key, text) => {
        const sent: Message = {
          body: message.body,
          attributes: {
            ...message.attributes,
            [ORIGIN_ATTRIBUTE]: encodeOrigin({ ...ORIGIN, key }),
            [PRODUCER_KEY_ATTRIBUTE]: { DataType: "String", StringValue: key },
          },
          traceHeader: text,
          groupId: text,
          deduplicationId: text,
        };
        expect(contentDigest(sent)).toBe(contentDigest(message));
      }),
    );
  });

  test("is the same for a record of Lambda and a message of the SDK", () => {
    const record = workRecord(
      {},
      {
        body: "grüß dich 🎉",
        messageAttributes: {
          price: stringAttribute("19.99", "Number"),
          picture: binaryAttribute(Uint8Array.of(0, 255, 137), "Binary.png" as "Binary"),
        },
      },
    );
    expect(contentDigest(receivedMessage(asReceived(record)))).toBe(contentDigest(receivedMessage(record)));
  });
});
