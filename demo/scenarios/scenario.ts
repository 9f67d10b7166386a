import type { ServiceRequest } from "../shop";
import { isReady } from "./conditions";
import type { Bounds, Judgement, RescueFigures } from "./judge";
import { exceeded, type Limits } from "./limits";
import type { Stage } from "./stage";

/** Something that goes wrong while orders are processed, and what is done about it. */
export interface Scenario {
  /** One sentence for `--help` and the beginning of the run. */
  readonly summary: string;
  /** Regions that it needs. @default 2 */
  readonly regions?: number;
  /**
   * Plays it. The moment `lost` is when something goes wrong, `returned` when it is well again; what waits in between is judged, unless
   * nothing is rescued.
   */
  readonly play: (stage: Stage) => Promise<void>;
  /** Seconds to report, by name: from one moment of the timeline to another. */
  readonly seconds: Readonly<Record<string, readonly [from: string, to: string]>>;
  /** What is judged between `lost` and `returned`. @default nothing is rescued */
  readonly rescue?: {
    /** The region that does not process what it has to. */
    readonly from: "home" | "peer";
    /** Nothing comes out of it any more. @default it returns */
    readonly isForGood?: true;
  };
  /** The longest that may pass. */
  readonly limits: Limits;
}

/** What became of the orders of one logical queue. */
export type QueueResult = Judgement & Partial<RescueFigures>;

/** What became of all orders together, and of those of each logical queue. */
export interface ScenarioResult extends Judgement {
  /** Orders that other regions were holding when the fault ended, and nobody had processed. */
  readonly waiting: number;
  /** How often two regions were seen that processed one home's messages at the same moment. */
  readonly ownedTwice: number;
  /** What took longer than it may. */
  readonly exceeded: readonly string[];
  readonly seconds: Readonly<Record<string, number>>;
  readonly queues: Readonly<Record<string, QueueResult>>;
}

/** Whether everything held that must hold. */
export function hasPassed(result: ScenarioResult): boolean {
  const { lost, processedTwice, chargedTwice, altered, orderViolations, waiting, ownedTwice } = result;
  const wrong = lost + processedTwice + chargedTwice + altered + orderViolations + waiting + ownedTwice;
  return wrong === 0 && result.exceeded.length === 0;
}

/** Without another order processed for so long, what is missing does not come any more: longer than the longest back-off. */
const PATIENCE_MS = 180_000;

/** An order is copied within this time of its being accepted. */
const COPIED_SECONDS = 10;

const SHOWN = 20;

/** Plays a scenario under traffic, lets everything come to rest, and counts. */
export async function play(scenario: Scenario, stage: Stage): Promise<ScenarioResult> {
  const { traffic, timeline, watch } = stage;
  await isReady(stage);
  await scenario.play(stage);
  const stranded = () => strandedOf(scenario, stage);
  await traffic.finish(PATIENCE_MS, () => stranded().size);
  timeline.mark("ended", `every producer has ended, ${traffic.missing()} orders are missing`);
  const bounds = (queue: string): Bounds => ({ ...boundsOf(stage, queue), stranded: stranded() });
  const judged = traffic.judge(bounds);
  const rescues = rescuesOf(scenario, stage);
  const queues = Object.fromEntries(
    Object.entries(judged).map(([queue, judgement]) => [queue, { ...judgement, ...rescues[queue] }]),
  );
  tell(stage, bounds);
  const total = (count: (judgement: QueueResult) => number) =>
    Object.values(queues).reduce((sum, judgement) => sum + count(judgement), 0);
  const seconds = Object.fromEntries(
    Object.entries(scenario.seconds).flatMap(([name, [from, to]]) => {
      const elapsed = timeline.between(from, to);
      return elapsed === undefined ? [] : [[name, elapsed] as const];
    }),
  );
  return {
    sent: total(({ sent }) => sent),
    processed: total(({ processed }) => processed),
    lost: total(({ lost }) => lost),
    stranded: total((judgement) => judgement.stranded),
    processedTwice: total(({ processedTwice }) => processedTwice),
    withinBounds: total(({ withinBounds }) => withinBounds),
    chargedTwice: total(({ chargedTwice }) => chargedTwice),
    altered: total(({ altered }) => altered),
    orderViolations: total(({ orderViolations }) => orderViolations),
    waiting: total(({ waiting = 0 }) => waiting),
    ownedTwice: watch.ownedTwice.length,
    exceeded: exceeded(scenario.limits, seconds, rescues, (queue) => traffic.isMovedAtOnce(queue)),
    seconds,
    queues,
  };
}

