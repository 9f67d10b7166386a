import fc from "fast-check";
import { producerKey, producerKeyAttribute } from "../../../client/producer/producer-key";
import { PRODUCER_KEY_MAX_LENGTH, PRODUCER_KEY_TOLERANCE_SECONDS } from "../../../core/limits";
import { PRODUCER_KEY_ATTRIBUTE, producerKeyOf } from "../../../messages/producer-key";
import { sqsRecord, stringAttribute } from "../../replicator/records";

describe("producerKey", () => {
  test("counts when the ingress queue takes its message within fifteen minutes", () => {
    const moment = fc.integer({ min: 1, max: 9_999_999_999_999 });
    const apart = fc.integer({
      min: -PRODUCER_KEY_TOLERANCE_SECONDS * 1_000,
      max: PRODUCER_KEY_TOLERANCE_SECONDS * 1_000,
    });
    fc.assert(
      fc.property(moment, apart, (now, apartMs) => {
        const key = producerKey(now);
        const record = sqsRecord({
          attributes: { SentTimestamp: String(now + apartMs) },
          messageAttributes: { [PRODUCER_KEY_ATTRIBUTE]: stringAttribute(key) },
        });
        expect(key.length).toBeLessThanOrEqual(PRODUCER_KEY_MAX_LENGTH);
        expect(producerKeyOf(record)).toBe(key);
      }),
    );
  });

  test("is another one each time", () => {
    expect(new Set(Array.from({ length: 1_000 }, () => producerKey(1))).size).toBe(1_000);
  });

  test("is of now unless told otherwise", () => {
    const before = Date.now();
    const [time] = producerKey().split(".");
    expect(Number(time)).toBeGreaterThanOrEqual(before);
    expect(Number(time)).toBeLessThanOrEqual(Date.now());
  });
});

test("producerKeyAttribute is what a send takes", () => {
  expect(producerKeyAttribute("1.k")).toEqual({
    "sqs-multi-region.key": { DataType: "String", StringValue: "1.k" },
  });
  const [one, other] = [producerKeyAttribute(), producerKeyAttribute()];
  expect(one).not.toEqual(other);
});
