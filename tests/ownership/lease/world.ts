import { Seeded } from "../../../emulator/seeded";
import type { Claim, VoterList } from "../../../ownership/lease/items";
import type { LeaseRun, LeaseSettings } from "../../../ownership/lease/settings";
import { Carrier } from "./carrier";
import { MachineClock, type MachineClockOptions, TableClock } from "./clocks";
import { Driver } from "./driver";
import { Judge, type JudgeOptions } from "./judge";
import { freezeOf, type NetworkFaults } from "./network";
import type { Command, Program, Told } from "./program";
import { EventQueue } from "./queue";
import { Reader, type ReaderKind } from "./reader";
import { patientRule } from "./reader-rule";
import type { RegionState, Run, Scene } from "./scene";
import { LeaseTable } from "./table";
import { Trace } from "./trace";
import { Work } from "./work";

/** When runs of a region's controller begin, and for how long they live. */
export interface Schedule {
  /** Milliseconds from one start to the next. */
  readonly everyMs: (random: Seeded) => number;
  readonly livesMs: (random: Seeded) => number;
  /** By how much a start is late; the next ones are not late for that. @default none is */
  readonly lateMs?: (random: Seeded) => number;
}

/** Two runs at a time, sometimes three or one. One of them has always looked for 40 s. */
export const GAPLESS: Schedule = {
  everyMs: (random) => random.between(60_000, 110_000),
  livesMs: (random) => random.between(155_000, 180_000),
};

/** One run, two, three, or none. */
export const HOLEY: Schedule = {
  everyMs: (random) => random.pick([15_000, 50_000, 80_000, 130_000, 170_000]),
  livesMs: (random) => random.pick([70_000, 90_000, 150_000, 300_000]),
};

/** What is deployed: a start every minute, up to a minute late. Each run goes on until it is succeeded, and ends after a quarter of an hour. */
export const REAL: Schedule = {
  everyMs: () => 60_000,
  lateMs: (random) => random.between(0, 60_000),
  livesMs: () => 900_000,
};

export interface WorldOptions {
  readonly seed: number;
  /** Regions with controllers. Named a, b, c, d, e. */
  readonly regions: number;
  /** There is a region w with a table alone. @default false */
  readonly witness?: boolean;
  readonly program: Program;
  /** @default as configuration would have them for so many regions */
  readonly settings?: Partial<Omit<LeaseSettings, "region" | "members">>;
  /**
   * What stands at the beginning. `owned`: each home belongs to its own region. `empty`: tables without items. `nothing`: no table.
   * @default owned
   */
  readonly initially?: "owned" | "empty" | "nothing";
  readonly faults?: NetworkFaults;
  /** @default runs begin by hand */
  readonly schedule?: Schedule;
  /** The longest that a controller keeps a peer's home that is to go, and its own home closed after a take, milliseconds. @default 20 s */
  readonly workMs?: number;
  /** How late a region's controller notices that the region is unfit, milliseconds. @default 0 */
  readonly noticesAfterMs?: number;
  /** By how much a table's clock may be ahead or behind. @default 40 s */
  readonly tableOffsetMs?: number;
  /** By how much a clock may be too fast or too slow, as a share. @default 0.01 */
  readonly drift?: number;
  /** Tables' clocks drift too. @default false */
  readonly tablesDrift?: boolean;
  /** Readers freeze, and their wall clocks jump and stand still. @default false */
  readonly restlessReaders?: boolean;
  readonly judge?: JudgeOptions;
  /** Records what happens, for the excerpts of violations. @default false */
  readonly traces?: boolean;
}

export interface RunOptions {
  readonly clock?: MachineClockOptions;
  readonly faults?: NetworkFaults;
  /** Begun in case that no other run lives. @default false */
  readonly isSpare?: boolean;
  readonly configuration?: LeaseRun["configuration"];
  /** What that configuration says otherwise. @default what all runs are told */
  readonly settings?: Partial<LeaseSettings>;
  readonly onLook?: LeaseRun["onLook"];
}

/** Names of regions with controllers: as many as there are. */
export const MEMBERS = ["a", "b", "c", "d", "e"];
const WITNESS = "w";

