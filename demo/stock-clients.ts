import { roleCredentials } from "../emulator/clients";
import type { Emulator } from "../emulator/emulator";

/** Variables of the environment, by who calls. */
export type Environments = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Settings for stock clients such as the aws CLI: those of the account, and of the roles by name. */
export async function stockClients(
  emulator: Emulator,
  region: string,
  account: string,
  roles: Readonly<Record<string, string>>,
): Promise<Environments> {
  const common = {
    AWS_ENDPOINT_URL: emulator.endpoint(region),
    AWS_CA_BUNDLE: emulator.certificateFile,
    AWS_DEFAULT_REGION: region,
  };
  const environments: Record<string, Record<string, string>> = {
    account: { ...common, ...(await roleCredentials(emulator, { account })) },
  };
  for (const [name, role] of Object.entries(roles))
    environments[name] = { ...common, ...(await roleCredentials(emulator, { account, role })) };
  return environments;
}

/** As lines for a shell. */
export function describe(environments: Environments): string {
  return Object.entries(environments)
    .map(([caller, variables]) => {
      const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${value}`);
      return [`\n# as ${caller === "account" ? "the account" : `the ${caller}`}`, ...lines].join("\n");
    })
    .join("\n");
}
