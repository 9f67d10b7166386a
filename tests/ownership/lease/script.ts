import type { LeaseSettings } from "../../../ownership/lease/settings";
import type { Request } from "./carrier";
import { LEASE } from "./lease-program";
import type { Fate, NetworkFaults } from "./network";
import type { Command, Program, Told } from "./program";
import type { Run } from "./scene";
import type { Conduct } from "./table";
import type { Violation } from "./violation";
import { GAPLESS, REAL, type RunOptions, World, type WorldOptions } from "./world";

export interface ScriptOptions {
  readonly regions: number;
  /** @default false */
  readonly witness?: boolean;
  /** @default the project's own protocol */
  readonly program?: Program;
  readonly settings?: Partial<Omit<LeaseSettings, "region" | "members">>;
  readonly initially?: WorldOptions["initially"];
  /**
   * Runs begin as by a schedule, overlapping; `real`: as deployed, a start every minute, up to a minute late.
   * @default false: one run in each region, from the beginning on, that lives for ever
   */
  readonly scheduled?: boolean | "real";
  /** No run begins by itself. @default false */
  readonly idle?: boolean;
  /** Time from a request to its arrival, and from there to the answer, milliseconds. @default 20 */
  readonly latencyMs?: number;
  readonly faults?: NetworkFaults;
  readonly judge?: WorldOptions["judge"];
  /** @default 1 */
  readonly seed?: number;
  /** By how much clocks go wrong, as a share. @default 0 */
  readonly drift?: number;
  /** By how much a table's clock may be ahead or behind, seconds. @default 30 */
  readonly tablesApart?: number;
  /** The longest that controllers keep a home that is to go, or is not to open yet. @default 0 */
  readonly workSeconds?: number;
}

/** Which requests a script means. What is left out is any. */
export interface Which {
  readonly table?: string;
  readonly from?: string;
  readonly run?: string;
  /** Kind of a write. @default any request, reads too */
  readonly kind?: "read" | "claim" | "order" | "voters" | "pass";
  readonly home?: string;
  readonly state?: "held" | "closing" | "free";
  /** The first that is meant, counted from 1 from now on. @default 1 */
  readonly first?: number;
  /** How many. @default all from there on */
  readonly count?: number;
}

/** What becomes of them. Times are seconds. */
export interface Becomes {
  /** It never arrives. */
  readonly dropped?: true;
  /** It arrives so much later. */
  readonly late?: number;
  /** It is done, and the answer gets lost. */
  readonly unanswered?: true;
  /** The answer comes so much later. */
  readonly answeredLate?: number;
  /** It arrives a second time, so long after the first. */
  readonly again?: number;
}

/** A world in which everything happens as written down, at exact times. Times are seconds of real time. */
export class Script {
  readonly world: World;
  private readonly latencyMs: number;
  private readonly first = new Map<string, Run>();

  constructor(options: ScriptOptions) {
    const { regions, scheduled = false, idle = false, latencyMs = 20, program = LEASE, seed = 1 } = options;
    const { witness, settings, initially, faults, judge, drift = 0, tablesApart = 30 } = options;
    const { workSeconds = 0 } = options;
    this.latencyMs = latencyMs;
    this.world = new World({
      seed,
      regions,
      program,
      drift,
      tableOffsetMs: tablesApart * 1000,
      traces: true,
      workMs: workSeconds * 1000,
      ...(witness && { witness }),
      ...(settings && { settings }),
      ...(initially && { initially }),
      ...(faults && { faults }),
      ...(judge && { judge }),
      ...(scheduled && { schedule: scheduled === "real" ? REAL : GAPLESS }),
    });
    this.world.carrier.interceptors.push((request) => this.usual(request));
    if (!scheduled && !idle)
      this.world.at(0, () => {
        for (const name of this.world.members) this.first.set(name, this.world.startRun(name));
      });
  }

  /** Seconds since the beginning. */
  get now(): number {
    return this.world.now / 1000;
  }

