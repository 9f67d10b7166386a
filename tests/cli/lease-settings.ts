import { type Configuration, settingsOf } from "../../config/configuration";
import { votersOf } from "../../config/voters";
import { plain } from "../../core/expression";
import type { LeaseSettings } from "../../ownership/lease/settings";

/** What the controllers of a group are told about ownership, with the usual times. */
export function leaseSettingsOf(group: Configuration): Omit<LeaseSettings, "region"> {
  return {
    members: Object.keys(group.regions),
    voters: plain(votersOf(settingsOf(group)), "voters"),
    takeoverOrder: group.recovery!.takeoverOrder,
    takeover: "automatic",
    failback: "manual",
    failbackAfterMs: 600_000,
    takeoverDelayMs: 60_000,
  };
}
