import { alarmName } from "../../core/names";
import { ALARMS, evaluationOf } from "../alarms";
import type { GroupSettings } from "../configuration";

/** The alarm that a health check copies its settings from. */
export interface HealthyAlarm {
  readonly name: string;
  /** Region in which it stands. */
  readonly region: string;
  readonly evaluation: ReturnType<typeof evaluationOf>;
}

/** In ALARM while the home does not process its own messages, or says nothing. */
export function healthyAlarm({ naming, failoverGroup }: GroupSettings, home: string): HealthyAlarm {
  return {
    name: alarmName(naming.prefix, failoverGroup, "healthy", home),
    region: home,
    evaluation: evaluationOf(ALARMS.healthy, failoverGroup, home),
  };
}
