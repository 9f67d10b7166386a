import { settingsOf } from "../../config/configuration";
import type { ConfigurationInput } from "../../config/schema";
import { ownershipTablesOf, votersOf } from "../../config/voters";
import { plain } from "../../core/expression";
import { configuration, configurationInput, HOME_ACCOUNT, PEER_ACCOUNT } from "../fixtures";
import { violationsIn } from "./violations";

type RecoveryInput = NonNullable<ConfigurationInput["recovery"]>;

const REGIONS = ["us-west-2", "us-east-1", "eu-west-1", "eu-central-1", "ap-south-1"];
const WITNESS = { region: "us-east-2" };
const key = (region: string) =>
  `arn:aws:kms:${region}:${HOME_ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

const regionsOf = (count: number) =>
  Object.fromEntries(REGIONS.slice(0, count).map((region) => [region, { account: HOME_ACCOUNT }]));
const input = (count: number, recovery: RecoveryInput = {}, over: Partial<ConfigurationInput> = {}) =>
  configurationInput({ regions: regionsOf(count), recovery, ...over });
const voters = (count: number, recovery: RecoveryInput = {}) =>
  plain(votersOf(settingsOf(configuration({ regions: regionsOf(count), recovery }))), "voters");

describe("the tables that vote about a home", () => {
  const everyHome = (count: number, list: readonly string[]) =>
    Object.fromEntries(REGIONS.slice(0, count).map((home) => [home, list]));

  test.each([
    [3, {}, ["eu-west-1", "us-east-1", "us-west-2"]],
    [5, {}, ["ap-south-1", "eu-central-1", "eu-west-1", "us-east-1", "us-west-2"]],
    [4, {}, ["eu-west-1", "us-east-1", "us-west-2"]],
    [4, { witness: WITNESS }, ["eu-central-1", "eu-west-1", "us-east-1", "us-east-2", "us-west-2"]],
    [2, { witness: WITNESS }, ["us-east-1", "us-east-2", "us-west-2"]],
  ])("of %d regions with %j are the same for all homes, and an odd number", (count, recovery, list) => {
    expect(voters(count, recovery)).toEqual(everyHome(count, list));
    expect(list.length % 2).toBe(1);
  });

  test("of two regions without a witness are the home's own alone", () => {
    expect(voters(2)).toEqual({ "us-west-2": ["us-west-2"], "us-east-1": ["us-east-1"] });
  });
});

describe("the tables of a group", () => {
  const tables = (count: number, recovery: RecoveryInput = {}) =>
    ownershipTablesOf(
      settingsOf(configuration({ regions: regionsOf(count), recovery, naming: { prefix: "acme-" } })),
    );
  const named = (...regions: readonly string[]) =>
    Object.fromEntries(regions.map((region) => [region, "acme-shop-ownership"]));

  test.each([2, 3, 4, 5])("of %d regions are called by name, whether they vote or not", (count) => {
    expect(tables(count)).toEqual(named(...REGIONS.slice(0, count)));
  });

  test("include that of a witness in their account by name, and in another by ARN", () => {
    const [members, own] = [named(...REGIONS.slice(0, 2)), { ...WITNESS, account: HOME_ACCOUNT }];
    for (const witness of [WITNESS, own]) {
      expect(tables(2, { witness })).toEqual({ ...members, ...named("us-east-2") });
    }
    expect(tables(2, { witness: { ...WITNESS, account: PEER_ACCOUNT } })).toEqual({
      ...members,
      "us-east-2": `arn:aws:dynamodb:us-east-2:${PEER_ACCOUNT}:table/acme-shop-ownership`,
    });
  });
});

describe("takeover", () => {
  const DNS = { zone_id: "Z0123456789ABC", record: "orders.example.com" };
  const takeover = (count: number, recovery: RecoveryInput = {}, over: Partial<ConfigurationInput> = {}) =>
    configuration({ regions: regionsOf(count), recovery, ...over }).recovery!.takeover;

  test.each<[number, RecoveryInput, string]>([
    [2, {}, "manual"],
    [2, { witness: WITNESS }, "automatic"],
    [3, {}, "automatic"],
    [4, {}, "manual"],
    [4, { witness: WITNESS }, "automatic"],
    [5, {}, "automatic"],
  ])("of %d regions with %j is %s, where nothing else is said", (count, recovery, expected) => {
    expect(takeover(count, recovery)).toBe(expected);
  });

  test("has nothing to do with records", () => {
    const manual = { takeover: "manual" } as const;
    for (const over of [{}, { dns: DNS }]) {
      expect(takeover(2, { witness: WITNESS }, over)).toBe("automatic");
      expect(takeover(3, {}, over)).toBe("automatic");
      for (const count of [2, 3, 4, 5]) expect(takeover(count, manual, over)).toBe("manual");
    }
  });

  test("is automatic only with a witness, or where every region votes and their number is odd", () => {
    for (const count of [2, 3, 4, 5]) {
      for (const witness of count % 2 === 0 ? [undefined, WITNESS] : [undefined]) {
        const recovery = witness && { witness };
        const sizes = Object.values(voters(count, recovery)).map(({ length }) => length);
        const isMajority = witness !== undefined || sizes.every((size) => size === count && size % 2 === 1);
        expect([count, witness, takeover(count, recovery)]).toEqual([
          count,
          witness,
          isMajority ? "automatic" : "manual",
        ]);
        const refused = violationsIn(input(count, { takeover: "automatic", ...recovery }));
        expect(refused.map(({ path }) => path)).toEqual(isMajority ? [] : ["recovery.takeover"]);
      }
    }
  });

  test.each<[string, RecoveryInput, Partial<ConfigurationInput>, unknown]>([
    ["automatic is refused", { takeover: "automatic" }, {}, "automatic"],
    ["automatic is refused with dns, once", { takeover: "automatic" }, { dns: DNS }, "automatic"],
    ["records are refused until manual is said", {}, { dns: DNS }, undefined],
  ])("of two regions without a witness: %s, with the ways out", (_, recovery, over, value) => {
    expect(violationsIn(input(2, recovery, over))).toEqual([
      {
        path: "recovery.takeover",
        value,
        allowed: "manual in a group of two or four regions without a witness, which with dns has to say so",
        fix: expect.stringMatching(/a witness.*a third region.*"takeover": "manual"/),
      },
    ]);
  });

  test.each<[number, RecoveryInput]>([
    [2, { takeover: "manual" }],
    [2, { witness: WITNESS }],
    [3, {}],
    [4, { takeover: "manual" }],
    [4, { witness: WITNESS }],
  ])("of %d regions with %j is no fault with dns", (count, recovery) => {
    expect(violationsIn(input(count, recovery, { dns: DNS }))).toEqual([]);
  });
});

describe("a witness", () => {
  test.each([2, 4])("beside %d regions is in their account, unless it names one", (count) => {
    const of = (witness: RecoveryInput["witness"]) =>
      configuration({ regions: regionsOf(count), recovery: { witness } }).recovery!.witness;
    expect(of(WITNESS)).toEqual({ ...WITNESS, account: HOME_ACCOUNT });
    expect(of({ ...WITNESS, account: PEER_ACCOUNT })).toEqual({ ...WITNESS, account: PEER_ACCOUNT });
  });

  test("is not counted by allowed_regions", () => {
    const allowed_regions = REGIONS.slice(0, 2);
    expect(violationsIn(input(2, { witness: WITNESS }, { allowed_regions }))).toEqual([]);
  });

  test.each<[string, number, RecoveryInput["witness"], string, string]>([
    [
      "within the group",
      2,
      { region: "us-east-1" },
      "recovery.witness.region",
      "a region other than us-west-2, us-east-1",
    ],
    [
      "beside three",
      3,
      WITNESS,
      "recovery.witness",
      "nothing with 3 regions, whose own tables are an odd number",
    ],
    [
      "beside five",
      5,
      WITNESS,
      "recovery.witness",
      "nothing with 5 regions, whose own tables are an odd number",
    ],
    [
      "of another partition",
      2,
      { region: "cn-north-1" },
      "recovery.witness.region",
      "a region of the partition aws, that of us-west-2",
    ],
    [
      "in no region",
      2,
      { region: "east" },
      "recovery.witness.region",
      'names of AWS regions such as "us-east-1"',
    ],
    ["of an account that is none", 2, { ...WITNESS, account: "1" }, "recovery.witness.account", "12 digits"],
    [
      "by a role of another account",
      2,
      { ...WITNESS, assume_role_arn: `arn:aws:iam::${PEER_ACCOUNT}:role/deploy` },
      "recovery.witness.assume_role_arn",
      `a role of the witness's account ${HOME_ACCOUNT}`,
    ],
  ])("%s is refused", (_, count, witness, path, allowed) => {
    expect(violationsIn(input(count, { witness }))).toEqual([
      expect.objectContaining({ path, allowed, fix: expect.stringMatching(/\w/) }),
    ]);
  });

  test("beside three is refused with the way out", () => {
    expect(violationsIn(input(3, { witness: WITNESS }))[0]!.fix).toMatch(/^take it out/);
  });

  test("by a role of its own account is taken", () => {
    const witness = {
      ...WITNESS,
      account: PEER_ACCOUNT,
      assume_role_arn: `arn:aws:iam::${PEER_ACCOUNT}:role/deploy`,
    };
    expect(violationsIn(input(2, { witness }))).toEqual([]);
  });
});

