import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Testing } from "cdktf";
import { jsonLines, TerraformFolder } from "../../emulator/terraform-folder";
import { synthesizedRegion } from "../../stacks/hcl/region-files";
import { CASES, mixedCases, PLAIN, sentencesOf } from "../stacks/hcl/checks/check-cases";
import type { Values } from "../stacks/hcl/variable-cases";
import { IS_FULL, testFull } from "../tier";
import { callerIdentity } from "./caller-identity";
import { providerOf } from "./planned";

jest.setTimeout(600_000);

const REGION = "us-east-1";
const HOME = { region: REGION, check_account: false };
const AWS = { aws: providerOf(REGION) };

/** Cases of which each is some others in one. */
const MIXED = IS_FULL ? 10 : 0;
const SEED = 1;

/** Of the module of a region, what its checks need. */
const MODULE = ["variables.tf", "settings.tf", "locals.tf", "checks.tf", "versions.tf"];
let files: Readonly<Record<string, string>>;
let folder: TerraformFolder;

beforeAll(() => {
  const outdir = mkdtempSync(path.join(tmpdir(), "sqs-multi-region-modules-"));
  files = synthesizedRegion(Testing.app({ outdir })).files;
  rmSync(outdir, { recursive: true, force: true });
});

afterEach(() => folder.remove());

test("a call is refused for what the configuration file is refused for, in its words, and for nothing else", async () => {
  const mixed = mixedCases(MIXED, SEED).map((values, index) => [`mixed_${index}`, values]);
  const cases: Readonly<Record<string, Values>> = {
    plain: PLAIN,
    ...CASES,
    ...Object.fromEntries(mixed),
  };
  const calls = mapped(cases, (values) => ({ ...HOME, ...values }));
  const expected = mapped(cases, sentencesOf);
  process.stdout.write(
    `${Object.values(expected).flat().length} sentences in ${Object.keys(cases).length} calls\n`,
  );
  const told = await toldOf({
    ...calls,
    elsewhere: { ...HOME, ...PLAIN, region: "us-west-2" },
    nowhere: { ...HOME, ...PLAIN, region: "eu-west-1" },
  });
  expect(told).toEqual({
    ...expected,
    elsewhere: ['region is "us-west-2": that of the provider, us-east-1.'],
    nowhere: [
      'region is "eu-west-1": one of us-east-1, us-west-2.',
      'region is "eu-west-1": that of the provider, us-east-1.',
    ],
  });
});

test("the account of the provider's credentials is that of the region", async () => {
  const { AWS_ENDPOINT_URL_STS: sts } = await callerIdentity();
  const account = "444455556666";
  const regions = { "us-east-1": { account }, "us-west-2": { account } };
  const calls = {
    own: { ...PLAIN, region: REGION, regions },
    foreign: { ...PLAIN, region: REGION },
    unasked: { ...PLAIN, ...HOME },
  };
  const told = await toldOf(calls, { access_key: account, endpoints: [{ sts }] });
  expect(told).toEqual({
    own: [],
    foreign: ['regions.us-east-1.account is "111122223333": that of the provider, 444455556666.'],
    unasked: [],
  });
});

