import { type GroupSettings, settingsOf } from "../../config/configuration";
import { resolveRecovery } from "../../config/recovery/recovery";
import { ownershipTablesOf, votersOf } from "../../config/voters";
import { TerraformFolder } from "../../emulator/terraform-folder";
import { Renderer } from "../../stacks/hcl/render";
import { groupOfVariables, lifted, referencesIn } from "../../stacks/hcl/settings";
import { SYMBOLS } from "../../stacks/hcl/symbols";
import { configuration, HOME_ACCOUNT, PEER_ACCOUNT } from "../fixtures";

jest.setTimeout(60_000);

interface WitnessVariable {
  readonly region: string;
  readonly account: string | null;
  readonly assume_role_arn: string | null;
}

/** By name, as a module has them. */
const REGIONS = ["ap-south-1", "eu-central-1", "eu-west-1", "us-east-1", "us-west-2"];
const WITNESS: WitnessVariable = { region: "us-east-2", account: null, assume_role_arn: null };

let folder: TerraformFolder;
beforeAll(async () => {
  const group = groupOfVariables();
  const { witness } = resolveRecovery(group, {})!;
  const recovery = { witness: referencesIn(witness, "local.recovery.witness") };
  const module = { ...group, recovery } as unknown as GroupSettings;
  const renderer = new Renderer(SYMBOLS);
  // What the module within a module gives back is what that one was given.
  const written = (value: unknown) => renderer.value(value, {}).replaceAll("module.settings.", "var.");
  folder = await TerraformFolder.of({
    "main.tf": `
variable "regions" {
  type = map(object({ account = string }))
}
variable "failover_group" {
  default = "shop"
}
variable "naming" {
  default = { prefix = "acme-" }
}
variable "recovery" {
  type = any
}
locals {
  regions   = keys(var.regions)
  partition = "aws"
  recovery = { witness = ${written(lifted(witness))} }
}
output "voters" {
  value = ${written(votersOf(module))}
}
output "tables" {
  value = ${written(ownershipTablesOf(module))}
}
`,
  });
  await folder.init(".");
});
afterAll(() => folder.remove());

test.each<[number, { readonly witness?: WitnessVariable }]>([
  [2, {}],
  [2, { witness: WITNESS }],
  [2, { witness: { ...WITNESS, account: HOME_ACCOUNT } }],
  [2, { witness: { ...WITNESS, account: PEER_ACCOUNT } }],
  [3, {}],
  [4, {}],
  [4, { witness: WITNESS }],
  [5, {}],
])(
  "voters and tables of %d regions with %j are those of the configuration, as Terraform computes them",
  async (count, recovery) => {
    const regions = Object.fromEntries(
      REGIONS.slice(0, count).map((region) => [region, { account: HOME_ACCOUNT }]),
    );
    const { region, account } = recovery.witness ?? {};
    const witness = region === undefined ? {} : { witness: { region, ...(account && { account }) } };
    const expected = configuration({ regions, recovery: witness, naming: { prefix: "acme-" } });
    const values = Object.entries({ regions, recovery }).map(
      ([name, value]) => `-var=${name}=${JSON.stringify(value)}`,
    );
    const { output_changes } = (await folder.plan(".", ...values)) as {
      readonly output_changes?: Readonly<Record<string, { readonly after: unknown }>>;
    };
    expect(output_changes!.voters!.after).toEqual(votersOf(settingsOf(expected)));
    expect(output_changes!.tables!.after).toEqual(ownershipTablesOf(settingsOf(expected)));
  },
);
