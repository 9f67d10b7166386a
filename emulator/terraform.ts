import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { onCleanup } from "./cleanup";
import type { Emulator } from "./emulator";
import { proxyEnvironment } from "./environment";
import { type TerraformCli, terraformCli } from "./terraform-cli";
import type { PlanResult, TerraformPlan } from "./terraform-plan";
import { waitFor } from "./wait";

export interface TerraformOptions {
  readonly emulator: Pick<Emulator, "directory" | "environment">;
  /** Folder with the configuration; it must have a `local` backend, as every CDKTF stack has by default. */
  readonly directory: string;
  /** Names state and log of this stack in the run's folder. @default the last part of `directory` */
  readonly name?: string;
  /** Region that Terraform runs in: its calls come from there. */
  readonly region: string;
  /** Account whose root Terraform runs as, 12 digits. */
  readonly account: string;
  /** More for the environment, such as `TF_VAR_…`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where the provider comes from. @default what `terraformCli` decides, once for each emulator */
  readonly cli?: TerraformCli;
  /** Told what Terraform says while it works. @default nobody is */
  readonly onOutput?: (text: string) => void;
}

/** A command of Terraform that failed. */
export class TerraformError extends Error {
  constructor(
    readonly command: string,
    readonly exitCode: number | null,
    readonly stderr: string,
    readonly logFile: string,
  ) {
    super(`terraform ${command} ended with exit code ${exitCode}:\n${end(stderr)}\nfull log: ${logFile}`);
    this.name = "TerraformError";
  }
}

interface Output {
  readonly exitCode: number | null;
  readonly stdout: string;
}

const PARALLELISM = 30;
const STDERR_CHARACTERS_IN_ERRORS = 4_000;
/** What Terraform gets to finish its calls and write the state after it was interrupted. */
const INTERRUPT_MILLISECONDS = 30_000;

/** Inits that may write to one plugin cache must not overlap: https://developer.hashicorp.com/terraform/cli/config/config-file#provider-plugin-cache */
let initQueue: Promise<void> = Promise.resolve();

const decidedClis = new WeakMap<TerraformOptions["emulator"], Promise<TerraformCli>>();

/** The Terraform command for one stack, against the emulator. It is told nothing but what the environment of a user tells it. */
export class Terraform {
  readonly stateFile: string;
  readonly logFile: string;
  private readonly planFile: string;
  private readonly dataDirectory: string;

  constructor(private readonly options: TerraformOptions) {
    const name = options.name ?? path.basename(path.resolve(options.directory));
    const directory = path.join(options.emulator.directory, "terraform");
    this.stateFile = path.join(directory, `${name}.tfstate`);
    this.logFile = path.join(directory, `${name}.log`);
    this.planFile = path.join(directory, `${name}.plan`);
    this.dataDirectory = path.join(directory, `${name}.data`);
  }

  /** `terraform init`, with the state in the run's folder. */
  async init(): Promise<void> {
    const work = async (): Promise<void> => {
      await this.succeed("init", ["-reconfigure", `-backend-config=path=${this.stateFile}`]);
    };
    if (!(await this.cli()).downloads) return work();
    const turn = initQueue.then(work);
    initQueue = turn.catch(() => {});
    return turn;
  }

  /** `terraform apply`, without asking. */
  async apply(...args: readonly string[]): Promise<void> {
    await this.succeed("apply", ["-auto-approve", `-parallelism=${PARALLELISM}`, ...args]);
  }

  /** `terraform plan`: whether anything would change, and what. */
  async plan(...args: readonly string[]): Promise<PlanResult> {
    const flags = ["-detailed-exitcode", `-out=${this.planFile}`, `-parallelism=${PARALLELISM}`, ...args];
    // 0: no changes, 2: changes, 1: failure
    const { exitCode } = await this.succeed("plan", flags, [0, 2]);
    const { stdout } = await this.succeed("show", ["-json", this.planFile]);
    return { changes: exitCode === 2, plan: JSON.parse(stdout) as TerraformPlan };
  }