/** Says which orders are not as they should be. */
function tell({ traffic, timeline }: Stage, bounds: (queue: string) => Bounds): void {
  const at = (moment: number) => `at ${timeline.secondsAt(moment).toFixed(1)} s`;
  for (const requests of traffic.repeats(bounds).slice(0, SHOWN)) {
    const [{ order, home }] = requests as [ServiceRequest];
    const times = requests.map((request) => `${request.region} ${at(request.at)}`);
    timeline.say(`${order} of ${home} was processed more than once: ${times.join(", ")}`);
  }
  for (const { order, regions, at: accepted } of traffic.missingOrders().slice(0, SHOWN)) {
    timeline.say(`${order} was not processed: accepted by ${regions.at(-1)} ${at(accepted)}`);
  }
  for (const { order, home, region, at: processed } of traffic.violations().slice(0, SHOWN)) {
    timeline.say(
      `${order} of ${home} was processed after a later one of its group: ${region} ${at(processed)}`,
    );
  }
}

function regionOf({ from }: NonNullable<Scenario["rescue"]>, { home, peer }: Stage): string {
  return from === "home" ? home : peer;
}

/** By logical queue, what the other regions made of what they had; until now, where nothing returns. */
function rescuesOf({ rescue }: Scenario, stage: Stage): Readonly<Record<string, RescueFigures>> {
  const { timeline, traffic } = stage;
  const from = timeline.at("lost");
  if (rescue === undefined || from === undefined) return {};
  const until = timeline.at("returned") ?? Date.now();
  return traffic.rescue({ region: regionOf(rescue, stage), from, until });
}

function strandedOf({ rescue }: Scenario, stage: Stage): ReadonlySet<string> {
  const from = stage.timeline.at("lost");
  if (rescue?.isForGood !== true || from === undefined) return new Set();
  return stage.traffic.stranded(regionOf(rescue, stage), from, COPIED_SECONDS);
}

/** What was in progress when its region or the ledger was lost may have been done, and not have been noted. */
const IN_PROGRESS_MS = 2_000;
/** The metrics that a watermark comes from are of the last minutes. */
const METRIC_AGE_MS = 120_000;

/**
 * With a ledger, only what was in progress when a region, or its ledger, was lost may be processed again. Without one it is what the home
 * took in after the watermark less its margin, and before its last move.
 */
function boundsOf({ deployment, timeline, home, watch }: Stage, queue: string): Bounds {
  const { rescue, marginSeconds } = deployment.configuration.queues[queue]!.recovery!;
  if (rescue === "ledger") {
    return {
      first: timeline.losses.map((at) => ({ from: at - IN_PROGRESS_MS, until: at + IN_PROGRESS_MS })),
    };
  }
  const begun = [...timeline.losses, ...["lost", "ordered"].flatMap((name) => timeline.at(name) ?? [])];
  const moved = watch.moves.filter((move) => move.home === home).map(({ at }) => at);
  if (begun.length === 0) return { atHome: true };
  const from = Math.min(...begun) - marginSeconds * 1_000 - METRIC_AGE_MS;
  const time = { from, until: Math.max(...begun, ...moved) };
  return { first: [time], accepted: [time], atHome: true };
}
