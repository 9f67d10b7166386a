import { Lookup } from "./lookup";
import { Moved } from "./moved";
import { depthOf } from "./queue";
import { Rate } from "./rate";
import { withReceivers } from "./receivers";
import { reclaim } from "./reclaim";
import { round } from "./round";
import type { Drainage, DrainContext, DrainRun, End } from "./run";
import type { DrainerSettings } from "./settings";
import { type Source, sourcesOf } from "./source";
import { Tally } from "./tally";
import type { DrainResult, DrainTask } from "./task";

/** What a run did, with what went wrong. */
export interface Drained {
  readonly result: DrainResult;
  readonly tally: Tally;
}

/**
 * Receivers at a time. Each has two calls under way at most, and a client has fifty connections. Each makes three or four calls one after
 * the other for ten copies. With answers after 20 ms, all together get through more than the function's share of a core allows.
 */
const RECEIVERS = 24;
/** Asks all of SQS's servers, and ends within the time that a call has. */
const CONFIRMING_SECONDS = 1;
/** After a pass that got nothing done, a run that stays lets some time go by. */
const PAUSE_MS = 2_000;

/**
 * Does a task. A drain may be stopped at any moment and begun anew, and two may be at it at once, because a message is always on one of the
 * queues. What is moved twice is one message to the ledger, and for five minutes to a FIFO queue. What one run moves it moves once.
 */
export async function drain(task: DrainTask, drainage: Drainage, context: DrainContext): Promise<Drained> {
  const { settings } = drainage;
  const tally = new Tally();
  const run: DrainRun = {
    ...drainage,
    task,
    rules: { ...task, ...settings },
    lookup: new Lookup(drainage.ledger, tally),
    rate: new Rate(settings.maxRate),
    moved: new Moved(),
    tally,
    context,
  };
  const drained = task.action === "reclaim" ? await reclaim(run, RECEIVERS) : await drainCopies(run);
  return { result: tally.result(drained), tally };
}

async function drainCopies(run: DrainRun): Promise<boolean> {
  const { task, tally, lookup, context } = run;
  const [standby, ...afar] = sourcesOf(run);
  const moves = task.moves.includes(task.home);
  let readsAfar = moves && task.fromAfar === true;
  for (;;) {
    lookup.retry();
    const end = await empty(standby, run, moves);
    tally.empty = end === "empty";
    const last = end === "empty" && readsAfar ? await emptyAfar(afar, run) : end;
    // One fault is enough: the home is in trouble, and what is asked of it may only make that worse.
    if (end === "empty" && last === "failed") readsAfar = false;
    if (last === "late") break;
    // Something has come to the standby queue that has to go first.
    if (last === "blocked") continue;
    if (task.stay !== true) break;
    if (last !== "empty") await context.sleep(PAUSE_MS);
  }
  if (!tally.empty || tally.owes) return false;
  return moves ? isGone(standby, run) : tally.left === 0;
}

/** Outbox, then ingress queue of the home, each when the one before is empty. */
async function emptyAfar(sources: readonly Source[], run: DrainRun): Promise<End> {
  for (const source of sources) {
    const end = await empty(source, run, false);
    if (end !== "empty") return end;
  }
  return "empty";
}

/** Looks at a queue until there is no more to be done. @param confirm whether it must be really empty to be called so */
async function empty(source: Source, run: DrainRun, confirm: boolean): Promise<End> {
  const { settings, context } = run;
  const { receiving } = context.deadlines;
  const receivers = receiversFor(settings);
  for (;;) {
    const end = await withReceivers(() => round(source, run, 0), receivers, receiving);
    if (end !== "empty" || !confirm) return end;
    if (!receiving.mayStart()) return "late";
    const last = await round(source, run, CONFIRMING_SECONDS);
    if (last.end !== undefined) return last.end;
  }
}

/** With few messages per second, few receivers: what they hold has to be sent before it is visible to others. */
function receiversFor({ maxRate = RECEIVERS }: DrainerSettings): number {
  return Math.min(RECEIVERS, maxRate);
}

/** Whether nothing is on the queue, out of sight either, but what this run has left there on purpose. */
async function isGone({ queue }: Source, { tally, context }: DrainRun): Promise<boolean> {
  const depth = await depthOf(queue, context.deadlines.settling);
  if (!depth.ok) tally.fail(queue, depth.failure);
  return depth.ok && depth.value.waiting === 0 && depth.value.outOfSight <= tally.hidden;
}