describe("keys of the tables of ownership", () => {
  const keys = (...regions: string[]) => Object.fromEntries(regions.map((region) => [region, key(region)]));
  const told = (recovery: RecoveryInput) => violationsIn(input(2, recovery)).map(({ path }) => path);

  test("are there for every region, and for the witness", () => {
    const ownership_kms_key_arns = keys("us-west-2", "us-east-1");
    expect(told({ ownership_kms_key_arns })).toEqual([]);
    expect(told({ ownership_kms_key_arns, witness: WITNESS })).toEqual([
      "recovery.ownership_kms_key_arns.us-east-2",
    ]);
    expect(
      told({ ownership_kms_key_arns: keys("us-west-2", "us-east-1", "us-east-2"), witness: WITNESS }),
    ).toEqual([]);
    expect(told({ ownership_kms_key_arns: keys("us-west-2") })).toEqual([
      "recovery.ownership_kms_key_arns.us-east-1",
    ]);
  });

  test("are of the region that they are for", () => {
    const ownership_kms_key_arns = { ...keys("us-west-2"), "us-east-1": key("us-west-2") };
    expect(violationsIn(input(2, { ownership_kms_key_arns }))).toEqual([
      expect.objectContaining({
        path: "recovery.ownership_kms_key_arns.us-east-1",
        allowed: "the ARN of a key in us-east-1",
      }),
    ]);
  });
});

test("a ledger that is brought may not be the table of ownership", () => {
  const naming = { prefix: "acme-" };
  const named = (table_name: string) => violationsIn(input(2, {}, { naming, ledger: { table_name } }));
  expect(named("shop-ownership")).toEqual([]);
  expect(named("acme-shop-ownership")).toEqual([
    expect.objectContaining({
      path: "ledger.table_name",
      allowed: "any name but that of the group's table of ownership",
    }),
  ]);
});
