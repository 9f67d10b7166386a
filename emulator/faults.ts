import { type CallFilter, matchesFilter } from "./call-counter";
import { type ThrottlingCode, throttledBy } from "./dynamodb-wire";
import type { Call } from "./gateway-call";
import { seededFraction } from "./seeded";
import { internalError, reportedAsFailed, type SqsAnswer, throttled } from "./sqs-wire";

/**
 * What goes wrong with the calls that a fault meets.
 *
 * | kind | the call is carried out | the caller gets |
 * |---|---|---|
 * | `refuse` | no | a connection reset |
 * | `hang` | no | nothing until the fault is lifted, then a connection reset |
 * | `delay` | `delayMs` later, also when the caller does not wait that long | the answer, if it waited |
 * | `throttle` | no | 400 `RequestThrottled`, or `code` |
 * | `failAfter` | yes | 500 `InternalError` |
 * | `answerLate` | yes | the answer `delayMs` later, if it waited |
 * | `loseAnswer` | yes | a connection reset |
 * | `dropEntries` | but for some entries of a batch | those entries as failed, which is true |
 * | `misreportEntries` | yes | some entries of the batch as failed, which is not true |
 */
export type FaultKind =
  | "refuse"
  | "hang"
  | "delay"
  | "throttle"
  | "failAfter"
  | "answerLate"
  | "loseAnswer"
  | "dropEntries"
  | "misreportEntries";

/** A fault to inject. Of the filter, what is left out matches every call. */
export interface FaultSpec extends CallFilter {
  readonly kind: FaultKind;
  /** Names of the SQS queues whose calls match. @default all calls, those to other services too */
  readonly queues?: readonly string[];
  /** Names of the DynamoDB tables whose calls match, also those to several. @default all calls, those to other services too */
  readonly tables?: readonly string[];
  /** Operations that do not match. @default none */
  readonly exceptOperations?: readonly string[];
  /** Access key whose calls match. @default everybody's */
  readonly caller?: string;
  /** How likely a call that matches meets the fault; for kinds that concern entries: each entry of it. @default 1 */
  readonly probability?: number;
  /** Decides, together with the number of calls that matched before, which ones meet the fault. @default "" */
  readonly seed?: string;
  /** How many calls meet the fault at most; the fault sleeps afterwards. @default no limit */
  readonly limit?: number;
  /** Milliseconds, for `delay` and `answerLate`. @default 0 */
  readonly delayMs?: number;
  /** What DynamoDB says, for `throttle`. @default what SQS says */
  readonly code?: ThrottlingCode;
  /** Whether calls that are under way meet the fault too; for `refuse` and `hang`. @default false */
  readonly underWay?: boolean;
}

export interface FaultHandle {
  /** How many calls met the fault so far. */
  readonly met: number;
  /** Settles when the fault ends. */
  readonly lifted: Promise<void>;
  /** Ends the fault. Calls that hang because of it are reset, delayed ones go on at once. */
  lift(): void;
}

/** What is changed about a call that is carried out. */
export interface FaultChanges {
  /** Ids of entries that the queue does not take. */
  readonly drop: readonly string[];
  /** What the caller is told instead of the answer. @default the answer */
  readonly answer?: (answer: SqsAnswer) => SqsAnswer;
  /** What happens between the answer and the caller's getting it. @default nothing */
  readonly beforeAnswer?: () => Promise<void>;
}

/** One call on its way through the gateway, as a fault sees it. */
export interface Exchange {
  readonly call: Call;
  /** Carries the call out and answers the caller. */
  forward(changes: FaultChanges): Promise<void>;
  /** Answers the caller in place of AWS. */
  answer(answer: SqsAnswer): Promise<void>;
  /** Resets the caller's connection. */
  reset(): void;
}

interface ActiveFault {
  readonly spec: FaultSpec;
  readonly lifted: Promise<void>;
  matched: number;
  met: number;
}

/** A call that meets a fault. */
interface Meeting {
  readonly exchange: Exchange;
  readonly fault: ActiveFault;
  /** Ids of the entries concerned. */
  readonly ids: readonly string[];
  /** Hands the call to the next fault, and at last to AWS. */
  readonly next: (changes?: Partial<FaultChanges>) => Promise<void>;
}

