import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { childEnvironment } from "../emulator/environment";
import { type CommandResult, runCommand } from "../emulator/run-command";
import { terraformCli } from "../emulator/terraform-cli";

/** A folder with files of Terraform. */
export class TerraformFolder {
  private constructor(
    private readonly root: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  /** One that needs no provider. @param files by path */
  static async of(files: Readonly<Record<string, string>>): Promise<TerraformFolder> {
    const root = await mkdtemp(path.join(tmpdir(), "sqs-multi-region-terraform-"));
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(root, name)), { recursive: true });
      await writeFile(path.join(root, name), text);
    }
    return new TerraformFolder(root, childEnvironment());
  }

  /** One that needs the provider of AWS. @param files by path */
  static async withProvider(files: Readonly<Record<string, string>>): Promise<TerraformFolder> {
    const { root } = await TerraformFolder.of(files);
    const { configFile } = await terraformCli(root);
    return new TerraformFolder(root, childEnvironment({ TF_CLI_CONFIG_FILE: configFile }));
  }

  /** @param folder below the root, `.` for itself */
  run(folder: string, ...args: string[]): Promise<CommandResult> {
    return runCommand("terraform", [`-chdir=${path.join(this.root, folder)}`, ...args], this.environment);
  }

  /** @throws Error when the command fails */
  async succeed(folder: string, ...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(folder, ...args);
    if (exitCode !== 0) throw new Error(`terraform ${args[0]} failed:\n${stdout}${stderr}`);
    return stdout;
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
