import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { unzipSync } from "fflate";
import type { FunctionWord } from "../core/names";
import { buildFunctions } from "../replicator/build/build";

/** The functions that only the benchmark has. */
const OWN_FUNCTIONS = ["hand-written", "raw", "bare", "empty", "empty-sending"] as const;

export type FunctionName = "replicator" | "forwarder" | "drainer" | (typeof OWN_FUNCTIONS)[number];

export interface Archive {
  readonly name: FunctionWord;
  readonly bytes: number;
  /** SHA-256, in hexadecimal. */
  readonly digest: string;
}

export interface Bundles {
  readonly archives: readonly Archive[];
  /** Folders with what Lambda unpacks. */
  readonly folders: Readonly<Record<FunctionName, string>>;
  /** What runs a function as Lambda does. */
  readonly runtime: string;
  /** The stub endpoint. */
  readonly stub: string;
}

/** Builds the archives that are deployed, unpacks them, and bundles what they are compared with in the same way. */
export async function makeBundles(directory: string): Promise<Bundles> {
  const built = await buildFunctions(join(directory, "archives"));
  const archives = built.map(({ name, path, bytes }): Archive => {
    unpack(readFileSync(path), join(directory, name));
    return { name, bytes, digest: createHash("sha256").update(readFileSync(path)).digest("hex") };
  });
  await Promise.all([
    ...OWN_FUNCTIONS.map((name) =>
      bundle(join("functions", `${name}.ts`), join(directory, name, "index.js")),
    ),
    bundle(join("worker", "runtime.ts"), join(directory, "runtime.js")),
    bundle(join("stub", "server.ts"), join(directory, "stub.js")),
  ]);
  const folder = (name: FunctionName) => join(directory, name);
  return {
    archives,
    folders: {
      replicator: folder("replicator"),
      forwarder: folder("forwarder"),
      drainer: folder("drainer"),
      "hand-written": folder("hand-written"),
      raw: folder("raw"),
      bare: folder("bare"),
      empty: folder("empty"),
      "empty-sending": folder("empty-sending"),
    },
    runtime: join(directory, "runtime.js"),
    stub: join(directory, "stub.js"),
  };
}

function unpack(archive: Uint8Array, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [file, contents] of Object.entries(unzipSync(archive))) {
    writeFileSync(join(folder, file), contents);
  }
}

/** As replicator/build/build.ts bundles: a smaller or larger SDK would show in cold starts. */
async function bundle(source: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [join(__dirname, source)],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    mainFields: ["module", "main"],
    minify: true,
    legalComments: "none",
    external: [
      "@aws-sdk/credential-provider-http",
      "@aws-sdk/credential-provider-ini",
      "@aws-sdk/credential-provider-process",
      "@aws-sdk/credential-provider-sso",
      "@aws-sdk/credential-provider-web-identity",
      "@smithy/credential-provider-imds",
    ],
    logLevel: "warning",
  });
}
