import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { Context } from "aws-lambda";
import type { CopyCount } from "../replicate/peer";
import type { BatchReport, RecordOutcome } from "../replicate/report";
import type { Refused } from "../sqs/send";
import { FAILURE_CLASS_DIMENSION, METRICS, METRICS_NAMESPACE, PEER_DIMENSION } from "./metrics";

/** Message ids that a log line names per kind of failure that is retried. */
const SAMPLED_IDS = 5;
/** And of messages that were moved to the DLQ: more than a batch has of them, within the 256 KiB of a log event. */
const MOVED_IDS = 1_000;

/**
 * Values of ReplicationLag per batch. The embedded metric format admits 100 to a metric, and Powertools writes a document of its
 * own on the hundredth: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
const SAMPLED_LAGS = 99;

export interface TelemetryOptions {
  /** Name of the function in logs: replicator or forwarder. */
  readonly name: string;
  /** Dimensions of every metric, and keys of every log line. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** Metric that counts messages which are done. */
  readonly doneMetric: string;
  /** Metric that counts, among them, those without an origin. */
  readonly withoutOriginMetric?: string;
  /** Metric of their lag. */
  readonly lagMetric?: string;
}

/**
 * Logs and metrics of a function: one log line and one metric document per batch. There is one document more for each peer that the
 * function copied to itself, and for each class of failure. Never message bodies, attributes or the text of errors, because SQS quotes
 * contents in it.
 */
export class Telemetry {
  private readonly logger: Logger;
  private readonly metrics: Metrics;

  constructor(private readonly options: TelemetryOptions) {
    this.logger = new Logger({ serviceName: options.name, persistentKeys: { ...options.dimensions } });
    this.metrics = new Metrics({ namespace: METRICS_NAMESPACE });
    // Powertools sets a dimension `service` unasked; alarms and dashboards name exactly these.
    this.metrics.clearDefaultDimensions();
    this.metrics.setDefaultDimensions({ ...options.dimensions });
  }

  /** Writes the log line and the metrics of a batch. `messageIds` and the report's outcomes are in the same order. */
  record(messageIds: readonly string[], report: BatchReport, durationMs: number, context: Context): void {
    const done = report.outcomes.filter((outcome) => outcome.status === "done");
    const moved = report.outcomes.filter((outcome) => outcome.status === "moved");
    const counts: Counts = {
      done: done.length,
      withoutOrigin: done.filter(({ hasOrigin }) => !hasOrigin).length,
      moved: moved.length,
      inPieces: moved.filter(({ inPieces }) => inPieces).length,
      failed: countBy(report.outcomes.flatMap((o) => (o.status === "failed" ? [o.cause.class] : []))),
      held: report.outcomes.filter(({ status }) => status === "held").length,
    };
    const lags = risingLags(done.flatMap(({ lagMs }) => lagMs ?? []));
    this.log(messageIds, report, counts, lags, durationMs, context);
    this.publish(counts, lags, report);
    for (const [peer, copies] of Object.entries(report.copies ?? {})) this.publishCopies(peer, copies);
  }

  private log(
    messageIds: readonly string[],
    { outcomes, notBackedOff, copies = {}, fencedBy, takenOver }: BatchReport,
    { done, withoutOrigin, moved, inPieces, failed, held }: Counts,
    lags: readonly number[],
    durationMs: number,
    context: Context,
  ): void {
    const failures = failuresOf(messageIds, outcomes);
    this.logger.addContext(context);
    this.logger[failures.length === 0 ? "info" : "warn"]("batch", {
      received: outcomes.length,
      done,
      withoutOrigin,
      movedToDlq: moved,
      ...(inPieces === 0 ? {} : { inPieces }),
      failed,
      held,
      ...(fencedBy === undefined ? {} : { fencedBy }),
      ...(takenOver === undefined ? {} : { takenOver }),
      ...(Object.keys(copies).length === 0 ? {} : { copies: logged(copies) }),
      ...(lags.length === 0 ? {} : { maxLagMs: lags.at(-1) }),
      durationMs,
      ...(failures.length === 0 ? {} : { failures, notBackedOff }),
    });
  }

