import { json } from "../core/expression";
import {
  CALLING_PEERS,
  COPYING,
  KEEPING_ORDER,
  MODE_NAMES,
  ORDERED_MODES,
  type ReplicationMode,
  WITH_FALLBACK,
  WITH_OUTBOXES,
} from "../core/modes";
import type { Written } from "../core/value";
import type { ControllerSettings } from "./control/settings";
import type { DrainerSettings } from "./drain/settings";
import {
  type Environment,
  Fields,
  type OwnershipSettings,
  ownershipOf,
  SETTINGS_VARIABLE,
} from "./environment";
import type { HealthSettings } from "./health/settings";

export { type OwnershipSettings, SETTINGS_VARIABLE } from "./environment";

/**
 * What a function is told by its environment. Constructs write it with {@link toEnvironment}, functions read it with
 * {@link replicatorSettings}, {@link forwarderSettings} and their like: the two ends of one contract.
 */

/** Common to replicator and forwarder. */
interface CommonSettings {
  readonly failoverGroup: string;
  readonly logicalQueue: string;
  /** Region in which the producer put the message, and in which the function runs. */
  readonly homeRegion: string;
  /** URL of the queue that the function is mapped to: ingress for the replicator, outbox for the forwarder. */
  readonly sourceQueueUrl: string;
  /** Where a message goes whose error is permanent. */
  readonly ingressDlqUrl: string;
  /** Whether the queues are FIFO queues: all of them are, or none. */
  readonly fifo: boolean;
}

export interface ReplicatorSettings extends CommonSettings {
  readonly mode: ReplicationMode;
  readonly workQueueUrl: string;
  /** URL of the outbox queue per peer region, in `async` and `semi-sync`; empty in the other modes. */
  readonly outboxQueueUrls: Readonly<Record<string, string>>;
  /** URL of the standby queue per peer region, which is where it stands, in `semi-sync` and `sync`; empty in the other modes. */
  readonly standbyQueueUrls: Readonly<Record<string, string>>;
  /**
   * Where it is said who owns the home. Not in mode `none`.
   * @default the home owns itself, always: the canary, and groups without recovery
   */
  readonly ownership?: FenceSettings;
}

export interface FenceSettings extends OwnershipSettings {
  /** Regions of the failover group, the own one among them. */
  readonly regions: readonly string[];
}

export interface ForwarderSettings extends CommonSettings {
  readonly peerRegion: string;
  readonly standbyQueueUrl: string;
  /** The home's work queue: for copies that are marked for the peer, while the home's region owns the peer's home. */
  readonly workQueueUrl: string;
  /** Where it is said who owns the peer's home. @default copies go to the peer, always */
  readonly ownership?: OwnershipSettings;
}

/** Settings of any function. */
export type FunctionEnvironment =
  | ReplicatorSettings
  | ForwarderSettings
  | DrainerSettings
  | ControllerSettings
  | HealthSettings;

export function toEnvironment(settings: Written<FunctionEnvironment>): Record<string, string> {
  return { [SETTINGS_VARIABLE]: json(settings) };
}

/** Reads what {@link toEnvironment} wrote for a replicator. Throws an error that names the field which is missing or wrong. */
export function replicatorSettings(env: Environment): ReplicatorSettings {
  const fields = Fields.of(env);
  const settings = {
    ...commonSettings(fields),
    mode: modeOf(fields),
    workQueueUrl: fields.queueUrl("workQueueUrl"),
    outboxQueueUrls: fields.queueUrls("outboxQueueUrls"),
    standbyQueueUrls: fields.queueUrls("standbyQueueUrls"),
    ...fields.optional("ownership", fenceOf),
  };
  checkPeers(settings, fields);
  return settings;
}

/** Reads what {@link toEnvironment} wrote for a forwarder. Throws an error that names the field which is missing or wrong. */
export function forwarderSettings(env: Environment): ForwarderSettings {
  const fields = Fields.of(env);
  return {
    ...commonSettings(fields),
    peerRegion: fields.text("peerRegion"),
    standbyQueueUrl: fields.queueUrl("standbyQueueUrl"),
    workQueueUrl: fields.queueUrl("workQueueUrl"),
    ...fields.optional("ownership", ownershipOf),
  };
}

function commonSettings(fields: Fields): CommonSettings {
  return {
    failoverGroup: fields.text("failoverGroup"),
    logicalQueue: fields.text("logicalQueue"),
    homeRegion: fields.text("homeRegion"),
    sourceQueueUrl: fields.queueUrl("sourceQueueUrl"),
    ingressDlqUrl: fields.queueUrl("ingressDlqUrl"),
    fifo: fields.flag("fifo"),
  };
}

function fenceOf(fields: Fields, field: string): FenceSettings {
  return { ...ownershipOf(fields, field), regions: fields.object(field).texts("regions") };
}

/** Entries of a batch may fail singly and go by the outbox while later ones of their group go directly: that keeps no order. */
function modeOf(fields: Fields): ReplicationMode {
  const mode = fields.oneOf("mode", MODE_NAMES);
  if (!KEEPING_ORDER.includes(mode) && fields.flag("fifo")) {
    throw fields.invalid("mode", `${ORDERED_MODES} on a FIFO queue, whose order ${mode} does not keep`);
  }
  return mode;
}

/** A mode that copies has somewhere to copy to, and nothing is named that its mode does not use. */
function checkPeers(settings: ReplicatorSettings, fields: Fields): void {
  const { mode, outboxQueueUrls, standbyQueueUrls } = settings;
  const check = (field: "outboxQueueUrls" | "standbyQueueUrls", modes: readonly ReplicationMode[]) => {
    const used = modes.includes(mode);
    if (used !== Object.keys(settings[field]).length > 0) {
      throw fields.invalid(field, used ? `filled in mode ${mode}` : `empty in mode ${mode}`);
    }
  };
  check("outboxQueueUrls", WITH_OUTBOXES);
  check("standbyQueueUrls", CALLING_PEERS);
  const [outboxes, standbys] = [outboxQueueUrls, standbyQueueUrls].map((urls) =>
    Object.keys(urls).sort().join(),
  );
  if (WITH_FALLBACK.includes(mode) && outboxes !== standbys) {
    throw fields.invalid("outboxQueueUrls", `for the peers of standbyQueueUrls, ${standbys}`);
  }
  if (!COPYING.includes(mode) && settings.ownership !== undefined) {
    throw fields.invalid("ownership", `absent in mode ${mode}, whose messages have nowhere else to go`);
  }
}
