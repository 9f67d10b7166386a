import { DRAIN_TASK_SECONDS } from "../../core/limits";
import { own } from "../../core/own";
import type { HomeNow } from "../../ownership/lease/settings";
import { LOOK_MS } from "../../ownership/lease/times";
import {
  type HomeNotes,
  NO_HOME_NOTES,
  type Notes,
  type Processed,
  type Rescued,
  type RescueNote,
} from "./notes";
import type { ControlledQueue } from "./settings";

/** Rescues of one home that are remembered: hardly a copy is under way for longer than the next few take. */
const SPANS_KEPT = 4;
/** After the order to give a home up, the last drain task that moves the home's messages ends, and what it has moved is on the work queue. */
const STOPPED_MS = DRAIN_TASK_SECONDS * 1_000 + 2 * LOOK_MS;

/** What a region knows, beside its notes. */
export interface Known {
  readonly region: string;
  readonly regions: readonly string[];
  /** By home, as the last look at the tables of ownership showed it. */
  readonly homes: Readonly<Record<string, HomeNow>>;
  /** All of the group. Undefined: they are not known yet. */
  readonly queues: readonly ControlledQueue[] | undefined;
  /** By home, up to when the home said that it has processed a queue's messages. */
  readonly told: Readonly<Record<string, Processed>>;
  /** Whether everything that was put on the own work queue of a logical queue before a moment is processed. */
  readonly isProcessed: (queue: string, putBefore: number) => boolean;
  readonly handBackTimeoutMs: number;
  readonly now: number;
}

/**
 * What a region notes of its peers' homes from now on.
 *
 * While a home processes its own messages, what counts as processed follows what the home tells. When this region takes the home, that is
 * frozen as its *rescue*: every copy is told apart by one and the same moment, however long the move takes. What the home took in from
 * there on, until it was fenced, is this region's to process. If the home gets itself back with everything processed here, the home is told
 * so, and deletes those messages from its work queue. That a copy has not arrived cannot be seen, so the region answers for that span from
 * then on. After a lapse nobody is told anything, and the home processes all of it itself.
 *
 * Two runs of one region come to the same notes by the same looks.
 */
export function nextHomes(kept: Notes["homes"], known: Known): Notes["homes"] {
  return Object.fromEntries(
    known.regions
      .filter((home) => home !== known.region)
      .flatMap((home) => {
        const next = nextHome(home, kept[home] ?? NO_HOME_NOTES, known);
        const isNothing = Object.keys(next.queues).length === 0 && !next.rescue && !next.spans;
        return isNothing ? [] : [[home, next] as const];
      }),
  );
}

/** Queues of a home whose messages this region tells apart by a moment, and moves. */
export function rescuedQueues(queues: readonly ControlledQueue[], home: string): readonly ControlledQueue[] {
  return queues.filter(({ rescue, drainers }) => rescue !== "ledger" && drainers[home] !== undefined);
}

/** The rescue of a home that this region owns by the epoch that holds. Undefined: none is noted. */
export function rescueOf(
  homes: Notes["homes"],
  home: string,
  now: HomeNow | undefined,
): RescueNote | undefined {
  const rescue = homes[home]?.rescue;
  return rescue !== undefined && rescue.epoch === now?.epoch ? rescue : undefined;
}

function nextHome(home: string, kept: HomeNotes, known: Known): HomeNotes {
  const now = known.homes[home];
  if (now?.owner === undefined) return kept;
  if (now.owner === known.region) return owned(home, kept, now, known);
  const { rescue, ...others } = kept;
  if (now.owner !== home) return others;
  const followed = { ...others, queues: followedBy(home, kept.queues, known) };
  return rescue?.handedBack ? withSpan(followed, rescue) : followed;
}

