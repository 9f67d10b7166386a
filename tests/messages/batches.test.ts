import fc from "fast-check";
import { BATCH_MAX_BYTES, BATCH_MAX_ENTRIES } from "../../core/limits";
import { packBatches } from "../../messages/batches";

const bytes = fc.oneof(
  fc.integer({ min: 1, max: 400_000 }),
  fc.integer({ min: 1, max: 100 }),
  fc.constantFrom(BATCH_MAX_BYTES, BATCH_MAX_BYTES - 1, BATCH_MAX_BYTES + 1, BATCH_MAX_BYTES / 2),
);

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

describe("packBatches", () => {
  test("keeps every limit, every item and their order", () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 120 }), (sizes) => {
        const batches = [...packBatches(sizes, (size) => size)];
        expect(batches.flat()).toEqual(sizes);
        for (const batch of batches) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(BATCH_MAX_ENTRIES);
          if (batch.length > 1) expect(sum(batch)).toBeLessThanOrEqual(BATCH_MAX_BYTES);
        }
      }),
    );
  });

  test("begins a batch only when the one before has no room", () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 120 }), (sizes) => {
        const batches = [...packBatches(sizes, (size) => size)];
        batches.slice(1).forEach(([first], index) => {
          const before = batches[index]!;
          expect(before.length === BATCH_MAX_ENTRIES || sum(before) + first! > BATCH_MAX_BYTES).toBe(true);
        });
      }),
    );
  });

  test("makes no batch of nothing", () => {
    expect([...packBatches([], () => 1)]).toEqual([]);
  });
});
