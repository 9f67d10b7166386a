import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { IS_FULL, testFull } from "../tier";
import {
  asEnvironment,
  ExampleCopy,
  exampleFiles,
  type RegionalResource,
  rootModules,
  wrappers,
} from "./examples";
import { evaluateUnit } from "./terragrunt";

jest.setTimeout(180_000);

/** Queues per region of the examples whose number is known here: six of each logical queue, and six of the canary with recovery. */
const QUEUES: Readonly<Record<string, number>> = { minimal: 6, fifo: 6, "active-active": 12, terragrunt: 18 };
const ACCOUNT = "111122223333";

let root: string;
let copy: ExampleCopy;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "sqs-multi-region-examples-"));
  copy = await ExampleCopy.in(root);
});

afterAll(() => rm(root, { recursive: true, force: true }));

/** Of those that are much alike, the full tier alone plans all. */
const PLANNED = rootModules().filter((name) => IS_FULL || name === "complete");

describe.each(PLANNED)("%s", (name) => {
  test("can be planned, and what it makes is closed and encrypted", async () => {
    await copy.takeValues(name);
    const { warnings, resources } = await copy.plan(copy.example(name));
    expect(warnings).toBe(0);
    expect(resources.length).toBeGreaterThan(0);
    expect(resources.flatMap(objections)).toEqual([]);
    const known = QUEUES[name];
    if (known !== undefined)
      expect(queuesByRegion(resources)).toEqual({ "us-east-1": known, "us-west-2": known });
  });
});

testFull("clients are given policies for their queues, not for the canary", async () => {
  await copy.takeValues("active-active");
  const { outputs } = await copy.plan(copy.example("active-active"));
  for (const made of Object.values(outputs.regions as Readonly<Record<string, Record<string, object>>>)) {
    expect(Object.keys(made.producer_policies!)).toEqual(["orders"]);
    expect(Object.keys(made.consumer_policies!)).toEqual(["orders"]);
  }
});

describe.each(wrappers())("%s", (name) => {
  const files = Object.entries(exampleFiles()).filter(([file]) => file.startsWith(`${name}/`));
  const file = (at: string) => new Map(files).get(`${name}/${at}`) ?? "";
  const shared = JSON.parse(file("inputs.json"));
  const units = files.flatMap(([place]) => /([^/]+)\/terragrunt\.hcl$/.exec(place)?.[1] ?? []);

  test("has a unit for each region of its settings, which includes what is shared", () => {
    expect(units).toEqual(Object.keys(shared.regions));
    for (const unit of units) {
      expect(file(`${unit}/terragrunt.hcl`)).toContain('find_in_parent_folders("root.hcl")');
    }
  });

  test.each(IS_FULL ? units : units.slice(0, 1))(
    "the unit %s can be planned with what Terragrunt makes, and what it makes is closed and encrypted",
    async (unit) => {
      const { terraform, generate, inputs } = await evaluateUnit(copy, name, unit);
      const source = path.normalize(terraform.source);
      expect(source).toBe(copy.module("region"));
      const declared = readFileSync(path.join(source, "variables.tf"), "utf8");
      const variables = [...declared.matchAll(/^variable "(\w+)"/gm)].map(([, variable]) => variable);
      // Terraform ignores values of the environment for what is no variable.
      expect(variables).toEqual(expect.arrayContaining(Object.keys(inputs)));

      const folder = await copy.unit(source, unit, { [generate.path]: generate.contents });
      const { warnings, resources } = await copy.plan(folder, asEnvironment(inputs));
      expect(warnings).toBe(0);
      expect(resources.flatMap(objections)).toEqual([]);
      expect(queuesByRegion(resources)).toEqual({ [unit]: QUEUES[name] });
    },
  );

  test("each unit has a state of its own in its own region", async () => {
    for (const unit of units) {
      const { backend, config } = (await evaluateUnit(copy, name, unit)).remote_state;
      expect({ backend, ...config }).toMatchObject({ backend: "s3", region: unit, encrypt: true });
      expect(config.bucket).toContain(unit);
    }
  });

  test("its files are well-formed", async () => {
    for (const [place, text] of files.filter(([each]) => each.endsWith(".hcl"))) {
      const read = path.join(root, `${place.replaceAll("/", "-")}.tf`);
      await writeFile(read, text);
      expect(await copy.folder.succeed(".", "fmt", "-check", "-diff", read)).toBe("");
    }
  });
});

