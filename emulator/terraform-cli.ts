import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { cacheDirectory } from "./paths";
import { findProviderMirror, isMirror, PROVIDER_VERSION } from "./provider-mirror";

/** How Terraform gets its provider. */
export interface TerraformCli {
  /** File for `TF_CLI_CONFIG_FILE`. */
  readonly configFile: string;
  /** One sentence for the log. */
  readonly choice: string;
  /** Whether `terraform init` may have to download. */
  readonly downloads: boolean;
}

/**
 * Decides where Terraform gets the provider from and writes the configuration for it to `directory`. In this order: the file that
 * `TF_CLI_CONFIG_FILE` names, if it exists, the mirror that `SQS_MULTI_REGION_PROVIDER_MIRROR` names, a mirror found on this machine. Last
 * comes the registry, with the download kept in our cache.
 *
 * @throws Error when `SQS_MULTI_REGION_PROVIDER_MIRROR` names no mirror with the provider
 */
export async function terraformCli(directory: string): Promise<TerraformCli> {
  const given = process.env.TF_CLI_CONFIG_FILE;
  if (given && existsSync(given)) {
    return {
      configFile: given,
      choice: `Terraform is configured by ${given} (TF_CLI_CONFIG_FILE).`,
      downloads: true,
    };
  }
  const configFile = path.join(directory, "terraform.rc");
  await mkdir(directory, { recursive: true });
  const mirror = await chooseMirror();
  if (mirror !== undefined) {
    await writeFile(configFile, mirrorConfiguration(mirror));
    return {
      configFile,
      choice: `Terraform takes the provider from the mirror ${mirror}.`,
      downloads: false,
    };
  }
  const cache = path.join(cacheDirectory(), "terraform-plugins");
  await mkdir(cache, { recursive: true });
  await writeFile(configFile, registryConfiguration(cache));
  return {
    configFile,
    choice: `Terraform takes the provider from the registry and keeps it in ${cache}.`,
    downloads: true,
  };
}

async function chooseMirror(): Promise<string | undefined> {
  const override = process.env.SQS_MULTI_REGION_PROVIDER_MIRROR;
  if (!override) return findProviderMirror();
  const mirror = path.resolve(override);
  if (await isMirror(mirror)) return mirror;
  throw new Error(
    `SQS_MULTI_REGION_PROVIDER_MIRROR=${override}: there is no <host>/hashicorp/aws/${PROVIDER_VERSION} for this machine below it`,
  );
}

function mirrorConfiguration(mirror: string): string {
  const everything = `"*/*/*"`;
  return [
    "provider_installation {",
    "  filesystem_mirror {",
    `    path    = ${JSON.stringify(mirror)}`,
    `    include = [${everything}]`,
    "  }",
    "}",
    "",
  ].join("\n");
}

function registryConfiguration(cache: string): string {
  return [
    `plugin_cache_dir = ${JSON.stringify(cache)}`,
    "plugin_cache_may_break_dependency_lock_file = true",
    "",
  ].join("\n");
}
