import { SourceMap as NodeSourceMap } from "node:module";
import { transform } from "esbuild";
import { keepSources, type SourceMap } from "../../../replicator/build/source-map";

/** A bundle of one line: foreign, own, foreign, own, by esbuild's own hand. */
async function bundleMap(): Promise<{ readonly code: string; readonly map: SourceMap }> {
  const { build } = await import("esbuild");
  const files: Readonly<Record<string, string>> = {
    entry: 'import "foreign-1"; import "own-1"; import "foreign-2"; import "own-2";',
    "own-1": "export const firstOwn = () => { throw new Error(\n\n'own 1'); }; firstOwn.call(globalThis);",
    "own-2": "function secondOwn(argument) { console.log(argument, `two\nlines`); } secondOwn('own 2');",
    "foreign-1": "function foreign(x) { return x + 1; } console.log(foreign(1), 'foreign 1');",
    "foreign-2": "function other(x) { return x + 2; } console.log(other(1), 'foreign 2');",
  };
  const { outputFiles } = await build({
    entryPoints: ["entry"],
    bundle: true,
    minify: true,
    write: false,
    sourcemap: "external",
    outfile: "/out.js",
    plugins: [
      {
        name: "files",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /.*/ }, ({ path }) => ({ path, namespace: "files" }));
          onLoad({ filter: /.*/ }, ({ path }) => ({ contents: files[path] ?? "" }));
        },
      },
    ],
  });
  const text = (end: string) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? "";
  return { code: text(".js"), map: JSON.parse(text(".map")) };
}

function entryAt(map: SourceMap, line: number, column: number) {
  return new NodeSourceMap({ file: "", sourceRoot: "", sourcesContent: [], ...map } as never).findEntry(
    line,
    column,
  );
}

describe("keepSources", () => {
  test("says the same of what it keeps as the map did, and nothing of the rest", async () => {
    const { code, map } = await bundleMap();
    const own = keepSources(map, (source) => source.includes("own"));
    expect(own.sources).toEqual(["files:own-1", "files:own-2"]);
    let kept = 0;
    code.split("\n").forEach((text, line) => {
      for (let column = 0; column < text.length; column += 1) {
        const before = entryAt(map, line, column) as { readonly originalSource?: string };
        const after = entryAt(own, line, column) as { readonly originalSource?: string };
        if (before.originalSource?.includes("own")) {
          kept += 1;
          expect(after).toEqual(before);
        } else {
          expect(after.originalSource).toBeUndefined();
        }
      }
    });
    expect(kept).toBeGreaterThan(50);
  });

  test("changes nothing of a map of which it keeps all", async () => {
    const { map } = await transform("const value = 1;\n\nconsole.log(value, () => value);", {
      sourcemap: "external",
      minify: true,
      sourcefile: "own.js",
      sourcesContent: false,
    });
    const parsed: SourceMap = JSON.parse(map);
    expect(keepSources(parsed, () => true)).toEqual(parsed);
  });
});
