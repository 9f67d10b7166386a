import { createHash } from "node:crypto";
import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import { DEFAULT_INGRESS_MESSAGE_BYTES } from "../core/limits";

/** A message as an order system sends it. */
export interface ShopOrder {
  readonly id: string;
  /** Orders of one customer stay in order where the queue can do that. */
  readonly customer: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
}

/** Every so many orders, one is nearly as large as the ingress queue takes: an order with its documents attached. */
const LARGE_EVERY = 100;
/** Room that a large order leaves for its attributes. */
const LARGE_BODY_BYTES = DEFAULT_INGRESS_MESSAGE_BYTES - 1_024;

const CUSTOMERS = 50;
const COUNTRIES = ["DE", "FR", "JP", "BR", "US"];
const PRODUCTS = ["teapot", "Gebäckdose", "湯呑み", "açucareiro", "saucer \u{1F375}"];

/** The order with this number: always the same one, so that what arrives can be checked without keeping what was sent. */
export function order(number: number): ShopOrder {
  const id = `order-${number}`;
  const large = number % LARGE_EVERY === LARGE_EVERY - 1;
  const lines = Array.from({ length: 1 + (number % 4) }, (_, line) => ({
    sku: `SKU-${((number * 31 + line * 7) % 9_000) + 1_000}`,
    name: PRODUCTS[(number + line) % PRODUCTS.length],
    quantity: 1 + ((number + line) % 5),
    unitPriceCents: 199 + ((number * 17 + line * 13) % 9_900),
  }));
  const totalCents = lines.reduce((sum, { quantity, unitPriceCents }) => sum + quantity * unitPriceCents, 0);
  const customer = `customer-${(number * 7_919) % CUSTOMERS}`;
  const content = {
    id,
    customer,
    placedAt: new Date(Date.UTC(2026, 0, 1) + number * 1_000).toISOString(),
    country: COUNTRIES[number % COUNTRIES.length],
    lines,
    totalCents,
  };
  const plain = JSON.stringify({ ...content, documents: "" });
  const padding = large ? "x".repeat(LARGE_BODY_BYTES - Buffer.byteLength(plain)) : "";
  const body = JSON.stringify({ ...content, documents: padding });
  return {
    id,
    customer,
    body,
    attributes: {
      "order-id": { DataType: "String", StringValue: id },
      type: { DataType: "String", StringValue: large ? "order-with-documents" : "order" },
      total: { DataType: "Number.money", StringValue: (totalCents / 100).toFixed(2) },
      priority: { DataType: "Number", StringValue: String(number % 3) },
      digest: { DataType: "Binary.sha256", BinaryValue: createHash("sha256").update(body).digest() },
    },
  };
}

/** Number of the order that a message carries; `undefined` when it is none. */
export function orderNumber(attributes: Readonly<Record<string, MessageAttributeValue>>): number | undefined {
  const match = /^order-(\d+)$/.exec(attributes["order-id"]?.StringValue ?? "");
  return match?.[1] === undefined ? undefined : Number(match[1]);
}
