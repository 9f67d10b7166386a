import { copyFile, cp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Configuration, settingsOf } from "../../config/configuration";
import { parseConfiguration } from "../../config/load";
import type { ConfigurationInput } from "../../config/schema";
import { type RegionalTopology, topologyOf } from "../../config/topology";
import { plain } from "../../core/expression";
import { spelled } from "../../core/names";
import type { Plain } from "../../core/value";
import type { DeployedGroup, RegionOutputs } from "../../emulator/deployed-group";
import type { Emulator } from "../../emulator/emulator";
import { Terraform } from "../../emulator/terraform";
import { asEnvironment, type ExampleCopy, writeOverride } from "../terraform/examples";

export interface ExampleOptions {
  readonly emulator: Emulator;
  readonly copy: ExampleCopy;
  /** Folder of the example. */
  readonly name: string;
  /** What the example says, as a configuration file would. All regions are of one account. */
  readonly settings: ConfigurationInput;
  /** Values of its variables. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** An example of the modules, applied: a root folder whose output `regions` has those of the module of each region. */
export class Example implements DeployedGroup {
  readonly configuration: Configuration;
  private readonly terraform: Terraform;

  private constructor(
    private readonly folder: string,
    private readonly options: ExampleOptions,
  ) {
    const { emulator, settings, variables } = options;
    this.configuration = parseConfiguration(settings);
    const [[region, { account }]] = Object.entries(this.configuration.regions) as [
      [string, { readonly account: string }],
    ];
    this.terraform = new Terraform({
      emulator,
      directory: folder,
      name: `example-${path.basename(folder)}`,
      region,
      account,
      environment: asEnvironment(variables),
    });
  }

  /** Applies an example. */
  static async apply(options: ExampleOptions): Promise<Example> {
    const example = new Example(options.copy.example(options.name), options);
    await writeOverride(example.folder);
    await example.terraform.init();
    await example.terraform.apply();
    return example;
  }

  /** Gives a region a folder and a state of its own, by the steps of the example's README. */
  async splitOff(region: string): Promise<Terraform> {
    const others = Object.keys(this.configuration.regions).filter((each) => each !== region);
    const folder = `${this.folder}-${region}`;
    await cp(this.folder, folder, { recursive: true });
    const part = new Example(folder, this.options).terraform;
    await part.init();
    await copyFile(this.terraform.stateFile, part.stateFile);
    for (const other of others) {
      const call = other.replaceAll("-", "_");
      await part.forget(`module.${call}`);
      for (const file of ["main.tf", "outputs.tf"]) {
        const text = await readFile(path.join(folder, file), "utf8");
        await writeFile(path.join(folder, file), without(text, call));
      }
    }
    await writeOverride(folder);
    await part.init();
    return part;
  }

  account(region: string): string {
    return this.configuration.regions[region]!.account;
  }

  topology(queue: string, region: string): Plain<RegionalTopology> {
    return plain(topologyOf(settingsOf(this.configuration), queue, region), "topology");
  }

  get regionTerraforms(): readonly Terraform[] {
    return [this.terraform];
  }

  async outputs(region: string): Promise<RegionOutputs> {
    const { regions } = await this.terraform.output();
    const maps = (regions as Readonly<Record<string, OutputMaps>>)[region]!;
    const of = (output: string, key: string) => String(maps[output]?.[key]);
    return {
      queue: (queue, word, other) => {
        const outputs = spelled(word).replaceAll("-", "_").replace(/dlq$/, "dead_letter");
        const key = other === undefined ? queue : `${queue}/${other}`;
        return { url: of(`${outputs}_queue_urls`, key), arn: of(`${outputs}_queue_arns`, key) };
      },
      policy: (queue, word) => JSON.parse(of(`${word}_policies`, queue)),
    };
  }
}

type OutputMaps = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

/** A file without the blocks, and outside of blocks that are not meant the lines, that have to do with a call. */
function without(text: string, call: string): string {
  const blocks = text.split(/^(?=\w+ .*\{$)/m);
  const isMeant = (block: string) => /^(provider|module) /.test(block) && block.includes(call);
  return blocks
    .filter((block) => !isMeant(block))
    .join("")
    .replace(new RegExp(`^.* = module\\.${call}\n`, "gm"), "");
}
