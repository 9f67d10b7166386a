import type { CheckReference, HealthCheck } from "../../config/dns/checks";
import type { DnsRecord } from "../../config/dns/records";
import type { DnsTopology } from "../../config/dns/topology";

/** What the regions of a group are like. */
export interface World {
  /** Homes whose own health check succeeds. */
  readonly healthy: ReadonlySet<string>;
  /** Checks of the user's that succeed, by id. */
  readonly succeeding?: ReadonlySet<string>;
  /** `home owned by peer`, as {@link owning} writes it. */
  readonly owned: ReadonlySet<string>;
  /** Homes that claim themselves back. */
  readonly claiming: ReadonlySet<string>;
}

export const owning = (home: string, peer: string) => `${home} owned by ${peer}`;

/**
 * What Route 53 answers, by its rules for failover records and CALCULATED checks: the primary while it is healthy, else the secondary if
 * that is healthy, else the primary; an alias is as healthy as any record of its target.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
 */
export class Route53 {
  constructor(
    private readonly topology: DnsTopology,
    private readonly world: World,
  ) {}

  answer(name: string): string {
    const records = this.recordsOf(name);
    const chosen = records.find((record) => this.isUp(record)) ?? records[0]!;
    if ("record" in chosen.answer) return this.answer(chosen.answer.record);
    return "value" in chosen.answer ? chosen.answer.value : chosen.answer.resource.name;
  }

  private recordsOf(name: string): readonly DnsRecord[] {
    const records = this.topology.records.filter((record) => record.name === name);
    if (records.length === 0) throw new Error(`no record ${name}`);
    const isSecond = ({ routing }: DnsRecord) =>
      Number(routing.policy === "failover" && routing.side === "SECONDARY");
    return [...records].sort((one, other) => isSecond(one) - isSecond(other));
  }

  private isUp({ check, answer }: DnsRecord): boolean {
    if (check !== undefined && !this.succeeds(check)) return false;
    return !("record" in answer) || this.recordsOf(answer.record).some((record) => this.isUp(record));
  }

  private succeeds(reference: CheckReference): boolean {
    const { healthy, succeeding, owned, claiming } = this.world;
    if ("id" in reference) return succeeding?.has(reference.id) ?? true;
    const { probe, home } = this.checkAt(reference.check);
    switch (probe.kind) {
      case "endpoint":
        return healthy.has(home);
      case "routing-control":
        return succeeding?.has(probe.arn) ?? true;
      case "calculated":
        for (const child of probe.children)
          if ("check" in child && this.checkAt(child.check).probe.kind === "calculated")
            throw new Error(`${reference.check} contains ${child.check}, which is calculated too`);
        return probe.children.filter((child) => this.succeeds(child)).length >= probe.threshold;
      case "alarm": {
        const { word, region, home: about } = probe.alarm;
        const inAlarm = {
          owned: owned.has(owning(about ?? "", region)),
          claim: !claiming.has(region),
          healthy: !healthy.has(region),
        }[word];
        return inAlarm === probe.inverted;
      }
    }
  }

  private checkAt(address: string): HealthCheck {
    const check = this.topology.checks.find((one) => one.address === address);
    if (check === undefined) throw new Error(`no check ${address}`);
    return check;
  }
}
