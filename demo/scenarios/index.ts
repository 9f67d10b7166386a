import { dynamodbOutage } from "./dynamodb-outage";
import { evacuate } from "./evacuate";
import { flapping } from "./flapping";
import { lostForGood } from "./lost-for-good";
import { ownerLost } from "./owner-lost";
import { partition } from "./partition";
import { peerOutage } from "./peer-outage";
import { pollerStall } from "./poller-stall";
import { takeover } from "./takeover";
import { twoLost } from "./two-lost";
import { witnessLost } from "./witness-lost";

/** The scenarios of recovery, by the name that `--scenario` takes. */
export const SCENARIOS = {
  takeover,
  "lost-for-good": lostForGood,
  flapping,
  evacuate,
  "dynamodb-outage": dynamodbOutage,
  "poller-stall": pollerStall,
  "peer-outage": peerOutage,
  "witness-lost": witnessLost,
  partition,
  "owner-lost": ownerLost,
  "two-lost": twoLost,
} as const;

export type ScenarioName = keyof typeof SCENARIOS;
export {
  hasPassed,
  play,
  type QueueResult,
  type Scenario,
  type ScenarioResult,
} from "./scenario";
export type { Stage } from "./stage";
