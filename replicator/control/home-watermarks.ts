import type { Heartbeat } from "../../ownership/heartbeat";
import { type Roles, roleOf } from "../../ownership/roles";
import type { Report } from "../../ownership/situation";
import { type HomeState, type HomeWatermark, type Span, type States, stateOf } from "../../ownership/states";
import { momentOf, momentsOf } from "./room";
import type { ControlledQueue } from "./settings";

/** What a region said of itself: in a heartbeat, with its watermarks, or in its parameters. */
export type Word = Report & Pick<Heartbeat, "queues">;

/** Takeovers of one home that are remembered; a copy that is under way for longer than the next few takeovers is hardly to be expected. */
const SPANS_KEPT = 4;

export interface WatermarkInput {
  readonly region: string;
  readonly regions: readonly string[];
  readonly roles: Roles;
  /** After the decision, with the watermarks from before. */
  readonly states: States;
  /** By region, what it said of itself lately, in any order. */
  readonly words: Readonly<Record<string, readonly Word[]>>;
  /** All of the group. Undefined: they are not known, and nothing is forgotten. */
  readonly queues: readonly ControlledQueue[] | undefined;
}

/**
 * What this region keeps of its peers' homes from now on, by home.
 *
 * It follows what a home tells, and never goes back. When this region begins to move the home's copies, it is frozen: every copy is told
 * apart by one and the same moment, however long the move takes. It stays frozen after the hand-back, because the home asks what was
 * rescued, until the home processes its messages again, or a third region does that has taken the home over from this one.
 *
 * What was taken in from there on, until the home was fenced, stays this region's to process even then. The home deletes those messages
 * from its work queue, and that a copy has not arrived cannot be seen: it may be on the home's outbox queue, or out of everybody's sight.
 */
export function nextWatermarks(input: WatermarkInput): Readonly<Record<string, HomeWatermark>> {
  return Object.fromEntries(
    input.regions
      .filter((home) => home !== input.region)
      .flatMap((home) => {
        const kept = new Home(input, home).next();
        return Object.keys(kept.queues).length === 0 && kept.frozen === undefined && !kept.spans
          ? []
          : [[home, kept] as const];
      }),
  );
}

/** What counts as processed of a logical queue, in epoch milliseconds; undefined when nothing is known. */
export function processedOf(watermark: HomeWatermark | undefined, queue: string): number | undefined {
  const known = watermark === undefined ? undefined : momentOf(watermark.queues, queue);
  return known === undefined || known === 0 ? undefined : known;
}

/** The spans of time of which this region processes what it gets of a logical queue without a ledger, though it may not own the home. */
export function spansOf(watermark: HomeWatermark | undefined, queue: string): readonly Span[] {
  const { frozen, completeUntil: until, spans = [] } = watermark ?? {};
  const from = processedOf(watermark, queue);
  if (frozen === undefined || from === undefined || until === undefined || from >= until) return spans;
  return [...spans, [from, until]];
}

class Home {
  private readonly words: readonly Word[];

  constructor(
    private readonly input: WatermarkInput,
    private readonly home: string,
  ) {
    this.words = input.words[home] ?? [];
  }

  next(): HomeWatermark {
    const { states } = this.input;
    const kept = this.thawed(states.watermarks?.[this.home] ?? { queues: {} });
    const followed = kept.frozen === undefined ? this.followed(kept) : kept;
    const owned = stateOf(states, this.home).phase === "owner" ? this.asOwner(followed) : followed;
    return owned.frozen === undefined ? owned : this.withFence(owned, owned.frozen);
  }

  private thawed(kept: HomeWatermark): HomeWatermark {
    if (kept.frozen === undefined) return kept;
    const { queues, spans = [], completeUntil } = kept;
    const earlier = spans.length === 0 ? { queues } : { queues, spans };
    // The third region has moved the same copies, and more.
    if (this.isHandedOn()) return earlier;
    if (!this.isBackHome()) return kept;
    const from = Math.min(...momentsOf(queues).filter((at) => at > 0));
    if (completeUntil === undefined || from >= completeUntil) return earlier;
    return { queues, spans: [...spans, [from, completeUntil] as const].slice(-SPANS_KEPT) };
  }

  /** Whether the home says that it processes its messages again, by the last order. */
  private isBackHome(): boolean {
    return roleOf(this.input.roles, this.home).owner === this.home && this.isBegun(this.home);
  }

  private isHandedOn(): boolean {
    const { owner } = roleOf(this.input.roles, this.home);
    return owner !== this.home && owner !== this.input.region && this.isBegun(owner);
  }

  /** Whether a region says that it processes the home's messages, by the last order. */
  private isBegun(region: string): boolean {
    const { epoch } = roleOf(this.input.roles, this.home);
    return (this.input.words[region] ?? []).some(({ homes }) => {
      const state = homes[this.home];
      return state?.phase === "owner" && state.epoch === epoch;
    });
  }

  private followed(kept: HomeWatermark): HomeWatermark {
    const { queues } = this.input;
    if (queues === undefined) return kept;
    const known = queues
      .filter(({ rescue }) => rescue === "watermark")
      .map(
        (queue) => [queue.queue, Math.max(processedOf(kept, queue.queue) ?? 0, this.told(queue))] as const,
      );
    return { ...kept, queues: Object.fromEntries(known.filter(([, at]) => at > 0)) };
  }

  private told({ queue, marginSeconds }: ControlledQueue): number {
    const told = this.words.map(({ queues }) => queues?.[queue]?.processedBefore ?? 0);
    return Math.max(0, ...told) - marginSeconds * 1_000;
  }

  /**
   * Frozen, and with what the operator says. That only adds to what counts as processed: what did so before may be gone, here and, when
   * the home has taken it back, there.
   */
  private asOwner(kept: HomeWatermark): HomeWatermark {
    const { states, roles, queues = [] } = this.input;
    const { since = 0 } = roleOf(roles, this.home);
    const rescued = queues.filter(
      ({ rescue, drainers }) => rescue !== "ledger" && drainers[this.home] !== undefined,
    );
    if (rescued.length === 0) return kept;
    const known = rescued.map(
      ({ queue }) => [queue, Math.max(processedOf(kept, queue) ?? 0, since)] as const,
    );
    return {
      ...kept,
      queues: Object.fromEntries(known.filter(([, at]) => at > 0)),
      frozen: stateOf(states, this.home).epoch,
    };
  }

  /** The home may be fenced more than once before it processes again: all that it took in before the last time is its last owner's. */
  private withFence(kept: HomeWatermark, frozen: number): HomeWatermark {
    const { owner, from } = roleOf(this.input.roles, this.home);
    if (owner !== this.input.region && !from.includes(this.input.region)) return kept;
    const fenced = this.words
      .map(({ homes }) => homes[this.home])
      .flatMap((state) => (state !== undefined && state.epoch >= frozen ? (fencedAt(state) ?? []) : []));
    const until = Math.max(kept.completeUntil ?? 0, ...fenced);
    return until === 0 ? kept : { ...kept, completeUntil: until };
  }
}

/**
 * Until when what a home took in, in epoch milliseconds, may be on its work queue from before an evacuation: when it had released itself,
 * or when it began to take itself back without having done so. Undefined as long as it may still put something there.
 */
export function fencedAt({ phase, releasedAt, since }: HomeState): number | undefined {
  if (phase === "taking-over") return releasedAt ?? since;
  return phase === "standing-by" ? releasedAt : undefined;
}
