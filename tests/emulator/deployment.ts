import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Configuration } from "../../config/configuration";
import { CONFIGURATION_VARIABLE, parseConfiguration } from "../../config/load";
import type { ConfigurationInput } from "../../config/schema";
import { type RegionalTopology, topologyOf } from "../../config/topology";
import { createRole } from "./clients";
import type { Emulator } from "./emulator";
import { childEnvironment } from "./environment";
import { PROJECT_ROOT } from "./paths";
import { runCommand } from "./run-command";
import { Terraform } from "./terraform";
import { type TerraformCli, terraformCli } from "./terraform-cli";

/** A configuration's stacks, synthesized by the app itself and ready to be applied to the emulator. */
export class Deployment {
  readonly configuration: Configuration;

  private constructor(
    private readonly emulator: Emulator,
    input: ConfigurationInput,
    private readonly outputDirectory: string,
    private readonly cli: TerraformCli,
  ) {
    this.configuration = parseConfiguration(input);
  }

  /**
   * Runs the app as `cdktf synth` does: builds the functions, reads the configuration file, writes one stack per region.
   * @throws Error with what the app said when it failed
   */
  static async synthesize(emulator: Emulator, input: ConfigurationInput): Promise<Deployment> {
    const directory = path.join(emulator.directory, input.failover_group);
    await mkdir(directory, { recursive: true });
    const file = path.join(directory, "sqs-multi-region.json");
    await writeFile(file, JSON.stringify(input));
    const outputDirectory = path.join(directory, "cdktf.out");
    const { exitCode, stdout, stderr } = await runCommand(
      "npm",
      ["--prefix", PROJECT_ROOT, "run", "--silent", "synth"],
      childEnvironment({ CDKTF_OUTDIR: outputDirectory, [CONFIGURATION_VARIABLE]: file }),
    );
    if (exitCode !== 0) throw new Error(`synthesis failed:\n${stdout}${stderr}`);
    return new Deployment(emulator, input, outputDirectory, await terraformCli(directory));
  }

  get regions(): readonly string[] {
    return Object.keys(this.configuration.regions);
  }

  account(region: string): string {
    return this.configuration.regions[region]!.account;
  }

  topology(queue: string, region: string): RegionalTopology {
    return topologyOf(this.configuration, queue, region);
  }

  /** Folder of a region's synthesized stack. */
  stackDirectory(region: string): string {
    return path.join(this.outputDirectory, "stacks", `${this.configuration.failoverGroup}-${region}`);
  }

  /** Where Terraform gets its provider from, as one sentence. */
  get providerSource(): string {
    return this.cli.choice;
  }

  terraform(region: string, onOutput?: (text: string) => void): Terraform {
    return new Terraform({
      ...(onOutput && { onOutput }),
      cli: this.cli,
      name: `${this.configuration.failoverGroup}-${region}`,
      directory: this.stackDirectory(region),
      emulator: this.emulator,
      region,
      account: this.account(region),
    });
  }

  /**
   * Applies the stacks of all regions side by side: none needs another.
   * @param onCreated told how many resources were created, by region
   */
  async apply(onCreated: (created: Readonly<Record<string, number>>) => void = () => {}): Promise<void> {
    const created = Object.fromEntries(this.regions.map((region) => [region, 0]));
    await Promise.all(
      this.regions.map(async (region) => {
        const terraform = this.terraform(region, (text) => {
          created[region]! += text.split("Creation complete").length - 1;
          onCreated(created);
        });
        await terraform.init();
        await terraform.apply();
      }),
    );
  }

  /**
   * Creates the two roles that the configuration names as producer and consumer, with the policies that the stacks put out for them.
   * @param producer ARN of a role of the first region's account
   * @param consumer likewise
   */
  async createClientRoles(producer: string, consumer: string): Promise<void> {
    const region = this.regions[0]!;
    const outputs = await this.terraform(region).output();
    for (const [arn, word] of [
      [producer, "producer"],
      [consumer, "consumer"],
    ] as const) {
      const policies = Object.keys(this.configuration.queues).map((queue) => [
        queue,
        JSON.parse(String(outputs[`${queue}_${word}_policy`])),
      ]);
      await createRole(this.emulator, {
        account: this.account(region),
        name: arn.slice(arn.lastIndexOf("/") + 1),
        policies: Object.fromEntries(policies),
      });
    }
  }

  /** Number of resources in a region's synthesized stack. */
  resourceCount(region: string): number {
    const { resource } = JSON.parse(
      readFileSync(path.join(this.stackDirectory(region), "cdk.tf.json"), "utf8"),
    );
    return Object.values(resource as Record<string, object>).reduce(
      (sum, byName) => sum + Object.keys(byName).length,
      0,
    );
  }
}
