import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { strToU8, zipSync } from "fflate";
import { FUNCTION_WORDS, type FunctionWord } from "../../core/names";
import { ARCHIVE_DIRECTORY, archiveName } from "./archive";
import { keepSources } from "./source-map";

export interface BuiltFunction {
  readonly name: FunctionWord;
  readonly path: string;
  readonly bytes: number;
}

/**
 * Bundles every function and writes its archive. The same sources and packages give the same bytes on every machine, so that a
 * plan shows a change of code only when there is one.
 */
export async function buildFunctions(
  directory: string = ARCHIVE_DIRECTORY,
): Promise<readonly BuiltFunction[]> {
  mkdirSync(directory, { recursive: true });
  return Promise.all(
    FUNCTION_WORDS.map(async (name) => {
      const archive = zip(await bundle(name));
      const path = join(directory, archiveName(name));
      writeFileSync(path, archive);
      return { name, path, bytes: archive.byteLength };
    }),
  );
}

const ROOT = join(__dirname, "..", "..");

/**
 * The SDK loads these only when the environment has no credentials. Lambda always sets them:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
const UNREACHED_CREDENTIAL_PROVIDERS = [
  "@aws-sdk/credential-provider-http",
  "@aws-sdk/credential-provider-ini",
  "@aws-sdk/credential-provider-process",
  "@aws-sdk/credential-provider-sso",
  "@aws-sdk/credential-provider-web-identity",
  "@smithy/credential-provider-imds",
];

type Files = Readonly<Record<string, Uint8Array>>;

async function bundle(name: FunctionWord): Promise<Files> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [join("replicator", "functions", `${name}.ts`)],
    // Nothing is written here; the source map's paths are relative to it, and must not depend on where archives go.
    outfile: join("dist", "functions", name, "index.js"),
    write: false,
    bundle: true,
    platform: "node",
    // The oldest runtime that a function may be given.
    target: "node20",
    format: "cjs",
    // Packages' ES modules first: only those can be shaken.
    mainFields: ["module", "main"],
    minify: true,
    legalComments: "none",
    sourcemap: "linked",
    sourcesContent: false,
    external: UNREACHED_CREDENTIAL_PROVIDERS,
    logLevel: "warning",
  });
  const text = (extension: string) => outputFiles.find(({ path }) => path.endsWith(extension))?.text ?? "";
  const map = keepSources(JSON.parse(text(".map")), (source) => !source.includes("node_modules/"));
  return { "index.js": strToU8(text(".js")), "index.js.map": strToU8(JSON.stringify(map)) };
}

/** Zip keeps local time, to two seconds, from 1980 on: noon of its first day is the same in every time zone. */
const MTIME = new Date(1980, 0, 1, 12);
const UNIX = 3;
const REGULAR_FILE_0644 = (0o100644 << 16) >>> 0;

function zip(files: Files): Uint8Array {
  const sorted = Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1));
  return zipSync(Object.fromEntries(sorted), { level: 9, mtime: MTIME, os: UNIX, attrs: REGULAR_FILE_0644 });
}

if (require.main === module) {
  buildFunctions()
    .then((functions) => {
      for (const { path, bytes } of functions) console.log(`${path} ${(bytes / 1024).toFixed(1)} KiB`);
    })
    .catch((error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    });
}