  /** Does something at that second. */
  at(seconds: number, act: () => void): this {
    this.world.at(seconds * 1000, act);
    return this;
  }

  /** Lets time go on until that second. */
  run(until: number): this {
    this.world.runUntil(until * 1000);
    return this;
  }

  /** Lets time go on until something holds, looked at ten times a second. @returns the second; `Infinity`: not until the limit */
  until(holds: () => boolean, limit: number): number {
    while (!holds()) {
      if (this.now >= limit) return Number.POSITIVE_INFINITY;
      this.world.runUntil(this.world.now + 100);
    }
    return this.now;
  }

  // What goes wrong.

  /** From this region, or `operator`, nothing reaches that table any more. */
  cut(from: string, table: string): void {
    this.world.cut(from, table);
  }

  heal(from: string, table: string): void {
    this.world.heal(from, table);
  }

  /** Cuts the links between two regions, both ways. */
  part(one: string, other: string): void {
    if (this.world.regions.has(one)) this.cut(one, other);
    if (this.world.regions.has(other)) this.cut(other, one);
  }

  unite(one: string, other: string): void {
    if (this.world.regions.has(one)) this.heal(one, other);
    if (this.world.regions.has(other)) this.heal(other, one);
  }

  /** The region reaches its own table alone, and nobody else reaches that. */
  isolate(name: string): void {
    this.world.isolate(name);
  }

  rejoin(name: string): void {
    this.world.rejoin(name);
  }

  /** Loses a region: its runs and readers end, and its table answers nobody. */
  die(name: string): void {
    this.world.die(name);
  }

  /** The region is back with what its table held, and a new run begins, unless there is a schedule or `withRun` is false. */
  comeBack(name: string, { withRun = true } = {}): void {
    this.world.comeBack(name);
    if (withRun && this.world.options.schedule === undefined) this.first.set(name, this.world.startRun(name));
  }

  unfit(name: string): void {
    this.world.setFit(name, false);
  }

  fit(name: string): void {
    this.world.setFit(name, true);
  }

  /** How long a region's controller keeps a peer's home that is to go, or its own home closed after a take. */
  worksFor(name: string, home: string, seconds: number): void {
    this.world.region(name).workMs[home] = seconds * 1000;
  }

  /** How late the region's controller notices that the region is unfit. */
  noticesAfter(name: string, seconds: number): void {
    this.world.region(name).noticesAfterMs = seconds * 1000;
  }

  // Tables.

  /** The table is there, empty, in place of any before. */
  wipe(...names: readonly string[]): void {
    for (const name of names) this.world.makeTable(name);
  }

  /** There is no such table any more, until it is wiped. */
  deleteTable(...names: readonly string[]): void {
    for (const name of names) this.world.deleteTable(name);
  }

  /** The table answers, refuses to, or hangs. */
  conduct(name: string, conduct: Conduct): void {
    this.world.table(name).conduct = conduct;
  }

  /** The table does everything so much later. */
  slow(name: string, seconds: number): void {
    this.world.table(name).lateMs = seconds * 1000;
  }

  /** The table's clock jumps. */
  jump(name: string, seconds: number): void {
    this.world.table(name).clock.jump(seconds * 1000);
  }

  // Runs.

  /** The run that began with the script, or when the region came back. */
  runOf(name: string): Run {
    const run = this.first.get(name);
    if (run === undefined) throw new Error(`no run of ${name} has begun`);
    return run;
  }

  /** Begins another run in a region. */
  startRun(name: string, options: Omit<RunOptions, "faults"> = {}): Run {
    return this.world.startRun(name, options);
  }

  /** Ends a run where it stands; what it has sent goes on. */
  kill(run: Run): void {
    this.world.endRun(run);
  }

  /** The run's machine stands still. @param seconds @default until it is thawed */
  freeze(run: Run, seconds = Number.POSITIVE_INFINITY): void {
    run.driver.freeze(seconds * 1000);
  }

  thaw(run: Run): void {
    run.driver.thaw();
  }

