import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";

export interface ConsumerArchive {
  /** Folder to pack. */
  readonly directory: string;
  /** SHA-256 of the code in base64: changes with the code and nothing else. */
  readonly hash: string;
}

/** Bundles the consumer with the client library. */
export async function buildConsumer(): Promise<ConsumerArchive> {
  const directory = path.join(__dirname, "..", "..", "dist", "examples", "order-processing");
  mkdirSync(directory, { recursive: true });
  const { outputFiles } = await build({
    entryPoints: [path.join(__dirname, "consumer.ts")],
    outfile: path.join(directory, "index.js"),
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    mainFields: ["module", "main"],
    minify: true,
    write: false,
  });
  const [code] = outputFiles;
  if (code === undefined) throw new Error("esbuild wrote nothing");
  writeFileSync(code.path, code.contents);
  return { directory, hash: createHash("sha256").update(code.contents).digest("base64") };
}
