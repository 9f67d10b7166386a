import { FIFO_SUFFIX } from "../core/names";

/**
 * What a function is told by its environment. Constructs write it with {@link toEnvironment}, functions read it with
 * {@link replicatorSettings} and {@link forwarderSettings}: the two ends of one contract.
 */

/** How copies come to the peers. */
export const REPLICATION_MODES = ["async", "semi-sync", "sync", "none"] as const;
export type ReplicationMode = (typeof REPLICATION_MODES)[number];

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
}

export interface ForwarderSettings extends CommonSettings {
  readonly peerRegion: string;
  readonly standbyQueueUrl: string;
}

/** Name of the one environment variable that carries the settings, as JSON. */
export const SETTINGS_VARIABLE = "SQS_MULTI_REGION";

export function toEnvironment(settings: ReplicatorSettings | ForwarderSettings): Record<string, string> {
  return { [SETTINGS_VARIABLE]: JSON.stringify(settings) };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads what {@link toEnvironment} wrote for a replicator. Throws an error that names the field which is missing or wrong. */
export function replicatorSettings(env: Environment): ReplicatorSettings {
  const fields = fieldsOf(env);
  const settings = {
    ...commonSettings(fields),
    mode: modeOf(fields),
    workQueueUrl: url(fields, "workQueueUrl"),
    outboxQueueUrls: urls(fields, "outboxQueueUrls"),
    standbyQueueUrls: urls(fields, "standbyQueueUrls"),
  };
  checkPeers(settings);
  return settings;
}

/** Reads what {@link toEnvironment} wrote for a forwarder. Throws an error that names the field which is missing or wrong. */
export function forwarderSettings(env: Environment): ForwarderSettings {
  const fields = fieldsOf(env);
  return {
    ...commonSettings(fields),
    peerRegion: text(fields, "peerRegion"),
    standbyQueueUrl: url(fields, "standbyQueueUrl"),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function commonSettings(fields: Fields): CommonSettings {
  return {
    failoverGroup: text(fields, "failoverGroup"),
    logicalQueue: text(fields, "logicalQueue"),
    homeRegion: text(fields, "homeRegion"),
    sourceQueueUrl: url(fields, "sourceQueueUrl"),
    ingressDlqUrl: url(fields, "ingressDlqUrl"),
    fifo: flag(fields, "fifo"),
  };
}

/** Entries of a batch may fail singly and go by the outbox while later ones of their group go directly: that keeps no order. */
function modeOf(fields: Fields): ReplicationMode {
  const mode = REPLICATION_MODES.find((name) => name === fields.mode);
  if (mode === undefined) throw invalid(".mode", fields.mode, `one of ${REPLICATION_MODES.join(", ")}`);
  if (mode === "semi-sync" && fields.fifo === true) {
    throw invalid(".mode", mode, "async or sync on a FIFO queue, whose order semi-sync does not keep");
  }
  return mode;
}

const HAS_OUTBOXES: readonly ReplicationMode[] = ["async", "semi-sync"];
const HAS_STANDBYS: readonly ReplicationMode[] = ["semi-sync", "sync"];

/** A mode that copies has somewhere to copy to, and no queue is named that its mode does not use. */
function checkPeers({ mode, outboxQueueUrls, standbyQueueUrls }: ReplicatorSettings): void {
  const check = (path: string, urls: Readonly<Record<string, string>>, modes: readonly ReplicationMode[]) => {
    const used = modes.includes(mode);
    if (used !== Object.keys(urls).length > 0) {
      throw invalid(path, urls, used ? `filled in mode ${mode}` : `empty in mode ${mode}`);
    }
  };
  check(".outboxQueueUrls", outboxQueueUrls, HAS_OUTBOXES);
  check(".standbyQueueUrls", standbyQueueUrls, HAS_STANDBYS);
  const [outboxes, standbys] = [outboxQueueUrls, standbyQueueUrls].map((urls) =>
    Object.keys(urls).sort().join(),
  );
  if (mode === "semi-sync" && outboxes !== standbys) {
    throw invalid(".outboxQueueUrls", outboxQueueUrls, `for the peers of standbyQueueUrls, ${standbys}`);
  }
}

function fieldsOf(env: Environment): Fields {
  const json = env[SETTINGS_VARIABLE];
  if (json === undefined) throw new Error(`environment variable ${SETTINGS_VARIABLE} is not set`);
  return record(parse(json), "");
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Error(`environment variable ${SETTINGS_VARIABLE} is not JSON`);
  }
}

function record(value: unknown, path: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw invalid(path, value, "an object");
}

function text(fields: Fields, field: string): string {
  const value = fields[field];
  if (typeof value === "string" && value !== "") return value;
  throw invalid(`.${field}`, value, "a string that is not empty");
}

function flag(fields: Fields, field: string): boolean {
  const value = fields[field];
  if (typeof value === "boolean") return value;
  throw invalid(`.${field}`, value, "true or false");
}

function url(fields: Fields, field: string): string {
  return checkedUrl(fields[field], `.${field}`, fields);
}

function urls(fields: Fields, field: string): Readonly<Record<string, string>> {
  const entries = Object.entries(record(fields[field], `.${field}`));
  return Object.fromEntries(
    entries.map(([key, value]) => [key, checkedUrl(value, `.${field}.${key}`, fields)]),
  );
}

/** SQS tells FIFO queues by their name, and a function that takes one for the other loses its order or gets nothing sent. */
function checkedUrl(value: unknown, path: string, { fifo }: Fields): string {
  if (typeof value !== "string" || !URL.canParse(value)) throw invalid(path, value, "a URL");
  if (value.endsWith(FIFO_SUFFIX) === fifo || typeof fifo !== "boolean") return value;
  throw invalid(path, value, `a URL that ${fifo ? "ends" : "does not end"} in ${FIFO_SUFFIX}`);
}

function invalid(path: string, value: unknown, wanted: string): Error {
  const found = value === undefined ? "it is missing" : `it is ${JSON.stringify(value)}`;
  return new Error(`environment variable ${SETTINGS_VARIABLE}${path}: must be ${wanted}, but ${found}`);
}
