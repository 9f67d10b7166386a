import type { SQSRecord } from "aws-lambda";
import { BACK_OFF_MAX_SECONDS } from "../../core/limits";
import { originOn } from "../../messages/copy";
import { groupOf } from "../sqs/deliver";
import type { Target } from "../sqs/send";
import { changeVisibility, type Return } from "../sqs/visibility";
import { depthOf, receive, remove } from "./queue";
import { withReceivers } from "./receivers";
import { secondsToNext } from "./returns";
import type { DrainRun, QueueLook } from "./run";
import type { DrainTask } from "./task";

/**
 * What stays is out of sight for this long, so that it is seen once. The queue counts receives, and would take a message to the DLQ that
 * was only looked at. When all is done it is made visible; after a run that did not get so far, the next one begins behind it.
 */
const VISIBILITY_SECONDS = BACK_OFF_MAX_SECONDS;
const CONFIRMING_SECONDS = 1;
/** What a consumer holds comes back by and by, and producers may go on sending: until the task ends, it is looked at again. */
const PAUSE_MS = 2_000;

/**
 * Deletes from the own work queue what the last owner has rescued, before consumers may receive again: without a ledger nobody else
 * would know. Gives whether that is done; else all the time was used that there was.
 */
export async function reclaim(run: DrainRun, receivers: number): Promise<boolean> {
  const { task, settings, clients, tally, context } = run;
  const { deadlines } = context;
  const work = { client: clients.own, queueUrl: settings.workQueueUrl };
  const seen = new Set<string>();
  const kept: Return[] = [];

  const look = async (waitSeconds: number): Promise<QueueLook> => {
    const options = { visibilitySeconds: VISIBILITY_SECONDS, waitSeconds };
    const received = await receive(work, options, settings.region, deadlines.receiving);
    if (!received.ok) {
      tally.fail(work, received.failure);
      return { end: "failed", full: false };
    }
    const records = received.value;
    const rescued = records.filter((record) => isRescued(record, task));
    const { removed, failures } = await remove(rescued, work, deadlines.settling);
    for (const failure of failures) tally.fail(work, failure);
    tally.reclaimed += removed.length;

    const others = records.filter((record) => !rescued.includes(record));
    const isNew = others.some(({ messageId }) => !seen.has(messageId));
    for (const { messageId } of others) seen.add(messageId);
    // The rest of a FIFO group is given only when what is before it is gone or visible.
    const going = new Set(settings.fifo ? removed.map(groupOf) : []);
    const isNext = (record: SQSRecord) => rescued.includes(record) || going.has(groupOf(record));
    const stays = records.filter((record) => !removed.includes(record));
    kept.push(...stays.filter((record) => !isNext(record)).map(released));
    await show(stays.filter(isNext).map(released), work, run);
    if (removed.length > 0 || isNew) return { full: true };
    return { end: failures.length > 0 ? "failed" : "empty", full: false };
  };

  const lookAtAll = async (): Promise<boolean> => {
    for (;;) {
      const end = await withReceivers(() => look(0), receivers, deadlines.receiving);
      if (end !== "empty" || !deadlines.receiving.mayStart()) return false;
      const last = await look(CONFIRMING_SECONDS);
      if (last.end !== undefined) return last.end === "empty";
    }
  };
  const lookUntilSeen = async (): Promise<boolean> => {
    for (;;) {
      if ((await lookAtAll()) && (await isSeen(work, run))) return true;
      if (!deadlines.receiving.mayStart()) return false;
      await context.sleep(PAUSE_MS);
    }
  };
  const isDone = await lookUntilSeen();
  tally.left += kept.length;
  const seconds = isDone ? 0 : secondsToNext(VISIBILITY_SECONDS, context.now());
  await show(
    kept.map(({ record }) => ({ record, seconds })),
    work,
    run,
  );
  return isDone;
}

/** Whether all that can be received was looked at. What consumers hold behind the closed gate they may hold for hours: nobody waits for it. */
async function isSeen(work: Target, { tally, context }: DrainRun): Promise<boolean> {
  const depth = await depthOf(work, context.deadlines.settling);
  if (!depth.ok) tally.fail(work, depth.failure);
  return depth.ok && depth.value.waiting === 0;
}

/** Whether the last owner has moved it: the home took it in, unmarked, when copies were no longer taken for processed. */
function isRescued(record: SQSRecord, { home, rescued }: DrainTask): boolean {
  const origin = originOn(record);
  if (origin === undefined || rescued === undefined) return false;
  const { owner, sent } = origin;
  return origin.home === home && owner === undefined && rescued.from <= sent && sent < rescued.until;
}

function released({ receiptHandle }: SQSRecord): Return {
  return { record: { receiptHandle }, seconds: 0 };
}

async function show(returns: readonly Return[], work: Target, { tally, context }: DrainRun): Promise<void> {
  const unchanged = await changeVisibility(returns, work, context.deadlines.settling);
  if (unchanged > 0) tally.fail(work, { class: "unknown", code: "VisibilityNotChanged" }, unchanged);
}
