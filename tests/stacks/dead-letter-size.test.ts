import fc from "fast-check";
import { MAX_MESSAGE_SIZE } from "../../core/limits";
import { configuration } from "../fixtures";
import { Template } from "../template";

test("a dead-letter queue takes whatever its source takes", () => {
  fc.assert(
    fc.property(fc.integer(MAX_MESSAGE_SIZE), fc.boolean(), (max_message_size, fifo) => {
      const template = Template.of(configuration({}, { max_message_size, fifo }), "us-east-1");
      const takes = (word: string): number =>
        Number(template.resource("aws_sqs_queue", `orders_${word}`).max_message_size);
      expect(takes("ingress")).toBe(max_message_size);
      for (const [source, dlq] of [
        ["ingress", "ingress-dlq"],
        ["work", "dlq"],
        ["ingress", "work"],
        ["ingress", "outbox_us-west-2"],
      ] as const)
        expect(takes(dlq)).toBeGreaterThanOrEqual(takes(source));
    }),
    { numRuns: 10, examples: [[MAX_MESSAGE_SIZE.max, true]] },
  );
});