/** Tables, controllers, readers and an operator in virtual time. Whatever happens by chance follows from the seed. */
export class World implements Scene {
  readonly members: readonly string[];
  /** Regions of all tables. */
  readonly tableNames: readonly string[];
  readonly tables: ReadonlyMap<string, LeaseTable>;
  readonly regions: ReadonlyMap<string, RegionState>;
  readonly carrier: Carrier;
  readonly judge: Judge;
  readonly trace: Trace;
  readonly random: Seeded;
  private readonly queue = new EventQueue();
  private readonly machines: Seeded;
  private readonly ids: Seeded;
  private count = 0;
  private schedule: Schedule;
  private readonly settings = new Map<string, LeaseSettings>();
  private readonly readerClocks: { readonly clock: MachineClock; readonly reader: Reader }[] = [];

  constructor(readonly options: WorldOptions) {
    const { seed, regions, witness = false, faults = {}, traces = false } = options;
    this.random = new Seeded(`world ${seed}`);
    this.machines = new Seeded(`machines ${seed}`);
    this.ids = new Seeded(`ids ${seed}`);
    this.members = MEMBERS.slice(0, regions);
    this.tableNames = witness ? [...this.members, WITNESS] : this.members;
    this.trace = new Trace(traces, () => this.now);
    this.tables = new Map(this.tableNames.map((name) => [name, this.tableOf(name)]));
    this.carrier = new Carrier(this.queue, this.tables, new Seeded(`network ${seed}`));
    this.carrier.faults = faults;
    this.regions = new Map(this.members.map((name) => [name, this.regionOf(name)]));
    this.judge = new Judge(this, options.judge ?? {});
    this.begin();
    for (const region of this.regions.values()) this.startReaders(region);
    this.schedule = options.schedule ?? GAPLESS;
    if (options.schedule !== undefined)
      for (const name of this.members) {
        const startsAt = this.machines.between(0, 20_000);
        // One lives already, as ever.
        if (this.schedule.lateMs !== undefined) this.at(startsAt, () => this.startFollowing(name));
        this.follow(name, startsAt);
        this.followSpare(name, this.machines.between(30_000, 90_000));
      }
    this.at(1000, () => this.tick());
  }

  get now(): number {
    return this.carrier?.now ?? 0;
  }

  /** Events that have happened. */
  get events(): number {
    return this.queue.taken;
  }

  at(time: number, run: () => void): void {
    this.carrier.at(time, run);
  }

  runUntil(time: number): void {
    this.carrier.runUntil(time);
  }

  settingsOf(region: string): LeaseSettings {
    const known = this.settings.get(region) ?? this.makeSettings(region);
    this.settings.set(region, known);
    return known;
  }

  private makeSettings(region: string): LeaseSettings {
    return {
      takeover: this.tableNames.length > 2 ? "automatic" : "manual",
      failback: "manual",
      failbackAfterMs: 600_000,
      takeoverDelayMs: 60_000,
      voters: Object.fromEntries(this.members.map((home) => [home, this.votersOf(home)])),
      takeoverOrder: Object.fromEntries(
        this.members.map((home) => [home, this.members.filter((member) => member !== home)]),
      ),
      ...this.options.settings,
      region,
      members: this.members,
    };
  }

