import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { childEnvironment, proxyEnvironment } from "./environment";
import { type ProcessResult, runCommand } from "./run-command";
import { terraformCli } from "./terraform-cli";
import type { ShownPlan } from "./terraform-plan";

/** A folder in which Terraform runs, itself and folders below it, without calling AWS. */
export class TerraformFolder {
  private constructor(
    readonly root: string,
    readonly environment: NodeJS.ProcessEnv,
    private readonly downloads: boolean,
  ) {}

  /** A new one that needs no provider. @param files by path */
  static async of(files: Readonly<Record<string, string>>): Promise<TerraformFolder> {
    const root = await mkdtemp(path.join(tmpdir(), "sqs-multi-region-terraform-"));
    const folder = new TerraformFolder(root, childEnvironment(), false);
    await folder.write(files);
    return folder;
  }

  /** A new one that needs the provider of AWS. @param files by path */
  static async withProvider(files: Readonly<Record<string, string>> = {}): Promise<TerraformFolder> {
    const { root } = await TerraformFolder.of(files);
    return TerraformFolder.at(root);
  }

  /** One that is there, and that whoever made it removes, for the provider of AWS. */
  static async at(root: string): Promise<TerraformFolder> {
    const { configFile, downloads } = await terraformCli(root);
    return new TerraformFolder(root, childEnvironment({ TF_CLI_CONFIG_FILE: configFile }), downloads);
  }

  /** The same folder, with more in the environment of Terraform. */
  with(environment: Readonly<Record<string, string>>): TerraformFolder {
    return new TerraformFolder(this.root, { ...this.environment, ...environment }, this.downloads);
  }

  /** @param files by path */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      const file = path.resolve(this.root, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  }

  /** @param folder below the root, `.` for itself */
  run(folder: string, ...args: readonly string[]): Promise<ProcessResult> {
    const mayDownload = this.downloads && args[0] === "init";
    return runCommand("terraform", [`-chdir=${path.resolve(this.root, folder)}`, ...args], {
      ...(mayDownload && proxyEnvironment()),
      ...this.environment,
    });
  }

  /**
   * Runs a command.
   * @returns what it says
   * @throws Error when it fails
   */
  async succeed(folder: string, ...args: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(folder, ...args);
    if (exitCode !== 0) throw new Error(`terraform ${args[0]} failed in ${folder}:\n${stdout}${stderr}`);
    return stdout;
  }

  async init(folder: string, ...flags: readonly string[]): Promise<void> {
    await this.succeed(folder, "init", "-input=false", "-no-color", ...flags);
  }

  /** Plans a folder that is initialized. */
  async plan(folder: string, ...flags: readonly string[]): Promise<ShownPlan> {
    await this.succeed(folder, "plan", "-input=false", "-no-color", "-out=plan", ...flags);
    return JSON.parse(await this.succeed(folder, "show", "-json", "plan"));
  }

  remove(): Promise<void> {
    return rm(this.root, { recursive: true, force: true });
  }
}

/** Lines of JSON that Terraform has written. */
export function jsonLines(text: string): readonly Readonly<Record<string, unknown>>[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
}
