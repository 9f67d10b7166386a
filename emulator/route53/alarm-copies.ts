import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import type { HealthCheck } from "@aws-sdk/client-route-53";
import type { Account } from "./account";
import { type AlarmSettings, alarmSettings, type DataPoint, evaluationRangeMs } from "./engine/alarm";
import type { Metric } from "./engine/checks";

interface Copy {
  /** Of the health check. */
  readonly version: number;
  readonly region: string;
  readonly copied:
    | { readonly alarm: MetricAlarm; readonly settings: AlarmSettings }
    | { readonly problem: string };
}

/**
 * What health checks watch of alarms. A check copies the settings of its alarm when it is created or updated, and knows nothing of
 * changes after that; then it reads the metric itself.
 *
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-updating-cloudwatch-alarm-settings.html
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
 */
export class AlarmCopies {
  private copies = new Map<string, Copy>();
  private points = new Map<string, readonly DataPoint[]>();

  /** @param isReachable whether health checkers get to a region now */
  constructor(
    private readonly account: Account,
    private readonly isReachable: (region: string) => boolean,
  ) {}

  /** All that is known, by check. */
  get metrics(): Readonly<Record<string, Metric>> {
    const metricOf = (id: string, { copied }: Copy): Metric =>
      "problem" in copied ? copied : { settings: copied.settings, points: this.points.get(id) ?? [] };
    return Object.fromEntries([...this.copies].map(([id, copy]) => [id, metricOf(id, copy)]));
  }

  /** Copies the settings of alarms whose checks are new or were updated, as far as their regions can be reached. */
  async copy(checks: readonly HealthCheck[]): Promise<void> {
    const watching = checks.filter(({ HealthCheckConfig: config }) => config?.Type === "CLOUDWATCH_METRIC");
    const kept = new Map<string, Copy>();
    for (const { Id: id = "", HealthCheckVersion: version = 0, HealthCheckConfig: config } of watching) {
      const { Name: name = "", Region: region = "" } = config?.AlarmIdentifier ?? {};
      const before = this.copies.get(id);
      const current = before?.version === version || !this.isReachable(region);
      if (before !== undefined && current) kept.set(id, before);
      else if (!current) kept.set(id, { version, region, copied: await this.copied(region, name) });
    }
    this.copies = kept;
  }

  /** Reads the metrics. What was read before of regions that cannot be reached stays, and grows old. */
  async read(now: number, minuteMs: number): Promise<void> {
    const regions = new Set([...this.copies.values()].map(({ region }) => region));
    await Promise.all(
      [...regions].map(async (region) => {
        const watched = [...this.copies].flatMap(([id, { region: own, copied }]) =>
          own !== region || "problem" in copied ? [] : [{ id, ...copied }],
        );
        if (watched.length === 0 || !this.isReachable(region)) return;
        const rangeMs = Math.max(...watched.map(({ settings }) => evaluationRangeMs(settings, minuteMs)));
        const points = await this.account.dataPoints(
          region,
          watched.map(({ alarm }) => alarm),
          new Date(now - rangeMs - minuteMs),
          new Date(now + minuteMs),
        );
        // Cut off meanwhile: the answer did not arrive.
        if (!this.isReachable(region)) return;
        watched.forEach(({ id }, index) => void this.points.set(id, points[index] ?? []));
      }),
    );
  }

  /** Forgets all data points. */
  forget(): void {
    this.points = new Map();
  }

  private async copied(region: string, name: string): Promise<Copy["copied"]> {
    const alarm = await this.account.alarm(region, name);
    if (alarm === undefined)
      return { problem: `region ${region} had no alarm "${name}" when it was written` };
    try {
      return { alarm, settings: alarmSettings(alarm) };
    } catch (error) {
      return { problem: error instanceof Error ? error.message : String(error) };
    }
  }
}