  /** Begins a run of a region's controller. */
  startRun(name: string, options: RunOptions = {}): Run {
    const { seed, program, drift = 0.01 } = this.options;
    const region = this.region(name);
    const number = ++this.count;
    const id = `${this.token()}-${name}${number}`;
    const clock = new MachineClock({
      rate: this.machines.between(1 - drift, 1 + drift),
      stopsFrozen: this.machines.fraction() < 0.5,
      base: Math.floor(this.machines.between(0, 1e7)) - this.now,
      ...options.clock,
    });
    const run: LeaseRun = {
      id,
      ...(options.isSpare && { isSpare: true as const }),
      ...(options.configuration !== undefined && { configuration: options.configuration }),
      clock: () => clock.mono(this.now),
      newId: () => this.newId(),
      isFit: () => this.judge.hooks.fitness(id, this.seemsFit(region)),
      unfitMs: () => (region.isFit ? undefined : this.now - region.unfitAt),
      mayLeave: (home) => this.judge.hooks.askedToLeave(name, id, home, region.work.mayLeave(home, this.now)),
      mayOpen: (home, taking) =>
        this.judge.hooks.askedToOpen(name, id, home, taking, region.work.mayOpen(home, taking, this.now)),
      onLook: (homes) => options.onLook?.(homes),
    };
    const driver = new Driver(
      {
        from: name,
        run: id,
        clock,
        ...(options.faults && { faults: options.faults }),
        carrier: this.carrier,
        random: new Seeded(`run ${seed} ${number}`),
      },
      program.controller({ ...this.settingsOf(name), ...options.settings }, run),
      {
        yielded: (effect) => this.judge.yielded(name, id, effect),
        ended: (effect, answers, beganAt) => this.judge.ended(name, id, effect, answers, beganAt),
        failed: (error) => this.judge.crashed(`run ${id}`, error),
        returned: () => this.trace.add("run", () => `run ${id} of ${name} leaves it to others`),
      },
    );
    const started = { id, region: name, bornAt: this.now, driver };
    region.runs = [...region.runs, started];
    this.trace.add("run", () => `run ${id} of ${name} begins`);
    driver.start();
    return started;
  }

  endRun(run: Run): void {
    if (run.driver.isAlive) this.trace.add("run", () => `run ${run.id} ends`);
    run.driver.kill();
    const region = this.region(run.region);
    region.runs = region.runs.filter((other) => other !== run);
  }

  /** Loses a region: its runs and readers end, its table answers nobody. */
  die(name: string): void {
    const region = this.region(name);
    if (!region.isAlive) return;
    this.trace.add("fault", () => `${name} dies`);
    region.isAlive = false;
    for (const run of [...region.runs]) this.endRun(run);
    for (const reader of region.readers) reader.kill();
    region.readers = [];
    this.table(name).conduct = "hanging";
  }

  /** The region is back, with what its table held. A schedule begins its next run in time; a script begins it itself. */
  comeBack(name: string): void {
    const region = this.region(name);
    if (region.isAlive) return;
    this.trace.add("fault", () => `${name} is back`);
    region.isAlive = true;
    this.table(name).conduct = "answering";
    this.startReaders(region);
  }

  /** Cuts a region off: it reaches no table of others, and nobody else reaches its table. */
  isolate(name: string): void {
    this.trace.add("fault", () => `${name} is cut off`);
    this.betweenOthers(name, (from, table) => this.carrier.cut(from, table));
  }

  rejoin(name: string): void {
    this.trace.add("fault", () => `${name} is cut off no more`);
    this.betweenOthers(name, (from, table) => this.carrier.heal(from, table));
  }

  cut(from: string, table: string): void {
    this.trace.add("fault", () => `${from} does not reach the table of ${table}`);
    this.carrier.cut(from, table);
  }

  heal(from: string, table: string): void {
    this.trace.add("fault", () => `${from} reaches the table of ${table} again`);
    this.carrier.heal(from, table);
  }

  setFit(name: string, isFit: boolean): void {
    this.trace.add("fault", () => `${name} is ${isFit ? "fit" : "unfit"}`);
    const region = this.region(name);
    if (region.isFit && !isFit) region.unfitAt = this.now;
    region.isFit = isFit;
  }

  private seemsFit({ isFit, unfitAt, noticesAfterMs }: RegionState): boolean {
    return isFit || this.now - unfitAt < noticesAfterMs;
  }

  deleteTable(name: string): void {
    this.trace.add("fault", () => `the table of ${name} is deleted`);
    this.table(name).delete();
    this.judge.wiped();
  }

  /** Makes a table that is missing, or in place of the one that is there, empty. */
  makeTable(name: string): void {
    this.trace.add("fault", () => `the table of ${name} is made, empty`);
    this.table(name).make();
    this.judge.wiped();
  }

