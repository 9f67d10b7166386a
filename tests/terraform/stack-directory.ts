import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type App, type TerraformStack, Testing } from "cdktf";
import { childEnvironment } from "../emulator/environment";
import { runCommand } from "../emulator/run-command";
import { terraformCli } from "../emulator/terraform-cli";

/** A synthesized stack in a folder of its own, initialized, for Terraform without AWS. */
export class StackDirectory {
  private constructor(
    private readonly root: string,
    private readonly directory: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  /**
   * @param make makes the stack; its state backend should keep the state in the folder that it is given
   * @param tests file of `terraform test` beside this one
   */
  static async of(make: (app: App, root: string) => TerraformStack, tests: string): Promise<StackDirectory> {
    const root = await mkdtemp(path.join(tmpdir(), "sqs-multi-region-terraform-"));
    const app = Testing.app({ outdir: root });
    const stack = make(app, root);
    app.synth();
    const directory = path.join(root, "stacks", stack.node.id);
    await copyFile(path.join(__dirname, tests), path.join(directory, tests));
    const { configFile } = await terraformCli(root);
    const made = new StackDirectory(root, directory, childEnvironment({ TF_CLI_CONFIG_FILE: configFile }));
    await made.terraform("init", "-input=false", "-no-color");
    return made;
  }

  /** What `terraform validate` says. */
  async validate(): Promise<unknown> {
    return JSON.parse(await this.terraform("validate", "-json"));
  }

  /** The summary of `terraform test`. */
  async test(): Promise<unknown> {
    const lines = (await this.terraform("test", "-json")).split("\n");
    const summary = lines.find((line) => line.includes('"test_summary"')) ?? "{}";
    return JSON.parse(summary).test_summary;
  }

  remove(): Promise<void> {
    return rm(this.root, { recursive: true, force: true });
  }

  private async terraform(...args: string[]): Promise<string> {
    const result = await runCommand("terraform", [`-chdir=${this.directory}`, ...args], this.environment);
    if (result.exitCode !== 0)
      throw new Error(`terraform ${args[0]} failed:\n${result.stdout}${result.stderr}`);
    return result.stdout;
  }
}
