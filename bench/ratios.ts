import { CASE_NAMES, type CaseName, FUNCTION_CASES } from "./cases";
import type { ThroughputFigure, ThroughputResult } from "./measure/throughput";

/** A case as a whole, against the hand-written handler. */
export interface CaseFigure {
  readonly case: CaseName;
  readonly latencyMs: number;
  readonly records: number;
  /** Of its slowest function: they run side by side. */
  readonly messagesPerSecond: number;
  /** Of all its functions together. */
  readonly cpuMsPer1000: number;
  readonly requestsPerMessage: number;
  /** Throughput in multiples of that of the hand-written handler. */
  readonly timesHandWritten: number;
  /** CPU time per message as a share of the hand-written handler's. */
  readonly cpuOfHandWritten: number;
}

export function caseFigures({ figures }: Pick<ThroughputResult, "figures">): readonly CaseFigure[] {
  const conditions = new Map(
    figures.map(({ latencyMs, records }) => [`${latencyMs} ${records}`, { latencyMs, records }]),
  );
  return [...conditions.values()].flatMap(({ latencyMs, records }) =>
    CASE_NAMES.flatMap((name) => {
      const ofCase = figures.filter(
        (figure) => caseOf(figure) === name && figure.latencyMs === latencyMs && figure.records === records,
      );
      // Measured with small events only, because it is the same with larger ones.
      const byHand = figures.find(
        (figure) => caseOf(figure) === "hand-written" && figure.latencyMs === latencyMs,
      );
      if (ofCase.length === 0 || byHand === undefined) return [];
      const messagesPerSecond = Math.min(...ofCase.map((figure) => figure.messagesPerSecond));
      const cpuMsPer1000 = sum(ofCase.map((figure) => figure.cpuMsPer1000));
      return {
        case: name,
        latencyMs,
        records,
        messagesPerSecond,
        cpuMsPer1000,
        requestsPerMessage: sum(ofCase.map((figure) => figure.requestsPerMessage)),
        timesHandWritten: messagesPerSecond / byHand.messagesPerSecond,
        cpuOfHandWritten: cpuMsPer1000 / byHand.cpuMsPer1000,
      };
    }),
  );
}

/** Throughput of a function as a share of its raw limit, if it has one. */
export function shareOfLimit({ messagesPerSecond, limit }: ThroughputFigure): number | undefined {
  return limit && messagesPerSecond / limit.messagesPerSecond;
}

function caseOf({ id }: ThroughputFigure): CaseName | undefined {
  return FUNCTION_CASES.find((one) => one.id === id)?.case;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
