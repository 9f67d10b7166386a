import fc from "fast-check";
import type { AgePoint } from "../../../replicator/control/ages";
import { oldest, processedBefore } from "../../../replicator/control/watermark";

const MINUTE = 60_000;
const SECOND = 1_000;

interface Message {
  readonly sent: number;
  put?: number;
  done?: number;
}

/** What happens in one second to the pair of queues: how many messages come, are put on the work queue, and are processed. */
interface Step {
  readonly arrive: number;
  readonly put: number;
  readonly process: number;
  /** Whether the newest go first, as they may on standard queues. */
  readonly newestFirst: boolean;
}

/** Stretches of time, in seconds, in which a queue stands still or catches up. */
const stretches = fc.array(
  fc.record({
    seconds: fc.integer({ min: 1, max: 200 }),
    arrive: fc.nat(2),
    put: fc.constantFrom(0, 0, 1, 50),
    process: fc.constantFrom(0, 0, 1, 50),
    newestFirst: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);

/** An ingress and a work queue, whose ages are measured exactly, once a minute at some second of it. */
class Pair {
  now = 0;
  readonly messages: Message[] = [];
  readonly ingress: AgePoint[] = [];
  readonly work: AgePoint[] = [];

  constructor(
    private readonly measuredAt: (minute: number) => { readonly ingress: number; readonly work: number },
  ) {}

  step({ arrive, put, process, newestFirst }: Step): void {
    for (let count = 0; count < arrive; count += 1) this.messages.push({ sent: this.now });
    for (const message of take(this.onIngress(), put, newestFirst)) message.put = this.now;
    for (const message of take(this.onWork(), process, newestFirst)) message.done = this.now;
    const [minute, second] = [Math.floor(this.now / MINUTE), (this.now % MINUTE) / SECOND];
    const { ingress, work } = this.measuredAt(minute);
    if (second === ingress)
      this.ingress.push({ at: minute * MINUTE, ageMs: this.age(this.onIngress(), "sent") });
    if (second === work) this.work.push({ at: minute * MINUTE, ageMs: this.age(this.onWork(), "put") });
    this.now += SECOND;
  }

  /** The moment at which the oldest message was taken in that is not processed. */
  oldestUnprocessed(): number {
    return Math.min(...this.messages.flatMap(({ sent, done }) => (done === undefined ? [sent] : [])));
  }

  private onIngress(): Message[] {
    return this.messages.filter(({ put }) => put === undefined);
  }

  private onWork(): Message[] {
    return this.messages.filter(({ put, done }) => put !== undefined && done === undefined);
  }

  private age(messages: readonly Message[], since: "sent" | "put"): number {
    return Math.max(0, ...messages.map((message) => this.now - (message[since] ?? this.now)));
  }
}

function take(messages: Message[], count: number, newestFirst: boolean): Message[] {
  return (newestFirst ? messages.reverse() : messages).slice(0, count);
}

describe("processedBefore", () => {
  test("never counts a message as processed that is not", () => {
    const seconds = fc.array(fc.record({ ingress: fc.nat(59), work: fc.nat(59) }), {
      minLength: 5,
      maxLength: 5,
    });
    let said = 0;
    fc.assert(
      fc.property(stretches, seconds, fc.nat(3), (plan, measured, late) => {
        const pair = new Pair((minute) => measured[minute % measured.length]!);
        for (const { seconds: length, ...step } of plan) {
          for (let second = 0; second < length; second += 1) {
            pair.step(step);
            // Metrics come late, and not both at once.
            const before = processedBefore(
              pair.ingress.slice(0, Math.max(0, pair.ingress.length - late)),
              pair.work.slice(0, Math.max(0, pair.work.length - (late >> 1))),
            );
            if (before === undefined) continue;
            said += 1;
            expect(before).toBeLessThanOrEqual(pair.oldestUnprocessed());
          }
        }
      }),
      { numRuns: 100 },
    );
    expect(said).toBeGreaterThan(1_000);
  });

  test("is a few minutes behind when everything is processed at once", () => {
    const pair = new Pair(() => ({ ingress: 59, work: 0 }));
    for (let second = 0; second < 600; second += 1) {
      pair.step({ arrive: 1, put: 9, process: 9, newestFirst: false });
    }
    expect(pair.now - processedBefore(pair.ingress, pair.work)!).toBeLessThanOrEqual(3 * MINUTE);
  });

  const point = (at: number, ageMs = 0): AgePoint => ({ at: at * MINUTE, ageMs });

  test("looks back to the ingress queue as it was before the oldest message was put", () => {
    // A backlog of seven minutes was put on the work queue within the third minute, and the ingress queue was empty after that.
    const ingress = [point(0, 5 * MINUTE), point(1, 6 * MINUTE), point(2, 0), point(3, 0)];
    expect(processedBefore(ingress, [point(3, MINUTE)])).toBe(-5 * MINUTE);
  });

  test.each([
    ["nothing", [], []],
    ["the ingress queue", [], [point(9)]],
    ["the work queue", [point(9)], []],
    ["the time before the oldest message was put", [point(8), point(9)], [point(9, 5 * MINUTE)]],
  ])("says nothing without ages of %s", (_, ingress, work) => {
    // The first row has neither.
    expect(processedBefore(ingress, work)).toBeUndefined();
  });
});

test("the oldest message of a queue is that of the latest look", () => {
  expect(
    oldest([
      { at: 0, ageMs: 9 },
      { at: MINUTE, ageMs: 5 },
    ]),
  ).toBe(MINUTE - 5);
  expect(oldest([])).toBeUndefined();
});