  /** `terraform output`: values by name. */
  async output(): Promise<Readonly<Record<string, unknown>>> {
    const { stdout } = await this.succeed("output", ["-json"]);
    const outputs = JSON.parse(stdout) as Record<string, { readonly value: unknown }>;
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
  }

  /** `terraform destroy`, without asking. */
  async destroy(...args: readonly string[]): Promise<void> {
    await this.succeed("destroy", ["-auto-approve", `-parallelism=${PARALLELISM}`, ...args]);
  }

  /** `terraform state rm`: forgets what is at an address, without destroying it. */
  async forget(address: string): Promise<void> {
    await this.succeed("state rm", [address]);
  }

  private async succeed(
    command: string,
    args: readonly string[],
    accepted: readonly number[] = [0],
  ): Promise<Output> {
    await mkdir(path.dirname(this.logFile), { recursive: true });
    const asks = ["init", "apply", "plan", "destroy"].includes(command);
    const flags = ["-no-color", ...(asks ? ["-input=false"] : [])];
    const { exitCode, stdout, stderr } = await this.run(
      [...command.split(" "), ...flags, ...args],
      command === "init",
    );
    if (exitCode === null || !accepted.includes(exitCode)) {
      throw new TerraformError(command, exitCode, stderr || stdout, this.logFile);
    }
    return { exitCode, stdout };
  }

  /** Runs Terraform in a process group of its own, so that a Ctrl-C of the user reaches it once, through the cleanup. */
  private async run(
    args: readonly string[],
    mayDownload: boolean,
  ): Promise<Output & { readonly stderr: string }> {
    const environment = await this.environment(mayDownload);
    const child = spawn("terraform", args, {
      cwd: this.options.directory,
      detached: true,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const done = onCleanup(`terraform ${args[0]}`, () => interrupt(child));
    const log = createWriteStream(this.logFile, { flags: "a" });
    log.write(`$ terraform ${args.join(" ")}\n`);
    let stdout = "";
    let stderr = "";
    const isData = args[0] === "show" || args[0] === "output";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      if (isData) return;
      log.write(text);
      this.options.onOutput?.(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      log.write(text);
    });
    try {
      const exitCode = await new Promise<number | null>((resolve) => {
        child.once("error", (error) => {
          stderr += `terraform could not be started: ${error.message}`;
          resolve(null);
        });
        child.once("close", resolve);
      });
      return { exitCode, stdout, stderr };
    } finally {
      log.end();
      await done();
    }
  }

  private cli(): Promise<TerraformCli> {
    const { emulator, cli } = this.options;
    if (cli !== undefined) return Promise.resolve(cli);
    const decided = decidedClis.get(emulator) ?? terraformCli(path.join(emulator.directory, "terraform"));
    decidedClis.set(emulator, decided);
    return decided;
  }

  private async environment(mayDownload: boolean): Promise<NodeJS.ProcessEnv> {
    const { emulator, region, account, environment = {} } = this.options;
    const cli = await this.cli();
    return {
      ...emulator.environment(region, account),
      ...(mayDownload && cli.downloads ? proxyEnvironment() : {}),
      ...environment,
      TF_CLI_CONFIG_FILE: cli.configFile,
      TF_DATA_DIR: this.dataDirectory,
      TF_IN_AUTOMATION: "1",
    };
  }
}

/** Asks Terraform to stop, which it does after the calls under way, and ends it when that takes too long. */
async function interrupt(child: ChildProcess): Promise<void> {
  const ended = (): boolean =>
    child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  if (ended()) return;
  child.kill("SIGINT");
  await waitFor(ended, { timeoutMs: INTERRUPT_MILLISECONDS, what: "the end of terraform" }).catch(() =>
    child.kill("SIGKILL"),
  );
}

function end(text: string): string {
  return text.trim().slice(-STDERR_CHARACTERS_IN_ERRORS);
}
