import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build, type Plugin } from "esbuild";
import type { Found } from "./hunt";
import type { Mutant, Patch } from "./mutants";

const ROOT = path.resolve(__dirname, "../../../..");
const HUNT = path.join(__dirname, "hunt.ts");

/**
 * Plays the scenarios, and random runs after them, against the code with one rule changed.
 * @returns what found the mutant; null: nothing did
 * @throws Error when a patch does not fit the code any more
 */
export async function play(mutant: Mutant, seeds = mutant.seeds ?? 0): Promise<Found | null> {
  const directory = mkdtempSync(path.join(tmpdir(), "sqs-multi-region-mutant-"));
  const outfile = path.join(directory, "hunt.cjs");
  try {
    await build({
      entryPoints: [HUNT],
      outfile,
      bundle: true,
      platform: "node",
      format: "cjs",
      target: "node20",
      logLevel: "silent",
      plugins: [patched(mutant.patches)],
    });
    return JSON.parse(await output(outfile, [String(seeds), ...(mutant.profiles ?? [])]));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Every patch has to fit exactly one place: one that fits none would test the unchanged code. */
function patched(patches: readonly Patch[]): Plugin {
  return {
    name: "mutant",
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, (args) => {
        const own = patches.filter(({ file }) => path.join(ROOT, file) === args.path);
        if (own.length === 0) return undefined;
        return { contents: own.reduce(apply, readFileSync(args.path, "utf8")), loader: "ts" };
      });
    },
  };
}

function apply(code: string, { file, find, replace }: Patch): string {
  const places = code.split(find).length - 1;
  if (places !== 1) throw new Error(`${file}: ${JSON.stringify(find)} is found ${places} times, not once`);
  return code.replace(find, () => replace);
}

function output(file: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args], { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
    });
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(text) : reject(new Error(`exit code ${code}`))));
  });
}
