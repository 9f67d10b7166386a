import { indented } from "./hcl-text";
import type { ModuleVariable } from "./variables";

/** What the page of a module says. */
export interface ModulePage {
  readonly title: string;
  /** What the module makes, and how it is called, in a sentence or two. */
  readonly description: string;
  /** A call of the module, in Terraform's language. */
  readonly usage: string;
  /** Versions that it can be used with: of `terraform`, and of providers by name. */
  readonly requirements: Readonly<Record<string, string>>;
  /** Modules that it calls. Default: none. */
  readonly calls?: readonly { readonly name: string; readonly source: string }[];
  readonly resources: readonly Declared[];
  /** Default: none. */
  readonly dataSources?: readonly Declared[];
  readonly variables: readonly ModuleVariable[];
  readonly outputs: readonly { readonly name: string; readonly description: string }[];
}

interface Declared {
  readonly type: string;
  readonly name: string;
}

/**
 * The page `README.md` of a module. Below the example it is what `terraform-docs markdown table` prints of the module's files
 * (https://terraform-docs.io/reference/markdown-table/), but for `<` and `|` in types, which a browser would not show.
 */
export function moduleReadme(page: ModulePage): string {
  const { requirements, calls = [], resources, dataSources = [], variables, outputs } = page;
  return `# ${page.title}

${page.description}

## Usage

\`\`\`hcl
${page.usage.trim()}
\`\`\`

<!-- BEGIN_TF_DOCS -->
${[
  section("Requirements", ["Name", "Version"], versionRows("requirement", requirementsOf(requirements))),
  section("Providers", ["Name", "Version"], versionRows("provider", providersOf(page))),
  section("Modules", ["Name", "Source", "Version"], sorted(calls).map(callRow)),
  section(
    "Resources",
    ["Name", "Type"],
    [...declaredRows(resources, "resource"), ...declaredRows(dataSources, "data source")],
  ),
  section(
    "Inputs",
    ["Name", "Description", "Type", "Default", ":Required:"],
    sorted(variables).map(variableRow),
  ),
  section("Outputs", ["Name", "Description"], sorted(outputs).map(outputRow)),
].join("\n\n")}
<!-- END_TF_DOCS -->
`;
}

type Row = readonly string[];

/** A heading and a table; a column between colons is centred. */
function section(heading: string, columns: Row, rows: readonly Row[]): string {
  if (rows.length === 0) return `## ${heading}\n\nNo ${heading.toLowerCase()}.`;
  const names = columns.map((column) => ` ${column.replaceAll(":", "")} `);
  const rules = columns.map((column, index) =>
    column.startsWith(":") ? `:${"-".repeat(column.length - 2)}:` : "-".repeat(names[index]!.length),
  );
  const lines = [names, rules, ...rows.map((cells) => cells.map((cell) => ` ${cell} `))];
  return `## ${heading}\n\n${lines.map((cells) => `|${cells.join("|")}|`).join("\n")}`;
}

/** Terraform first, then providers by name. */
function requirementsOf(requirements: ModulePage["requirements"]): readonly (readonly [string, string])[] {
  const entries = Object.entries(requirements);
  const isTerraform = ([name]: readonly [string, string]) => name === "terraform";
  return [...entries.filter(isTerraform), ...inOrder(entries.filter((one) => !isTerraform(one)))];
}

/** Those that resources and data sources are of. */
function providersOf({
  requirements,
  resources,
  dataSources = [],
}: ModulePage): readonly (readonly [string, string | undefined])[] {
  const names = new Set([...resources, ...dataSources].map(({ type }) => providerOf(type)));
  // What is built in has no version, and no requirement.
  return inOrder(
    [...names].map((name) => [name, name === "terraform" ? undefined : requirements[name]] as const),
  );
}

function providerOf(type: string): string {
  return type.slice(0, type.indexOf("_"));
}

function versionRows(
  kind: string,
  versions: readonly (readonly [string, string | undefined])[],
): readonly Row[] {
  return versions.map(([name, version]) => [anchored(kind, name), version ?? "n/a"]);
}

function callRow({ name, source }: { readonly name: string; readonly source: string }): Row {
  return [anchored("module", name), source, "n/a"];
}

function declaredRows(all: readonly Declared[], kind: "resource" | "data source"): readonly Row[] {
  const linked = all.map(({ type, name }) => {
    const provider = providerOf(type);
    const pages = `https://registry.terraform.io/providers/hashicorp/${provider}/latest/docs`;
    const page = `${pages}/${kind.replace(" ", "-")}s/${type.slice(provider.length + 1)}`;
    return { name: `${type}.${name}`, page };
  });
  return sorted(linked).map(({ name, page }) => [`[${name}](${page})`, kind]);
}

function variableRow(variable: ModuleVariable): Row {
  const { name, description, type } = variable;
  const isRequired = !("default" in variable);
  return [
    anchored("input", name),
    prose(description),
    // As it stands in variables.tf, a step further in than its first line.
    code(indented(type).trimStart()),
    isRequired ? "n/a" : code(JSON.stringify(variable.default, null, 2)),
    isRequired ? "yes" : "no",
  ];
}

function outputRow({ name, description }: { readonly name: string; readonly description: string }): Row {
  return [anchored("output", name), prose(description)];
}

function anchored(kind: string, name: string): string {
  return `<a name="${kind}_${name}"></a> [${escaped(name)}](#${escaped(`${kind}_${name}`)})`;
}

/** A text in a cell of a table; what stands between backticks is code. */
function prose(text: string): string {
  if (text === "") return "n/a";
  const parts = text.trim().split("`");
  // The last backtick of an odd number of them begins nothing.
  const isCode = (index: number) => index % 2 === 1 && index < parts.length - 1;
  return parts
    .map((part, index) => (isCode(index) ? barred(part) : escaped(shown(part))))
    .join("`")
    .replaceAll("\n", "<br/>");
}

/** Code in a cell of a table, over several lines where it is. */
function code(text: string): string {
  return text.includes("\n") ? `<pre>${shown(text).replaceAll("\n", "<br/>")}</pre>` : `\`${barred(text)}\``;
}

function shown(text: string): string {
  return barred(text.replaceAll("&", "&amp;").replaceAll("<", "&lt;"));
}

/** A bar would end the cell. */
function barred(text: string): string {
  return text.replaceAll("|", "\\|");
}

function escaped(name: string): string {
  return name.replaceAll("_", "\\_");
}

function sorted<Named extends { readonly name: string }>(all: readonly Named[]): readonly Named[] {
  return [...all].sort(({ name: one }, { name: other }) => (one < other ? -1 : 1));
}

function inOrder<Entry extends readonly [string, unknown]>(entries: readonly Entry[]): readonly Entry[] {
  return [...entries].sort(([one], [other]) => (one < other ? -1 : 1));
}
