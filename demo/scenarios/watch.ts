import { setTimeout as sleep } from "node:timers/promises";
import { GetParameterCommand, type SSMClient } from "@aws-sdk/client-ssm";
import { parameterNames } from "../../ownership/parameters";
import { type HomeState, type Phase, parseStates, type States } from "../../ownership/states";
import { ssmClient } from "../../tests/emulator/clients";
import type { Deployment } from "../../tests/emulator/deployment";
import type { Emulator } from "../../tests/emulator/emulator";
import type { Timeline } from "./timeline";

const LOOK_EVERY_MS = 500;
/** A region that does not answer by then is looked at again next time. */
const PATIENCE_MS = 1_000;

/** Follows what each region does about each home, and tells the timeline of every change. */
export class OwnershipWatch {
  private readonly seen = new Map<string, HomeState>();
  private readonly clients: readonly (readonly [string, SSMClient])[];
  private readonly running: Promise<void>;
  private over = false;

  constructor(
    emulator: Emulator,
    private readonly deployment: Deployment,
    private readonly timeline: Timeline,
  ) {
    this.clients = deployment.regions.map((region) => [
      region,
      ssmClient(emulator, { region, account: deployment.account(region), maxAttempts: 1 }),
    ]);
    this.running = this.run();
  }

  /** The phase of a region for a home, as last seen. */
  phase(region: string, home: string): Phase | undefined {
    return this.state(region, home)?.phase;
  }

  state(region: string, home: string): HomeState | undefined {
    return this.seen.get(`${region} ${home}`);
  }

  async stop(): Promise<void> {
    this.over = true;
    await this.running;
    for (const [, client] of this.clients) client.destroy();
  }

  private async run(): Promise<void> {
    while (!this.over) {
      await Promise.all(this.clients.map(([region, client]) => this.look(region, client)));
      await sleep(LOOK_EVERY_MS);
    }
  }

  private async look(region: string, client: SSMClient): Promise<void> {
    const { states: Name } = parameterNames(this.deployment.configuration.failoverGroup);
    let states: States;
    try {
      const abortSignal = AbortSignal.timeout(PATIENCE_MS);
      const { Parameter } = await client.send(new GetParameterCommand({ Name }), { abortSignal });
      states = parseStates(Parameter?.Value ?? "");
    } catch {
      return;
    }
    for (const [home, state] of Object.entries(states.homes)) this.note(region, home, state);
  }

  private note(region: string, home: string, state: HomeState): void {
    const before = this.state(region, home);
    this.seen.set(`${region} ${home}`, state);
    if (before?.phase === state.phase && before.waitsFor === state.waitsFor) return;
    if (before === undefined && state.epoch === 0) return;
    const subject = region === home ? `${region} for itself` : `${region} for ${home}`;
    const waits = state.waitsFor === undefined ? "" : `, waits for ${state.waitsFor}`;
    this.timeline.say(`${subject}: ${state.phase}${waits}`);
  }
}
