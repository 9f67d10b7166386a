import { RegionStack } from "../../stacks/region-stack";
import { configuration } from "../fixtures";
import { StackDirectory } from "./stack-directory";

jest.setTimeout(180_000);

let stack: StackDirectory;

beforeAll(async () => {
  stack = await StackDirectory.of((app, directory) => {
    const settings = configuration({
      recovery: {},
      ledger: {},
      state_backend: { type: "local", directory },
    });
    return new RegionStack(app, settings, "us-east-1");
  }, "region-stack.tftest.hcl");
});

afterAll(() => stack.remove());

test("terraform accepts the synthesized stack", async () => {
  expect(await stack.validate()).toMatchObject({ valid: true, warning_count: 0 });
});

test("terraform test passes with a mock provider", async () => {
  expect(await stack.test()).toMatchObject({ status: "pass", passed: 4, failed: 0, errored: 0, skipped: 0 });
});

test("terraform accepts a region with records, and its tests pass", async () => {
  const withRecords = await StackDirectory.of((app, directory) => {
    const settings = configuration({
      recovery: { witness: { region: "us-east-2" } },
      ledger: {},
      dns: { zone_id: "Z0123456789ABC", record: "orders.example.com" },
      state_backend: { type: "local", directory },
    });
    return new RegionStack(app, settings, "us-east-1");
  }, "dns-region.tftest.hcl");
  try {
    expect(await withRecords.validate()).toMatchObject({ valid: true, warning_count: 0 });
    expect(await withRecords.test()).toMatchObject({ status: "pass", passed: 1, failed: 0, errored: 0 });
  } finally {
    await withRecords.remove();
  }
});
