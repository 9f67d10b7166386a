import type { SQSRecord } from "aws-lambda";
import { BATCH_MAX_ENTRIES } from "../../core/limits";
import type { Failure } from "../../messages/failures";
import type { Message } from "../../messages/message";
import { madeOwn } from "../../messages/stamp";
import { toQueue } from "../replicate/batch-context";
import { setAside } from "../replicate/set-aside";
import type { Deadline } from "../sqs/deadline";
import { type Delivery, deliver, groupOf, type Route } from "../sqs/deliver";
import { refused, type SendOutcome, type Target } from "../sqs/send";
import { changeVisibility } from "../sqs/visibility";
import { type Copy, receivesOf } from "./copy";
import { type Disposition, dispositionOf, homeOf, type KeptFor } from "./disposition";
import { depthOf, receive, remove } from "./queue";
import { returnsOf, type Stay, type StaysFor } from "./returns";
import type { DrainRun, QueueLook } from "./run";
import type { Source } from "./source";

/** What is received is out of sight for this long, should the drainer die. */
const VISIBILITY_SECONDS = 30;
/** After this time nothing of what was received is sent any more: before its visibility timeout ends, a call has to have ended too. */
const HOLD_MS = 20_000;

/**
 * One batch, from its receipt to its end: what is processed is deleted, what is to be moved is sent and then deleted, and everything else
 * is made visible again. A copy is deleted only after the queue that it was for has accepted it, so whatever fails, and wherever the
 * function is stopped, it is there once more.
 *
 * The pass is asked when the batch is judged, and again right before each call that sends. Whatever has taken time in between, nothing is
 * sent that another region may be processing.
 * @param waitSeconds time for which an empty queue is waited for
 */
export async function round(source: Source, run: DrainRun, waitSeconds: number): Promise<QueueLook> {
  const { settings, rules, tally, lookup, context } = run;
  const { deadlines, now } = context;
  const holdUntilMs = now() + HOLD_MS;
  const received = await receive(
    source.queue,
    { visibilitySeconds: VISIBILITY_SECONDS, waitSeconds },
    settings.region,
    deadlines.receiving,
  );
  if (!received.ok) {
    tally.fail(source.queue, received.failure);
    return { end: "failed", full: false };
  }
  if (received.value.length === 0) return { end: "empty", full: false };

  const copies = received.value.map(source.copyOf);
  const [completed, open] = await Promise.all([lookup.completed(copies), openAmong(run.task.moves, run)]);
  const alone = copies.map(
    (copy): Judged => ({ copy, disposition: dispositionOf(copy, { completed, open }, rules) }),
  );
  const judged = (settings.fifo ? inOrder(alone) : alone).map(
    ({ copy, disposition }): Judged => ({
      copy,
      disposition: isForWork(disposition) ? onlyOnce(disposition, copy, run) : disposition,
    }),
  );
  countOdd(judged, source, run);
  const moves = await move(judged, source, run, holdUntilMs);
  const accepted = new Set(moves.accepted);
  for (const { copy, disposition } of judged)
    if (isForWork(disposition)) run.moved.settle(copy, accepted.has(copy.record));
  const dispositions = judged.map(
    ({ copy, disposition }): Judged => ({
      copy,
      disposition: isLeft(disposition, "underWay") && run.moved.isRepeated(copy) ? REPEATED : disposition,
    }),
  );
  const leaves = dispositions.flatMap(({ copy, disposition }) =>
    disposition.does === "leave" ? [{ record: copy.record, why: disposition.why }] : [],
  );
  const deletes = dispositions.flatMap(({ copy, disposition }) =>
    disposition.does === "delete" ? [copy.record] : [],
  );
  const gone = [...moves.accepted, ...deletes];
  const stays = [...moves.stays, ...leaves];
  const [removal, unchanged] = await Promise.all([
    remove(gone, source.queue, deadlines.settling),
    release(stays, gone, source, run),
  ]);
  for (const failure of removal.failures) tally.fail(source.queue, failure);
  countRemoved(dispositions, new Set(removal.removed), run);
  tally.left += stays.length;
  const aside = stays.flatMap(({ record, why }) => (isOwed(why) ? [] : [record.messageId]));
  tally.setAside(
    source.queue,
    copies.map(({ record }) => record.messageId),
    aside,
  );
  tally.owes ||= removal.failures.length > 0 || stays.some(({ why }) => isOwed(why));

  if (moves.blocked) return { end: "blocked", full: false };
  if (source.afar && removal.failures.length + unchanged > 0) return { end: "failed", full: false };
  if (tally.hidesMost) return { end: "futile", full: false };
  if (moves.accepted.length + removal.removed.length > 0) {
    return { full: received.value.length === BATCH_MAX_ENTRIES };
  }
  const futile = removal.failures.length > 0 || stays.some(isDiscouraging);
  return { ...(futile ? { end: "futile" } : {}), full: false };
}

