import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  type MetricAlarm,
  type MetricDataQuery,
  paginateGetMetricData,
} from "@aws-sdk/client-cloudwatch";
import {
  type HealthCheck,
  ListResourceRecordSetsCommand,
  paginateListHealthChecks,
  paginateListHostedZones,
  type ResourceRecordSet,
  Route53Client,
} from "@aws-sdk/client-route-53";
import type { DataPoint } from "./engine/alarm";
import type { Zone } from "./engine/answer";

export interface AccountOptions {
  /** 12 digits. */
  readonly account: string;
  /** Of the emulator itself: what goes on inside of AWS passes no gateway. */
  readonly endpoint: string;
}

const FIELDS = {
  sampleCount: "SampleCount",
  sum: "Sum",
  minimum: "Minimum",
  maximum: "Maximum",
} as const;
/** As fine as the emulator knows the time of a data point. */
const PERIOD_SECONDS = 1;
const CONTROL_PLANE_REGION = "us-east-1";

/** What Route 53 reads of an account, as its root. */
export class Account {
  private readonly route53: Route53Client;
  private readonly cloudWatch = new Map<string, CloudWatchClient>();

  constructor(private readonly options: AccountOptions) {
    this.route53 = new Route53Client(this.configuration(CONTROL_PLANE_REGION));
  }

  async zones(): Promise<readonly Zone[]> {
    const zones: Zone[] = [];
    for await (const { HostedZones = [] } of paginateListHostedZones({ client: this.route53 }, {})) {
      for (const { Id = "", Name: name = "" } of HostedZones) {
        const id = Id.replace("/hostedzone/", "");
        zones.push({ id, name, records: await this.records(id) });
      }
    }
    return zones;
  }

  async healthChecks(): Promise<readonly HealthCheck[]> {
    const checks: HealthCheck[] = [];
    for await (const { HealthChecks = [] } of paginateListHealthChecks({ client: this.route53 }, {})) {
      checks.push(...HealthChecks);
    }
    return checks;
  }

  /** `undefined` when there is no such alarm. */
  async alarm(region: string, name: string): Promise<MetricAlarm | undefined> {
    const { MetricAlarms = [] } = await this.cloudWatchIn(region).send(
      new DescribeAlarmsCommand({ AlarmNames: [name] }),
    );
    return MetricAlarms[0];
  }

  /** Data points of the metrics of alarms, in the order of the alarms. */
  async dataPoints(
    region: string,
    alarms: readonly MetricAlarm[],
    since: Date,
    until: Date,
  ): Promise<readonly (readonly DataPoint[])[]> {
    const values = new Map<string, Map<number, number>>();
    const pages = paginateGetMetricData(
      { client: this.cloudWatchIn(region) },
      { StartTime: since, EndTime: until, MetricDataQueries: alarms.flatMap(queriesOf) },
    );
    for await (const { MetricDataResults = [] } of pages) {
      for (const { Id = "", Timestamps = [], Values = [] } of MetricDataResults) {
        const byTime = values.get(Id) ?? new Map<number, number>();
        Timestamps.forEach((time, index) => void byTime.set(time.getTime(), Values[index] ?? 0));
        values.set(Id, byTime);
      }
    }
    return alarms.map((_, index) => {
      const value = (field: keyof typeof FIELDS, at: number): number =>
        values.get(queryId(field, index))?.get(at) ?? 0;
      const times = [...(values.get(queryId("sampleCount", index))?.keys() ?? [])];
      return times.map((at) => ({
        at,
        sampleCount: value("sampleCount", at),
        sum: value("sum", at),
        minimum: value("minimum", at),
        maximum: value("maximum", at),
      }));
    });
  }

  destroy(): void {
    this.route53.destroy();
    for (const client of this.cloudWatch.values()) client.destroy();
  }

  private async records(HostedZoneId: string): Promise<readonly ResourceRecordSet[]> {
    const records: ResourceRecordSet[] = [];
    let from = {};
    for (;;) {
      const page = await this.route53.send(new ListResourceRecordSetsCommand({ HostedZoneId, ...from }));
      records.push(...(page.ResourceRecordSets ?? []));
      if (!page.IsTruncated) return records;
      from = {
        StartRecordName: page.NextRecordName,
        StartRecordType: page.NextRecordType,
        StartRecordIdentifier: page.NextRecordIdentifier,
      };
    }
  }

  private cloudWatchIn(region: string): CloudWatchClient {
    const client = this.cloudWatch.get(region) ?? new CloudWatchClient(this.configuration(region));
    this.cloudWatch.set(region, client);
    return client;
  }

  private configuration(region: string) {
    const { endpoint, account } = this.options;
    return { region, endpoint, credentials: { accessKeyId: account, secretAccessKey: "test" } };
  }
}

function queriesOf(alarm: MetricAlarm, index: number): readonly MetricDataQuery[] {
  const { Namespace, MetricName, Dimensions } = alarm;
  return Object.entries(FIELDS).map(([field, Stat]) => ({
    Id: queryId(field, index),
    MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period: PERIOD_SECONDS, Stat },
  }));
}

function queryId(field: string, index: number): string {
  return `${field}${index}`;
}
