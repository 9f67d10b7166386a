/**
 * What a function is told by its environment. Constructs write it with {@link toEnvironment}, functions read it with
 * {@link replicatorSettings} and {@link forwarderSettings}: the two ends of one contract.
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
}

export interface ReplicatorSettings extends CommonSettings {
  readonly workQueueUrl: string;
  /** URL of the outbox queue per peer region. */
  readonly outboxQueueUrls: Readonly<Record<string, string>>;
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
  return {
    ...commonSettings(fields),
    workQueueUrl: url(fields, "workQueueUrl"),
    outboxQueueUrls: urls(fields, "outboxQueueUrls"),
  };
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
  };
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

function url(fields: Fields, field: string): string {
  return checkedUrl(fields[field], `.${field}`);
}

function urls(fields: Fields, field: string): Readonly<Record<string, string>> {
  const entries = Object.entries(record(fields[field], `.${field}`));
  return Object.fromEntries(entries.map(([key, value]) => [key, checkedUrl(value, `.${field}.${key}`)]));
}

function checkedUrl(value: unknown, path: string): string {
  if (typeof value === "string" && URL.canParse(value)) return value;
  throw invalid(path, value, "a URL");
}

function invalid(path: string, value: unknown, wanted: string): Error {
  const found = value === undefined ? "it is missing" : `it is ${JSON.stringify(value)}`;
  return new Error(`environment variable ${SETTINGS_VARIABLE}${path}: must be ${wanted}, but ${found}`);
}
