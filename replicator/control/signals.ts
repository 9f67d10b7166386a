import { type MetricDatum, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { DRAIN_TASK_SECONDS } from "../../core/limits";
import { type HomeState, type States, stateOf } from "../../ownership/states";
import { controllerDimensions, METRICS, METRICS_NAMESPACE } from "../metrics";
import { attemptWithin, type Parts } from "./parts";

/** Nothing waits for CloudWatch. */
const PUBLISHING_MS = 5_000;

/** What a region tells Route 53 by the alarms on its metrics. */
export interface Signal {
  /** Peers' homes that it owns, or may still move messages of. */
  readonly owned: readonly string[];
  readonly claims: boolean;
  /** Undefined: it could not be found out. */
  readonly healthy: boolean | undefined;
}

/** @param now in epoch milliseconds */
export function signalOf(
  region: string,
  regions: readonly string[],
  states: States,
  healthy: boolean | undefined,
  now: number,
): Signal {
  return {
    owned: regions.filter((home) => home !== region && mayMove(stateOf(states, home), now)),
    claims: stateOf(states, region).claims === true,
    healthy,
  };
}

/** From the moment on that it begins to take over, until its last drain task has ended. */
function mayMove({ phase, since }: HomeState, now: number): boolean {
  if (phase === "handing-back") return now < since + DRAIN_TASK_SECONDS * 1_000;
  return phase !== "standing-by";
}

/**
 * Publishes signals as metrics of their own, because the health checks of Route 53 read them, and the logs that other metrics are
 * made of may be late or lost.
 */
export class Signals {
  private readonly disowned: Record<string, number> = {};

  constructor(
    private readonly parts: Pick<Parts, "settings" | "cloudWatch" | "now" | "sleep" | "onFailure">,
  ) {}

  /** By home, when CloudWatch last took that this region does not own it, in epoch milliseconds. */
  get disownedAt(): Readonly<Record<string, number>> {
    return this.disowned;
  }

  /** @returns whether CloudWatch has taken it */
  async publish(signal: Signal): Promise<boolean> {
    const { settings, cloudWatch, now } = this.parts;
    const at = now();
    const taken = await attemptWithin(this.parts, PUBLISHING_MS, "metrics", () =>
      cloudWatch.send(
        new PutMetricDataCommand({ Namespace: METRICS_NAMESPACE, MetricData: dataOf(settings, signal) }),
      ),
    );
    for (const home of settings.regions) {
      if (signal.owned.includes(home)) delete this.disowned[home];
      else if (taken !== undefined && home !== settings.region) this.disowned[home] = at;
    }
    return taken !== undefined;
  }
}

function dataOf(settings: Parts["settings"], { owned, claims, healthy }: Signal): MetricDatum[] {
  const datum = (name: string, is: boolean, home?: string): MetricDatum => ({
    MetricName: name,
    Dimensions: Object.entries(controllerDimensions(settings, home)).map(([Name, Value]) => ({
      Name,
      Value,
    })),
    Value: is ? 1 : 0,
    Unit: "Count",
  });
  return [
    ...settings.regions
      .filter((home) => home !== settings.region)
      .map((home) => datum(METRICS.owned, owned.includes(home), home)),
    datum(METRICS.claim, claims),
    ...(healthy === undefined ? [] : [datum(METRICS.healthy, healthy)]),
  ];
}