function owned(home: string, kept: HomeNotes, now: HomeNow, known: Known): HomeNotes {
  const { rescue: before, ...others } = kept;
  if (before !== undefined && isSameTaking(before, now)) {
    return { ...others, rescue: goneOn(home, before, now, known) };
  }
  // The home had itself back in between.
  const earlier = before?.handedBack && now.taking?.from === home ? withSpan(others, before) : others;
  if (known.queues === undefined) return earlier;
  const rescued = rescuedQueues(known.queues, home);
  if (rescued.length === 0) return earlier;
  const queues = withSince(only(kept.queues, rescued), rescued, now.since);
  return { ...earlier, rescue: { epoch: now.epoch ?? 0, until: fencedAt(now, known), queues } };
}

/** A region that takes back what had lapsed from it alone is the same owner, by another epoch. */
function isSameTaking({ until, epoch }: RescueNote, { taking, epoch: present }: HomeNow): boolean {
  return taking === undefined ? epoch === present : until === Math.ceil(taking.at);
}

function fencedAt({ taking }: HomeNow, { now }: Known): number {
  return taking === undefined ? now : Math.ceil(taking.at);
}

function goneOn(home: string, before: RescueNote, now: HomeNow, known: Known): RescueNote {
  const rescued = rescuedQueues(known.queues ?? [], home);
  const { leaving, handedBack, ...rescue }: RescueNote = {
    ...before,
    epoch: now.epoch ?? before.epoch,
    queues: before.handedBack ? before.queues : withSince(before.queues, rescued, now.since),
  };
  if (!now.held && rescue.epoch === before.epoch) return { ...before, queues: rescue.queues };
  if (!now.held || now.next !== home) return rescue;
  const since = rescue.epoch === before.epoch ? (leaving ?? known.now) : known.now;
  if (handedBack && leaving !== undefined && rescue.epoch === before.epoch) return before;
  return handedOver({ ...rescue, leaving: since }, since, known);
}

/**
 * A rescue whose home is being given up. It is handed back when all that was moved is processed. What is not when the time is over is the
 * home's again, which has it on its work queue.
 */
function handedOver(
  rescue: RescueNote,
  leaving: number,
  { isProcessed, handBackTimeoutMs, now }: Known,
): RescueNote {
  const queues = Object.entries(rescue.queues);
  const processed = queues.filter(([queue]) => isProcessed(queue, leaving + STOPPED_MS));
  if (processed.length < queues.length && now < leaving + handBackTimeoutMs) return rescue;
  return { ...rescue, queues: Object.fromEntries(processed), handedBack: true };
}

function followedBy(home: string, kept: Processed, { queues, told }: Known): Processed {
  if (queues === undefined) return kept;
  return Object.fromEntries(
    queues.flatMap(({ queue, rescue, marginSeconds }) => {
      const at = Math.max(own(kept, queue) ?? 0, (own(told[home], queue) ?? 0) - marginSeconds * 1_000);
      return rescue === "watermark" && at > 0 ? [[queue, at] as const] : [];
    }),
  );
}

/** What the operator says only adds to what counts as processed: what did so before may be gone already. */
function withSince(
  processed: Processed,
  rescued: readonly ControlledQueue[],
  since: number | undefined,
): Processed {
  if (since === undefined) return processed;
  const later = rescued.map(({ queue }) => [queue, Math.max(own(processed, queue) ?? 0, since)] as const);
  return { ...processed, ...Object.fromEntries(later) };
}

function only(processed: Processed, queues: readonly ControlledQueue[]): Processed {
  return Object.fromEntries(
    queues.flatMap(({ queue }) => {
      const at = own(processed, queue);
      return at === undefined ? [] : [[queue, at] as const];
    }),
  );
}

function withSpan<T extends Omit<HomeNotes, "rescue">>(notes: T, { epoch, until, queues }: Rescued): T {
  if (Object.keys(queues).length === 0) return notes;
  return { ...notes, spans: [...(notes.spans ?? []), { epoch, until, queues }].slice(-SPANS_KEPT) };
}
