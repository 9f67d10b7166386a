import { writeFile } from "node:fs/promises";
import path from "node:path";
import { DeleteTableCommand, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import type { ConfigurationInput } from "../../config/schema";
import { ownershipTableName } from "../../core/names";
import { depth } from "../../demo/traffic";
import { AS_AWS } from "../../emulator/as-aws";
import { dynamoClient, sqsClient } from "../../emulator/clients";
import { Deployment } from "../../emulator/deployment";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import { PROJECT_ROOT } from "../../emulator/paths";
import { runCommand } from "../../emulator/run-command";
import { waitFor } from "../../emulator/wait";
import { configurationInput, HOME_ACCOUNT } from "../fixtures";
import { GateWatch } from "./gate-watch";
import { MessageFlow } from "./message-flow";

export const [A, B, C] = ["us-east-1", "us-west-2", "eu-west-1"] as const;
export const [W, OTHER_W] = ["us-east-2", "eu-central-1"] as const;
export const WITNESS_STACK = "shop-witness";
export const stackOf = (region: string) => `shop-${region}`;

const QUEUE = "orders";
const TABLE = ownershipTableName("", "shop");
/** A queue is empty when it has been for so long: its numbers are approximate. */
const EMPTY_MS = 3_000;
/** The slowest of what is waited for, on a slow machine: copies that nobody could judge before, which are looked at every two minutes. */
export const PATIENCE_MS = 300_000;

type RecoveryInput = NonNullable<ConfigurationInput["recovery"]>;

/** A configuration of the group that changes. */
export function group(
  regions: readonly string[],
  recovery: RecoveryInput = {},
  orders: ConfigurationInput["queues"][string] = {},
): ConfigurationInput {
  return configurationInput(
    {
      regions: Object.fromEntries(regions.map((region) => [region, { account: HOME_ACCOUNT }])),
      functions: { timeout_seconds: 20 },
      recovery,
    },
    { rescue: "manual", consumer_processing_seconds: 5, ...orders },
  );
}

/** A failover group whose members and voters change, as its operator changes it, while its controllers run and messages flow. */
export class ChangingGroup {
  readonly watch: GateWatch;
  readonly flow: MessageFlow;
  private deployment: Deployment | undefined;
  /** What stacks are synthesized from; commands read a copy of their own. */
  private readonly file: string;
  private readonly began = performance.now();

  private constructor(readonly emulator: Emulator) {
    this.file = path.join(emulator.directory, "commands.json");
    const tables = Object.fromEntries([A, B, C, W, OTHER_W].map((region) => [region, TABLE]));
    this.watch = new GateWatch({ emulator, tables, accountOf: () => HOME_ACCOUNT });
    this.flow = new MessageFlow(emulator, HOME_ACCOUNT);
  }

  static async start(): Promise<ChangingGroup> {
    return new ChangingGroup(
      await startEmulator({ regions: [A, B, C, W, OTHER_W], asAws: { ...AS_AWS, seed: "changing-group" } }),
    );
  }

  /** Deploys a group that is not there yet, and has messages flow in it. One that is there has this configuration already. */
  async begin(input: ConfigurationInput): Promise<void> {
    const isThere = this.deployment !== undefined;
    await this.configure(input);
    this.watch.follow(...this.synthesized.regions);
    if (isThere) return;
    const { regions, stacks } = this.synthesized;
    await this.applyTogether(...stacks);
    for (const region of regions) this.join(region);
    await this.untilOpen(...regions);
  }

  /** Writes another configuration, and synthesizes the stacks. */
  async configure(input: ConfigurationInput): Promise<void> {
    await writeFile(this.file, JSON.stringify(input));
    this.deployment = await Deployment.synthesize(this.emulator, input);
    this.say(`configured: ${Object.keys(input.regions).join(", ")} ${JSON.stringify(input.recovery)}`);
  }

  /** Applies stacks, one after the other. */
  async apply(...stacks: readonly string[]): Promise<void> {
    for (const stack of stacks) await this.applyStack(stack);
  }

  /** Applies stacks, all at once. */
  async applyTogether(...stacks: readonly string[]): Promise<void> {
    await Promise.all(stacks.map((stack) => this.applyStack(stack)));
  }

  /** Destroys a stack by the configuration that had it, once that lets its table go. The group keeps its configuration. */
  async destroy(stack: string, former: ConfigurationInput): Promise<void> {
    const recovery = { ...former.recovery, ownership_deletion_protection: false };
    const deployment = await Deployment.synthesize(this.emulator, { ...former, recovery });
    await this.applyStack(stack, deployment);
    await deployment.terraform(stack).destroy();
    this.say(`destroyed ${stack}`);
  }

  /** Runs a command from a region. @returns what it said @throws Error with what it said when it failed */
  async cli(from: string, ...args: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await runCommand(
      "npm",
      ["--prefix", PROJECT_ROOT, "run", "--silent", "cli", "--", ...args, "--config", this.file],
      this.emulator.environment(from, HOME_ACCOUNT),
    );
    this.say(`${args.join(" ")}: ${exitCode === 0 ? "done" : stderr}`);
    if (exitCode !== 0) throw new Error(`${args.join(" ")} ended with ${exitCode}:\n${stdout}${stderr}`);
    return stdout;
  }

  /**
   * Has other voters decide, once every controller says that it reaches their tables: one that runs goes by the configuration with which it
   * began, until its next run. A command that was too early changes nothing, and is given again.
   */
  async setVoters(from: string, voters: readonly string[], ...options: readonly string[]): Promise<void> {
    const { regions } = this.synthesized;
    const areThere = () => regions.every((region) => this.watch.reaches(region, voters));
    const what = `${regions.join(", ")} reach ${voters.join(", ")}`;
    await waitFor(areThere, { timeoutMs: PATIENCE_MS, everyMs: 500, what });
    this.say(what);
    const isDone = async () => {
      try {
        const said = await this.cli(from, "voters", "set", ...voters, ...options);
        expect(said).toContain("only now may another table be");
        return true;
      } catch (error) {
        if ((error as Error).message.includes("nothing was changed")) return false;
        throw error;
      }
    };
    await waitFor(isDone, {
      timeoutMs: PATIENCE_MS,
      everyMs: 10_000,
      what: `voters set ${voters.join(" ")}`,
    });
  }

  /** Producers and consumers begin in a region, and its home is judged. */
  join(region: string): void {
    this.flow.join(region, this.synthesized.topology(QUEUE, region));
    this.watch.follow(region);
  }

  /** Waits until homes are open in their own regions. */
  async untilOpen(...homes: readonly string[]): Promise<void> {
    await Promise.all(homes.map((home) => this.untilOpenIn(home, home)));
  }

  /** Waits until a home is open in a region. */
  async untilOpenIn(region: string, home: string): Promise<void> {
    const what = `${home} is open in ${region}`;
    const isOpen = () => this.watch.open(home).join() === region;
    await waitFor(isOpen, { timeoutMs: PATIENCE_MS, everyMs: 200, what });
    this.say(what);
  }

  /** Waits until all that was accepted up to now has come to a consumer. */
  async untilDelivered(): Promise<void> {
    const { sent } = this.flow;
    const isDelivered = () => this.flow.missing(sent).length === 0;
    await waitFor(isDelivered, { timeoutMs: PATIENCE_MS, everyMs: 200 }).catch(() => {});
    expect(this.flow.missing(sent)).toEqual([]);
    this.say(`${sent} messages delivered, gaps: ${JSON.stringify(this.watch.gaps())}`);
  }

  /** Waits until queues of a region hold nothing. @param other of outbox or standby queues, the peer or home */
  async untilEmpty(
    region: string,
    queues: readonly ("ingress" | "work" | "outboxes" | "standbys")[],
    other?: string,
  ): Promise<void> {
    const topology = this.synthesized.topology(QUEUE, region);
    const urls = queues.flatMap((word) =>
      word === "ingress" || word === "work"
        ? [topology[word].url]
        : Object.entries(topology[word]).flatMap(([of, { url }]) =>
            other === undefined || of === other ? [url] : [],
          ),
    );
    const client = sqsClient(this.emulator, { region, account: HOME_ACCOUNT });
    let since: number | undefined;
    const isEmpty = async () => {
      const depths = await Promise.all(urls.map((queueUrl) => depth({ client, queueUrl })));
      since = depths.some((count) => count > 0) ? undefined : (since ?? performance.now());
      return since !== undefined && performance.now() - since > EMPTY_MS;
    };
    const what = `${queues.join(", ")} of ${region} are empty`;
    await waitFor(isEmpty, { timeoutMs: PATIENCE_MS, everyMs: 500, what }).finally(() => client.destroy());
    this.say(what);
  }

  /** Waits until a table has a claim of every home that is followed. */
  async untilFilled(region: string): Promise<void> {
    const isFilled = () => this.watch.isFilled(region);
    await waitFor(isFilled, {
      timeoutMs: PATIENCE_MS,
      everyMs: 200,
      what: `claims in the table of ${region}`,
    });
    this.say(`the table of ${region} is filled, gaps: ${JSON.stringify(this.watch.gaps())}`);
  }

  /** Deletes a table of ownership behind Terraform's back. */
  async deleteTable(region: string): Promise<void> {
    const client = dynamoClient(this.emulator, { region, account: HOME_ACCOUNT });
    await client.send(new UpdateTableCommand({ TableName: TABLE, DeletionProtectionEnabled: false }));
    await client.send(new DeleteTableCommand({ TableName: TABLE }));
    client.destroy();
    this.say(`the table of ${region} is deleted`);
  }

  async stop(): Promise<void> {
    await Promise.all([this.watch.stop(), this.flow.stop()]);
  }

  /** Figures for whoever reads along. */
  say(text: string): void {
    process.stdout.write(`${((performance.now() - this.began) / 1_000).toFixed(1).padStart(7)} s  ${text}\n`);
  }

  private get synthesized(): Deployment {
    if (this.deployment === undefined) throw new Error("nothing is configured");
    return this.deployment;
  }

  private async applyStack(stack: string, deployment = this.synthesized): Promise<void> {
    const terraform = deployment.terraform(stack);
    await terraform.init();
    await terraform.apply();
    this.say(`applied ${stack}`);
  }
}