  /** Gives a command of an operator, who is in no region. */
  command(command: Command, then?: (told: Told) => void): void {
    const { program, seed } = this.options;
    if (program.command === undefined) return;
    const clock = new MachineClock({ base: -this.now });
    const number = ++this.count;
    this.trace.add("order", () => `command ${JSON.stringify(command)}`);
    const steps = program.command(command, {
      settings: this.settingsOf(this.members[0]!),
      tables: this.tableNames,
      clock: () => clock.mono(this.now),
      wall: () => clock.wall(this.now),
      newId: () => this.newId(),
    });
    const run = `command-${number}`;
    this.judge.commanded(run);
    new Driver(
      {
        from: "operator",
        run,
        clock,
        faults: {},
        carrier: this.carrier,
        random: new Seeded(`command ${seed} ${number}`),
      },
      steps,
      {
        yielded: (effect) => this.judge.yielded("operator", run, effect),
        ended: (effect, answers, beganAt) => this.judge.ended("operator", run, effect, answers, beganAt),
        failed: (error) => this.judge.crashed(`command ${JSON.stringify(command)}`, error),
        returned: (value) => {
          const told = value as Told;
          this.trace.add("order", () => `told ${JSON.stringify(told)}`);
          this.judge.told(command, told, run);
          then?.(told);
        },
      },
    ).start();
  }

  /** Ends every fault that lasts. */
  healAll(): void {
    this.trace.add("fault", () => "everything is well again");
    this.carrier.healAll();
    this.carrier.faults = {};
    if (this.schedule === HOLEY) this.schedule = GAPLESS;
    for (const name of this.members) {
      this.comeBack(name);
      this.region(name).isFit = true;
    }
    for (const [name, table] of this.tables) {
      table.conduct = "answering";
      table.lateMs = 0;
      table.clock.resume(this.now);
      if (!table.exists) this.makeTable(name);
    }
  }

  region(name: string): RegionState {
    const region = this.regions.get(name);
    if (region === undefined) throw new Error(`there is no region ${name}`);
    return region;
  }

  table(name: string): LeaseTable {
    const table = this.tables.get(name);
    if (table === undefined) throw new Error(`there is no table of ${name}`);
    return table;
  }

  /** Random as a whole, and never the same. */
  newId(): string {
    this.count += 1;
    return `${this.token()}-${this.count}`;
  }

  private token(): string {
    return this.ids
      .whole(0, 2 ** 30)
      .toString(36)
      .padStart(6, "0");
  }

  private votersOf(home: string): readonly string[] {
    const { tableNames } = this;
    if (tableNames.length <= 2) return [home];
    return tableNames.length % 2 === 1 ? tableNames : tableNames.slice(0, tableNames.length - 1);
  }

  private tableOf(name: string): LeaseTable {
    const { tableOffsetMs = 40_000, drift = 0.01, tablesDrift = false } = this.options;
    const offset = this.machines.between(-tableOffsetMs, tableOffsetMs);
    const rate = tablesDrift ? this.machines.between(1 - drift, 1 + drift) : 1;
    return new LeaseTable(name, new TableClock(offset, rate), (applied) => this.judge.applied(applied));
  }

  private regionOf(name: string): RegionState {
    const { workMs = 20_000, noticesAfterMs = 0 } = this.options;
    const lasts: Record<string, number> = {};
    return {
      name,
      isAlive: true,
      isFit: true,
      unfitAt: 0,
      noticesAfterMs,
      workMs: lasts,
      work: new Work(name, (home) => lasts[home] ?? this.machines.between(0, workMs)),
      runs: [],
      readers: [],
    };
  }

  private begin(): void {
    const { initially = "owned" } = this.options;
    if (initially === "nothing") for (const table of this.tables.values()) table.exists = false;
    if (initially !== "owned") return;
    const { voters } = this.settingsOf(this.members[0]!);
    for (const home of this.members) {
      const list: VoterList = { number: 1, id: "", voters: voters[home] ?? [home] };
      for (const table of new Set([...list.voters, home])) {
        const claim: Claim = {
          id: this.newId(),
          epoch: { number: 1, region: home, run: "initial" },
          state: "held",
          lists: [list],
          order: 0,
        };
        this.table(table).write({ kind: "claim", table, home, claim }, this.now);
      }
    }
  }