  private publish(
    { done, withoutOrigin, moved, inPieces, failed }: Counts,
    lags: readonly number[],
    { fencedBy, takenOver = 0 }: BatchReport,
  ): void {
    const { doneMetric, withoutOriginMetric, lagMetric } = this.options;
    // What is zero is left out: CloudWatch bills a metric by the hour in which it has a value.
    this.count(doneMetric, done - takenOver);
    this.count(METRICS.movedToWork, takenOver);
    if (fencedBy !== undefined) this.count(METRICS.fenced, done);
    if (withoutOriginMetric !== undefined) this.count(withoutOriginMetric, withoutOrigin);
    this.count(METRICS.movedToDlq, moved);
    this.count(METRICS.inPieces, inPieces);
    if (lagMetric !== undefined) this.distribute(lagMetric, lags);
    if (this.metrics.hasStoredMetrics()) this.metrics.publishStoredMetrics();
    for (const [failureClass, count] of Object.entries(failed)) {
      this.metrics.addDimension(FAILURE_CLASS_DIMENSION, failureClass);
      this.count(METRICS.failures, count);
      this.metrics.publishStoredMetrics();
    }
  }

  /** As the forwarder of that peer counts its copies: with the same dimensions, and the lag under the same name. */
  private publishCopies(peer: string, { direct, byOutbox, lagsMs }: CopyCount): void {
    this.count(METRICS.copiedDirectly, direct);
    this.count(METRICS.sentToOutbox, byOutbox);
    this.distribute(METRICS.replicationLag, risingLags(lagsMs));
    if (!this.metrics.hasStoredMetrics()) return;
    this.metrics.addDimension(PEER_DIMENSION, peer);
    this.metrics.publishStoredMetrics();
  }

  private count(metric: string, value: number): void {
    if (value > 0) this.metrics.addMetric(metric, MetricUnit.Count, value);
  }

  private distribute(metric: string, rising: readonly number[]): void {
    for (const lag of sampled(rising, SAMPLED_LAGS))
      this.metrics.addMetric(metric, MetricUnit.Milliseconds, lag);
  }
}

interface Counts {
  readonly done: number;
  readonly withoutOrigin: number;
  readonly moved: number;
  readonly inPieces: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly held: number;
}

/** Lags in rising order. Clocks differ by milliseconds; a copy is never there before its message. */
function risingLags(lagsMs: readonly number[]): readonly number[] {
  return lagsMs
    .filter(Number.isFinite)
    .map((lag) => Math.max(0, lag))
    .sort((one, other) => one - other);
}

/** Copies per peer, and whether a peer is not being called. */
function logged(copies: Readonly<Record<string, CopyCount>>) {
  return Object.fromEntries(
    Object.entries(copies).map(([peer, { direct, byOutbox, breaker }]) => [
      peer,
      { direct, byOutbox, ...(breaker === "closed" ? {} : { breaker }) },
    ]),
  );
}

/** At most `limit` of values in rising order, evenly spread, with the least and the greatest: percentiles stay what they are. */
function sampled(values: readonly number[], limit: number): readonly number[] {
  if (values.length <= limit) return values;
  const step = (values.length - 1) / (limit - 1);
  return Array.from({ length: limit }, (_, index) => values[Math.round(index * step)]!);
}

/** Failed and moved records by cause, with a few of their ids. */
function failuresOf(messageIds: readonly string[], outcomes: readonly RecordOutcome[]) {
  const byCause = new Map<string, { cause: Refused; status: string; ids: string[] }>();
  outcomes.forEach((outcome, index) => {
    if (outcome.status === "done" || outcome.status === "held") return;
    const { status, cause } = outcome;
    const key = [status, cause.queue, cause.class, cause.code].join();
    const entry = byCause.get(key) ?? { cause, status, ids: [] };
    entry.ids.push(messageIds[index]!);
    byCause.set(key, entry);
  });
  return [...byCause.values()].map(({ cause, status, ids }) => ({
    status,
    queue: cause.queue,
    class: cause.class,
    code: cause.code,
    count: ids.length,
    messageIds: ids.slice(0, status === "moved" ? MOVED_IDS : SAMPLED_IDS),
  }));
}

function countBy(keys: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}
