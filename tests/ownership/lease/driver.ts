import type { Seeded } from "../../../emulator/seeded";
import type { Effect, Steps, TableAnswer, TableItems, WriteAnswer } from "../../../ownership/lease/effects";
import type { Carrier } from "./carrier";
import type { MachineClock } from "./clocks";
import { freezeOf, type NetworkFaults } from "./network";
import type { Reply } from "./table";

/** The longest that a look or a round takes. */
const TIME_OUT_MS = 2000;

export interface DriverOptions {
  /** Region in which the steps are taken, or `operator`. */
  readonly from: string;
  readonly run: string;
  readonly clock: MachineClock;
  /** @default those of the network */
  readonly faults?: NetworkFaults;
  readonly carrier: Carrier;
  readonly random: Seeded;
}

/** What others see of the steps. */
export interface Watcher {
  /** @param beganAt real time at which the effect was yielded */
  ended?(effect: Effect, answers: ReadonlyMap<unknown, unknown>, beganAt: number): void;
  yielded?(effect: Effect): void;
  returned?(value: unknown): void;
  failed?(error: unknown): void;
}

/** Takes the steps of one generator in virtual time, on a machine that may freeze or die between any two of them. */
export class Driver {
  private isDead = false;
  private frozenUntil: number | undefined;
  private readonly parked: { readonly isTimer: boolean; readonly run: () => void }[] = [];

  constructor(
    private readonly options: DriverOptions,
    private readonly steps: Steps<unknown>,
    private readonly watcher: Watcher = {},
  ) {}

  get isAlive(): boolean {
    return !this.isDead;
  }

  get isFrozen(): boolean {
    return this.frozenUntil !== undefined;
  }

  start(): void {
    this.resume(undefined);
  }

  /** Ends the machine where it stands. Requests that were sent go on. */
  kill(): void {
    this.isDead = true;
    this.parked.length = 0;
  }

  freeze(ms: number): void {
    const { carrier, clock } = this.options;
    if (this.isDead || ms <= 0) return;
    clock.freeze(carrier.now);
    const until = Math.max(this.frozenUntil ?? 0, carrier.now + ms);
    this.frozenUntil = until;
    if (until !== Number.POSITIVE_INFINITY)
      carrier.at(until, () => {
        if (this.frozenUntil === until) this.thaw();
      });
  }

  /** What came meanwhile is done now; timers first or answers first, by chance. */
  thaw(): void {
    const { carrier, clock, random } = this.options;
    if (this.frozenUntil === undefined) return;
    this.frozenUntil = undefined;
    clock.thaw(carrier.now);
    const waiting = this.parked.splice(0);
    const areTimersFirst = random.fraction() < 0.5;
    const first = waiting.filter(({ isTimer }) => isTimer === areTimersFirst);
    const second = waiting.filter(({ isTimer }) => isTimer !== areTimersFirst);
    for (const { run, isTimer } of [...first, ...second]) this.deliver(run, isTimer);
  }

  private deliver(run: () => void, isTimer = false): void {
    if (this.isDead) return;
    if (this.frozenUntil !== undefined) this.parked.push({ isTimer, run });
    else run();
  }

  /** Runs something when the monotonic clock has gone on by so much. */
  private timer(ms: number, run: () => void): void {
    const { carrier, clock } = this.options;
    const due = clock.mono(carrier.now) + ms;
    const wait = () => {
      const left = due - clock.mono(carrier.now);
      if (left > 0.001) carrier.at(carrier.now + left / clock.rate, () => this.deliver(wait, true));
      else run();
    };
    wait();
  }

  private resume(value: unknown): void {
    const { carrier, random } = this.options;
    const frozenMs = freezeOf(this.options.faults ?? carrier.faults, random);
    if (frozenMs > 0) this.freeze(frozenMs);
    this.deliver(() => this.step(value));
  }

  private step(value: unknown): void {
    const { carrier, random } = this.options;
    let result: IteratorResult<Effect, unknown>;
    try {
      result = this.steps.next(value);
    } catch (error) {
      this.isDead = true;
      this.watcher.failed?.(error);
      return;
    }
    if (result.done) {
      this.isDead = true;
      this.watcher.returned?.(result.value);
      return;
    }
    const effect = result.value;
    const beganAt = carrier.now;
    this.watcher.yielded?.(effect);
    if (effect.kind === "sleep") {
      this.timer(Math.max(1, effect.ms), () => this.resume(undefined));
      return;
    }
    // Prepared, and frozen before the requests are sent; or frozen while they are under way.
    const frozenMs = freezeOf(this.options.faults ?? carrier.faults, random);
    if (frozenMs > 0 && random.fraction() < 0.5) this.freeze(frozenMs);
    else if (frozenMs > 0) carrier.at(carrier.now + random.between(0, 1000), () => this.freeze(frozenMs));
    this.deliver(() => this.send(effect, beganAt));
  }

  private send(effect: Exclude<Effect, { kind: "sleep" }>, beganAt: number): void {
    const { from, run, clock, carrier } = this.options;
    const answers = new Map<unknown, TableAnswer | WriteAnswer>();
    const count = effect.kind === "look" ? effect.tables.length : effect.writes.length;
    let settled = 0;
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      this.watcher.ended?.(effect, answers, beganAt);
      this.resume(answers);
    };
    const settle = (key: unknown, answer: TableAnswer | WriteAnswer | undefined) => {
      if (isOver) return;
      settled += 1;
      if (answer !== undefined) answers.set(key, answer);
      const isEnough =
        effect.kind === "round" && effect.isEnough?.(answers as Map<number, WriteAnswer>) === true;
      if (settled === count || isEnough) end();
    };
    if (count === 0) {
      carrier.at(carrier.now + 1, () => this.deliver(end));
      return;
    }
    this.timer(TIME_OUT_MS, end);
    if (effect.kind === "look") {
      for (const table of new Set(effect.tables))
        carrier.request(
          { from, run, table },
          (target) => target.read(),
          (reply, date) =>
            this.deliver(() => settle(table, reply && tableAnswer(reply, clock.mono(carrier.now), date))),
        );
      return;
    }
    for (const [index, write] of effect.writes.entries())
      carrier.request(
        { from, run, table: write.table, write },
        (target, now) => target.write(write, now),
        (reply) => this.deliver(() => settle(index, reply?.kind === "value" ? reply.value : undefined)),
      );
  }
}

function tableAnswer(reply: Reply<TableItems>, receivedAt: number, date: number): TableAnswer {
  if (reply.kind === "missing") return { kind: "no-table", receivedAt, date };
  if (reply.kind === "refused") return { kind: "refused", receivedAt };
  return { ...reply.value, kind: "items", receivedAt, date };
}