  private follow(name: string, startsAt: number): void {
    this.at(startsAt, () => {
      const { everyMs, lateMs } = this.schedule;
      if (lateMs === undefined) this.startFollowing(name);
      else this.at(this.now + lateMs(this.machines), () => this.startFollowing(name));
      this.follow(name, this.now + everyMs(this.machines));
    });
  }

  private startFollowing(name: string): void {
    if (!this.region(name).isAlive) return;
    const run = this.startRun(name);
    this.at(this.now + this.schedule.livesMs(this.machines), () => this.endRun(run));
  }

  /** The second trigger, which knows nothing of the first. */
  private followSpare(name: string, startsAt: number): void {
    this.at(startsAt, () => {
      if (this.region(name).isAlive) {
        const run = this.startRun(name, { isSpare: true });
        this.at(this.now + this.schedule.livesMs(this.machines), () => this.endRun(run));
      }
      this.followSpare(name, this.now + this.machines.between(60_000, 120_000));
    });
  }

  private startReaders(region: RegionState): void {
    const { restlessReaders = false } = this.options;
    const kinds: ReaderKind[] = ["prompt", "own", "idle", ...(restlessReaders ? (["idle"] as const) : [])];
    region.readers = kinds.map((kind) => this.startReader(region, kind));
    if (restlessReaders) this.startRestless(region);
  }

  private startReader({ name }: RegionState, kind: ReaderKind): Reader {
    const { drift = 0.01, program, restlessReaders = false } = this.options;
    const rule = kind === "idle" ? patientRule : (program.rule ?? patientRule);
    // A machine whose monotonic clock stops while it is frozen has a wall clock that is right: nobody could tell otherwise.
    const stopsFrozen = this.machines.fraction() < 0.5;
    const clock = new MachineClock({
      rate: this.machines.between(1 - drift, 1 + drift),
      stopsFrozen,
      base: this.machines.between(0, 1e7),
      wallOffsetMs: this.machines.between(-60_000, 60_000),
    });
    const reader = new Reader(
      {
        kind,
        region: name,
        homes: this.members,
        tables: this.tableNames,
        clock,
        rule,
        carrier: this.carrier,
        random: this.machines,
        faults: kind === "idle" ? { lateAnswers: 0.05, ...this.options.faults } : {},
      },
      this.judge.gates,
    );
    reader.start();
    if (restlessReaders && kind === "idle" && !stopsFrozen) this.readerClocks.push({ clock, reader });
    return reader;
  }

  private startRestless({ name, readers }: RegionState): void {
    // The others show what is due where nothing is wrong with the reader itself.
    for (const reader of readers.slice(2)) {
      const wait = () => {
        if (!this.region(name).readers.includes(reader)) return;
        const ms = freezeOf({ frozen: 1 }, this.machines);
        if (this.machines.fraction() < 0.5) reader.freeze(ms);
        else this.disturbWall(reader, ms);
        this.at(this.now + ms + this.machines.between(5_000, 120_000), wait);
      };
      this.at(this.now + this.machines.between(0, 60_000), wait);
    }
  }

  private disturbWall(reader: Reader, ms: number): void {
    const clock = this.readerClocks.find((other) => other.reader === reader)?.clock;
    if (clock === undefined) return;
    if (this.machines.fraction() < 0.5) {
      clock.jumpWall(this.machines.between(-90_000, 90_000));
    } else {
      clock.stopWall(this.now);
      this.at(this.now + ms, () => {
        clock.resumeWall(this.now);
        reader.clockChanged();
      });
    }
    reader.clockChanged();
  }

  private betweenOthers(name: string, each: (from: string, table: string) => void): void {
    const others = [...this.tableNames.filter((table) => table !== name)];
    for (const table of others) each(name, table);
    for (const from of [...this.members.filter((member) => member !== name), "operator"]) each(from, name);
  }

  private tick(): void {
    this.judge.tick();
    this.at(this.now + 1000, () => this.tick());
  }
}
