import type { Deadline } from "./deadline";
import { packBatches } from "./message/batches";
import type { Message } from "./message/message";
import { messageBytes } from "./message/size";
import { forEachParallel } from "./parallel";
import { type Outcome, refused, sendBatch, type Target } from "./send";

/** Queues that take a message at the same time. */
export type Stage = readonly [Target, ...Target[]];

/** Batches under way at a time. With four peers that is 40 calls at once; a client has 50 connections. */
const BATCHES_IN_FLIGHT = 10;

/**
 * Takes every message through the stages, one after the other: a message enters a stage only when all queues of the stage before
 * have accepted it. Batches run in parallel and do not wait for each other. Gives the outcome per message, in their order:
 * accepted by every queue, or why not.
 */
export async function deliver(
  messages: readonly Message[],
  stages: readonly [Stage, ...Stage[]],
  deadline: Deadline,
  now: () => number,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = messages.map(() =>
    refused(stages[0][0], { class: "unknown", code: "NotSent" }),
  );
  const batches = packBatches([...messages.entries()], ([, message]) => messageBytes(message));
  await forEachParallel(batches, BATCHES_IN_FLIGHT, async (batch) => {
    let open = batch;
    for (const stage of stages) {
      const sent = open.map(([, message]) => message);
      const answers = await Promise.all(stage.map((target) => sendBatch(target, sent, deadline, now)));
      open.forEach(([index], position) => {
        outcomes[index] = joined(answers.map((answer) => answer[position]!));
      });
      open = open.filter(([index]) => outcomes[index]!.accepted);
      if (open.length === 0) return;
    }
  });
  return outcomes;
}

/**
 * One outcome out of those at all queues of a stage. A failure that may pass comes before a permanent one: a message is given up
 * only when nothing but its own fault stands in its way.
 */
function joined(outcomes: readonly Outcome[]): Outcome {
  const refusals = outcomes.filter((outcome) => !outcome.accepted);
  return (
    refusals.find((refusal) => refusal.class !== "message") ??
    refusals[0] ?? {
      accepted: true,
      at: Math.max(...outcomes.map((outcome) => (outcome.accepted ? outcome.at : 0))),
    }
  );
}
