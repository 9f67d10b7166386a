import type { Seeded } from "../../../emulator/seeded";
import type { Pass, PassEntry } from "../../../ownership/lease/items";
import type { Carrier } from "./carrier";
import type { MachineClock } from "./clocks";
import type { NetworkFaults } from "./network";
import type { ReaderRule, Reading } from "./reader-rule";
import type { Reply } from "./table";

/**
 * `prompt`: asks its own region's table, then the others, and asks again all the time. `own`: asks its own region's table alone. `idle`:
 * asks any table, rarely, goes by what it was told as long as it may, and freezes.
 */
export type ReaderKind = "prompt" | "own" | "idle";

export interface ReaderOptions {
  readonly kind: ReaderKind;
  readonly region: string;
  readonly homes: readonly string[];
  /** Tables with copies of passes. */
  readonly tables: readonly string[];
  readonly clock: MachineClock;
  readonly rule: ReaderRule;
  readonly carrier: Carrier;
  readonly random: Seeded;
  readonly faults: NetworkFaults;
}

/** What the judge is told about a reader, in real time. */
export interface Gate {
  readonly kind: ReaderKind;
  readonly region: string;
  readonly home: string;
}

export interface GateWatcher {
  /** @param closesAt when it closes if nothing changes */
  opened(gate: Gate, entry: PassEntry, closesAt: number): void;
  closed(gate: Gate): void;
}

/** Longest time for which a reader can go by one answer. */
const HORIZON_MS = 120_000;
const ANSWER_MS = 2000;
/** Between two questions while the gate is open, so that no answer is kept for five seconds; and while it is closed. */
const OPEN_MS = 4000;
const CLOSED_MS = 1000;

/** What stands between a consumer and its messages: reads the pass of its region. */
export class Reader {
  private isDead = false;
  private frozenUntil = 0;
  private reading: Reading | undefined;
  private readonly gates: readonly (Gate & {
    isOpen: boolean;
    entry: PassEntry | undefined;
    version: number;
  })[];

  constructor(
    private readonly options: ReaderOptions,
    private readonly watcher: GateWatcher,
  ) {
    const { kind, region, homes } = options;
    this.gates = homes.map((home) => ({
      kind,
      region,
      home,
      isOpen: false,
      entry: undefined,
      version: 0,
    }));
  }

  start(): void {
    const { carrier, random } = this.options;
    carrier.at(carrier.now + random.between(0, 3000), () => this.ask());
  }

  kill(): void {
    this.isDead = true;
    this.reading = undefined;
    for (const gate of this.gates) this.close(gate);
  }

  isOpen(home: string): boolean {
    return this.gates.some((gate) => gate.home === home && gate.isOpen);
  }

  /** A frozen reader asks nothing. What it was told goes on to count, for whatever it had begun. */
  freeze(ms: number): void {
    const { clock, carrier } = this.options;
    clock.freeze(carrier.now);
    this.frozenUntil = Math.max(this.frozenUntil, carrier.now + ms);
    this.clockChanged();
    carrier.at(this.frozenUntil, () => {
      if (carrier.now < this.frozenUntil || this.isDead) return;
      clock.thaw(carrier.now);
      this.clockChanged();
    });
  }

  /** The machine's clocks go otherwise than before. */
  clockChanged(): void {
    for (const gate of this.gates) this.judge(gate);
  }

  private ask(): void {
    const { kind, region, tables, random } = this.options;
    if (this.isDead || this.waits(() => this.ask())) return;
    if (kind === "idle") {
      // Whoever asks one table and no other is told by copies that others would not fall back to.
      this.askAll([random.fraction() < 0.6 ? region : random.pick(tables)], (reading) => this.take(reading));
      return;
    }
    this.askAll([region], (reading) => {
      const others = kind === "prompt" ? tables.filter((table) => table !== region) : [];
      if (reading?.pass !== undefined || others.length === 0) this.take(reading);
      else this.askAll(others, (other) => this.take(other ?? reading));
    });
  }

  private waits(then: () => void): boolean {
    const { carrier } = this.options;
    if (carrier.now >= this.frozenUntil) return false;
    carrier.at(this.frozenUntil + 1, then);
    return true;
  }

  /** Asks tables at once. The first that has a pass counts, else any that answers. */
  private askAll(tables: readonly string[], then: (reading: Reading | undefined) => void): void {
    const { region, carrier, clock, faults, random } = this.options;
    const sent = clock.at(carrier.now);
    let left = tables.length;
    let best: Reading | undefined;
    let isOver = false;
    const end = () => {
      if (isOver || this.isDead || this.waits(end)) return;
      isOver = true;
      then(best);
    };
    const settle = (reading: Reading | undefined) => {
      if (isOver) return;
      left -= 1;
      if (best?.pass === undefined) best = reading ?? best;
      if (left === 0 || best?.pass !== undefined) end();
    };
    for (const table of tables) {
      const isOld = random.fraction() < 0.2;
      carrier.request<Pass | undefined>(
        { from: region, table },
        (target, now) => target.readPass(region, now, isOld),
        (reply, date) => settle(readingOf(reply, sent, date)),
        faults,
      );
    }
    carrier.at(carrier.now + ANSWER_MS, end);
  }

  private take(reading: Reading | undefined): void {
    const { kind, carrier, random } = this.options;
    if (reading !== undefined) {
      this.reading = reading;
      for (const gate of this.gates) this.judge(gate);
    }
    const isOpen = this.gates.some((gate) => gate.isOpen);
    const pauseMs =
      kind === "idle" ? random.between(1_000, 40_000) : kind === "own" || isOpen ? OPEN_MS : CLOSED_MS;
    carrier.at(carrier.now + pauseMs, () => this.ask());
  }

  /** Opens and closes a gate by the rule, and closes the gate later, when the rule will. */
  private judge(gate: (typeof this.gates)[number]): void {
    const { carrier } = this.options;
    const { reading } = this;
    const entry = reading?.pass?.homes[gate.home];
    gate.version += 1;
    if (reading === undefined || entry === undefined || !this.isOpenAt(reading, gate.home, carrier.now)) {
      this.close(gate);
      return;
    }
    const closesAt = this.closesAt(reading, gate.home);
    gate.isOpen = true;
    gate.entry = entry;
    this.watcher.opened(gate, entry, closesAt);
    const { version } = gate;
    carrier.at(closesAt, () => {
      if (gate.version === version) this.close(gate);
    });
  }

  private close(gate: (typeof this.gates)[number]): void {
    if (!gate.isOpen) return;
    gate.isOpen = false;
    this.watcher.closed(gate);
  }

  private isOpenAt(reading: Reading, home: string, now: number): boolean {
    const { rule, clock } = this.options;
    return rule(reading, home, clock.at(now));
  }

  /** The real time at which the rule closes, if the clocks go on as they do. */
  private closesAt(reading: Reading, home: string): number {
    const { carrier } = this.options;
    let open = carrier.now;
    let closed = carrier.now + HORIZON_MS;
    if (this.isOpenAt(reading, home, closed)) return closed;
    while (closed - open > 1) {
      const middle = (open + closed) / 2;
      if (this.isOpenAt(reading, home, middle)) open = middle;
      else closed = middle;
    }
    return closed;
  }
}

function readingOf(
  reply: Reply<Pass | undefined> | undefined,
  sent: Reading["sent"],
  date: number,
): Reading | undefined {
  if (reply === undefined || reply.kind === "refused") return undefined;
  return { sent, date, pass: reply.kind === "value" ? reply.value : undefined };
}
