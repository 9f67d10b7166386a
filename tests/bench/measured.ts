import type { ThroughputFigure } from "../../bench/measure/throughput";
import type { Measured } from "../../bench/result";

export function figure(parts: Partial<ThroughputFigure> & Pick<ThroughputFigure, "id">): ThroughputFigure {
  return {
    latencyMs: 70,
    records: 10,
    messagesPerSecond: 100,
    cpuMsPer1000: 100,
    requestsPerMessage: 0.4,
    ...parts,
  };
}

/** A run in which every target is met, but for what is changed. */
export function measured(parts: Partial<Measured> = {}): Measured {
  return {
    date: "2026-01-02T03:04:05.678Z",
    quick: false,
    machine: { node: "20.0.0", platform: "linux x64", cores: 2, load: { before: 0, after: 1.5 } },
    archives: [{ name: "replicator", bytes: 130 * 1_024, digest: "0123456789abcdef" }],
    throughput: {
      stubShare: 0.1,
      stubCallsPerSecond: 20_000,
      figures: [
        figure({ id: "hand-written", messagesPerSecond: 6, cpuMsPer1000: 1_000, requestsPerMessage: 2.2 }),
        figure({ id: "async replicator", messagesPerSecond: 66, limit: limit(70) }),
        figure({ id: "async forwarder", messagesPerSecond: 130, requestsPerMessage: 0.3, limit: limit(135) }),
        figure({ id: "semi-sync", messagesPerSecond: 132, limit: limit(135) }),
      ],
    },
    memory: {
      figures: [{ id: "semi-sync", smallBytes: 80e6, firstLargeBytes: 130e6, largeBytes: 140e6 }],
      largeEvent: { records: 10_000, events: 3, payloadBytes: 5.8e6 },
    },
    coldStarts: [
      { id: "empty", initialisedMs: 60, answeredMs: 61 },
      {
        id: "semi-sync",
        initialisedMs: 66,
        answeredMs: 99,
        empty: { initialisedMs: 60, sendingAnsweredMs: 90, answeredMs: 61 },
      },
    ],
    drainer: [
      { id: "prune", latencyMs: 20, copiesPerSecond: 1_800, cpuMsPer1000: 300, requestsPerCopy: 0.3 },
      { id: "prune", latencyMs: 70, copiesPerSecond: 700, cpuMsPer1000: 300, requestsPerCopy: 0.3 },
    ],
    isolation: [
      {
        case: "semi-sync",
        fault: "black-holed",
        records: 10,
        latencyMs: 20,
        healthy: 400,
        onset: 300,
        faulty: 390,
        faultySeconds: 27,
      },
    ],
    ...parts,
  };
}

function limit(messagesPerSecond: number) {
  return { messagesPerSecond, cpuMsPer1000: 90, callsInFlight: 1, queues: 2 };
}
