import fc from "fast-check";
import { decodeOrigin, encodeOrigin, ORIGIN_ATTRIBUTE, originIn, originOf } from "../../messages/origin";
import { PRODUCER_KEY_ATTRIBUTE } from "../../messages/producer-key";
import { attributeBytes } from "../../messages/size";
import { HOME, SENT, sqsRecord, stringAttribute } from "../replicator/records";

const text = fc.string({ unit: "grapheme", minLength: 1 });
const anyOrigin = fc.record(
  {
    v: fc.integer({ min: 1 }),
    home: text,
    id: text,
    sent: fc.maxSafeNat(),
    sender: text,
    sequence: text,
    dedup: text,
    key: text,
    owner: text,
  },
  { requiredKeys: ["v", "home", "id", "sent", "sender"] },
);

describe("originOf", () => {
  test("says where a message of a standard queue came from", () => {
    expect(originOf(sqsRecord({ messageId: "m-1" }), HOME)).toEqual({
      v: 1,
      home: "us-east-1",
      id: "m-1",
      sent: SENT,
      sender: "AROAEXAMPLE:producer",
    });
  });

  test("takes sequence number and deduplication id along where the queue has them", () => {
    const record = sqsRecord({ attributes: { SequenceNumber: "188", MessageDeduplicationId: "order-1" } });
    expect(originOf(record, HOME)).toMatchObject({ sequence: "188", dedup: "order-1" });
  });

  const key = `${SENT - 5}.${"k".repeat(16)}`;

  test("takes a producer key along that counts", () => {
    const messageAttributes = { [PRODUCER_KEY_ATTRIBUTE]: stringAttribute(key) };
    expect(originOf(sqsRecord({ messageAttributes }), HOME).key).toBe(key);
  });

  test.each(["{}", encodeOrigin({ v: 1, home: HOME, id: "m", sent: 1, sender: "s" }).StringValue ?? ""])(
    "takes no producer key from a message that was here before, with %p in the origin's place",
    (stale) => {
      const messageAttributes = {
        [PRODUCER_KEY_ATTRIBUTE]: stringAttribute(key),
        [ORIGIN_ATTRIBUTE]: stringAttribute(stale),
      };
      expect(originOf(sqsRecord({ messageAttributes }), HOME).key).toBeUndefined();
    },
  );

  test("carries the mark of a fenced home, and no mark otherwise", () => {
    expect(originOf(sqsRecord(), HOME, "us-west-2").owner).toBe("us-west-2");
    expect(originOf(sqsRecord(), HOME)).not.toHaveProperty("owner");
  });

  test.each([
    ["without a mark", undefined, 600],
    ["with the mark of a fenced home", "ap-northeast-1", 640],
  ])("is, %s, at most as long as is reserved for it, with everything at its longest", (_, owner, most) => {
    const record = sqsRecord({
      messageId: "f".repeat(36),
      attributes: {
        SenderId: `${"A".repeat(21)}:${"s".repeat(64)}`,
        // What SQS gives, though it documents 128 bits: 39 digits, which are in RESERVED_MESSAGE_BYTES too.
        SequenceNumber: "9".repeat(20),
        // The longest id of the characters that JSON has to escape.
        MessageDeduplicationId: '"'.repeat(128),
      },
      messageAttributes: { [PRODUCER_KEY_ATTRIBUTE]: stringAttribute(`${SENT}.${"k".repeat(50)}`) },
    });
    const origin = originOf(record, "ap-southeast-1", owner);
    expect(origin.key).toHaveLength(64);
    const attribute = encodeOrigin(origin);
    expect(attributeBytes(ORIGIN_ATTRIBUTE, attribute)).toBeLessThanOrEqual(most);
  });
});

describe("decodeOrigin", () => {
  test("reads back every origin", () => {
    fc.assert(
      fc.property(anyOrigin, (origin) => {
        expect(decodeOrigin(encodeOrigin(origin).StringValue)).toEqual(origin);
      }),
    );
  });

  test("reads what it knows of an origin that newer code wrote", () => {
    fc.assert(
      fc.property(
        anyOrigin,
        fc.dictionary(
          fc.string().map((name) => `new ${name}`),
          fc.json(),
        ),
        (origin, more) => {
          const newer = { ...more, ...origin, v: origin.v + 1 };
          expect(decodeOrigin(JSON.stringify(newer))).toEqual({ ...origin, v: origin.v + 1 });
        },
      ),
    );
  });

  test("passes over an optional field of another type", () => {
    const origin = { v: 1, home: HOME, id: "m", sent: 1, sender: "s" };
    expect(decodeOrigin(JSON.stringify({ ...origin, sequence: 5, dedup: null, key: 7, owner: {} }))).toEqual(
      origin,
    );
  });

  test("gives undefined for garbage, and never throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.constant(undefined)), (garbage) => {
        expect(decodeOrigin(garbage)).toBeUndefined();
      }),
    );
  });

  test.each([
    ["v", 0],
    ["v", "1"],
    ["home", ""],
    ["id", 7],
    ["sent", "1"],
    ["sent", 1.5],
    ["sender", null],
  ])("fails on %s %p", (field, value) => {
    const origin = { v: 1, home: HOME, id: "m", sent: 1, sender: "s", [field]: value };
    expect(decodeOrigin(JSON.stringify(origin))).toBeUndefined();
  });
});

describe("originIn", () => {
  test("finds the origin of a message", () => {
    const origin = { v: 1, home: HOME, id: "m", sent: 1, sender: "s" };
    expect(originIn({ body: "b", attributes: { [ORIGIN_ATTRIBUTE]: encodeOrigin(origin) } })).toEqual(origin);
  });

  test("finds none in a message without", () => {
    expect(originIn({ body: "b", attributes: {} })).toBeUndefined();
  });
});

test("the attribute's name keeps to the rules of SQS", () => {
  expect(ORIGIN_ATTRIBUTE).toMatch(/^(?!aws\.|amazon\.)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/i);
});
