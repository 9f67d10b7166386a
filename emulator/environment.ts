import os from "node:os";

const AWS_OR_TERRAFORM = /^(AWS|TF)_/i;
const PROXY = /^(https?|all|no|ftp)_proxy$/i;

/**
 * Environment for a child process that must reach nothing but the emulator: the user's, without settings of AWS and Terraform
 * (credentials, profiles, endpoints, variables, arguments) and without proxies; AWS configuration files are not read, and
 * nothing is asked of the instance metadata service or of Terraform's update check.
 *
 * @param extra variables to add; they win
 */
export function childEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !AWS_OR_TERRAFORM.test(name) && !PROXY.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    AWS_CONFIG_FILE: os.devNull,
    AWS_SHARED_CREDENTIALS_FILE: os.devNull,
    AWS_EC2_METADATA_DISABLED: "true",
    CHECKPOINT_DISABLE: "1",
    ...extra,
  };
}

/** The user's proxy settings, for the one thing that may leave the machine: downloads from a registry. */
export function proxyEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => PROXY.test(name)));
}

/**
 * Makes sure that an endpoint is on this machine (127.0.0.0/8, ::1 or localhost), so that no test can touch a real account.
 * Returns it unchanged.
 *
 * @throws Error when it is anything else
 */
export function assertLoopback(endpoint: string): string {
  const host = URL.canParse(endpoint) ? new URL(endpoint).hostname : "";
  const isLoopback = host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
  if (!isLoopback) {
    throw new Error(
      `endpoint "${endpoint}" is not on this machine: the emulator's clients only talk to 127.0.0.0/8, ::1 or localhost`,
    );
  }
  return endpoint;
}
