import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CONFIGURATION_VARIABLE } from "../../config/load";
import { childEnvironment } from "../../emulator/environment";
import { PROJECT_ROOT } from "../../emulator/paths";
import { runCommand } from "../../emulator/run-command";
import { configurationInput, HOME_ACCOUNT } from "../fixtures";

jest.setTimeout(180_000);

const directory = mkdtempSync(path.join(tmpdir(), "sqs-multi-region-app-"));
const output = path.join(directory, "cdktf.out");
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs the app as `cdktf synth` does. */
function app(configuration: unknown) {
  const file = path.join(directory, "configuration.json");
  writeFileSync(file, JSON.stringify(configuration));
  return runCommand(
    "npm",
    ["--prefix", PROJECT_ROOT, "run", "--silent", "synth"],
    childEnvironment({ [CONFIGURATION_VARIABLE]: file, CDKTF_OUTDIR: output }),
  );
}

test("six mistakes are all named, and nothing is synthesized", async () => {
  const { exitCode, stderr } = await app({
    failover_group: "Shop!",
    regions: { "us-east-1": { account: "1111" }, "us-west-2": { account: HOME_ACCOUNT } },
    allowed_regions: ["us-east-1"],
    queues: { orders: { delay_seconds: 901, max_recieve_count: 3, consumer_processing_seconds: 60 } },
  });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("6 violations, nothing is synthesized.");
  for (const field of [
    "failover_group",
    "regions.us-east-1.account",
    "regions.us-west-2",
    "queues.orders.delay_seconds",
    "queues.orders.max_recieve_count",
    "queues.orders.visibility_timeout_seconds",
  ]) {
    expect(stderr).toContain(`. ${field} (line 1): `);
  }
  expect(stderr).not.toContain("    at ");
  expect(existsSync(output)).toBe(false);
});

test.each([
  ["without recovery", {}, []],
  ["with a managed ledger", { recovery: {}, ledger: {} }, ["shop-global"]],
  ["with a witness", { recovery: { witness: { region: "us-east-2" } } }, ["shop-witness"]],
])(
  "a configuration %s becomes one stack per region, and one for what is beside them",
  async (_, over, more) => {
    rmSync(output, { recursive: true, force: true });
    const { exitCode } = await app(configurationInput(over));
    expect(exitCode).toBe(0);
    const expected = ["shop-us-east-1", "shop-us-west-2", ...more];
    expect(readdirSync(path.join(output, "stacks")).sort()).toEqual(expected.sort());
  },
);

test("with records, what spans the regions is applied after them", async () => {
  rmSync(output, { recursive: true, force: true });
  const dns = { zone_id: "Z0123456789ABC", record: "orders.example.com" };
  const { exitCode } = await app(configurationInput({ recovery: { takeover: "manual" }, dns }));
  expect(exitCode).toBe(0);
  const { stacks } = JSON.parse(readFileSync(path.join(output, "manifest.json"), "utf8"));
  expect(stacks["shop-global"].dependencies.sort()).toEqual(["shop-us-east-1", "shop-us-west-2"]);
  expect(stacks["shop-us-east-1"].dependencies).toEqual([]);
});

describe("a stack that is in the configuration no longer", () => {
  const stacks = path.join(output, "stacks");
  const renamed = () => app(configurationInput({ failover_group: "market" }));

  beforeEach(async () => {
    rmSync(output, { recursive: true, force: true });
    expect((await app(configurationInput())).exitCode).toBe(0);
  });

  test("is removed from the output, so that no pipeline applies it", async () => {
    const { exitCode, stderr } = await renamed();
    expect(exitCode).toBe(0);
    expect(readdirSync(stacks).sort()).toEqual(["market-us-east-1", "market-us-west-2"]);
    expect(stderr).toContain(`removed ${path.join(stacks, "shop-us-east-1")}: `);
  });

  test("stays where it has a state, and nothing is synthesized", async () => {
    writeFileSync(path.join(stacks, "shop-us-east-1", "terraform.tfstate"), "{}");
    const { exitCode, stderr } = await renamed();
    expect(exitCode).toBe(1);
    expect(stderr).toContain("terraform.tfstate");
    expect(stderr).not.toContain("    at ");
    expect(readdirSync(stacks).sort()).toEqual(["shop-us-east-1", "shop-us-west-2"]);
  });
});
