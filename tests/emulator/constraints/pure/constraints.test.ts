/** The table against calls as SDKs write them, without an emulator: what breaks an entry is refused, what is at its limit is not. */
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { allowedBy } from "../../../../core/quotas/rules";
import { QUOTAS, type QuotaType, quotasOf } from "../../../../core/quotas/table";
import { Constraints, UNCHECKED } from "../../../../emulator/constraints/constraints";
import { Holder } from "../../../../emulator/constraints/holder";
import {
  ACCOUNT,
  CASES,
  type Case,
  createCheck,
  createFunction,
  createMapping,
  createQueue,
  createRole,
  createTable,
  listed,
  nextName,
  policyWith,
  putTargets,
  REGION,
  TAGGED,
  type TestCall,
} from "../cases";
import { send } from "../send";
import { JudgedHere, SESSION_KEY } from "./judged-here";

const TYPES = Object.keys(QUOTAS) as QuotaType[];

let aws: JudgedHere;

beforeEach(() => {
  aws = new JudgedHere();
});

const outcome = (call: TestCall) => send(aws, call);
const carriedOut = { code: "" };

const entries: (readonly [string, string, QuotaType, Case])[] = TYPES.flatMap((type) =>
  Object.entries<Case>(CASES[type]).map(
    ([attribute, each]) => [`${type} ${attribute}`, attribute, type, each] as const,
  ),
);

test.each(entries)("%s", async (_, attribute, type, { broken, status, code, limit }) => {
  await expect(outcome(limit)).resolves.toMatchObject(carriedOut);
  const refused = await outcome(broken);

  const rule = quotasOf(type).attributes[attribute]!;
  expect(refused).toMatchObject({ status, code });
  expect(refused.message).toContain(`${type} ${attribute} is `);
  expect(refused.message).toContain(`AWS allows ${allowedBy(rule)} (${rule.page})`);
});

test("what is lifted by name is let through, and nothing else", async () => {
  aws = new JudgedHere(new Constraints(["aws_sqs_queue.delay_seconds"]));
  const { delay_seconds, visibility_timeout_seconds } = CASES.aws_sqs_queue;

  await expect(outcome(delay_seconds.broken)).resolves.toMatchObject(carriedOut);
  await expect(outcome(visibility_timeout_seconds.broken)).resolves.toMatchObject({ status: 400 });
});

describe("policies of queues", () => {
  const actions = (count: number) => Array.from({ length: count }, (_, index) => `sqs:Action${index}`);
  const principals = (count: number) => ({
    AWS: Array.from({ length: count }, (_, index) => `arn:aws:iam::${ACCOUNT}:role/${index}`),
  });
  const conditions = (count: number) => ({
    StringEquals: Object.fromEntries(actions(count).map((key) => [key, "value"])),
  });
  const parts = [
    ["statements", 20, (statements: number) => ({ statements })],
    ["principals", 50, (count: number) => ({ statement: { Principal: principals(count) } })],
    ["conditions", 10, (count: number) => ({ statement: { Condition: conditions(count) } })],
    ["actions in a statement", 7, (count: number) => ({ statement: { Action: actions(count) } })],
  ] as const;

  test.each(parts)("have only so many %s", async (what, most, over) => {
    const queue = (count: number) => createQueue({ Attributes: { Policy: policyWith(over(count)) } });
    await expect(outcome(queue(most))).resolves.toMatchObject(carriedOut);
    await expect(outcome(queue(most + 1))).resolves.toMatchObject({
      status: 403,
      code: "OverLimit",
      message: expect.stringContaining(`is ${most + 1} ${what}`),
    });
  });
});

