import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { FROZEN_DIRECTORY, frozenVersions, MODULE } from "../../scripts/freeze-module";
import { writeModules } from "../../stacks/module/write-modules";
import { runCleanup } from "../emulator/cleanup";
import { type Emulator, startEmulator } from "../emulator/emulator";
import { Terraform } from "../emulator/terraform";
import { changesOf, NOTHING } from "../terraform/test-runs";
import { testFull } from "../tier";

/** Where the frozen configuration makes its region. */
const REGION = "us-east-1";
const ACCOUNT = "111122223333";
/** What a root has beside the call. */
const ROOT = `terraform {\n  backend "local" {}\n}\n\nprovider "aws" {\n  region = "${REGION}"\n}\n`;
/** What of the call would have to be there before: https://developer.hashicorp.com/terraform/language/files/override */
const OVERRIDE = `module "region" {
  regions              = { for region in local.regions : region => { account = local.account } }
  permissions_boundary = null
}
`;

/** What the emulator does not keep: provisioned pollers. */
const FORGOTTEN = ['module.region.aws_lambda_event_source_mapping.replicator["payments"]'];

let emulator: Emulator;
let root: string;

beforeAll(async () => {
  emulator = await startEmulator({ regions: [REGION] });
  root = await mkdtemp(path.join(os.tmpdir(), "module-upgrade-"));
}, 240_000);

afterAll(async () => {
  await runCleanup();
  await rm(root, { recursive: true, force: true });
});

testFull.each(frozenVersions())(
  "what the module made as %s is planned by the current one without losing a queue",
  async (version) => {
    const directory = path.join(root, version);
    const module = path.join(directory, MODULE);
    const current = path.join(root, "current");
    writeModules(current);
    await cp(path.join(FROZEN_DIRECTORY, version), directory, { recursive: true });
    await cp(path.join(current, MODULE, "functions"), path.join(module, "functions"), { recursive: true });
    await writeFile(path.join(directory, "root.tf"), ROOT);
    await writeFile(path.join(directory, "main_override.tf"), OVERRIDE);
    const terraform = new Terraform({ emulator, directory, name: version, region: REGION, account: ACCOUNT });
    const started = Date.now();
    await terraform.init();
    await terraform.apply();
    process.stdout.write(`applied ${version} in ${Math.round((Date.now() - started) / 1_000)} s\n`);
    const again = changesOf((await terraform.plan()).plan);
    expect(again).toEqual({ ...NOTHING, changes: FORGOTTEN });

    await rm(module, { recursive: true });
    await cp(path.join(current, MODULE), module, { recursive: true });
    await terraform.init();
    const { plan } = await terraform.plan();
    const { comes, goes, changes, replaced } = changesOf(plan);
    process.stdout.write(
      `of ${plan.resource_changes!.length} resources of ${version}, ${changes.length} change in place, ${replaced.length} are replaced, ${comes.length} come\n`,
    );
    expect(goes).toEqual([]);
    expect(replaced.filter((address) => address.includes("aws_sqs_queue."))).toEqual([]);
  },
  600_000,
);
