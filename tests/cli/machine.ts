import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { awsClients } from "../../cli/clients";
import { run } from "../../cli/run";
import { recordResolver } from "../../client/producer/record-resolver";
import { childEnvironment } from "../../emulator/environment";
import { runCommand } from "../../emulator/run-command";
import { configurationInput, HOME_ACCOUNT } from "../fixtures";
import { REGIONS } from "./aws-server";

/** What a command left. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly said: string;
  readonly milliseconds: number;
}

const KEYS = { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" };
const ALONE = {
  AWS_CONFIG_FILE: os.devNull,
  AWS_SHARED_CREDENTIALS_FILE: os.devNull,
  AWS_EC2_METADATA_DISABLED: "true",
};

/** A machine on which the command runs with the real SDK: an environment, a configuration file, and where each region is found. */
export class Machine {
  readonly endpoints = new Map<string, string>();
  readonly variables: Record<string, string> = { ...KEYS };
  private readonly folder = mkdtempSync(path.join(os.tmpdir(), "sqs-multi-region-machine-"));
  configuration = path.join(this.folder, "sqs-multi-region.json");

  constructor(queue: object = {}, over: object = {}) {
    const regions = Object.fromEntries(REGIONS.map((region) => [region, { account: HOME_ACCOUNT }]));
    const input = configurationInput({ regions, recovery: {}, ...over }, queue);
    writeFileSync(this.configuration, JSON.stringify(input));
  }

  withoutCredentials(): void {
    for (const name of Object.keys(KEYS)) delete this.variables[name];
  }

  /** Runs a command to its end. */
  async run(...args: readonly string[]): Promise<Outcome> {
    const before = Object.entries(process.env).filter(([name]) => name.startsWith("AWS_"));
    setVariables({ ...ALONE, ...this.variables });
    const output: string[] = [];
    const said: string[] = [];
    const began = performance.now();
    try {
      const code = await run(args.length === 0 ? [] : [...args, "--config", this.configuration], {
        clients: awsClients((region) => this.endpoints.get(region)),
        resolver: () => recordResolver({ resolverAddresses: [] }),
        write: (text) => output.push(text),
        say: (line) => said.push(line),
        now: Date.now,
        sleep,
      });
      const milliseconds = performance.now() - began;
      return { code, output: output.join(""), said: said.join("\n"), milliseconds };
    } finally {
      process.exitCode = undefined;
      setVariables(Object.fromEntries(before));
    }
  }

  /**
   * Runs a command as a process of its own. In a test, errors of the system's are none of the SDK's: Jest has an Error of its own.
   * @param variables beside those of the machine
   */
  async runApart(
    args: readonly string[],
    variables: Readonly<Record<string, string>> = {},
  ): Promise<Outcome> {
    const began = performance.now();
    const { exitCode, stdout, stderr } = await runCommand(
      process.execPath,
      ["--import", "tsx", path.join(__dirname, "command.ts"), ...args, "--config", this.configuration],
      childEnvironment({
        ...ALONE,
        ...this.variables,
        ENDPOINTS: JSON.stringify(Object.fromEntries(this.endpoints)),
        ...variables,
      }),
    );
    const milliseconds = performance.now() - began;
    return { code: exitCode, output: stdout, said: stderr, milliseconds };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Those of AWS, and no other of theirs. */
function setVariables(variables: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
  Object.assign(process.env, variables);
}
