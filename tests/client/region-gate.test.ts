import { regionGate } from "../../client/region-gate";
import { PassTable } from "../ownership/lease/pass-table";

const REGIONS = ["us-east-1", "us-west-2", "eu-west-1"] as const;
const ARN = "arn:aws:dynamodb:eu-west-1:444455556666:table/shop-ownership";
const options = { failoverGroup: "shop", regions: REGIONS };

let table: PassTable;
let before: NodeJS.ProcessEnv;

/** The tables of all regions are one, which is found as a program's own settings have it. */
beforeEach(async () => {
  table = await PassTable.open("any");
  before = process.env;
  process.env = {
    ...before,
    AWS_REGION: "us-west-2",
    AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  };
});

afterEach(async () => {
  process.env = before;
  await table.close();
});

const asked = () => table.requests.map(({ TableName, Key }) => [TableName, Key?.kind?.S, Key?.of?.S]);

describe("regionGate", () => {
  test("opens by the pass of the region in which the code runs", async () => {
    table.put({ "us-west-2": { epoch: 1, until: table.now() + 30_000 } });
    expect(await regionGate(options).isOpen()).toBe(true);
    expect(await regionGate({ ...options, region: "us-east-1" }).isOpen()).toBe(false);
    expect(asked()).toEqual([
      ["shop-ownership", "pass", "us-west-2"],
      ["shop-ownership", "pass", "us-east-1"],
    ]);
  });

  test("asks the tables of all regions when it has to, by prefix and ARN", async () => {
    table.fault = "AccessDeniedException";
    const gate = regionGate({ ...options, prefix: "eu-", arns: { "eu-west-1": ARN } });
    await expect(gate.isOpen()).rejects.toMatchObject({
      name: "OwnershipUnknown",
      code: "AccessDeniedException",
    });
    const [own, ...others] = table.requests.map(({ TableName }) => TableName);
    expect(own).toBe("eu-shop-ownership");
    expect(others.sort()).toEqual([ARN, "eu-shop-ownership"]);
  });

  test("is of no region but those of the group", () => {
    process.env.AWS_REGION = "sa-east-1";
    expect(() => regionGate(options)).toThrow("must contain the own region, sa-east-1");
    delete process.env.AWS_REGION;
    expect(() => regionGate(options)).toThrow("AWS_REGION is not set");
  });
});
