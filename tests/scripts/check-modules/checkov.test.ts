import { readFileSync } from "node:fs";
import path from "node:path";
import { checkovReport } from "../../../scripts/check-modules/checkov-report";
import { checkovCheck } from "../../../scripts/check-modules/checks";
import { suppressionsIn } from "../../../scripts/check-modules/suppressions";

const SETTINGS = `framework:
  - terraform
skip-check:
  # Over
  # two lines.
  - CKV_AWS_1

  # Another.
  - CKV2_AWS_2
`;

const finding = (check: string) => ({
  check_id: check,
  check_name: "Ensure it",
  resource: "aws_sqs_queue.work",
  file_path: "/queues.tf",
  file_line_range: [7, 9],
});

const report = (checks: readonly string[], unread: readonly string[] = []) =>
  JSON.stringify({
    results: { failed_checks: checks.map(finding), parsing_errors: unread },
    summary: { passed: 3 },
  });

/** A checkov that writes this. */
const saying = (text: string, exitCode = 0) => ({
  command: process.execPath,
  args: ["-e", `process.stdout.write(${JSON.stringify(text)}); process.exitCode = ${exitCode}`, "--"],
  environment: {},
});

test("what is left out has the comment above it as its reason", () => {
  expect(suppressionsIn(SETTINGS)).toEqual([
    { check: "CKV_AWS_1", reason: "Over two lines." },
    { check: "CKV2_AWS_2", reason: "Another." },
  ]);
  expect(suppressionsIn("framework:\n  - terraform\n")).toEqual([]);
});

test("fails when something is left out without a reason", () => {
  expect(() => suppressionsIn(SETTINGS.replace("  # Another.\n", ""))).toThrow(
    ".checkov.yaml leaves CKV2_AWS_2 out and does not say why",
  );
});

test("every suppression of this project has a reason", () => {
  const read = (file: string) => readFileSync(path.join(__dirname, "../../..", file), "utf8");
  const settings = read(".checkov.yaml");
  expect(suppressionsIn(settings)).toHaveLength(settings.match(/^ +- CKV/gm)!.length);
  const rules = read(".tflint.hcl").match(/(?:^#.*\n)?^rule /gm)!;
  expect(rules.filter((rule) => !rule.startsWith("#"))).toEqual([]);
});

test("a report tells what passed, and of each finding the place and the resource", () => {
  expect(checkovReport(report(["CKV_AWS_1"], ["/broken.tf"]))).toEqual({
    passed: 3,
    findings: [{ check: "CKV_AWS_1", text: "/queues.tf:7: aws_sqs_queue.work: Ensure it (CKV_AWS_1)" }],
    unread: ["/broken.tf"],
  });
});

test("where there is nothing to check there is nothing to find", () => {
  const nothing = { passed: 0, failed: 0, skipped: 0, parsing_errors: 0, resource_count: 0 };
  expect(checkovReport(JSON.stringify(nothing))).toEqual({ passed: 0, findings: [], unread: [] });
});

test.each(["", "Traceback", "[]", '{"passed":0,"failed":0,"parsing_errors":1}'])("fails on %j", (text) => {
  expect(() => checkovReport(text)).toThrow("checkov wrote no report");
});

test("what is left out is counted, and all else is a finding", async () => {
  const { run } = checkovCheck(saying(report(["CKV_AWS_1", "CKV_AWS_3", "CKV_AWS_1"])), SETTINGS);
  await expect(run("folder")).resolves.toEqual({
    findings: "/queues.tf:7: aws_sqs_queue.work: Ensure it (CKV_AWS_3)",
    note: "3 passed, 2 suppressed",
  });
});

test("a file that cannot be read is a finding", async () => {
  const { run } = checkovCheck(saying(report([], ["/broken.tf"])), SETTINGS);
  await expect(run("folder")).resolves.toMatchObject({ findings: "/broken.tf: cannot be read" });
});

test("a checkov that fails is a finding with what it says", async () => {
  const { run } = checkovCheck(saying("no such option", 2), SETTINGS);
  await expect(run("folder")).resolves.toEqual({ findings: "no such option" });
});

test("in the end, what is left out and was found nowhere is told", async () => {
  const { run, end } = checkovCheck(saying(report(["CKV_AWS_1"])), SETTINGS);
  await run("folder");
  expect(end!()).toBe(".checkov.yaml leaves out what finds nothing anyway: CKV2_AWS_2");
  const other = checkovCheck(saying(report(["CKV_AWS_1", "CKV2_AWS_2"])), SETTINGS);
  await other.run("folder");
  expect(other.end!()).toBe("");
});
