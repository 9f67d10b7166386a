import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { childEnvironment } from "../emulator/environment";
import { type CommandResult, runCommand } from "../emulator/run-command";

/** A folder with files of Terraform that needs no provider. */
export class TerraformFolder {
  private constructor(private readonly root: string) {}

  /** @param files by path */
  static async of(files: Readonly<Record<string, string>>): Promise<TerraformFolder> {
    const root = await mkdtemp(path.join(tmpdir(), "sqs-multi-region-terraform-"));
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(root, name)), { recursive: true });
      await writeFile(path.join(root, name), text);
    }
    return new TerraformFolder(root);
  }

  /** @param folder below the root, `.` for itself */
  run(folder: string, ...args: string[]): Promise<CommandResult> {
    return runCommand("terraform", [`-chdir=${path.join(this.root, folder)}`, ...args], childEnvironment());
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
