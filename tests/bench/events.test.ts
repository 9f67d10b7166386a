import { type EventShape, eventOf } from "../../bench/worker/events";
import { decodeOrigin, ORIGIN_ATTRIBUTE } from "../../messages/origin";

const SHAPE: EventShape = { records: 3, bodyBytes: 1_000, hasAttributes: true };

describe("eventOf", () => {
  test("makes distinct records with bodies of the size that was asked for", () => {
    const { Records } = eventOf(SHAPE);
    expect(new Set(Records.map(({ messageId }) => messageId)).size).toBe(3);
    expect(Records.map(({ body }) => Buffer.byteLength(body))).toEqual([1_000, 1_000, 1_000]);
    expect(Object.keys(Records[0]!.messageAttributes)).toEqual(["correlation-id", "amount"]);
  });

  test("gives the same records every time, so that the stub knows its answers", () => {
    expect(eventOf(SHAPE, 5)).toEqual(eventOf(SHAPE, 5));
  });

  test("spreads records of a FIFO queue over the groups", () => {
    const { Records } = eventOf({ ...SHAPE, groups: 2 });
    expect(Records.map(({ attributes }) => attributes.MessageGroupId)).toEqual([
      "group-0",
      "group-1",
      "group-0",
    ]);
    expect(Records[0]!.eventSourceARN).toMatch(/\.fifo$/);
  });

  test("puts an origin on what comes from an outbox", () => {
    const [record] = eventOf({ ...SHAPE, hasOrigin: true }).Records;
    expect(decodeOrigin(record!.messageAttributes[ORIGIN_ATTRIBUTE]?.stringValue)).toMatchObject({
      id: record!.messageId,
    });
  });

  test("keeps 10,000 small records below the 6 MB that Lambda admits to an event", () => {
    const event = eventOf({ records: 10_000, bodyBytes: 64, hasAttributes: false });
    expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(6 * 1_024 * 1_024);
  });
});
