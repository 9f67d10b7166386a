import { type ForwarderSettings, type ReplicatorSettings, toEnvironment } from "../replicator/settings";
import type { FunctionName } from "./archives";
import { type EventShape, HOME, PEER } from "./worker/events";

/** Our modes, as `--only` chooses them, and in the order of reports; `fifo` is `async` with FIFO queues. */
export const MODE_NAMES = ["async", "semi-sync", "sync", "none", "fifo"] as const;
export type ModeName = (typeof MODE_NAMES)[number];

/** All that is measured message by message; the hand-written handler always is, because the others are compared with it. */
export const CASE_NAMES = ["hand-written", ...MODE_NAMES] as const;
export type CaseName = (typeof CASE_NAMES)[number];

/** Whether a part of a run that chose these modes has to do with a function. */
export function isOf(modes: readonly ModeName[], { case: name }: FunctionCase): boolean {
  return name === "hand-written" || modes.includes(name);
}

/** One function of a case, with its settings. */
export interface FunctionCase {
  /** Unique, and what reports call it. */
  readonly id: string;
  readonly case: CaseName;
  readonly bundle: FunctionName;
  /** Names of the queues that it sends every message to. */
  readonly queues: readonly string[];
  /** Largest event of the queue that it is mapped to. */
  readonly mostRecords: number;
  /** What its events look like, but for the number of records. */
  readonly shape: Omit<EventShape, "records">;
  readonly environment: (endpoint: string) => Readonly<Record<string, string>>;
}

/** Event source mappings admit 10,000 records of a standard queue to an event, and 10 of a FIFO queue. */
const STANDARD_MOST_RECORDS = 10_000;
const FIFO_MOST_RECORDS = 10;

const STANDARD_SHAPE = { bodyBytes: 1_000, hasAttributes: true } as const;
/** Every record of an event in a group of its own: FIFO at full batches. */
const FIFO_SHAPE = { ...STANDARD_SHAPE, groups: FIFO_MOST_RECORDS } as const;

export const FUNCTION_CASES: readonly FunctionCase[] = [
  {
    id: "hand-written",
    case: "hand-written",
    bundle: "hand-written",
    queues: ["orders", "orders-standby-us-east-1"],
    // Records go one by one, so that a message takes as long in a larger event.
    mostRecords: 10,
    shape: STANDARD_SHAPE,
    environment: (endpoint) => ({
      WORK_QUEUE_URL: queueUrl(endpoint, "orders"),
      PEER_QUEUE_URL: queueUrl(endpoint, "orders-standby-us-east-1"),
      PEER_REGION: PEER,
    }),
  },
  replicator("async", ["orders-outbox-us-west-2", "orders"]),
  forwarder("async"),
  replicator("semi-sync", ["orders", "orders-standby-us-east-1"]),
  replicator("sync", ["orders-standby-us-east-1", "orders"]),
  replicator("none", ["orders"]),
  replicator("fifo", ["orders-outbox-us-west-2.fifo", "orders.fifo"]),
  forwarder("fifo"),
];

/** URL of a queue. Its host is the stub's, so that no client, whatever its settings, ever looks for AWS. */
export function queueUrl(endpoint: string, name: string): string {
  return `${endpoint}/111122223333/${name}`;
}

function replicator(name: ModeName, queues: readonly string[]): FunctionCase {
  const fifo = name === "fifo";
  const mode = fifo ? "async" : name;
  const hasOutbox = mode === "async" || mode === "semi-sync";
  const hasStandby = mode === "semi-sync" || mode === "sync";
  return {
    ...common(name),
    id: name === "async" || fifo ? `${name} replicator` : name,
    bundle: "replicator",
    queues,
    environment: (endpoint) => {
      const url = (queue: string) => queueUrl(endpoint, `${queue}${fifo ? ".fifo" : ""}`);
      return settings(endpoint, "orders-ingress", fifo, {
        mode,
        workQueueUrl: url("orders"),
        outboxQueueUrls: hasOutbox ? { [PEER]: url(`orders-outbox-${PEER}`) } : {},
        standbyQueueUrls: hasStandby ? { [PEER]: url(`orders-standby-${HOME}`) } : {},
      });
    },
  };
}

function forwarder(name: "async" | "fifo"): FunctionCase {
  const fifo = name === "fifo";
  const standby = `orders-standby-${HOME}${fifo ? ".fifo" : ""}`;
  return {
    ...common(name),
    id: `${name} forwarder`,
    bundle: "forwarder",
    queues: [standby],
    shape: { ...common(name).shape, hasOrigin: true },
    environment: (endpoint) =>
      settings(endpoint, `orders-outbox-${PEER}`, fifo, {
        peerRegion: PEER,
        standbyQueueUrl: queueUrl(endpoint, standby),
        workQueueUrl: queueUrl(endpoint, fifo ? "orders.fifo" : "orders"),
      }),
  };
}

function common(name: ModeName) {
  return {
    case: name,
    mostRecords: name === "fifo" ? FIFO_MOST_RECORDS : STANDARD_MOST_RECORDS,
    shape: name === "fifo" ? FIFO_SHAPE : STANDARD_SHAPE,
  };
}

type Settings = ReplicatorSettings | ForwarderSettings;
type CommonName =
  | "failoverGroup"
  | "logicalQueue"
  | "homeRegion"
  | "sourceQueueUrl"
  | "ingressDlqUrl"
  | "fifo";
type Own<T> = T extends unknown ? Omit<T, CommonName> : never;

function settings(endpoint: string, source: string, fifo: boolean, own: Own<Settings>) {
  const suffix = fifo ? ".fifo" : "";
  return toEnvironment({
    failoverGroup: "payments",
    logicalQueue: "orders",
    homeRegion: HOME,
    sourceQueueUrl: queueUrl(endpoint, `${source}${suffix}`),
    ingressDlqUrl: queueUrl(endpoint, `orders-ingress-dlq${suffix}`),
    fifo,
    ...own,
  });
}
