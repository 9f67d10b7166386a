import { readdirSync } from "node:fs";
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TerraformPlan } from "../../emulator/terraform-plan";
import { CALL, FROZEN_DIRECTORY, freezeModule, frozenVersions, MODULE } from "../../scripts/freeze-module";
import { writeModules } from "../../stacks/hcl/write-modules";
import { testFull } from "../tier";
import { changesOf, NOTHING, testRuns } from "./test-runs";

jest.setTimeout(300_000);

/** Folder of the configuration with the frozen module, beside the same one with the current module. */
const BEFORE = "before";
const VERSIONS = frozenVersions();

/** By version, what the current module needs no more: nothing that holds a message, and no function. */
const GONE: Readonly<Record<string, readonly string[]>> = {
  "0.1.0": [
    ...["us-west-2", "eu-west-1"].map((home) => `aws_cloudwatch_metric_alarm.owned["${home}"]`),
    "aws_cloudwatch_metric_alarm.claim[0]",
    ...[1, 3, 4].map((number) => `aws_iam_role_policy_attachment.health_look_${number}[0]`),
    "aws_ssm_parameter.roles[0]",
    "aws_ssm_parameter.states[0]",
  ],
};

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "sqs-multi-region-frozen-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

test("a version is frozen", () => expect(VERSIONS).not.toEqual([]));

test.each(VERSIONS)(
  "the current module takes over what %s made: no queue is replaced, and no address is forgotten but of what has no use",
  async (version) => {
    await upgradeFrom(path.join(FROZEN_DIRECTORY, version));
    const { again, upgrade } = await plans();
    expect(changesOf(again)).toEqual(NOTHING);
    expect(again.resource_changes!.length).toBeGreaterThan(150);
    const { comes, goes, changes, replaced } = changesOf(upgrade);
    process.stdout.write(
      `3 runs of terraform test: of ${again.resource_changes!.length} resources of ${version}, ${changes.length} change in place, ${replaced.length} are replaced, ${comes.length} come\n`,
    );
    expect(goes).toEqual((GONE[version] ?? []).map((address) => `module.region.${address}`).sort());
    expect(replaced.filter((address) => address.includes("aws_sqs_queue."))).toEqual([]);
  },
);

testFull("a queue whose address changes is noticed, unless it is said to have moved", async () => {
  await upgradeFrom(freezeModule("now", root));
  const current = path.join(root, MODULE);
  for (const file of readdirSync(current).filter((name) => name.endsWith(".tf"))) {
    const text = await readFile(path.join(current, file), "utf8");
    await writeFile(
      path.join(current, file),
      text
        .replaceAll('"aws_sqs_queue" "work"', '"aws_sqs_queue" "main"')
        .replaceAll("aws_sqs_queue.work", "aws_sqs_queue.main"),
    );
  }
  const forgotten = changesOf((await plans()).upgrade);
  expect(forgotten.goes).toContain('module.region.aws_sqs_queue.work["orders"]');
  expect(forgotten.comes).toContain('module.region.aws_sqs_queue.main["orders"]');
  await appendFile(
    path.join(current, "moved.tf"),
    "moved {\n  from = aws_sqs_queue.work\n  to   = aws_sqs_queue.main\n}\n",
  );
  expect(changesOf((await plans()).upgrade)).toEqual({ ...NOTHING, changes: expect.anything() });
});

/** Puts a frozen version and the current module into the folder, both with the archives of now. */
async function upgradeFrom(frozen: string): Promise<void> {
  writeModules(root);
  await mkdir(path.join(root, BEFORE));
  await cp(frozen, path.join(root, BEFORE), { recursive: true });
  await cp(path.join(frozen, CALL), path.join(root, CALL));
  await cp(path.join(root, MODULE, "functions"), path.join(root, BEFORE, MODULE, "functions"), {
    recursive: true,
  });
}

/** Applies the frozen version, plans it again, and plans the current one over the same state, which `state_key` names. */
async function plans(): Promise<{ readonly again: TerraformPlan; readonly upgrade: TerraformPlan }> {
  const before = { module: { source: `./${BEFORE}` } };
  const shared = { state_key: "estate", providers: { aws: "aws" } };
  const found = await testRuns(
    root,
    "upgrade",
    {},
    {
      before: { ...before, ...shared },
      again: { ...before, ...shared, command: "plan" },
      upgrade: { ...shared, command: "plan" },
    },
  );
  return { again: found.get("again")!, upgrade: found.get("upgrade")! };
}
