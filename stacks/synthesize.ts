import { existsSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { type App, Manifest } from "cdktf";
import { ConfigurationError, type Violation } from "../config/violation";

/**
 * Writes the stacks of an app, and removes the folders of stacks that the app no longer has: a pipeline that goes through all folders would
 * apply them once more. What such a stack has made stays as it is, in its state.
 * @param say told what was removed
 * @throws ConfigurationError before anything is written, when such a folder holds a state
 */
export function synthesize(app: App, say: (line: string) => void): void {
  const stale = staleFolders(app);
  const states = stale.flatMap(statesIn);
  if (states.length > 0) throw new ConfigurationError(app.outdir, states.map(stateLeft));
  app.synth();
  for (const folder of stale) {
    rmSync(folder, { recursive: true });
    say(
      `removed ${folder}: its stack is not in the configuration any more. What it has made stays, in its state.`,
    );
  }
}

function statesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((file) => /\.tfstate(?:\.|$)/.test(file))
    .map((file) => path.join(folder, file));
}

function stateLeft(file: string): Violation {
  return {
    path: "(output)",
    value: file,
    allowed: "states of stacks that are in the configuration",
    fix: "destroy that stack, or move its state elsewhere, and remove the folder",
  };
}

function staleFolders(app: App): readonly string[] {
  const stacks = path.join(app.outdir, Manifest.stacksFolder);
  if (!existsSync(stacks)) return [];
  const current = new Set(app.node.children.map(({ node }) => node.id));
  return readdirSync(stacks)
    .filter((name) => !current.has(name))
    .map((name) => path.join(stacks, name));
}