describe("batches of mappings", () => {
  const fifo = { EventSourceArn: `arn:aws:sqs:${REGION}:${ACCOUNT}:limits.fifo` };
  const refused = { code: "InvalidParameterValueException" };

  test.each([
    ["above ten with a window", { BatchSize: 10_000, MaximumBatchingWindowInSeconds: 1 }, carriedOut],
    ["above ten without one", { BatchSize: 11, MaximumBatchingWindowInSeconds: 0 }, refused],
    ["above ten thousand", { BatchSize: 10_001, MaximumBatchingWindowInSeconds: 1 }, refused],
    ["ten of a FIFO queue", { ...fifo, BatchSize: 10 }, carriedOut],
    ["eleven of a FIFO queue", { ...fifo, BatchSize: 11, MaximumBatchingWindowInSeconds: 1 }, refused],
  ])("%s", async (_, over, expected) => {
    await expect(outcome(createMapping(over))).resolves.toMatchObject(expected);
  });
});

test("function URLs are refused where they do not exist, as Lambda refuses what it does not know", async () => {
  const url = CASES.aws_lambda_function_url.authorization_type.limit;
  await expect(outcome({ ...url, region: "eu-south-2" })).resolves.toMatchObject({
    status: 403,
    code: "AccessDeniedException",
    message: expect.stringContaining("aws_lambda_function_url does not exist in eu-south-2"),
  });
  await expect(outcome({ ...url, region: "eu-south-1" })).resolves.toMatchObject(carriedOut);
});