test("a provider's default tags are tags of every resource", async () => {
  const dns = {
    recovery: { takeover: "manual" },
    dns: { zone_id: "Z0123456789ABC", record: "shop.example.com" },
  };
  const four = { a: "1", b: "1", c: "1", d: "1" };
  const calls = {
    fits: { ...HOME, ...PLAIN, ...dns, tags: four },
    many: { ...HOME, ...PLAIN, ...dns, tags: { ...four, e: "1" } },
    cased: { ...HOME, ...PLAIN, tags: { Team: "a" } },
  };
  const told = await toldOf(calls, { default_tags: { tags: { team: "b", unit: "c" } } });
  expect(told).toEqual({
    fits: [],
    many: [
      expect.stringMatching(/^tags is "7 tags": at most 6 with dns, a provider's default tags among them/),
    ],
    cased: [expect.stringMatching(/^tags is \["Team"\]: tag keys that differ by more than case/)],
  });
});

testFull(
  "terraform test: a fault is one of the checks, and there is none where nothing is made",
  async () => {
    const passing = (variables: Values) => ({ command: "plan", variables: { region: REGION, ...variables } });
    const failing = (variables: Values, check: string, provider?: string) => ({
      ...passing(variables),
      ...(provider && { providers: { aws: `aws.${provider}` } }),
      expect_failures: [`data.${check}`],
    });
    const runs = {
      good: passing(PLAIN),
      ...mapped(CASES, (values) => failing(values, "aws_region.this")),
      no_region: failing({ ...PLAIN, region: "eu-west-1" }, "aws_region.this", "abroad"),
      provider_of_another_region: failing(PLAIN, "aws_region.provider", "abroad"),
      provider_of_another_account: failing(PLAIN, "aws_caller_identity.provider", "stranger"),
      nothing: { ...passing({ ...CASES.accounts, create: false, region: "eu-west-1" }) },
      nothing_with_names: { ...passing({ ...CASES.long_names, create: false }) },
      nothing_with_dns: { ...passing({ ...CASES.dns_of_others, create: false }) },
      unasked: {
        ...passing({ ...PLAIN, check_account: false }),
        providers: { aws: "aws.stranger" },
      },
    };
    folder = await TerraformFolder.withProvider({
      ...moduleIn("module"),
      "module/checks.tftest.json": template({ mock_provider: { aws: MOCKS }, run: runs }),
    });
    await folder.succeed("module", "init", "-backend=false", "-input=false");
    const { stdout } = await folder.run("module", "test", "-json");
    const { test_summary } = jsonLines(stdout).find(({ type }) => type === "test_summary") ?? {};
    const count = Object.keys(runs).length;
    process.stdout.write(`${count} runs of terraform test\n`);
    expect(errorsIn(stdout)).toEqual([]);
    expect(test_summary).toMatchObject({ status: "pass", passed: count, failed: 0, errored: 0, skipped: 0 });
  },
);

const mock = (alias: string | undefined, region: string, account: string) => ({
  ...(alias && { alias }),
  mock_data: {
    aws_region: { defaults: { id: region } },
    aws_caller_identity: { defaults: { account_id: account } },
  },
});
const MOCKS = [
  mock(undefined, REGION, "111122223333"),
  mock("abroad", "eu-west-1", "111122223333"),
  mock("stranger", REGION, "444455556666"),
];

test("what only an apply makes known is checked then, and the rest before", async () => {
  folder = await TerraformFolder.withProvider({
    ...moduleIn("module"),
    "main.tf.json": template({ provider: AWS }),
    "unknown.tf": UNKNOWN,
  });
  await folder.succeed(".", "init", "-input=false");
  const early = await folder.run(".", "plan", "-json", "-input=false", "-var=early=true");
  expect(early.exitCode).toBe(1);
  expect(sentencesIn(errorsIn(early.stdout))).toEqual(
    expect.arrayContaining([
      'recovery.takeover is "automatic": manual in a group of two or four regions without a witness, which with dns has to say so.',
    ]),
  );
  await folder.succeed(".", "plan", "-input=false", "-var=late=true");
  const late = await folder.run(".", "apply", "-auto-approve", "-json", "-input=false", "-var=late=true");
  expect(late.exitCode).toBe(1);
  expect(sentencesIn(errorsIn(late.stdout))).toEqual([
    "queues.orders.transit_visibility_timeout_seconds is 179: 180 to 43200: at least 6 times the function timeout of 30 seconds.",
  ]);
  await folder.succeed(".", "apply", "-auto-approve", "-input=false");
});

/** Calls with values that only an apply makes known: a good one, one that is faulty by them, and one that is faulty without. */
const UNKNOWN = `
variable "early" {
  default = false
}

variable "late" {
  default = false
}

resource "terraform_data" "made" {
  input = {
    text    = "shop"
    account = "111122223333"
    key     = "arn:aws:kms:us-east-1:111122223333:key/1a2b"
    timeout = 30
    number  = 900
    list    = ["arn:aws:iam::111122223333:role/api"]
    region  = "us-west-2"
    place   = "DE"
  }
}

locals {
  made    = terraform_data.made.output
  regions = { us-east-1 = { account = "111122223333" }, us-west-2 = { account = local.made.account } }
}

module "good" {
  source        = "./module"
  region        = "us-east-1"
  check_account = false

  failover_group = local.made.text
  regions        = local.regions
  functions      = { timeout_seconds = local.made.timeout }
  naming         = { prefix = local.made.text }
  recovery = {
    takeover                  = "manual"
    hand_back_timeout_seconds = local.made.number
    takeover_order            = { us-east-1 = [local.made.region] }
  }
  ledger = { kms_key_arns = { us-east-1 = local.made.key, us-west-2 = "arn:aws:kms:us-west-2:111122223333:key/1a2b" } }
  dns = {
    zone_id   = "Z0123456789ABC"
    record    = "\${local.made.text}.example.com"
    endpoints = [{ record = "api.\${local.made.text}.example.com", targets = { us-east-1 = { cname = "\${local.made.text}.example.net" }, us-west-2 = { cname = "b.example.net" } } }]
    discovery = { policy = "geolocation", default = local.made.region, locations = { us-east-1 = [{ country = local.made.place }] } }
  }
  queues = {
    mails = { mode = local.made.number > 1 ? "none" : "sync", producers = local.made.list, max_receive_count = local.made.number }
    orders = {
      peers      = { us-east-1 = [local.made.region] }
      producers  = [local.made.list[0]]
      encryption = { kms_key_arns = { us-east-1 = local.made.key, us-west-2 = "arn:aws:kms:us-west-2:111122223333:key/1a2b" } }
      ledger_key = local.made.text
    }
  }
}

module "late" {
  source         = "./module"
  create         = var.late
  region         = "us-east-1"
  check_account  = false
  failover_group = "shop"
  regions        = local.regions
  functions      = { timeout_seconds = local.made.timeout }
  queues         = { orders = { transit_visibility_timeout_seconds = 179 } }
}

module "early" {
  source         = "./module"
  create         = var.early
  region         = "us-east-1"
  check_account  = false
  failover_group = local.made.text
  regions        = local.regions
  recovery       = { takeover = "automatic", in_flight_seconds = local.made.timeout }
  queues         = { orders = { visibility_timeout_seconds = local.made.timeout } }
}
`;

/** By call, the sentences with which its checks refuse it. @param calls by name, values of the module's variables */
async function toldOf(
  calls: Readonly<Record<string, Values>>,
  provider: object = {},
): Promise<Readonly<Record<string, readonly string[]>>> {
  const module = mapped(calls, (values, name) => ({ source: `./${name}`, ...values }));
  folder = await TerraformFolder.withProvider({
    ...Object.assign({}, ...Object.keys(calls).map(moduleIn)),
    "main.tf.json": template({ provider: { aws: { ...AWS.aws, ...provider } }, module }),
  });
  await folder.succeed(".", "init", "-input=false");
  const { stdout } = await folder.run(".", "plan", "-json", "-input=false");
  const errors = errorsIn(stdout);
  return mapped(calls, (_, name) => sentencesIn(errors.filter(({ file }) => file.startsWith(`${name}/`))));
}

/** What conditions say, of which each may say several sentences. */
function sentencesIn(errors: readonly PlanError[]): readonly string[] {
  const others = errors.filter(({ summary }) => !/^Resource (?:pre|post)condition failed$/.test(summary));
  expect(others).toEqual([]);
  const told = errors.flatMap(({ detail }) => detail.split(/(?<=\.) (?=[a-z_]+(?:\.[\w-]+)* is )/));
  return [...new Set(told)].sort();
}

interface PlanError {
  readonly file: string;
  readonly summary: string;
  readonly detail: string;
}

function errorsIn(stdout: string): readonly PlanError[] {
  return jsonLines(stdout).flatMap(({ diagnostic }) => {
    const { severity, summary, detail, range } = (diagnostic ?? {}) as {
      readonly severity?: string;
      readonly summary: string;
      readonly detail: string;
      readonly range?: { readonly filename: string };
    };
    return severity === "error" ? [{ file: range?.filename ?? "", summary, detail }] : [];
  });
}

function moduleIn(directory: string): Readonly<Record<string, string>> {
  const needed = Object.entries(files).filter(([name]) => MODULE.includes(name) || name.includes("/"));
  return Object.fromEntries(needed.map(([name, text]) => [`${directory}/${name}`, text]));
}

function mapped<V, R>(
  map: Readonly<Record<string, V>>,
  change: (value: V, key: string) => R,
): Readonly<Record<string, R>> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));
}

/** JSON whose texts begin no expression. */
function template(value: unknown): string {
  return JSON.stringify(value).replace(/[$%]\{/g, (begin) => `${begin[0]}${begin}`);
}
