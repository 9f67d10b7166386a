import type { EventShape } from "./events";

/** What the benchmark and a worker say to each other. */

/** Events one after the other, as Lambda invokes one execution environment, for a time and for a number of events at least. */
export interface EventJob {
  readonly kind: "events";
  readonly shape: EventShape;
  readonly forMs: number;
  readonly atLeast: number;
}

/** One task of a drainer, which ends when its time is up. */
export interface DrainJob {
  readonly kind: "drain";
  readonly home: string;
  /** Homes whose copies are moved. */
  readonly moves: readonly string[];
  readonly forMs: number;
}

/** Calls with prebuilt entries, one after the other on each of several lanes. */
export interface LoopJob {
  readonly kind: "loop";
  readonly queues: readonly LoopQueue[];
  readonly callsInFlight: number;
  /** Wait for all calls after so many, as a function does at the end of an event. @default never */
  readonly callsPerEvent?: number;
  readonly forMs: number;
}

export interface LoopQueue {
  readonly region: string;
  /** Body of a SendMessageBatch call. */
  readonly call: string;
}

export type WorkerOrder = EventJob | LoopJob | DrainJob;

export interface WorkDone {
  readonly events: number;
  readonly messages: number;
  /** Messages that were reported as failed. */
  readonly failed: number;
  readonly elapsedMs: number;
  /** User and system time of the whole process. */
  readonly cpuMs: number;
  /** Most memory that the process has ever held. */
  readonly peakRssBytes: number;
}

export type WorkerMessage =
  | { readonly kind: "initialised"; readonly rssBytes: number }
  | { readonly kind: "answered" }
  | ({ readonly kind: "worked" } & WorkDone);

/** What a bundle of the benchmark exports that is no handler: sends until time is up, and gives the number of messages. */
export type BenchLoop = (job: LoopJob) => Promise<number>;