describe("all of them", () => {
  const files = Object.entries(exampleFiles());

  test("say what they are", () => {
    const names = new Set(files.map(([file]) => file.split("/")[0]!));
    for (const name of names) {
      const readme = exampleFiles()[`${name}/README.md`] ?? "";
      expect(`${name}: ${readme}`).toMatch(/^[\w-]+: # \w/);
    }
  });

  test("are formatted as Terraform does it", async () => {
    expect(await copy.folder.succeed(".", "fmt", "-check", "-recursive", "-diff", "examples")).toBe("");
  });

  test("name no account but that of AWS's documentation, and none where Terraform reads it without being told", () => {
    const accounts = files.flatMap(([file, text]) =>
      [...text.matchAll(/\b\d{12}\b/g)].map(([account]) => [file, account] as const),
    );
    expect(accounts.filter(([, account]) => account !== ACCOUNT)).toEqual([]);
    expect(accounts.filter(([file]) => /\.(tf|hcl|tfvars)$/.test(file))).toEqual([]);
  });
});

test("a policy for everybody and a queue without encryption are objected to", () => {
  const queue = (values: Record<string, unknown>) =>
    objections({ address: "q", type: "aws_sqs_queue", region: "us-east-1", values });
  const policy = (Effect: string, Principal: unknown) =>
    JSON.stringify({ Statement: [{ Effect, Principal }] });
  const encrypted = { sqs_managed_sse_enabled: true };
  expect(queue({ ...encrypted, policy: null })).toEqual([]);
  expect(queue({ ...encrypted, policy: policy("Deny", "*") })).toEqual([]);
  expect(queue({ kms_master_key_id: "alias/queues", policy: policy("Allow", { AWS: ACCOUNT }) })).toEqual([]);
  expect(queue({ ...encrypted, policy: policy("Allow", "*") })).toEqual(["q: its policy admits everybody"]);
  expect(queue({ ...encrypted, policy: policy("Allow", { AWS: [ACCOUNT, "*"] }) })).toHaveLength(1);
  expect(queue({ ...encrypted, policy: '{"Statement":{"Effect":"Allow","NotPrincipal":{}}}' })).toHaveLength(
    1,
  );
  expect(queue(encrypted)).toEqual(["q: its policy is not known before it is made"]);
  expect(queue({ sqs_managed_sse_enabled: false, policy: null })).toEqual(["q: it is not encrypted"]);
});

/** What is wrong with a resource as an example. */
function objections({ address, type, values }: RegionalResource): string[] {
  const documents = Object.entries(values).filter(([key]) => /(^|_)policy$/.test(key));
  const isQueue = type === "aws_sqs_queue";
  const isEncrypted = values.sqs_managed_sse_enabled === true || Boolean(values.kms_master_key_id);
  return [
    ...documents
      .filter(([, text]) => typeof text === "string" && admitsEverybody(JSON.parse(text)))
      .map(([key]) => `${address}: its ${key} admits everybody`),
    ...(isQueue && !("policy" in values) ? [`${address}: its policy is not known before it is made`] : []),
    ...(isQueue && !isEncrypted ? [`${address}: it is not encrypted`] : []),
  ];
}

interface Statement {
  readonly Effect?: string;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
}

function admitsEverybody({
  Statement = [],
}: {
  readonly Statement?: Statement | readonly Statement[];
}): boolean {
  return [Statement].flat().some(({ Effect, Principal, NotPrincipal }: Statement) => {
    const principals = Object.values(typeof Principal === "string" ? [Principal] : (Principal ?? {})).flat();
    return Effect === "Allow" && (NotPrincipal !== undefined || principals.includes("*"));
  });
}

function queuesByRegion(resources: readonly RegionalResource[]): Readonly<Record<string, number>> {
  const regions = resources.flatMap(({ type, region }) => (type === "aws_sqs_queue" ? [region ?? "?"] : []));
  const counts = [...new Set(regions)].map((region) => [
    region,
    regions.filter((each) => each === region).length,
  ]);
  return Object.fromEntries(counts);
}
