import { evacuate } from "./evacuate";
import { ledgerOutage } from "./ledger-outage";
import { outage } from "./outage";
import { ownerLost } from "./owner-lost";
import { partition } from "./partition";
import { peerOutage } from "./peer-outage";
import { pollerStall } from "./poller-stall";
import { takeover } from "./takeover";
import { twoLost } from "./two-lost";

/** The scenarios of recovery, by the name that `--scenario` takes. */
export const SCENARIOS = {
  outage,
  takeover,
  "owner-lost": ownerLost,
  "two-lost": twoLost,
  evacuate,
  "poller-stall": pollerStall,
  "ledger-outage": ledgerOutage,
  "peer-outage": peerOutage,
  partition,
} as const;

export type ScenarioName = keyof typeof SCENARIOS;
export { play, type Scenario, type ScenarioResult, type Stage } from "./scenario";