const TREATMENTS: Record<FaultKind, (meeting: Meeting) => Promise<void>> = {
  refuse: async ({ exchange }) => exchange.reset(),
  hang: async ({ exchange, fault }) => {
    await fault.lifted;
    exchange.reset();
  },
  delay: async ({ fault, next }) => {
    await delayUnlessLifted(fault.spec.delayMs ?? 0, fault.lifted);
    await next();
  },
  throttle: ({ exchange, fault: { spec } }) =>
    exchange.answer(spec.code === undefined ? throttled() : throttledBy(spec.code)),
  failAfter: ({ next }) => next({ answer: internalError }),
  answerLate: ({ fault, next }) =>
    next({ beforeAnswer: () => delayUnlessLifted(fault.spec.delayMs ?? 0, fault.lifted) }),
  loseAnswer: ({ exchange, next }) => next({ beforeAnswer: async () => exchange.reset() }),
  dropEntries: ({ ids, next }) => next({ drop: ids }),
  misreportEntries: ({ ids, next }) => next({ answer: (answer) => reportedAsFailed(answer, ids) }),
};

const OF_ENTRIES: ReadonlySet<FaultKind> = new Set(["dropEntries", "misreportEntries"]);

/** The faults that are active, in the order in which they were injected. */
export class Faults {
  private readonly active = new Map<ActiveFault, () => void>();

  inject(spec: FaultSpec): FaultHandle {
    let release = (): void => {};
    const lifted = new Promise<void>((resolve) => {
      release = resolve;
    });
    const fault: ActiveFault = { spec, lifted, matched: 0, met: 0 };
    this.active.set(fault, release);
    return {
      get met() {
        return fault.met;
      },
      lifted,
      lift: () => this.lift(fault),
    };
  }

  liftAll(): void {
    for (const fault of [...this.active.keys()]) this.lift(fault);
  }

  /** Carries a call out, or lets it suffer every fault that it meets. */
  async treat(exchange: Exchange): Promise<void> {
    const matching = [...this.active.keys()].filter((fault) => matches(fault.spec, exchange.call));
    const step = (index: number, changes: FaultChanges): Promise<void> => {
      const fault = matching[index];
      if (fault === undefined) return exchange.forward(changes);
      const next = (more: Partial<FaultChanges> = {}) => step(index + 1, joined(changes, more));
      const ids = this.active.has(fault) ? meet(fault, exchange.call) : undefined;
      return ids === undefined ? next() : TREATMENTS[fault.spec.kind]({ exchange, fault, ids, next });
    };
    await step(0, { drop: [] });
  }

  private lift(fault: ActiveFault): void {
    this.active.get(fault)?.();
    this.active.delete(fault);
  }
}

/** Whether a fault concerns a call, as far as the call itself decides that. */
export function matches(spec: FaultSpec, call: Call): boolean {
  return (
    matchesFilter(spec, call) &&
    !spec.exceptOperations?.includes(call.operation) &&
    (spec.caller === undefined || spec.caller === call.caller) &&
    (spec.queues === undefined || spec.queues.includes(call.queue)) &&
    (spec.tables === undefined || call.tables.some((table) => spec.tables?.includes(table)))
  );
}

/** Decides whether a call that matches meets the fault, and with which entries; `undefined` when it does not. */
function meet(fault: ActiveFault, call: Call): readonly string[] | undefined {
  const { kind, limit = Number.POSITIVE_INFINITY, probability = 1, seed = "" } = fault.spec;
  if (fault.met >= limit) return undefined;
  fault.matched += 1;
  const { matched } = fault;
  if (OF_ENTRIES.has(kind)) {
    const concerned = call.entries.filter(
      (_entry, index) => seededFraction(seed, matched, index) < probability,
    );
    if (concerned.length === 0) return undefined;
    fault.met += 1;
    return concerned.map(({ Id }) => Id);
  }
  if (seededFraction(seed, matched) >= probability) return undefined;
  fault.met += 1;
  return [];
}

/** A fault that was injected earlier is nearer to the caller, so that it changes an answer after the later ones. */
function joined(
  changes: FaultChanges,
  { drop = [], answer, beforeAnswer }: Partial<FaultChanges>,
): FaultChanges {
  const outer = changes.answer;
  const both = outer && answer ? (given: SqsAnswer) => outer(answer(given)) : (outer ?? answer);
  const waits = [beforeAnswer, changes.beforeAnswer].filter((wait) => wait !== undefined);
  return {
    drop: [...changes.drop, ...drop],
    ...(both && { answer: both }),
    ...(waits.length > 0 && {
      beforeAnswer: async () => {
        for (const wait of waits) await wait();
      },
    }),
  };
}

async function delayUnlessLifted(milliseconds: number, lifted: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const elapsed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([elapsed, lifted]);
  clearTimeout(timer);
}
