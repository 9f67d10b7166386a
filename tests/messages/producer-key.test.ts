import fc from "fast-check";
import { PRODUCER_KEY_TOLERANCE_SECONDS } from "../../core/limits";
import { messageOf } from "../../messages/message";
import { PRODUCER_KEY_ATTRIBUTE, producerKeyOf } from "../../messages/producer-key";
import { SENT, sqsRecord, stringAttribute } from "../replicator/records";

const ID = "0f9a3c1e-77aa-4d3e-9f5b-2a6c8e1d4b70";
const TOLERANCE_MS = PRODUCER_KEY_TOLERANCE_SECONDS * 1_000;

function keyed(value: string, dataType = "String", sent: number = SENT) {
  return sqsRecord({
    messageAttributes: { [PRODUCER_KEY_ATTRIBUTE]: stringAttribute(value, dataType as "String") },
    attributes: { SentTimestamp: String(sent) },
  });
}

describe("producerKeyOf", () => {
  test("reads a key that the producer stamped just now", () => {
    expect(producerKeyOf(keyed(`${SENT}.${ID}`))).toBe(`${SENT}.${ID}`);
  });

  test.each([-TOLERANCE_MS, TOLERANCE_MS])("reads a key whose time stamp is %i ms off", (off) => {
    expect(producerKeyOf(keyed(`${SENT + off}.${ID}`))).toBeDefined();
  });

  test.each([-TOLERANCE_MS - 1, TOLERANCE_MS + 1])("passes over a key that is %i ms off", (off) => {
    expect(producerKeyOf(keyed(`${SENT + off}.${ID}`))).toBeUndefined();
  });

  test("compares with the moment when the ingress queue took the message, whenever it is replicated", () => {
    jest.useFakeTimers({ now: SENT + 13 * 86_400_000 });
    expect(producerKeyOf(keyed(`${SENT}.${ID}`))).toBeDefined();
    jest.useRealTimers();
  });

  test.each([
    ["without an id", `${SENT}.`],
    ["without a time stamp", `.${ID}`],
    ["with a time stamp that is no number", `now.${ID}`],
    ["with a time stamp in another form", `${SENT / 1_000}e3.${ID}`],
    ["with leading zeros", `0${SENT}.${ID}`],
    ["whose id is too short to be random", `${SENT}.order-1`],
    ["whose id has other characters", `${SENT}.${"ä".repeat(20)}`],
    ["of more than 64 characters", `${SENT}.${"k".repeat(51)}`],
    ["with something behind it", `${SENT}.${ID}\n`],
  ])("passes over a key %s", (_, value) => {
    expect(producerKeyOf(keyed(value))).toBeUndefined();
  });

  test.each(["Number", "Binary", "String.key"])("passes over an attribute of type %s", (dataType) => {
    expect(producerKeyOf(keyed(`${SENT}.${ID}`, dataType))).toBeUndefined();
  });

  test("finds none in a message without, and never throws", () => {
    expect(producerKeyOf(sqsRecord())).toBeUndefined();
    fc.assert(fc.property(fc.string(), (value) => expect(producerKeyOf(keyed(value))).toBeUndefined()));
  });

  test("leaves the attribute on the message", () => {
    expect(messageOf(keyed(`${SENT}.${ID}`)).attributes[PRODUCER_KEY_ATTRIBUTE]?.StringValue).toBe(
      `${SENT}.${ID}`,
    );
  });
});

test("the attribute's name keeps to the rules of SQS", () => {
  expect(PRODUCER_KEY_ATTRIBUTE).toMatch(/^(?!aws\.|amazon\.)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/i);
});
