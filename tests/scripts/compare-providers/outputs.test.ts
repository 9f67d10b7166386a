import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  countResources,
  differences,
  providerVersions,
  readOutputs,
} from "../../../scripts/compare-providers/outputs";

const STACK = path.join("stacks", "shop-us-east-1", "cdk.tf.json");

function stack(root: string, version: string, more: object = {}): string {
  return JSON.stringify(
    {
      resource: { aws_sqs_queue: { work: { name: "orders", ...more } } },
      terraform: {
        backend: { local: { path: `${root}/terraform.tfstate` } },
        required_providers: { aws: { source: "aws", version } },
      },
    },
    null,
    2,
  );
}

const treeAt = (root: string, version: string) =>
  new Map([
    [STACK, stack(root, version)],
    ["dist/modules/region/queues.tf", 'resource "aws_sqs_queue" "work" {\n}\n'],
  ]);
const before = treeAt("/own", "5.100.0");
const same = treeAt("/other", "6.25.0");
const differencesTo = (after: ReadonlyMap<string, string>) =>
  differences([before, after], ["/own", "/other"]);

test("trees that differ by place and version of the provider alone are the same", () => {
  expect(differencesTo(same)).toEqual([]);
  expect([before, same].map(providerVersions)).toEqual([["5.100.0"], ["6.25.0"]]);
  expect(countResources(before)).toBe(2);
});

test.each([
  [
    "an argument",
    [STACK, stack("/other", "6.25.0", { region: "us-east-1" })],
    { file: STACK, one: '"name": "orders"', other: '"name": "orders",' },
  ],
  ["a version elsewhere", [STACK, stack("/other", "6.25.0", { version: "1" })], { file: STACK }],
  [
    "a line of a module",
    ["dist/modules/region/queues.tf", 'resource "aws_sqs_queue" "queue" {\n}\n'],
    { one: 'resource "aws_sqs_queue" "work" {', other: 'resource "aws_sqs_queue" "queue" {' },
  ],
  ["a file that is new", ["dist/modules/region/new.tf", "# new\n"], { one: undefined, other: "# new" }],
] as const)("%s is a difference, with its file and line", (_, [file, text], difference) => {
  expect(differencesTo(new Map([...same, [file, text]]))).toEqual([expect.objectContaining(difference)]);
});

test("a file that is gone is a difference", () => {
  expect(differencesTo(new Map([...same].slice(0, 1)))).toEqual([
    { file: "dist/modules/region/queues.tf", one: 'resource "aws_sqs_queue" "work" {', other: undefined },
  ]);
});

test("archives and what CDKTF notes of itself are not read", async () => {
  const root = mkdtempSync(path.join(tmpdir(), "sqs-multi-region-outputs-"));
  mkdirSync(path.join(root, "stacks", "shop"), { recursive: true });
  for (const file of ["cdk.tf.json", "replicator.zip", "manifest.json"])
    writeFileSync(path.join(root, "stacks", "shop", file), "{}");
  expect([...(await readOutputs(root, ["stacks"])).keys()]).toEqual([
    path.join("stacks", "shop", "cdk.tf.json"),
  ]);
  rmSync(root, { recursive: true, force: true });
});
