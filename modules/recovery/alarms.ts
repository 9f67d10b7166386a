import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import {
  ALARMS,
  type AlarmDefinition,
  type AlarmWord,
  alarmSubject,
  evaluationOf,
} from "../../config/alarms";
import type { GroupSettings } from "../../config/configuration";
import { regionSets } from "../../config/region-sets";
import { entryOf, fallback, isEmpty, listOf, mapOf, not, optional } from "../../core/expression";
import { alarmName, logicalId } from "../../core/names";
import { addressed, under } from "../address";
import { groupTagsOf } from "../tags";

export interface AlarmsProps {
  /** With recovery. */
  readonly configuration: GroupSettings;
  readonly region: string;
  /** Provider of that region and account. */
  readonly provider: AwsProvider;
}

/** Alarms of a failover group in one region: those of the table that exist for its configuration. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { configuration, region } = props;
    for (const [word, alarm] of Object.entries(ALARMS) as readonly [AlarmWord, AlarmDefinition][]) {
      const place = under(this, alarm.exists(configuration));
      if (place === undefined) continue;
      const homes = alarm.per === "region" ? [undefined] : regionSets(configuration).others(region);
      for (const home of homes) addAlarm(place, word, props, home);
    }
  }
}

function addAlarm(
  scope: Construct,
  word: AlarmWord,
  { configuration, region, provider }: AlarmsProps,
  home: string | undefined,
): void {
  const { failoverGroup, naming, recovery } = configuration;
  const alarm: AlarmDefinition = ALARMS[word];
  const topics = fallback(entryOf(recovery!.alarmActionArns, region), [] as readonly string[]);
  const address = logicalId(failoverGroup, word, home);
  addressed(
    new CloudwatchMetricAlarm(scope, address, {
      provider,
      alarmName: alarmName(naming.prefix, failoverGroup, word, region, home),
      alarmDescription: alarm.sentence(alarmSubject(configuration, alarm, region, home)),
      ...evaluationOf(alarm, failoverGroup, region, home),
      ...(alarm.tells && optional(not(isEmpty(topics)), { alarmActions: listOf(topics) })),
      tags: mapOf(groupTagsOf(configuration, word)),
    }),
    address,
  );
}