describe.each(Object.entries(TAGGED))("tags of %s", (type, { make, code, full }) => {
  const { max } = quotasOf(type as QuotaType).tags!;
  const tags = (count: number, from = 0) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${from + index}`, "value"]));
  const refused = (tag: Readonly<Record<string, string>>) =>
    expect(outcome(make(tag))).resolves.toMatchObject({ code });

  test(`are ${max} at most`, async () => {
    await expect(outcome(make(tags(max)))).resolves.toMatchObject(carriedOut);
    await expect(outcome(make(tags(max + 1)))).resolves.toMatchObject({ status: full[0], code: full[1] });
  });

  test("have keys of 1 to 128 and values of up to 256 characters", async () => {
    await expect(outcome(make({ [`k${"é".repeat(127)}`]: "é".repeat(256) }))).resolves.toMatchObject(
      carriedOut,
    );
    await expect(outcome(make({ key: "" }))).resolves.toMatchObject(carriedOut);
    await refused({ ["k".repeat(129)]: "value" });
    await refused({ "": "value" });
    await refused({ key: "v".repeat(257) });
  });

  test.each(["aws:team", "AWS:team", "Aws:"])("do not begin with %s", async (key) => {
    await refused({ [key]: "value" });
    await expect(outcome(make({ [`x${key}`]: "value" }))).resolves.toMatchObject(carriedOut);
  });

  test("have the characters that the service takes", async () => {
    const anything = make({ "key#": "value;" });
    const expected = type === "aws_sqs_queue" ? carriedOut : { code };
    await expect(outcome(anything)).resolves.toMatchObject(expected);
  });
});

test("every type with tags in the table has a test of them", () => {
  const tagged = TYPES.filter((type) => quotasOf(type).tags !== undefined);
  expect(Object.keys(TAGGED).sort()).toEqual(tagged.sort());
});

test("tags of several calls are added up, and those taken away make room", async () => {
  const tag = (operation: string, input: object): TestCall => ({
    service: "iam",
    operation,
    input: { RoleName: "orders", ...input },
  });
  const keys = Array.from({ length: 50 }, (_, index) => [`key-${index}`, "value"]);
  await outcome(createRole({ RoleName: "orders", Tags: listed(Object.fromEntries(keys.slice(0, 30))) }));
  await outcome(tag("TagRole", { Tags: listed(Object.fromEntries(keys.slice(30))) }));

  const another = tag("TagRole", { Tags: listed({ another: "value" }) });
  await expect(outcome(another)).resolves.toMatchObject({ status: 409, code: "LimitExceeded" });
  await expect(outcome(tag("TagRole", { Tags: listed({ "KEY-7": "new" }) }))).resolves.toMatchObject(
    carriedOut,
  );
  await outcome(tag("UntagRole", { TagKeys: ["Key-7"] }));
  await expect(outcome(another)).resolves.toMatchObject(carriedOut);
});

test("keys of IAM that differ in case alone are one key, those of other services are two", async () => {
  const Tags = listed({ team: "checkout", Team: "checkout" });
  await expect(outcome(createRole({ Tags }))).resolves.toMatchObject({ status: 400, code: "InvalidInput" });
  await expect(outcome(createTable({ Tags }))).resolves.toMatchObject(carriedOut);
});

const ANSWER = { status: 200, rawHeaders: [], body: Buffer.from("") };
/** Types whose numbers are so large that only the arithmetic of the others can be tested. */
const TESTABLE = 10_000;

describe("numbers of things", () => {
  const counted = TYPES.filter((type) => (quotasOf(type).count?.max ?? Number.POSITIVE_INFINITY) <= TESTABLE);

  test.each(counted)("of %s", (type) => {
    const { max, of, inRegions = {} } = quotasOf(type).count!;
    const holder = new Holder(new Set());
    const make = (id: string, region: string, owner?: string) => {
      const change = { kind: "made", type, id, attributes: {}, ...(owner && { owner }) } as const;
      return holder.hold(change, () => `${ACCOUNT} ${region}`, region).broken;
    };
    const remove = (id: string, region: string) => {
      const held = holder.hold({ kind: "removed", type, id }, () => `${ACCOUNT} ${region}`, region);
      if (held.broken === undefined) held.settle(ANSWER);
    };
    for (const region of [REGION, ...Object.keys(inRegions)]) {
      const most = inRegions[region] ?? max;
      for (let index = 0; index < most; index += 1) {
        if (make(`${index}`, region) !== undefined) throw new Error(`${index} of ${most} is refused`);
      }
      expect(make("one more", region)).toMatchObject({ breach: "count", subject: of });
      expect(make("1", region)).toBeUndefined();
      remove("1", region);
      expect(make("one more", region)).toBeUndefined();
      expect(make("one more", region, "somebody else")).toBeUndefined();
    }
    expect(make("one more", "another region")).toBeUndefined();
  });

  test("roles are of the account, whatever region a client signs for", async () => {
    const Tags = (prefix: string) =>
      listed(Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`${prefix}${index}`, "value"])));
    const late = (prefix: string) => createRole({ RoleName: "late", Tags: Tags(prefix) });
    for (let index = 0; index < 1_000; index += 1) await outcome(createRole({ RoleName: `role-${index}` }));
    await expect(outcome({ ...late("a"), region: "us-west-2" })).resolves.toMatchObject({
      status: 409,
      code: "LimitExceeded",
      message: expect.stringContaining("1,000 roles per account; can be raised"),
    });
    await outcome({ service: "iam", operation: "DeleteRole", input: { RoleName: "role-7" } });
    // Nothing of the role that was refused is left, its tags neither.
    await expect(outcome(late("b"))).resolves.toMatchObject(carriedOut);
  });

  test("what AWS did not carry out does not count", async () => {
    const attach = (index: number): TestCall => ({
      service: "iam",
      operation: "AttachRolePolicy",
      input: { RoleName: "orders", PolicyArn: `arn:aws:iam::${ACCOUNT}:policy/p${index}` },
    });
    for (let index = 0; index < 9; index += 1) await outcome(attach(index));
    for (const status of [404, undefined]) {
      aws.upstream = status;
      await outcome(attach(100)).catch(() => undefined);
    }
    aws.upstream = 200;
    await expect(outcome(attach(9))).resolves.toMatchObject(carriedOut);
    await expect(outcome(attach(9))).resolves.toMatchObject(carriedOut);
    await expect(outcome(attach(10))).resolves.toMatchObject({ status: 409, code: "LimitExceeded" });
  });

  test("what is deleted takes along what it owned", async () => {
    const role = { RoleName: "orders" };
    const attach = (index: number): TestCall => ({
      service: "iam",
      operation: "AttachRolePolicy",
      input: { ...role, PolicyArn: `arn:aws:iam::${ACCOUNT}:policy/p${index}` },
    });
    const Tags = (from: number) =>
      listed(Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`key-${from + index}`, "value"])));
    await outcome(createRole({ ...role, Tags: Tags(0) }));
    for (let index = 0; index < 10; index += 1) await outcome(attach(index));
    await outcome({ service: "iam", operation: "DeleteRole", input: role });

    await expect(outcome(createRole({ ...role, Tags: Tags(50) }))).resolves.toMatchObject(carriedOut);
    await expect(outcome(attach(10))).resolves.toMatchObject(carriedOut);
  });

  test("a call that makes several is refused as a whole, and leaves nothing behind", async () => {
    await expect(outcome(putTargets(6))).resolves.toMatchObject({ code: "LimitExceededException" });
    await expect(outcome(putTargets(5, "other"))).resolves.toMatchObject(carriedOut);
  });

  test("what AWS names counts by that name", async () => {
    for (let index = 0; index < 200; index += 1) {
      expect(await outcome(createCheck({}))).toMatchObject(carriedOut);
    }
    await expect(outcome(createCheck({}))).resolves.toMatchObject({ code: "TooManyHealthChecks" });
    const gone = {
      service: "route53",
      operation: "DeleteHealthCheck",
      input: { HealthCheckId: "id-7" },
    } as const;
    await outcome(gone);
    await expect(outcome(createCheck({}))).resolves.toMatchObject(carriedOut);
  });

  test("a replica is a table of its region", async () => {
    const replica = (RegionName: string): TestCall => ({
      service: "dynamodb",
      operation: "UpdateTable",
      input: { TableName: "ledger", ReplicaUpdates: [{ Create: { RegionName } }] },
    });
    for (let index = 0; index < 2_500; index += 1) {
      await outcome({ ...createTable({ TableName: `table-${index}` }), region: "us-west-2" });
    }
    await expect(outcome(replica("us-west-2"))).resolves.toMatchObject({ code: "LimitExceededException" });
    await expect(outcome(replica("eu-west-1"))).resolves.toMatchObject(carriedOut);
  });
});

describe("sums", () => {
  const reserve = (FunctionName: string, ReservedConcurrentExecutions: number): TestCall => ({
    service: "lambda",
    operation: "PutFunctionConcurrency",
    input: { FunctionName, ReservedConcurrentExecutions },
  });

  test("100 executions stay unreserved in each region", async () => {
    await outcome(reserve("orders", 600));
    await outcome(reserve("orders", 500));
    await expect(outcome(reserve("mails", 401))).resolves.toMatchObject({
      code: "InvalidParameterValueException",
      message: expect.stringContaining("401 executions with 500 there already"),
    });
    await expect(outcome({ ...reserve("mails", 401), region: "us-west-2" })).resolves.toMatchObject(
      carriedOut,
    );
    await outcome({ service: "lambda", operation: "DeleteFunction", input: { FunctionName: "orders" } });
    await expect(outcome(reserve("mails", 900))).resolves.toMatchObject(carriedOut);
  });

  test("inline policies of a role are counted together", async () => {
    const put = (PolicyName: string, characters: number): TestCall => ({
      service: "iam",
      operation: "PutRolePolicy",
      input: { RoleName: "orders", PolicyName, PolicyDocument: "x".repeat(characters) },
    });
    await outcome(put("one", 10_000));
    await expect(outcome(put("two", 241))).resolves.toMatchObject({ status: 409, code: "LimitExceeded" });
    await expect(outcome(put("one", 9_000))).resolves.toMatchObject(carriedOut);
    await expect(outcome(put("two", 1_240))).resolves.toMatchObject(carriedOut);
  });
});

test("a session acts for the account of its role", async () => {
  const role = createRole({}).input as { RoleName: string; AssumeRolePolicyDocument: string };
  const sts = new STSClient(aws.configuration(REGION));
  const RoleArn = "arn:aws:iam::222222222222:role/deployer";
  await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "deployer" }));

  for (let index = 0; index < 1_000; index += 1) await outcome(createRole({ RoleName: `role-${index}` }));
  const session = new IAMClient(aws.configuration(REGION, SESSION_KEY));
  await session.send(new CreateRoleCommand({ ...role, RoleName: nextName() }));
  const root = new IAMClient(aws.configuration(REGION, "222222222222"));
  for (let index = 0; index < 999; index += 1) {
    await root.send(new CreateRoleCommand({ ...role, RoleName: `other-${index}` }));
  }
  await expect(session.send(new CreateRoleCommand({ ...role, RoleName: nextName() }))).rejects.toThrow(
    "one too many",
  );
});

describe("calls that nobody holds against the table", () => {
  test.each([
    ["an operation that is not known", { service: "sqs", operation: "AddPermission", input: permission() }],
    [
      "a route that is not known",
      { service: "lambda", operation: "PublishVersion", input: { FunctionName: "f" } },
    ],
  ] as const)("%s", async (_, call) => {
    await expect(outcome(call)).resolves.toMatchObject({
      status: 400,
      code: UNCHECKED,
      message: expect.stringContaining("add it to emulator/constraints/services"),
    });
  });

  test("a protocol that nobody reads", () => {
    const authorization = `AWS4-HMAC-SHA256 Credential=${ACCOUNT}/20260101/${REGION}/sqs/aws4_request`;
    const headers = { authorization, "content-type": "application/x-www-form-urlencoded" };
    const body = Buffer.from("Action=CreateQueue&QueueName=orders");
    const { status, body: text } = aws.judge({ method: "POST", url: "/", headers, body });
    expect(status).toBe(400);
    expect(text).toContain("sqs CreateQueue (form)");
  });

  test.each([
    { service: "sqs", operation: "GetQueueAttributes", input: { QueueUrl: "https://sqs/1/orders" } },
    { service: "sqs", operation: "PurgeQueue", input: { QueueUrl: "https://sqs/1/orders" } },
    { service: "dynamodb", operation: "ListTables", input: {} },
    { service: "lambda", operation: "GetFunction", input: { FunctionName: "orders" } },
    {
      service: "route53",
      operation: "ListTagsForResources",
      input: { ResourceType: "healthcheck", ResourceIds: ["a"] },
    },
  ] as const)("reads and what only sends are let through: $operation", async (call) => {
    await expect(outcome(call)).resolves.toMatchObject(carriedOut);
  });

  test("every entry of the table is read by a call", () => {
    for (const type of TYPES) {
      const { attributes, count, regions } = quotasOf(type);
      expect(Object.keys(CASES[type]).sort()).toEqual(Object.keys(attributes).sort());
      if (Object.keys(attributes).length === 0) expect(count ?? regions).toBeDefined();
    }
  });
});

function permission() {
  return { QueueUrl: "https://sqs/1/orders", Label: "a", AWSAccountIds: [ACCOUNT], Actions: ["SendMessage"] };
}

test("a function is the same by its name and by its ARN", async () => {
  await outcome(createFunction({ FunctionName: "orders" }));
  const reserve = (FunctionName: string): TestCall => ({
    service: "lambda",
    operation: "PutFunctionConcurrency",
    input: { FunctionName, ReservedConcurrentExecutions: 900 },
  });
  await expect(outcome(reserve("orders"))).resolves.toMatchObject(carriedOut);
  const arn = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:orders`;
  await expect(outcome(reserve(arn))).resolves.toMatchObject(carriedOut);
});
