import fc from "fast-check";
import { entrySeconds } from "../../ledger/expiry";

const DAY = 86_400;

describe("entrySeconds", () => {
  test("outlives ingress, outbox, standby, work queue, dead-letter queue and a redrive", () => {
    const retention = fc.integer({ min: 60, max: 14 * DAY });
    fc.assert(
      fc.property(retention, retention, retention, (transit, work, dlq) => {
        const kept = entrySeconds({
          transitRetentionSeconds: transit,
          workRetentionSeconds: work,
          dlqRetentionSeconds: dlq,
        });
        expect(kept).toBeGreaterThan(transit + transit + transit + work + dlq + work);
      }),
    );
  });

  test("is 65 days with the retentions that queues have unless told otherwise", () => {
    expect(entrySeconds()).toBe(65 * DAY);
  });
});
