import type { Configuration } from "../../../config/configuration";
import { type SignalAlarm, signalAlarmsOf } from "../../../config/dns/alarms";
import type { Zone } from "../../emulator/route53/engine/answer";
import { type Check, NO_HISTORY, stepHealth } from "../../emulator/route53/engine/checks";
import type { Template } from "../../template";
import { checksIn, homesIn, textIn, zoneIn } from "./group-route53";

/** What the regions of a group are like. */
export interface World {
  /** Homes whose own health check succeeds. */
  readonly healthy: ReadonlySet<string>;
  /** Checks of the user's and routing controls that succeed, by id and ARN. @default all */
  readonly succeeding?: ReadonlySet<string>;
  /** `home owned by peer`, as {@link owning} writes it. */
  readonly owned: ReadonlySet<string>;
  /** Homes that claim themselves back. */
  readonly claiming: ReadonlySet<string>;
}

export const owning = (home: string, peer: string) => `${home} owned by ${peer}`;

/**
 * What Route 53 answers when everything has come to rest: the checks and records that a global stack synthesizes, by the rules of
 * Route 53. Time plays no part, so endpoints, alarms and routing controls are switches.
 */
export class SettledRoute53 {
  private readonly checks: readonly Check[];
  private readonly leaves: readonly Check[];
  private readonly homes: Readonly<Record<string, string>>;
  private readonly alarms: ReadonlyMap<string, SignalAlarm>;
  private readonly zone: Zone;
  private readonly regions: readonly string[];

  constructor(configuration: Configuration, global: Template) {
    const own = Object.values(configuration.dns!.checks).flatMap((checks = []) => checks.map(({ id }) => id));
    const checks = checksIn(global);
    this.regions = Object.keys(configuration.regions);
    this.leaves = [
      ...checks.filter(({ config }) => config.Type !== "CALCULATED"),
      ...own.map((id): Check => ({ id, config: { Type: "RECOVERY_CONTROL", RoutingControlArn: id } })),
    ];
    this.checks = [
      ...checks.filter(({ config }) => config.Type === "CALCULATED"),
      ...this.leaves.map(({ id, config: { Inverted } }): Check => {
        const config = { Type: "RECOVERY_CONTROL", RoutingControlArn: id } as const;
        return { id, config: { ...config, ...(Inverted && { Inverted }) } };
      }),
    ];
    this.homes = homesIn(global);
    this.zone = zoneIn(global, configuration);
    const alarms = this.regions.flatMap((region) => signalAlarmsOf(configuration, region));
    this.alarms = new Map(alarms.map((alarm) => [alarm.name, alarm]));
  }

  /** Answers by name, as long as the world is so. */
  in(world: World): (name: string) => string {
    const routingControls = Object.fromEntries(this.leaves.map((leaf) => [leaf.id, this.isOn(leaf, world)]));
    const health = stepHealth(this.checks, NO_HISTORY, { probes: [], metrics: {}, routingControls }, 0);
    return (name) => textIn(this.zone, health, name, this.regions[0]!);
  }

  /** Before it is inverted. */
  private isOn({ id, config }: Check, { healthy, succeeding, owned, claiming }: World): boolean {
    switch (config.Type) {
      case "RECOVERY_CONTROL":
        return succeeding?.has(config.RoutingControlArn!) ?? true;
      case "CLOUDWATCH_METRIC": {
        const { word, region, home } = this.alarms.get(config.AlarmIdentifier!.Name!)!;
        return {
          owned: !owned.has(owning(home ?? "", region)),
          claim: claiming.has(region),
          healthy: healthy.has(region),
        }[word];
      }
      default:
        return healthy.has(this.homes[id]!);
    }
  }
}
