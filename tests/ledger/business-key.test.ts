import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { type BusinessValue, businessKey, checkBusinessKey, valueDigest } from "../../ledger/business-key";
import type { Message } from "../../messages/message";

function message(body: unknown, attributes: Message["attributes"] = {}): Message {
  return { body: JSON.stringify(body), attributes };
}

describe("businessKey", () => {
  const ofParts = businessKey("powertools_json(body).[customer, order]");

  test("is the same for the same value, wherever the message lies", () => {
    const one = ofParts(message({ customer: "c", order: 1, more: true }));
    const other = ofParts({
      ...message({ order: 1, customer: "c" }, { tenant: { DataType: "String", StringValue: "t" } }),
      groupId: "g",
      traceHeader: "t",
    });
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(other).toBe(one);
  });

  // One identity for all of them would drop all but the first.
  test.each([
    {},
    { customer: "c" },
    { customer: "c", order: null },
    { customer: "c", order: "" },
    { customer: "c", order: 1.5 },
    { customer: "c", order: 2 ** 53 },
    { customer: "c", order: { number: 1 } },
    { customer: "c", order: true },
    { customer: "c", order: [] },
    { customer: "c", order: ["1", null] },
    { customer: "\ud800", order: 1 },
    "no object",
    null,
  ])("is none with %j", (body) => {
    expect(ofParts(message(body))).toBeUndefined();
  });

  test("is none for a body that is no JSON", () => {
    expect(ofParts({ body: "{", attributes: {} })).toBeUndefined();
  });

  test.each(["messageId", "receiptHandle", "attributes.SentTimestamp", "eventSourceARN", "awsRegion"])(
    "cannot be made of %s, which differs from copy to copy",
    (expression) => {
      expect(businessKey(expression)(message({}))).toBeUndefined();
    },
  );

  test("reads attributes, binary ones in base64", () => {
    const attributes = {
      "order-id": { DataType: "String", StringValue: "o-1" },
      print: { DataType: "Binary.sha", BinaryValue: Uint8Array.of(1, 2, 255) },
      __proto__: { DataType: "Number", StringValue: "7" },
    };
    const key = businessKey('messageAttributes.["order-id".stringValue, print.binaryValue, print.dataType]');
    expect(key({ body: "", attributes })).toBe(valueDigest(["o-1", "AQL/", "Binary.sha"]));
  });
});

describe("checkBusinessKey", () => {
  test.each(["body.", "", "a b", "nobody_knows(body)", "powertools_json()", "body[", "'"])(
    "fails on %p, and names it",
    (expression) => {
      expect(() => checkBusinessKey(expression)).toThrow(
        `business key ${JSON.stringify(expression)} is no JMESPath expression`,
      );
      expect(() => businessKey(expression)).toThrow();
    },
  );

  test.each([
    "body",
    "powertools_json(body).order.id",
    "powertools_base64(body)",
    "powertools_json(messageAttributes.order.stringValue).id",
    "length(messageAttributes.order)",
  ])("accepts %p, though there may be messages without a value for it", (expression) => {
    expect(() => checkBusinessKey(expression)).not.toThrow();
  });
});

const { value: anyValue } = fc.letrec<{ value: BusinessValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: "grapheme", minLength: 1 }),
    fc.maxSafeInteger(),
    fc.array(tie("value"), { minLength: 1, maxLength: 3 }),
  ),
}));

describe("valueDigest", () => {
  test("is the same for two values exactly when they are", () => {
    const pair = fc.tuple(anyValue, anyValue).chain(([one, other]) =>
      fc.constantFrom<[BusinessValue, BusinessValue]>(
        [one, other],
        [one, one],
        [one, [one]],
        [[one, other], [[one, other]]],
        [
          [one, [other]],
          [[one], other],
        ],
        [String(one), one],
        [`${one}${other}`, [one, other]],
      ),
    );
    fc.assert(
      fc.property(pair, ([one, other]) => {
        expect(valueDigest(one) === valueDigest(other)).toBe(isDeepStrictEqual(one, other));
      }),
      { numRuns: 500 },
    );
  });

  test("knows one zero", () => {
    expect(valueDigest(-0)).toBe(valueDigest(0));
  });
});