/** Those of the homes whose messages this region processes now, as passes say. */
async function openAmong(homes: readonly string[], run: DrainRun): Promise<ReadonlySet<string>> {
  const asked = [...new Set(homes)];
  const are = await Promise.all(asked.map((home) => isOpen(home, run)));
  return new Set(asked.filter((_, index) => are[index]));
}

async function isOpen(home: string, { passes, homePasses, settings, task }: DrainRun): Promise<boolean> {
  if (!task.adopts?.includes(home)) return (await passes.verdict(home)).open;
  const verdicts = await Promise.all([passes.verdict(settings.region), homePasses.verdict(home)]);
  return verdicts.every(({ open }) => open);
}

/** Nothing goes before an earlier message of its group that is to go as well and does not yet. */
function inOrder(judged: readonly Judged[]): readonly Judged[] {
  const waiting = new Set<string | undefined>();
  return judged.map(({ copy, disposition }): Judged => {
    const group = groupOf(copy.record);
    if (disposition.does === "leave" && (disposition.why === "unknown" || disposition.why === "closed"))
      waiting.add(group);
    return { copy, disposition: disposition.does === "move" && waiting.has(group) ? BEHIND : disposition };
  });
}

const BEHIND: Disposition = { does: "leave", why: "behind" };

/** Counts copies in which something is wrong, each time that they are seen. */
function countOdd(judged: readonly Judged[], { queue }: Source, { tally }: DrainRun): void {
  const count = (failure: Failure, isOdd: (one: Judged) => boolean) => {
    const { length } = judged.filter(isOdd);
    if (length > 0) tally.fail(queue, failure, length);
  };
  count({ class: "message", code: "IdentityUnreadable" }, ({ copy }) => copy.isUnreadable === true);
  count({ class: "message", code: "ForeignOrigin" }, ({ disposition }) => isLeft(disposition, "foreign"));
  count(PASS_CLOSED, ({ disposition }) => isLeft(disposition, "closed"));
}

const PASS_CLOSED: Failure = { class: "unowned", code: "PassClosed" };

function isLeft(disposition: Disposition, why: KeptFor): boolean {
  return disposition.does === "leave" && disposition.why === why;
}

/** On a FIFO queue SQS itself drops what is repeated, and a copy that stays would hold up its group. */
function onlyOnce(disposition: Disposition, copy: Copy, { settings, moved }: DrainRun): Disposition {
  const claim = settings.fifo ? "first" : moved.claim(copy);
  if (claim === "first") return disposition;
  return claim === "repeated" ? REPEATED : { does: "leave", why: "underWay" };
}

const REPEATED: Disposition = { does: "delete", why: "repeated" };

function isForWork(disposition: Disposition): boolean {
  return disposition.does === "move" && disposition.to === "work";
}

interface Judged {
  readonly copy: Copy;
  readonly disposition: Disposition;
}

interface Moves {
  /** Records that the queue has accepted which they were for. */
  readonly accepted: readonly SQSRecord[];
  readonly stays: readonly Stay[];
  /** Whether an earlier queue has to be emptied first. */
  readonly blocked: boolean;
}

