import type { Configuration } from "../../../config/configuration";
import type { Zone } from "../../../emulator/route53/engine/answer";
import type { Check } from "../../../emulator/route53/engine/check";
import { NO_HISTORY, stepHealth } from "../../../emulator/route53/engine/checks";
import type { Template } from "../../template";
import { checksIn, homesIn, textIn, zoneIn } from "./group-route53";

/** What the regions of a group are like. */
export interface World {
  /** Homes whose own verdict is that they are healthy. */
  readonly healthy: ReadonlySet<string>;
  /** Checks of the user's and routing controls that succeed, by id and ARN. @default all */
  readonly succeeding?: ReadonlySet<string>;
}

/**
 * What Route 53 answers when everything has come to rest: the checks and records that a global stack synthesizes, by the rules of
 * Route 53. Time plays no part, so endpoints, alarms and routing controls are switches.
 */
export class SettledRoute53 {
  private readonly checks: readonly Check[];
  private readonly leaves: readonly Check[];
  private readonly homes: Readonly<Record<string, string>>;
  private readonly zone: Zone;
  private readonly first: string;

  constructor(configuration: Configuration, global: Template) {
    const own = Object.values(configuration.dns!.checks).flatMap((checks = []) => checks.map(({ id }) => id));
    const checks = checksIn(global);
    this.first = Object.keys(configuration.regions)[0]!;
    this.leaves = [
      ...checks.filter(({ config }) => config.Type !== "CALCULATED"),
      ...own.map((id): Check => ({ id, config: { Type: "RECOVERY_CONTROL", RoutingControlArn: id } })),
    ];
    this.checks = [
      ...checks.filter(({ config }) => config.Type === "CALCULATED"),
      ...this.leaves.map(
        ({ id }): Check => ({ id, config: { Type: "RECOVERY_CONTROL", RoutingControlArn: id } }),
      ),
    ];
    this.homes = homesIn(global);
    this.zone = zoneIn(global, configuration);
  }

  /** Answers by name, as long as the world is so. @param from counts for latency alone */
  in(world: World, from = this.first): (name: string) => string {
    const routingControls = Object.fromEntries(this.leaves.map((leaf) => [leaf.id, this.isOn(leaf, world)]));
    const health = stepHealth(this.checks, NO_HISTORY, { probes: [], metrics: {}, routingControls }, 0);
    return (name) => textIn(this.zone, health, name, from);
  }

  private isOn({ id, config }: Check, { healthy, succeeding }: World): boolean {
    if (config.Type === "RECOVERY_CONTROL") return succeeding?.has(config.RoutingControlArn!) ?? true;
    return healthy.has(this.homes[id]!);
  }
}
