import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Configuration, settingsOf } from "../config/configuration";
import { CONFIGURATION_VARIABLE, parseConfiguration } from "../config/load";
import type { ConfigurationInput } from "../config/schema";
import { type RegionalTopology, topologyOf } from "../config/topology";
import { plain } from "../core/expression";
import { logicalId } from "../core/names";
import type { Plain } from "../core/value";
import { GLOBAL } from "../stacks/state-backend";
import { createClientRole, type DeployedGroup, type RegionOutputs } from "./deployed-group";
import type { Emulator } from "./emulator";
import { childEnvironment } from "./environment";
import { PROJECT_ROOT } from "./paths";
import { runCommand } from "./run-command";
import { Terraform } from "./terraform";
import { type TerraformCli, terraformCli } from "./terraform-cli";

export interface SynthesizeOptions {
  /** The npm script that runs the app. @default "synth", the project's own */
  readonly script?: string;
  /** More for the environment of app and Terraform, such as `TF_VAR_…`. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A configuration's stacks, synthesized by an app and ready to be applied to the emulator. */
export class Deployment implements DeployedGroup {
  readonly configuration: Configuration;

  private constructor(
    private readonly emulator: Emulator,
    input: ConfigurationInput,
    /** The configuration file that the stacks were made from. */
    readonly configurationFile: string,
    private readonly outputDirectory: string,
    private readonly cli: TerraformCli,
    private readonly environment: Readonly<Record<string, string>>,
  ) {
    this.configuration = parseConfiguration(input);
  }

  /**
   * Runs an app as `cdktf synth` does: builds the functions, reads the configuration file, writes the stacks.
   * @throws Error with what the app said when it failed
   */
  static async synthesize(
    emulator: Emulator,
    input: ConfigurationInput,
    { script = "synth", environment = {} }: SynthesizeOptions = {},
  ): Promise<Deployment> {
    const directory = path.join(emulator.directory, input.failover_group);
    await mkdir(directory, { recursive: true });
    const file = path.join(directory, "sqs-multi-region.json");
    await writeFile(file, JSON.stringify(input));
    const outputDirectory = path.join(directory, "cdktf.out");
    const { exitCode, stdout, stderr } = await runCommand(
      "npm",
      ["--prefix", PROJECT_ROOT, "run", "--silent", script],
      childEnvironment({ ...environment, CDKTF_OUTDIR: outputDirectory, [CONFIGURATION_VARIABLE]: file }),
    );
    if (exitCode !== 0) throw new Error(`synthesis failed:\n${stdout}${stderr}`);
    const cli = await terraformCli(directory);
    return new Deployment(emulator, input, file, outputDirectory, cli, environment);
  }

  get regions(): readonly string[] {
    return Object.keys(this.configuration.regions);
  }

  account(region: string): string {
    const { regions, recovery } = this.configuration;
    const witness = recovery?.witness;
    return region === witness?.region ? witness.account : regions[region]!.account;
  }

  topology(queue: string, region: string): Plain<RegionalTopology> {
    return plain(topologyOf(settingsOf(this.configuration), queue, region), "topology");
  }

  /** Names of all stacks. */
  get stacks(): readonly string[] {
    return Object.keys(this.manifest);
  }

  /** Name of the project's own stack in a region. */
  regionStack(region: string): string {
    return `${this.configuration.failoverGroup}-${region}`;
  }

  /** Name of the stack of what spans the regions, in groups that have it. */
  get globalStack(): string {
    return `${this.configuration.failoverGroup}-${GLOBAL}`;
  }

  /** Where Terraform gets its provider from, as one sentence. */
  get providerSource(): string {
    return this.cli.choice;
  }

  /** Terraform for a stack, run in the region of the stack's provider. */
  terraform(stack: string, onOutput?: (text: string) => void): Terraform {
    const region = this.regionOf(stack);
    return new Terraform({
      ...(onOutput && { onOutput }),
      cli: this.cli,
      name: stack,
      directory: this.stackDirectory(stack),
      emulator: this.emulator,
      region,
      account: this.account(region),
      environment: this.environment,
    });
  }

  /**
   * Applies all stacks, side by side where none depends on another.
   * @param onCreated told how many resources were created, by stack
   */
  async apply(onCreated: (created: Readonly<Record<string, number>>) => void = () => {}): Promise<void> {
    const created = Object.fromEntries(this.stacks.map((stack) => [stack, 0]));
    const applying = new Map<string, Promise<void>>();
    const applied = (stack: string): Promise<void> => {
      const work = applying.get(stack) ?? apply(stack);
      applying.set(stack, work);
      return work;
    };
    const apply = async (stack: string) => {
      await Promise.all(this.manifest[stack]!.dependencies.map(applied));
      const terraform = this.terraform(stack, (text) => {
        created[stack]! += text.split("Creation complete").length - 1;
        onCreated(created);
      });
      await terraform.init();
      await terraform.apply();
    };
    await Promise.all(this.stacks.map(applied));
  }

  /** Terraform for the project's own stack of each region. */
  get regionTerraforms(): readonly Terraform[] {
    return this.regions.map((region) => this.terraform(this.regionStack(region)));
  }

  async outputs(region: string): Promise<RegionOutputs> {
    const outputs = await this.terraform(this.regionStack(region)).output();
    return {
      queue: (queue, word, other) => {
        const id = logicalId(queue, word, other);
        return { url: String(outputs[`${id}_queue_url`]), arn: String(outputs[`${id}_queue_arn`]) };
      },
      policy: (queue, word) => JSON.parse(String(outputs[`${queue}_${word}_policy`])),
    };
  }

  /** See {@link createClientRole}. */
  async createClientRole(word: "producer" | "consumer", arn: string): Promise<void> {
    await createClientRole(this.emulator, this, word, arn);
  }

  /** Number of resources in a synthesized stack. */
  resourceCount(stack: string): number {
    const byType = Object.values(this.synthesized(stack).resource ?? {});
    return byType.reduce((sum, byName) => sum + Object.keys(byName).length, 0);
  }

  private get manifest(): Readonly<Record<string, { readonly dependencies: readonly string[] }>> {
    return JSON.parse(readFileSync(path.join(this.outputDirectory, "manifest.json"), "utf8")).stacks;
  }

  private regionOf(stack: string): string {
    const region = this.synthesized(stack).provider.aws[0]?.region;
    if (region === undefined) throw new Error(`stack ${stack}: its provider names no region`);
    return region;
  }

  /** Folder of a synthesized stack. */
  private stackDirectory(stack: string): string {
    return path.join(this.outputDirectory, "stacks", stack);
  }

  private synthesized(stack: string): SynthesizedStack {
    return JSON.parse(readFileSync(path.join(this.stackDirectory(stack), "cdk.tf.json"), "utf8"));
  }
}

interface SynthesizedStack {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly provider: { readonly aws: readonly { readonly region?: string }[] };
}
