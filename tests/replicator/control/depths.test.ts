import type { GetQueueAttributesCommandInput } from "@aws-sdk/client-sqs";
import { WaitingCopies } from "../../../replicator/control/copies";
import type { Dependencies } from "../../../replicator/control/dependencies";
import { readDepths } from "../../../replicator/control/depths";
import { clientOf, controllerSettings, HOME, refusal } from "./group";

test("counts what waits, what is out of sight and what is delayed, of each queue once", async () => {
  const asked: (string | undefined)[] = [];
  const failures: string[] = [];
  const sqs = clientOf<Dependencies["sqs"]>(({ input }) => {
    const { QueueUrl, AttributeNames = [] } = input as GetQueueAttributesCommandInput;
    asked.push(QueueUrl);
    if (QueueUrl?.endsWith("gone")) throw refusal("QueueDoesNotExist");
    return {
      Attributes: Object.fromEntries(AttributeNames.map((name, index) => [name, String(10 ** index)])),
    };
  });
  const onFailure = (part: string, code: string) => failures.push(`${part}: ${code}`);
  const depths = await readDepths({ settings: controllerSettings(HOME), sqs, onFailure }, ["a", "gone", "a"]);
  expect(depths).toEqual({ a: { waiting: 101, all: 111 } });
  expect(asked).toEqual([
    `https://sqs.${HOME}.amazonaws.com/111122223333/a`,
    `https://sqs.${HOME}.amazonaws.com/111122223333/gone`,
  ]);
  expect(failures).toEqual(["depths: QueueDoesNotExist"]);
});

test("there may be copies where some were counted, or could not be, until a drainer was sent", () => {
  const copies = new WaitingCopies();
  expect(copies.mayBeOn("a")).toBe(false);
  copies.saw(["a", "b", "c"], { a: { waiting: 0, all: 3 }, b: { waiting: 0, all: 0 } });
  expect(["a", "b", "c"].map((queue) => copies.mayBeOn(queue))).toEqual([true, false, true]);
  copies.sent("a");
  expect(copies.mayBeOn("a")).toBe(false);
  copies.saw(["a"], { a: { waiting: 1, all: 1 } });
  expect(copies.mayBeOn("a")).toBe(true);
});
