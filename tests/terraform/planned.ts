import { cp, readFile } from "node:fs/promises";
import path from "node:path";
import { TerraformFolder } from "../../emulator/terraform-folder";
import { type PlannedResource, plannedResources } from "../../emulator/terraform-plan";

/** A provider that plans what does not exist yet without calling AWS. */
export const PROVIDER = {
  access_key: "111122223333",
  secret_key: "none",
  skip_credentials_validation: true,
  skip_metadata_api_check: "true",
  skip_requesting_account_id: true,
};

export const providerOf = (region: string, alias?: string) => ({ ...PROVIDER, region, alias });

/** What Terraform would make, as texts that are equal when the resources are, whatever their addresses, in a fixed order. */
export type Planned = readonly string[];

/** Plans a folder with Terraform, in which other folders may stand below. */
export async function planned(
  files: Readonly<Record<string, string>>,
  folders: Readonly<Record<string, string>> = {},
): Promise<Planned> {
  const { resources } = await planOf(files, folders, false);
  return resources.map(textOf).sort();
}

/** Initializes, validates and plans a folder with Terraform: what it would make, and which versions of the provider it asks for. */
export async function planOf(
  files: Readonly<Record<string, string>>,
  folders: Readonly<Record<string, string>> = {},
  isValidated = true,
): Promise<{ readonly resources: readonly PlannedResource[]; readonly lock: string }> {
  const folder = await TerraformFolder.withProvider(files);
  try {
    for (const [name, from] of Object.entries(folders)) {
      await cp(from, path.join(folder.root, name), { recursive: true });
    }
    await folder.init(".");
    if (isValidated) await folder.succeed(".", "validate", "-no-color");
    const plan = await folder.plan(".");
    const lock = await readFile(path.join(folder.root, ".terraform.lock.hcl"), "utf8");
    return { resources: plannedResources(plan).filter(({ type }) => type !== "terraform_data"), lock };
  } finally {
    await folder.remove();
  }
}

/** A synthesized stack as it is planned here: without the state and the credentials of its own. */
export async function stackFiles(folder: string): Promise<Readonly<Record<string, string>>> {
  const stack = JSON.parse(await readFile(path.join(folder, "cdk.tf.json"), "utf8"));
  const { backend: _backend, ...terraform } = stack.terraform;
  const aws = stack.provider.aws.map(({ alias, region }: Readonly<Record<"alias" | "region", string>>) => ({
    ...PROVIDER,
    alias,
    region,
  }));
  return { "cdk.tf.json": JSON.stringify({ ...stack, terraform, provider: { aws } }) };
}

/** A root module that calls the module in `./module`, with a configuration file's settings as its variables. */
export function callFiles(
  settings: object,
  region: string,
  more: object = {},
): Readonly<Record<string, string>> {
  const call = { source: "./module", region, check_account: false, ...settings };
  return {
    "main.tf.json": JSON.stringify({
      provider: { aws: [{ ...PROVIDER, region }] },
      module: { called: call },
      ...more,
    }),
  };
}

function textOf({ type, values: { filename: _filename, ...values } }: PlannedResource): string {
  return `${type} ${JSON.stringify(normal(values))}`;
}

/** A value with keys and lists in a fixed order, JSON in texts read, and nothing that is `null`. */
function normal(value: unknown): unknown {
  if (typeof value === "string") return normalText(value);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(normal).sort(byText);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => [key, normal(item)] as const)
      .sort(([one], [other]) => byText(one, other)),
  );
}

function normalText(text: string): unknown {
  if (!/^[[{]/.test(text)) return text;
  try {
    return normal(JSON.parse(text));
  } catch {
    return text;
  }
}

function byText(one: unknown, other: unknown): number {
  const [left, right] = [JSON.stringify(one) ?? "", JSON.stringify(other) ?? ""];
  return left < right ? -1 : Number(left > right);
}
