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

describe("a hostile body", () => {
  const nested = (open: string, close: string, depth: number, inner = '"a"') =>
    `{"order":${open.repeat(depth)}${inner}${close.repeat(depth)}}`;

  test.each([
    ["lists", "[", "]"],
    ["objects", '{"order":', "}"],
    ["prototypes", '{"__proto__":', "}"],
  ])("nested in %s, at whatever depth, breaks nothing and names nothing", (_, open, close) => {
    for (const depth of [17, 100, 1_000, 2_600, 5_000, 20_000, 100_000]) {
      for (const expression of ["powertools_json(body).order", "to_string(powertools_json(body))"]) {
        const key = businessKey(expression);
        expect(() => key({ body: nested(open, close, depth), attributes: {} })).not.toThrow();
      }
      expect(ofOrder({ body: nested(open, close, depth), attributes: {} })).toBeUndefined();
    }
  });
  const ofOrder = businessKey("powertools_json(body).order");

  test("gives the same key however little of the stack is left", () => {
    const body = { body: nested("[", "]", 16), attributes: {} };
    const descend = (levels: number): string | undefined =>
      levels === 0 ? ofOrder(body) : descend(levels - 1);
    expect(ofOrder(body)).toBe(valueDigest(JSON.parse(nested("[", "]", 16)).order));
    expect(descend(3_000)).toBe(ofOrder(body));
  });

  test.each([
    '{"order":1e999}',
    '{"order":-1e999}',
    '{"order":1e-999}',
    `{"order":"${"a".repeat(200_000)}"}`,
    `{"order":[${"1,".repeat(100_000)}1]}`,
    '{"__proto__":{"order":"o"}}',
    '{"constructor":{"prototype":{"order":"o"}}}',
    "[".repeat(200_000),
  ])("with other oddities breaks nothing: %.30s", (body) => {
    expect(() => ofOrder({ body, attributes: {} })).not.toThrow();
    expect(ofOrder({ body: '{"order":"o"}', attributes: {} })).toBe(valueDigest("o"));
    expect({}).not.toHaveProperty("order");
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