async function move(
  dispositions: readonly Judged[],
  source: Source,
  run: DrainRun,
  holdUntilMs: number,
): Promise<Moves> {
  const { settings, clients, rules, tally, rate, context } = run;
  const { deadlines, now, sleep } = context;
  const goingTo = (to: "work" | "dlq") =>
    dispositions.flatMap(({ copy, disposition }) =>
      disposition.does === "move" && disposition.to === to ? [copy] : [],
    );
  const toWork = goingTo("work");
  const toDlq = goingTo("dlq");
  const none = (why: StaysFor): Moves => ({
    accepted: [],
    stays: [...toWork, ...toDlq].map(({ record }) => ({ record, why })),
    blocked: why === "order",
  });
  if (toWork.length + toDlq.length === 0) return { accepted: [], stays: [], blocked: false };
  if (settings.fifo && !(await areEmpty(source.after, run))) return none("order");
  const waitMs = rate.pay(toWork.length, now(), Math.min(holdUntilMs, now() + deadlines.sendingLeftMs()));
  if (waitMs === undefined) return none("rate");
  if (waitMs > 0) await sleep(waitMs);

  const deadline: Deadline = {
    signal: deadlines.sending.signal,
    mayStart: () => deadlines.sending.mayStart() && now() < holdUntilMs,
  };
  const ship = async (
    copies: readonly Copy[],
    queue: Target,
    route: Route,
    messageOf: (copy: Copy) => Message,
  ): Promise<readonly Delivery[]> => {
    const copyOf = new Map(copies.map((copy) => [copy.record, copy]));
    const ifOpen: Route = async (parcels) => {
      const homes = parcels.map(({ record }) => homeOf(copyOf.get(record)!, rules));
      const open = await openAmong(homes, run);
      return homes.map(
        (home): SendOutcome => (open.has(home) ? { accepted: true, at: 0 } : refused(queue, PASS_CLOSED)),
      );
    };
    const deliveries = await deliver([...copyOf.keys()], {
      prepare: (record) => messageOf(copyOf.get(record)!),
      stages: [[ifOpen], [route]],
      fifo: settings.fifo,
    });
    for (const delivery of deliveries) {
      if (!delivery.accepted && delivery.class !== "held") {
        tally.fail(queue, { class: delivery.class, code: delivery.code });
      }
    }
    return deliveries;
  };
  const work: Target = { client: clients.own, queueUrl: settings.workQueueUrl };
  const atWork = await ship(toWork, work, toQueue(work, deadline, context), ({ message }) =>
    madeOwn(message, settings.region),
  );
  const [taken, untaken] = parted(toWork, atWork);
  const poison = untaken.filter(({ delivery }) => !delivery.accepted && delivery.class === "message");
  const dead = [...toDlq, ...poison.map(({ copy }) => copy)];
  const dlq: Target = { client: clients.own, queueUrl: settings.dlqUrl };
  const aside = setAside(dlq, deadline, context);
  const [buried, unburied] = parted(dead, await ship(dead, dlq, aside, ({ message }) => message));

  tally.moved += taken.length;
  tally.fromAfar += source.afar ? taken.length : 0;
  tally.bury(buried.map(({ copy }) => copy.record.messageId));
  const stays = [...untaken.filter((one) => !poison.includes(one)), ...unburied];
  return {
    accepted: [...taken, ...buried].map(({ copy }) => copy.record),
    stays: stays.map(({ copy, delivery }) => ({
      record: copy.record,
      why: !delivery.accepted && delivery.class === "held" ? "held" : "failed",
    })),
    blocked: false,
  };
}

interface Shipped {
  readonly copy: Copy;
  readonly delivery: Delivery;
}

/** Those that were accepted, and the others. */
function parted(
  copies: readonly Copy[],
  deliveries: readonly Delivery[],
): readonly [readonly Shipped[], readonly Shipped[]] {
  const shipped = copies.map((copy, index): Shipped => ({ copy, delivery: deliveries[index]! }));
  return [
    shipped.filter(({ delivery }) => delivery.accepted),
    shipped.filter(({ delivery }) => !delivery.accepted),
  ];
}

/** Whether queues hold nothing that is to go, in sight or out of it. A queue that does not say so is not empty. */
async function areEmpty(queues: readonly Target[], { tally, context }: DrainRun): Promise<boolean> {
  const depths = await Promise.all(
    queues.map(async (queue) => {
      const depth = await depthOf(queue, context.deadlines.sending);
      if (!depth.ok) tally.fail(queue, depth.failure);
      return depth.ok && depth.value.waiting === 0 && depth.value.outOfSight <= tally.asideOn(queue);
    }),
  );
  return depths.every(Boolean);
}

/** Gives the number of records whose visibility could not be changed. */
async function release(
  stays: readonly Stay[],
  gone: readonly SQSRecord[],
  { queue }: Source,
  { settings, tally, context }: DrainRun,
): Promise<number> {
  const { deadlines, now, random } = context;
  const returns = returnsOf(stays, { gone, fifo: settings.fifo, nowMs: now(), random });
  const unchanged = await changeVisibility(returns, queue, deadlines.settling);
  if (unchanged > 0) tally.fail(queue, { class: "unknown", code: "VisibilityNotChanged" }, unchanged);
  tally.hide(returns.flatMap(({ seconds }, index) => (seconds > 0 ? [stays[index]!.record.messageId] : [])));
  return unchanged;
}

function countRemoved(
  dispositions: readonly Judged[],
  removed: ReadonlySet<SQSRecord>,
  { tally }: DrainRun,
): void {
  for (const { copy, disposition } of dispositions) {
    if (disposition.does !== "delete" || !removed.has(copy.record)) continue;
    tally.pruned += 1;
  }
}

/** Whether a copy should have gone. */
function isOwed(why: StaysFor): boolean {
  return why !== "unprocessed" && why !== "mark" && why !== "manual" && why !== "foreign";
}

/**
 * Whether a copy that stays says that those behind it will too: copies are processed roughly in their order. One that was received before
 * says nothing, since a copy that is never processed must not hide what is behind it. Nor does one that this run has no business with.
 */
function isDiscouraging({ record, why }: Stay): boolean {
  return why === "unprocessed" ? receivesOf(record) <= 1 : isOwed(why);
}
