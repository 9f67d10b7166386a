import type { Duplicate } from "./checker";

/** What a function was told of one message that it sent to one queue. */
export interface Send {
  readonly functionName: string;
  readonly queue: string;
  readonly key: string;
  /** Times in epoch milliseconds. */
  readonly began: number;
  readonly ended: number;
  /** Whether it learned that the queue has the message; if not, it has to try again. */
  readonly accepted: boolean;
}

/** The end of every worker of a function at one moment. */
export interface Kill {
  readonly functionName: string;
  readonly at: number;
}

export interface Circumstances {
  /** What the functions on the way to the queue sent, in the order in which it began; other functions' are passed over. */
  readonly sendsOf: (key: string) => readonly Send[];
  readonly kills: readonly Kill[];
  /** The functions on the way to the queue. */
  readonly functionNames: readonly string[];
  /** Longest time that an invocation takes. */
  readonly timeoutMs: number;
  /** How long a function waits for a queue's answer, in milliseconds. */
  readonly patienceMs: (queue: string) => number;
  /** Whether the queue refuses a copy that comes within five minutes of the first. */
  readonly fifo: boolean;
}

/** A function has waited longer than is seen from the queue: connecting counts for it, and so does the time in which it could not run. */
const SEEN_OF_PATIENCE = 0.75;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html */
const DEDUPLICATION_MS = 300_000;

/**
 * How many copies beyond the first nothing explains.
 *
 * A function sends a message again when it did not learn that a queue took it, or when it was killed before its mapping deleted
 * the message. Each such event accounts for one copy more, on any queue on the way, since a message that is tried again is tried
 * on all its queues. On a FIFO queue even that is no excuse within five minutes: the copy has the deduplication id of the first.
 */
export function unexplainedCopies({ key, sentAt }: Duplicate, circumstances: Circumstances): number {
  const { fifo, functionNames, kills, patienceMs, sendsOf, timeoutMs } = circumstances;
  const [first = 0, ...later] = sentAt;
  if (fifo && later.some((at) => at - first < DEDUPLICATION_MS)) return later.length;
  const excuses = functionNames.map((functionName) => {
    const sends = sendsOf(key).filter((send) => send.functionName === functionName);
    return doubts(sends, patienceMs) + interruptions(sends, kills, functionName, timeoutMs);
  });
  return Math.max(0, later.length - sum(excuses));
}

/**
 * Sends after which the function could not be sure, and which it repeated: on the same queue, or with the whole message, or by way
 * of another queue. What went to another queue at the same time is no repeat. That a function did not wait any longer is seen a
 * little after it has gone on, so a repeat need not begin after the end, but nearer to it than to the beginning. Neither can be
 * sure a function whose patience was about to end when the queue said yes.
 */
function doubts(sends: readonly Send[], patienceMs: (queue: string) => number): number {
  const isDoubtful = ({ accepted, queue, began, ended }: Send) =>
    !accepted || ended - began >= SEEN_OF_PATIENCE * patienceMs(queue);
  const isRepeated = (send: Send) =>
    sends.some(
      ({ began, queue }) =>
        began > (queue === send.queue ? send.began : send.began + (send.ended - send.began) / 2),
    );
  return sends.filter((send) => isDoubtful(send) && isRepeated(send)).length;
}

/** Copies that were under way in workers that were killed, and went their way again. */
function interruptions(
  sends: readonly Send[],
  kills: readonly Kill[],
  functionName: string,
  timeoutMs: number,
): number {
  const own = kills.filter((kill) => kill.functionName === functionName);
  return sum(
    own.map(({ at }) => {
      if (!sends.some(({ began }) => began > at)) return 0;
      const underWay = sends.filter(({ began }) => began <= at && began >= at - timeoutMs);
      const perQueue = new Map<string, number>();
      for (const { queue } of underWay) perQueue.set(queue, (perQueue.get(queue) ?? 0) + 1);
      return Math.max(0, ...perQueue.values());
    }),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
