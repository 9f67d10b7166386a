import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ExampleCopy } from "./examples";

/** What Terragrunt does with a unit, as far as it is looked at here. */
export interface EvaluatedUnit {
  readonly terraform: { readonly source: string };
  readonly remote_state: {
    readonly backend: string;
    readonly config: Readonly<Record<string, unknown>>;
  };
  readonly generate: { readonly path: string; readonly contents: string };
  readonly inputs: Readonly<Record<string, unknown>>;
}

/**
 * Evaluates a wrapper's `root.hcl` for a unit, by Terraform: the language is the same, and the three functions of Terragrunt that it
 * may use are replaced by what they give (https://terragrunt.gruntwork.io/docs/reference/built-in-functions/).
 * @throws Error when Terraform cannot read or evaluate it
 */
export async function evaluateUnit(copy: ExampleCopy, wrapper: string, unit: string): Promise<EvaluatedUnit> {
  const folder = copy.example(wrapper);
  const root = await readFile(path.join(folder, "root.hcl"), "utf8");
  const text = root
    .replaceAll("path_relative_to_include()", JSON.stringify(unit))
    .replaceAll("get_parent_terragrunt_dir()", JSON.stringify(folder))
    .replace(/find_in_parent_folders\("([^"]+)"\)/g, (_, file: string) =>
      JSON.stringify(path.join(folder, file)),
    );
  const place = path.join(folder, ".evaluated", unit);
  await mkdir(place, { recursive: true });
  await writeFile(path.join(place, "main.tf"), asOutputs(text));
  await copy.folder.init(place);
  await copy.folder.succeed(place, "apply", "-auto-approve", "-input=false", "-no-color");
  const outputs = JSON.parse(await copy.folder.succeed(place, "output", "-json"));
  const values = Object.entries(outputs).map(([name, output]) => [
    name,
    (output as { value: unknown }).value,
  ]);
  return Object.fromEntries(values);
}

/** Terraform that puts out what the blocks of a formatted file of Terragrunt say. */
function asOutputs(text: string): string {
  return text
    .replace(/^inputs = .*$/m, (inputs) =>
      inputs.replace("inputs", 'output "inputs" {\n  value').concat("\n}"),
    )
    .replace(
      /^(terraform|remote_state|generate)(?: "\w+")? \{\n(.*?)^\}$/gms,
      (_, block: string, body: string) => `output "${block}" {\n  value = {\n${body}  }\n}`,
    );
}
