import fc from "fast-check";
import { DELAY_SECONDS } from "../../../core/limits";
import type { AgePoint } from "../../../replicator/control/ages";
import { oldest, processedBefore } from "../../../replicator/control/watermark";
import { copyIn } from "../../../replicator/drain/copy";
import { dispositionOf } from "../../../replicator/drain/disposition";
import { replicate } from "../../../replicator/replicate/replicate";
import { ModelSqs } from "../model-sqs";
import { connections, HOME, openDeadlines, PEERS, replicatorSettings, SENT, sqsRecord } from "../records";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const STEP = 500;

interface Message {
  readonly sent: number;
  /** Until then its delay has not passed. */
  readonly visible: number;
  /** When it was put on the work queue. */
  put: number;
}

/** What happens in one step to the pair of queues: how many messages come, are put on the work queue, and are processed. */
interface Step {
  readonly arrive: number;
  readonly delaySeconds: number;
  readonly put: number;
  readonly process: number;
  /** Whether the newest go first, as they may on standard queues. */
  readonly newestFirst: boolean;
}

/** Stretches of time, in steps, in which a queue stands still or catches up. */
const stretches = fc.array(
  fc.record({
    steps: fc.integer({ min: 1, max: 400 }),
    arrive: fc.constantFrom(0, 0, 1),
    delaySeconds: fc.constantFrom(0, 0, 0, 90, DELAY_SECONDS.max),
    put: fc.constantFrom(0, 0, 1, 50),
    process: fc.constantFrom(0, 0, 1, 50),
    newestFirst: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);

/** An ingress and a work queue, whose ages are measured once a minute, in whole seconds, at some moment of it. */
class Pair {
  now = 0;
  readonly ages = { ingress: [] as AgePoint[], work: [] as AgePoint[] };
  private readonly ingress: Message[] = [];
  private readonly work: Message[] = [];

  /** @param measuredAt steps within each minute */
  constructor(
    private readonly measuredAt: (minute: number) => { readonly ingress: number; readonly work: number },
  ) {}

  step({ arrive, delaySeconds, put, process, newestFirst }: Step): void {
    for (let count = 0; count < arrive; count += 1) {
      this.ingress.push({ sent: this.now, visible: this.now + delaySeconds * SECOND, put: 0 });
    }
    const visible = this.ingress.filter((message) => message.visible <= this.now);
    for (const message of newestFirst ? visible.reverse().slice(0, put) : visible.slice(0, put)) {
      this.ingress.splice(this.ingress.indexOf(message), 1);
      message.put = this.now;
      this.work.push(message);
    }
    if (newestFirst) this.work.splice(Math.max(0, this.work.length - process));
    else this.work.splice(0, process);
    this.measure();
    this.now += STEP;
  }

  /** The moment at which the oldest message was taken in that is not processed. */
  oldestUnprocessed(): number {
    return Math.min(...[...this.ingress, ...this.work].map(({ sent }) => sent));
  }

  private measure(): void {
    const minute = Math.floor(this.now / MINUTE);
    const at = minute * MINUTE;
    const step = (this.now - at) / STEP;
    const measuredAt = this.measuredAt(minute);
    const age = (since: readonly number[]) =>
      Math.floor(Math.max(0, ...since.map((moment) => this.now - moment)) / SECOND) * SECOND;
    if (step === measuredAt.work) this.ages.work.push({ at, ageMs: age(this.work.map(({ put }) => put)) });
    if (step !== measuredAt.ingress) return;
    const visible = this.ingress.filter((message) => message.visible <= this.now);
    this.ages.ingress.push({
      at,
      ageMs: age(visible.map(({ sent }) => sent)),
      ...(visible.length < this.ingress.length && { delayed: true }),
    });
  }
}

describe("processedBefore", () => {
  test("never counts a message as processed that is not", () => {
    const moments = fc.array(fc.record({ ingress: fc.nat(119), work: fc.nat(119) }), {
      minLength: 5,
      maxLength: 5,
    });
    let said = 0;
    fc.assert(
      fc.property(stretches, moments, fc.nat(3), (plan, measured, late) => {
        const pair = new Pair((minute) => measured[minute % measured.length]!);
        for (const { steps, ...step } of plan) {
          for (let count = 0; count < steps; count += 1) {
            pair.step(step);
            // Metrics come late, and not both at once.
            const { ingress, work } = pair.ages;
            const before = processedBefore(
              ingress.slice(0, Math.max(0, ingress.length - late)),
              work.slice(0, Math.max(0, work.length - (late >> 1))),
            );
            if (before === undefined) continue;
            said += 1;
            if (before > pair.oldestUnprocessed()) throw new Error(`${before} > ${pair.oldestUnprocessed()}`);
          }
        }
      }),
      { numRuns: 200 },
    );
    expect(said).toBeGreaterThan(10_000);
  });

  test.each([
    [59, 0],
    [0, 59],
    [30, 30],
  ])("goes on when everything is processed at once, measured at %i and %i s", (ingress, work) => {
    const pair = new Pair(() => ({ ingress: ingress * 2, work: work * 2 }));
    const said: number[] = [];
    for (let count = 0; count < 1_800; count += 1) {
      pair.step({ arrive: 1, delaySeconds: 0, put: 9, process: 9, newestFirst: false });
      if (count < 600) continue;
      said.push(pair.now - processedBefore(pair.ages.ingress, pair.ages.work)!);
    }
    // Two minutes and a second before the minute of the last look at the work queue, which was up to two minutes ago.
    expect(Math.max(...said)).toBeLessThanOrEqual(241 * SECOND + STEP);
  });

  test("goes on again when a backlog is processed", () => {
    const pair = new Pair(() => ({ ingress: 10, work: 70 }));
    const run = (steps: number, process: number) => {
      for (let count = 0; count < steps; count += 1) {
        pair.step({ arrive: 1, delaySeconds: 0, put: 9, process, newestFirst: false });
      }
      return processedBefore(pair.ages.ingress, pair.ages.work);
    };
    const before = run(600, 9)!;
    // Consumers stand still for ten minutes.
    expect(run(1_200, 0)!).toBeLessThanOrEqual(before + 2 * MINUTE);
    expect(run(600, 9)!).toBeGreaterThan(before + 10 * MINUTE);
  });

  const point = (at: number, ageMs = 0): AgePoint => ({ at: at * MINUTE, ageMs });
  const hour = 60;

  test("looks back to the ingress queue as it was before the oldest message was put", () => {
    // A backlog of seven minutes was put on the work queue within the third minute, and the ingress queue was empty after that.
    const ingress = [point(hour, 5 * MINUTE), point(hour + 1, 6 * MINUTE), point(hour + 2), point(hour + 3)];
    const work = [point(hour + 3, MINUTE)];
    expect(processedBefore(ingress, work)).toBe((hour - 5) * MINUTE - SECOND);
  });

  test("does not take a message that was put on the work queue within the second before a look for one that came after it", () => {
    // It was taken in five minutes before, and left the ingress queue in the last second before that was looked at.
    const ingress = [point(hour, 5 * MINUTE), point(hour + 1, 0)];
    expect(processedBefore(ingress, [point(hour + 2, 0)])).toBeLessThan((hour - 5) * MINUTE);
  });

  test("counts on the longest delay while there are messages whose delay has not passed", () => {
    const ingress: AgePoint[] = [{ ...point(hour), delayed: true }, point(hour + 1)];
    expect(processedBefore(ingress, [point(hour + 2)])).toBe((hour - 15) * MINUTE - SECOND);
  });

  test.each([
    ["anything", [], []],
    ["the ingress queue", [], [point(9)]],
    ["the work queue", [point(9)], []],
    ["the time before the oldest message was put", [point(8), point(9)], [point(9, 5 * MINUTE)]],
  ])("says nothing without ages of %s", (_, ingress, work) => {
    expect(processedBefore(ingress, work)).toBeUndefined();
  });
});

test("the oldest message of a queue is that of the latest look, a second of rounding off", () => {
  expect(
    oldest([
      { at: 0, ageMs: 9 * SECOND },
      { at: MINUTE, ageMs: 5 * SECOND },
    ]),
  ).toBe(MINUTE - 6 * SECOND);
  expect(oldest([])).toBeUndefined();
});

test.each(["async", "semi-sync"] as const)(
  "what has waited on ingress, and left its age, is not taken for processed while it is on the work queue: %s",
  async (mode) => {
    const through = SENT + 10 * MINUTE;
    const settings = replicatorSettings(mode);
    const sqs = new ModelSqs();
    // Nobody owned the home for ten minutes.
    const record = sqsRecord({ attributes: { SentTimestamp: String(SENT), ApproximateReceiveCount: "60" } });
    const context = { deadlines: openDeadlines(), now: () => through, random: () => 0 };
    sqs.nowMs = through;
    await replicate([record], settings, connections(settings, sqs.clientOf), context);
    // By the ages only what came a few seconds ago waits on ingress, and on the work queue what was put there then.
    const ingress = [7, 8, 9, 10, 11].map((minute) => ({ at: SENT + minute * MINUTE, ageMs: 15 * SECOND }));
    const work = [{ at: SENT + 12 * MINUTE, ageMs: 2 * MINUTE }];
    const before = processedBefore(ingress, work)!;
    expect(before).toBeGreaterThan(SENT + 5 * MINUTE);
    const [PEER] = PEERS;
    const queue = sqs.queue((settings.standbyQueueUrls[PEER] ?? settings.outboxQueueUrls[PEER])!);
    const copies = queue
      .receive(through + SECOND)
      .map((one) => copyIn(one, { fifo: false, ledgerIdOf: () => undefined }, false));
    const rules = { region: PEER, homeRegion: HOME, rescue: "watermark", moves: [HOME] } as const;
    const knowledge = { completed: new Set<string>(), open: new Set([HOME]) };
    const dispositions = copies.map((copy) =>
      dispositionOf(copy, knowledge, { ...rules, processedBefore: before, onMissingIdentity: "forward" }),
    );
    expect(dispositions).toEqual([{ does: "move", to: "work" }]);
  },
);
