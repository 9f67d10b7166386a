import { caseFigures, shareOfLimit } from "./ratios";
import type { Measured } from "./result";
import { FUNCTION_MEMORY_MB } from "./worker/worker";

/** What the project promises, in words; the bounds are in {@link verdicts}. */
export const TARGETS = {
  requests: "requests per message at full batches, receive and delete included",
  handWritten: "throughput in multiples of the hand-written handler's, at 70 ms",
  limit: "throughput as a share of the raw limit",
  drainer: "copies per second of one drainer, at 20 ms at most",
  isolation: "home throughput with the peer black-holed, as a share of that with a healthy peer",
  archive: "size of an archive, KiB",
  coldStart: "cold start in multiples of the empty function's",
  memory: "peak memory with events of 10,000 records, MB",
} as const;
export type TargetName = keyof typeof TARGETS;

/** A figure beside what it should be. */
export interface TargetVerdict {
  readonly target: TargetName;
  readonly subject: string;
  readonly value: number;
  readonly bound: number;
  readonly wanted: "at most" | "at least";
  readonly met: boolean;
}

const MOST_REQUESTS: Readonly<Record<string, number>> = { async: 0.75, "semi-sync": 0.45 };
const LEAST_TIMES_HAND_WRITTEN = 10;
const HAND_WRITTEN_LATENCY_MS = 70;
const LEAST_SHARE_OF_LIMIT = 0.9;
const LEAST_COPIES_PER_SECOND = 1_000;
const DRAINER_LATENCY_MS = 20;
const LEAST_SHARE_OF_HEALTHY = 0.9;
const MOST_ARCHIVE_KIB = 200;
const MOST_TIMES_EMPTY = 1.3;

/** Every figure for which there is a target. */
export function verdicts(measured: Omit<Measured, "date" | "machine" | "quick">): readonly TargetVerdict[] {
  const { throughput, drainer = [], isolation = [], coldStarts = [], memory, archives } = measured;
  const cases = throughput === undefined ? [] : caseFigures(throughput);
  return [
    ...cases
      .filter((figure, index) => cases.findIndex((other) => other.case === figure.case) === index)
      .flatMap(({ case: name, requestsPerMessage }) => {
        const bound = MOST_REQUESTS[name];
        return bound === undefined ? [] : atMost("requests", name, requestsPerMessage, bound);
      }),
    ...cases
      .filter(({ latencyMs, case: name }) => latencyMs === HAND_WRITTEN_LATENCY_MS && name !== "hand-written")
      .map(({ case: name, records, timesHandWritten }) =>
        atLeast("handWritten", `${name}, events of ${records}`, timesHandWritten, LEAST_TIMES_HAND_WRITTEN),
      ),
    ...(throughput?.figures ?? []).flatMap((figure) => {
      const share = shareOfLimit(figure);
      const subject = `${figure.id}, ${figure.latencyMs} ms, events of ${figure.records}`;
      return share === undefined ? [] : atLeast("limit", subject, share, LEAST_SHARE_OF_LIMIT);
    }),
    ...drainer
      .filter(({ latencyMs }) => latencyMs <= DRAINER_LATENCY_MS)
      .map(({ id, latencyMs, copiesPerSecond }) =>
        atLeast("drainer", `${id}, ${latencyMs} ms`, copiesPerSecond, LEAST_COPIES_PER_SECOND),
      ),
    ...isolation
      .filter(({ fault }) => fault === "black-holed")
      .map(({ case: name, faulty, healthy }) =>
        atLeast("isolation", name, faulty / healthy, LEAST_SHARE_OF_HEALTHY),
      ),
    ...archives.map(({ name, bytes }) => atMost("archive", name, bytes / 1_024, MOST_ARCHIVE_KIB)),
    ...coldStarts.flatMap(({ id, initialisedMs, answeredMs, empty }) =>
      empty === undefined
        ? []
        : [
            atMost("coldStart", `${id}, init`, initialisedMs / empty.initialisedMs, MOST_TIMES_EMPTY),
            atMost("coldStart", `${id}, first event`, answeredMs / empty.sendingAnsweredMs, MOST_TIMES_EMPTY),
          ],
    ),
    ...(memory?.figures ?? []).flatMap(({ id, largeBytes }) =>
      largeBytes === undefined ? [] : atMost("memory", id, largeBytes / 1e6, FUNCTION_MEMORY_MB),
    ),
  ];
}

function atMost(target: TargetName, subject: string, value: number, bound: number): TargetVerdict {
  return { target, subject, value, bound, wanted: "at most", met: value <= bound };
}

function atLeast(target: TargetName, subject: string, value: number, bound: number): TargetVerdict {
  return { target, subject, value, bound, wanted: "at least", met: value >= bound };
}
