import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { childEnvironment } from "../../emulator/environment";
import { PROJECT_ROOT } from "../../emulator/paths";
import { type ProcessResult, runCommand } from "../../emulator/run-command";
import { TerraformFolder } from "../../emulator/terraform-folder";
import { checkovReport } from "./checkov-report";
import { installCheckov, installTflint, type Tool } from "./install-tools";
import { suppressionsIn } from "./suppressions";

/** What one check says of one folder. */
export interface Result {
  /** What it found, to be shown; nothing: all is well. */
  readonly findings: string;
  /** Figures. */
  readonly note?: string;
}

/** Something that every folder has to pass. */
export interface Checker {
  readonly name: string;
  /** @param folder in which it may leave something */
  readonly run: (folder: string) => Promise<Result>;
  /** What is to be said after all folders. Default: nothing. */
  readonly end?: () => string;
}

const TFLINT_SETTINGS = path.join(PROJECT_ROOT, ".tflint.hcl");
const CHECKOV_SETTINGS = path.join(PROJECT_ROOT, ".checkov.yaml");

/**
 * All checks, in their order; their tools are installed where they are missing.
 *
 * @param directory for what the checks need themselves
 * @throws Error when a tool cannot be installed, or a suppression has no reason
 */
export async function allChecks(directory: string, log: (line: string) => void): Promise<readonly Checker[]> {
  const checkov = checkovCheck(await installCheckov(log), await readFile(CHECKOV_SETTINGS, "utf8"));
  const tflint = await installTflint(log);
  await mkdir(directory, { recursive: true });
  return [...terraformChecks(await TerraformFolder.at(directory)), tflintCheck(tflint), checkov];
}

function terraformChecks(terraform: TerraformFolder): readonly Checker[] {
  return [
    {
      name: "terraform fmt",
      run: async (folder) => found(await terraform.run(folder, "fmt", "-check", "-diff", "-no-color")),
    },
    {
      name: "terraform validate",
      run: async (folder) => {
        const prepared = found(
          await terraform.run(folder, "init", "-backend=false", "-input=false", "-no-color"),
        );
        return prepared.findings === ""
          ? found(await terraform.run(folder, "validate", "-no-color"))
          : prepared;
      },
    },
  ];
}

function tflintCheck(tflint: Tool): Checker {
  const settings = [`--config=${TFLINT_SETTINGS}`, "--format=compact"];
  return {
    name: "tflint",
    run: async (folder) => {
      const { findings } = found(await runTool(tflint, `--chdir=${folder}`, ...settings));
      return { findings: findings.replaceAll(`${path.relative("", folder)}${path.sep}`, "") };
    },
  };
}

/** Checks that are left out are made all the same, so that one is told of that finds nothing any more. */
export function checkovCheck(checkov: Tool, settings: string): Checker {
  const suppressed = new Set(suppressionsIn(settings).map(({ check }) => check));
  const idle = new Set(suppressed);
  return {
    name: "checkov",
    run: async (folder) => {
      // What is given here replaces what the settings leave out; there is no such check.
      const args = ["--config-file", CHECKOV_SETTINGS, "--skip-check", "CKV_NOTHING", "--soft-fail"];
      const result = await runTool(checkov, "--directory", folder, ...args, "--output", "json");
      if (result.exitCode !== 0) return found(result);
      const { passed, findings, unread } = checkovReport(result.stdout);
      for (const { check } of findings) idle.delete(check);
      const left = findings.filter(({ check }) => !suppressed.has(check));
      return {
        findings: [...left.map(({ text }) => text), ...unread.map((file) => `${file}: cannot be read`)].join(
          "\n",
        ),
        note: `${passed} passed, ${findings.length - left.length} suppressed`,
      };
    },
    end: () =>
      idle.size === 0 ? "" : `.checkov.yaml leaves out what finds nothing anyway: ${[...idle].join(", ")}`,
  };
}

function runTool({ command, args, environment }: Tool, ...more: readonly string[]): Promise<ProcessResult> {
  return runCommand(command, [...args, ...more], childEnvironment(environment));
}

function found({ exitCode, stdout, stderr }: ProcessResult): Result {
  if (exitCode === 0) return { findings: "" };
  const said = [stdout, stderr].map((text) => text.trim()).filter((text) => text !== "");
  return { findings: said.join("\n") || "it failed and said nothing" };
}
