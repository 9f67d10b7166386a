import { ChangeMessageVisibilityBatchCommand } from "@aws-sdk/client-sqs";
import fc from "fast-check";
import { hold } from "../../client/hold";
import { FakeQueue } from "./fake-queue";

const queueUrl = "https://sqs.us-east-1.amazonaws.com/111122223333/orders";
const holdsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ receiptHandle: `receipt ${index}`, seconds: index }));

describe("hold", () => {
  test("holds every message for its own time, ten to a call", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 120 }), async (count) => {
        const queue = new FakeQueue();
        expect(await hold({ client: queue.client, queueUrl }, holdsOf(count))).toBe(0);
        expect(queue.holds).toEqual(
          holdsOf(count).map(({ receiptHandle, seconds }) => [queueUrl, receiptHandle, seconds]),
        );
        expect(queue.mock.calls()).toHaveLength(Math.ceil(count / 10));
      }),
      { numRuns: 20 },
    );
  });

  test("counts what could not be held, and goes on", async () => {
    const queue = new FakeQueue();
    queue.mock
      .on(ChangeMessageVisibilityBatchCommand)
      .rejectsOnce(new Error("no"))
      .resolvesOnce({ Successful: [{ Id: "0" }], Failed: [] })
      .resolves({});
    expect(await hold({ client: queue.client, queueUrl }, holdsOf(23))).toBe(10 + 9 + 3);
  });
});
