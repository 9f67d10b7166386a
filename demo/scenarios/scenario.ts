import type { Deployment } from "../../tests/emulator/deployment";
import type { Emulator } from "../../tests/emulator/emulator";
import type { ServiceRequest, Shop } from "../shop";
import type { DnsWatch } from "./dns-watch";
import type { Bounds, Judgement } from "./judge";
import type { Timeline } from "./timeline";
import type { Traffic } from "./traffic";
import type { OwnershipWatch } from "./watch";

/** What a scenario plays in: the order-processing example, deployed, with traffic. */
export interface Stage {
  readonly emulator: Emulator;
  readonly deployment: Deployment;
  readonly shop: Shop;
  readonly home: string;
  readonly peer: string;
  readonly traffic: Traffic;
  readonly watch: OwnershipWatch;
  /** Absent in groups without records. */
  readonly dns?: DnsWatch;
  readonly timeline: Timeline;
  /** Called while the home is evacuated and its messages are moved or have been. @default nothing is done then */
  readonly whileEvacuated?: () => Promise<void>;
}

/** Something that goes wrong while orders are processed, and what is done about it. */
export interface Scenario {
  /** One sentence for `--help` and the beginning of the run. */
  readonly summary: string;
  /** Regions that it needs. @default 2 */
  readonly regions?: number;
  readonly play: (stage: Stage) => Promise<void>;
  /** Seconds to report, by name: from one moment of the timeline to another. */
  readonly seconds: Readonly<Record<string, readonly [from: string, to: string]>>;
}

/** What became of all orders together, and of those of each logical queue. */
export interface ScenarioResult extends Judgement {
  readonly seconds: Readonly<Record<string, number>>;
  readonly queues: Readonly<Record<string, Judgement>>;
}

/** Without another order processed for so long, what is missing does not come any more: longer than the longest back-off. */
const PATIENCE_MS = 180_000;

const SHOWN = 20;

/** Plays a scenario under traffic, lets everything come to rest, and counts. */
export async function play(scenario: Scenario, stage: Stage): Promise<ScenarioResult> {
  const { traffic, timeline } = stage;
  await scenario.play(stage);
  await traffic.finish(PATIENCE_MS);
  timeline.mark("ended", `every producer has ended, ${traffic.missing()} orders are missing`);
  const bounds = (queue: string) => boundsOf(stage, queue);
  const queues = traffic.judge(bounds);
  for (const requests of traffic.repeats(bounds).slice(0, SHOWN)) {
    const [{ order, home }] = requests as [ServiceRequest];
    const times = requests.map(({ region, at }) => `${region} at ${timeline.secondsAt(at).toFixed(1)} s`);
    timeline.say(`${order} of ${home} was processed more than once: ${times.join(", ")}`);
  }
  for (const { order, regions, at } of traffic.missingOrders().slice(0, SHOWN)) {
    timeline.say(
      `${order} was not processed: accepted by ${regions.at(-1)} at ${timeline.secondsAt(at).toFixed(1)} s`,
    );
  }
  for (const { order, home, region, at } of traffic.violations().slice(0, SHOWN)) {
    timeline.say(
      `${order} of ${home} was processed after a later one of its group: ${region} at ${timeline.secondsAt(at).toFixed(1)} s`,
    );
  }
  const total = (count: (judgement: Judgement) => number) =>
    Object.values(queues).reduce((sum, judgement) => sum + count(judgement), 0);
  const seconds = Object.entries(scenario.seconds).flatMap(([name, [from, to]]) => {
    const elapsed = timeline.between(from, to);
    return elapsed === undefined ? [] : [[name, elapsed] as const];
  });
  return {
    sent: total(({ sent }) => sent),
    processed: total(({ processed }) => processed),
    lost: total(({ lost }) => lost),
    processedTwice: total(({ processedTwice }) => processedTwice),
    withinBounds: total(({ withinBounds }) => withinBounds),
    chargedTwice: total(({ chargedTwice }) => chargedTwice),
    altered: total(({ altered }) => altered),
    orderViolations: total(({ orderViolations }) => orderViolations),
    seconds: Object.fromEntries(seconds),
    queues,
  };
}

/** What was in progress when its region or the ledger was lost may have been done, and not have been noted. */
const IN_PROGRESS_MS = 2_000;
/** The metrics that a watermark comes from are of the last minutes. */
const METRIC_AGE_MS = 120_000;

/**
 * With a ledger, only what was in progress when a region, or its ledger, was lost may be processed again. Without one it is what the home
 * took in after the watermark less its margin, and before it was processed no more.
 */
function boundsOf({ deployment, timeline }: Stage, queue: string): Bounds {
  const { rescue, marginSeconds } = deployment.configuration.queues[queue]!.recovery!;
  const moments = (...names: readonly string[]) => names.flatMap((name) => timeline.at(name) ?? []);
  const losses = moments("lost", "peerLost", "broken");
  if (rescue === "ledger") {
    return { first: losses.map((at) => ({ from: at - IN_PROGRESS_MS, until: at + IN_PROGRESS_MS })) };
  }
  const begun = [...losses, ...moments("ordered")];
  const owned = moments("takenOver", "takenBack", "takenOverAgain");
  if (begun.length === 0 || owned.length === 0) return { atHome: true };
  const from = Math.min(...begun) - marginSeconds * 1_000 - METRIC_AGE_MS;
  const time = { from, until: Math.max(...owned) };
  return { first: [time], accepted: [time], atHome: true };
}