  // Requests.

  /** Has something become of requests from now on. The last such word about a request counts. @returns takes it back */
  intercept(which: Which, becomes: Becomes): () => void {
    const { first = 1, count = Number.POSITIVE_INFINITY } = which;
    let met = 0;
    const interceptor = (request: Request): Fate | undefined => {
      if (!isMeant(request, which)) return undefined;
      met += 1;
      return met >= first && met < first + count ? this.fate(becomes) : undefined;
    };
    const { interceptors } = this.world.carrier;
    interceptors.unshift(interceptor);
    return () => {
      interceptors.splice(interceptors.indexOf(interceptor), 1);
    };
  }

  /** Calls back before each such request is sent. */
  watch(which: Which, seen: (request: Request) => void): void {
    this.world.carrier.interceptors.unshift((request) => {
      if (isMeant(request, which)) seen(request);
      return undefined;
    });
  }

  // The operator.

  /** Gives a command. What is told goes to the trace, and to `then`. */
  command(command: Command, then?: (told: Told) => void): void {
    this.world.command(command, then);
  }

  /** Gives a command and lets time go on until the operator is told something. */
  told(command: Command): Told {
    const said: Told[] = [];
    this.world.command(command, (told) => said.push(told));
    this.until(() => said.length > 0, this.now + 120);
    const [told] = said;
    if (told === undefined) throw new Error("the command does not end");
    return told;
  }

  // What is to be seen.

  /** Regions where a gate is open for a home: one at most, if all is well. */
  open(home: string): readonly string[] {
    return this.world.judge.gates.regionsOpen(home);
  }

  /** Region whose last round about a home has succeeded and not lapsed. */
  owner(home: string): string | undefined {
    return this.world.judge.claims.ownerOf(home);
  }

  /** By home, the same. */
  owners(): Readonly<Record<string, string | undefined>> {
    return Object.fromEntries(this.world.members.map((home) => [home, this.owner(home)]));
  }

  /** The claim of a home at a table. */
  claim(home: string, table: string) {
    return this.world.table(table).items.claims[home];
  }

  /** What a table holds. */
  items(table: string) {
    return this.world.table(table).items;
  }

  /** What must never have been. */
  get violations(): readonly Violation[] {
    return this.world.judge.violations;
  }

  /** The same without traces, for `toEqual([])`. */
  get faults(): readonly string[] {
    return this.violations.map(({ invariant, at, detail }) => `${invariant} at ${at / 1000} s: ${detail}`);
  }

  /** What has happened, of one home or of all. */
  story(home?: string, lines = 200): string {
    return this.world.trace.excerpt(home, lines).join("\n");
  }

  private usual({ from, table }: Request): Fate | undefined {
    if (this.world.options.faults !== undefined) return undefined;
    if (this.world.carrier.isCut(from, table)) return {};
    return { arrivesAfter: this.latencyMs, answersAfter: this.latencyMs };
  }

  private fate({ dropped, late = 0, unanswered, answeredLate = 0, again }: Becomes): Fate {
    if (dropped) return {};
    return {
      arrivesAfter: this.latencyMs + late * 1000,
      ...(!unanswered && { answersAfter: this.latencyMs + answeredLate * 1000 }),
      ...(again !== undefined && { repeatedAfter: again * 1000 }),
    };
  }
}

export function script(options: ScriptOptions): Script {
  return new Script(options);
}

function isMeant({ table, from, run, write }: Request, which: Which): boolean {
  const home = write === undefined || !("home" in write) ? undefined : write.home;
  const state = write?.kind === "claim" ? write.claim.state : undefined;
  return (
    (which.table === undefined || which.table === table) &&
    (which.from === undefined || which.from === from) &&
    (which.run === undefined || which.run === run) &&
    (which.kind === undefined || which.kind === (write?.kind ?? "read")) &&
    (which.home === undefined || which.home === home) &&
    (which.state === undefined || which.state === state)
  );
}
