import { copyFile, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type App, type TerraformStack, Testing } from "cdktf";
import { TerraformFolder } from "../../emulator/terraform-folder";

/** A synthesized stack in a folder of its own, initialized, for Terraform without AWS. */
export class StackDirectory {
  private constructor(
    private readonly folder: TerraformFolder,
    private readonly directory: string,
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
    const folder = await TerraformFolder.at(root);
    await folder.init(directory);
    return new StackDirectory(folder, directory);
  }

  /** What `terraform validate` says. */
  async validate(): Promise<unknown> {
    return JSON.parse(await this.folder.succeed(this.directory, "validate", "-json"));
  }

  /** The summary of `terraform test`. */
  async test(): Promise<unknown> {
    const lines = (await this.folder.succeed(this.directory, "test", "-json")).split("\n");
    const summary = lines.find((line) => line.includes('"test_summary"')) ?? "{}";
    return JSON.parse(summary).test_summary;
  }

  remove(): Promise<void> {
    return this.folder.remove();
  }
}
