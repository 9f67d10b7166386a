import type { Message, MessageAttributeValue } from "@aws-sdk/client-sqs";
import { DEFAULT_INGRESS_MESSAGE_BYTES } from "../../core/limits";
import { order, orderNumber } from "../../demo/orders";
import { OrderTally } from "../../demo/tally";
import { encodeOrigin, ORIGIN_ATTRIBUTE } from "../../messages/origin";
import { messageBytes } from "../../messages/size";

const HOME = "us-east-1";

function arrival(number: number, over: { id?: string; home?: string } = {}): Message {
  const { body, attributes } = order(number);
  const origin = { v: 1, home: HOME, id: `id-${number}`, sent: 1, sender: "AROA:api", ...over };
  return { Body: body, MessageAttributes: { ...attributes, [ORIGIN_ATTRIBUTE]: encodeOrigin(origin) } };
}

function tally(...messages: Message[]) {
  const ids = new Map([0, 1, 2].map((number) => [number, `id-${number}`]));
  const result = new OrderTally(3, HOME, ids);
  for (const message of messages) result.add(message);
  const { arrived, missing, altered, duplicated } = result;
  return { arrived, missing, altered, duplicated };
}

test("three orders that arrived once each are all there", () => {
  expect(tally(arrival(0), arrival(1), arrival(2))).toEqual({
    arrived: 3,
    missing: 0,
    altered: 0,
    duplicated: 0,
  });
});

test("an order that did not arrive is missing, one that came twice is duplicated", () => {
  expect(tally(arrival(0), arrival(1), arrival(1))).toEqual({
    arrived: 2,
    missing: 1,
    altered: 0,
    duplicated: 1,
  });
});

describe("altered is", () => {
  const attribute = (name: string, value: MessageAttributeValue): Message => {
    const message = arrival(0);
    return { ...message, MessageAttributes: { ...message.MessageAttributes, [name]: value } };
  };
  test.each<[string, Message]>([
    ["another body", { ...arrival(0), Body: `${arrival(0).Body} ` }],
    ["another value", attribute("priority", { DataType: "Number", StringValue: "9" })],
    [
      "another type",
      attribute("total", { DataType: "Number", StringValue: order(0).attributes.total?.StringValue }),
    ],
    ["another byte", attribute("digest", { DataType: "Binary.sha256", BinaryValue: Buffer.alloc(32) })],
    ["one attribute more", attribute("extra", { DataType: "String", StringValue: "x" })],
    ["another message id in the origin", arrival(0, { id: "id-1" })],
    ["another home in the origin", arrival(0, { home: "us-west-2" })],
    ["no origin", attribute(ORIGIN_ATTRIBUTE, { DataType: "String", StringValue: "" })],
  ])("%s", (_, message) => {
    expect(tally(message, arrival(1), arrival(2)).altered).toBe(1);
  });

  test("a message that nobody sent", () => {
    expect(tally({ Body: "?" }).altered).toBe(1);
    expect(tally(arrival(3)).altered).toBe(1);
  });
});

test("orders have all kinds of attributes, and some are near the largest size", () => {
  const orders = Array.from({ length: 1_000 }, (_, number) => order(number));
  expect(orders.map(({ attributes }) => orderNumber(attributes))).toEqual([...orders.keys()]);
  const sizes = orders.map(messageBytes);
  expect(sizes.filter((size) => size > 0.99 * DEFAULT_INGRESS_MESSAGE_BYTES)).toHaveLength(10);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(DEFAULT_INGRESS_MESSAGE_BYTES);
  const types = new Set(
    orders.flatMap(({ attributes }) => Object.values(attributes).map(({ DataType }) => DataType)),
  );
  expect([...types].sort()).toEqual(["Binary.sha256", "Number", "Number.money", "String"]);
});
