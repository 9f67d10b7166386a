import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { Route53Client } from "@aws-sdk/client-route-53";
import type { CommandEnvironment } from "../../cli/environment";
import { recordResolver } from "../../client/producer/record-resolver";
import { leaseRun } from "../../ownership/lease/run";
import type { LeaseSettings } from "../../ownership/lease/settings";
import { drive } from "../../ownership/lease/store/drive";
import { openStore } from "../../ownership/lease/store/store";
import { configuration, HOME_ACCOUNT } from "../fixtures";
import { leaseSettingsOf } from "./lease-settings";
import { OwnershipTable, seed } from "./ownership-table";

export interface VirtualGroupOptions {
  readonly regions: readonly string[];
  readonly witness?: string;
  readonly settings?: Partial<LeaseSettings>;
}

interface Timer {
  /** Region whose run sleeps. */
  readonly region: string;
  readonly at: number;
  readonly wake: () => void;
}

/**
 * A failover group in virtual time: the tables, the project's own protocol as each region's controller runs it, and the real SDK in
 * between. Time goes on while a command sleeps.
 */
export class VirtualGroup {
  readonly tables: ReadonlyMap<string, OwnershipTable>;
  /** Regions whose tables nobody reaches. */
  readonly away = new Set<string>();
  readonly unfit = new Set<string>();
  /** Homes whose owners have work to end before they give them up. */
  readonly kept = new Set<string>();
  readonly output: string[] = [];
  readonly said: string[] = [];
  /** Told of each call of the operator before it is answered. What it throws is all that the operator sees. */
  onCall: (region: string, operation: string) => void = () => {};
  private time = 1_800_000_000_000;
  private busy = 0;
  private timers: Timer[] = [];
  private readonly runs = new Map<string, AbortController>();
  private readonly settings: Omit<LeaseSettings, "region">;

  /** Each home is owned by its own region. Controllers run in all. */
  constructor({ regions, witness, settings }: VirtualGroupOptions) {
    const accounts = Object.fromEntries(regions.map((region) => [region, { account: HOME_ACCOUNT }]));
    const recovery = witness === undefined ? {} : { witness: { region: witness } };
    const group = configuration({ regions: accounts, recovery });
    const names = [...regions, ...(witness === undefined ? [] : [witness])];
    this.tables = new Map(names.map((region) => [region, new OwnershipTable(region)]));
    this.settings = { ...leaseSettingsOf(group), ...settings };
    for (const home of regions) {
      const voters = this.settings.voters[home]!;
      seed([...this.tables.values()], { members: [home], voters, now: this.time });
    }
    for (const region of regions) this.start(region);
  }

  readonly environment: CommandEnvironment = {
    clients: {
      dynamodb: (region) => this.client(region, (operation) => this.onCall(region, operation)),
      sts: () => ({ send: (async () => ({ Account: HOME_ACCOUNT })) as never }),
      route53: (region) => new Route53Client({ region }),
    },
    resolver: (server) => recordResolver({ resolverAddresses: server === undefined ? [] : [server] }),
    write: (text) => this.output.push(text),
    say: (line) => this.said.push(line),
    now: () => this.time,
    sleep: (milliseconds) => this.pass(milliseconds),
  };

  /** Begins a run of a region's controller. */
  start(region: string): void {
    const ending = new AbortController();
    this.runs.set(region, ending);
    const clock = () => this.time;
    const steps = leaseRun(
      { ...this.settings, region },
      {
        id: randomUUID(),
        clock,
        newId: randomUUID,
        isFit: () => !this.unfit.has(region),
        mayLeave: (home) => !this.kept.has(home),
      },
    );
    const store = openStore({ tableName: () => "shop-ownership", clock, client: (of) => this.client(of) });
    this.busy += 1;
    const sleep = (milliseconds: number) => this.sleepOf(region, milliseconds);
    drive(steps, store, { clock, signal: ending.signal, sleep }).finally(() => {
      this.busy -= 1;
      store.close();
    });
  }

  /** Ends a region's controller where it stands. */
  stop(region: string): void {
    this.runs.get(region)?.abort();
    const own = this.timers.filter((timer) => timer.region === region);
    this.timers = this.timers.filter((timer) => timer.region !== region);
    for (const timer of own) timer.wake();
  }

  /** Loses a region: nobody reaches its table, and its controller runs no more. */
  lose(region: string): void {
    this.stop(region);
    this.away.add(region);
  }

  /** Lets time go on. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.time + milliseconds;
    for (;;) {
      // Controllers take no virtual time for anything but sleep.
      while (this.busy > 0) await new Promise(setImmediate);
      const [next, ...others] = this.timers.sort((one, other) => one.at - other.at);
      if (next === undefined || next.at > end) break;
      this.timers = others;
      this.time = Math.max(this.time, next.at);
      next.wake();
    }
    this.time = end;
  }

  /** Lets time go on until something is so, for at most so long. */
  async until(isSo: () => boolean, seconds: number): Promise<void> {
    for (let second = 0; second < seconds && !isSo(); second += 1) await this.pass(1_000);
    if (!isSo()) throw new Error(`it is not so after ${seconds} s`);
  }

  async close(): Promise<void> {
    for (const region of this.runs.keys()) this.stop(region);
    await this.pass(0);
  }

  private sleepOf(region: string, milliseconds: number): Promise<void> {
    this.busy -= 1;
    return new Promise((resolve) => {
      const wake = () => {
        this.busy += 1;
        resolve();
      };
      this.timers.push({ region, at: this.time + milliseconds, wake });
    });
  }

  /** The SDK's client, without a network. */
  private client(region: string, onCall: (operation: string) => void = () => {}): DynamoDBClient {
    return new DynamoDBClient({
      region,
      maxAttempts: 1,
      credentials: { accessKeyId: "x", secretAccessKey: "x" },
      requestHandler: {
        handle: async ({ headers, body }: Request) => {
          const operation = headers["x-amz-target"]!.split(".")[1]!;
          onCall(operation);
          if (this.away.has(region))
            throw Object.assign(new Error("nobody is there"), { code: "ECONNREFUSED" });
          const answer = this.tables
            .get(region)!
            .answer(operation, JSON.parse(new TextDecoder().decode(body)));
          return {
            response: {
              statusCode: answer.status,
              headers: { date: new Date(this.time).toUTCString() },
              body: new TextEncoder().encode(JSON.stringify(answer.body)),
            },
          };
        },
      } as never,
    });
  }
}

interface Request {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}
