import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { copyFolders, providersFor, terraformFolders } from "../../../scripts/check-modules/folders";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "sqs-multi-region-folders-"));
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function files(all: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(all)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
}

test("folders with files of Terraform are found at any depth, and nothing in hidden ones", async () => {
  await files({
    "dist/modules/region/main.tf": "",
    "dist/modules/region/functions/drainer.zip": "",
    "examples/modules/two/states/west/main.tf": "",
    "examples/modules/two/README.md": "",
    "examples/modules/one/main.tf": "",
    "examples/modules/one/.terraform/modules/region/main.tf": "",
    "examples/modules/terragrunt/terragrunt.hcl": "",
  });
  await expect(terraformFolders(root, ["dist/modules", "examples/modules"])).resolves.toEqual([
    "dist/modules/region",
    "examples/modules/one",
    "examples/modules/two/states/west",
  ]);
});

test("there may be no examples", async () => {
  await expect(terraformFolders(root, ["examples/modules"])).resolves.toEqual([]);
});

test("a copy has what the folder has, but for what Terraform left there", async () => {
  await files({
    "from/modules/region/main.tf": "# main",
    "from/modules/region/functions/drainer.zip": "zip",
    "from/modules/region/.terraform/providers": "",
    "from/modules/region/.terraform.lock.hcl": "",
    "from/modules/region/terraform.tfstate.backup": "",
  });
  const to = path.join(root, "to");
  await copyFolders(path.join(root, "from"), to, ["modules", "missing"]);
  expect((await readdir(path.join(to, "modules/region"))).sort()).toEqual(["functions", "main.tf"]);
  await expect(readFile(path.join(to, "modules/region/functions/drainer.zip"), "utf8")).resolves.toBe("zip");
});

test("a copy of a module that is given its providers has them", async () => {
  await files({ "from/modules/two/versions.tf": "configuration_aliases = [aws.home, aws.peer]" });
  const to = path.join(root, "to");
  await copyFolders(path.join(root, "from"), to, ["modules"]);
  const given = await readFile(path.join(to, "modules/two/given-providers.tf.json"), "utf8");
  expect(JSON.parse(given)).toEqual({ provider: { aws: [{ alias: "home" }, { alias: "peer" }] } });
});

test("providers are of each name that a module is given them under", () => {
  const text = `
    aws = {
      configuration_aliases = [
        aws.home,
        aws.peer,
      ]
    }
    dns = { configuration_aliases = [dns.main] }`;
  expect(JSON.parse(providersFor(text)!)).toEqual({
    provider: { aws: [{ alias: "home" }, { alias: "peer" }], dns: [{ alias: "main" }] },
  });
  expect(providersFor('aws = { source = "hashicorp/aws" }')).toBeUndefined();
});
