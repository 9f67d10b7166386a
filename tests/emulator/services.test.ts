/** What functions do with services besides SQS, by their own role and from their own region. */
import { PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { CreateQueueCommand, ReceiveMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { GetParameterCommand } from "@aws-sdk/client-ssm";
import { functionArn, parameterArn, queueUrl, tableArn } from "../../core/names";
import { runCleanup } from "../../emulator/cleanup";
import {
  allow,
  cloudWatchClient,
  createRole,
  dynamoClient,
  lambdaClient,
  sqsClient,
  ssmClient,
} from "../../emulator/clients";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import { waitFor } from "../../emulator/wait";
import { bundleFunction } from "./fixtures/bundle";
import {
  CALLER,
  type CallerAnswer,
  type CallerReport,
  type CallResult,
  type CallToMake,
} from "./fixtures/caller";
import { createGlobalTable } from "./fixtures/global-table";
import { createFunction } from "./fixtures/lambda-api";
import { createSchedule } from "./fixtures/scheduler-api";

const EAST = "us-east-1";
const WEST = "us-west-2";
const ACCOUNT = "111111111111";
const MINUTE_SECONDS = 2;

let emulator: Emulator;
let west: LambdaClient;
let reports: SQSClient;
let zip: Buffer;

beforeAll(async () => {
  emulator = await startEmulator({ regions: [EAST, WEST], minuteSeconds: MINUTE_SECONDS });
  west = lambdaClient(emulator, { region: WEST, account: ACCOUNT });
  reports = sqsClient(emulator, { region: WEST, account: ACCOUNT });
  zip = await bundleFunction(CALLER);
  const dynamo = dynamoClient(emulator, { region: EAST, account: ACCOUNT });
  await createGlobalTable(dynamo, "ledger", [WEST]);
  dynamo.destroy();
}, 180_000);

afterAll(async () => {
  west.destroy();
  reports.destroy();
  await runCleanup();
});

/** A function in the west that may do what `statements` say. */
async function createCaller(
  name: string,
  policies: Readonly<Record<string, object>>,
  variables: Readonly<Record<string, string>> = {},
): Promise<void> {
  const role = await createRole(emulator, { account: ACCOUNT, name, policies });
  await createFunction(emulator, {
    region: WEST,
    account: ACCOUNT,
    name,
    role,
    zip,
    variables,
    timeoutSeconds: 20,
  });
}

async function make(name: string, ...calls: readonly CallToMake[]): Promise<readonly CallResult[]> {
  const { Payload, FunctionError } = await west.send(
    new InvokeCommand({ FunctionName: name, Payload: JSON.stringify({ calls }) }),
  );
  const text = Buffer.from(Payload ?? []).toString();
  if (FunctionError) throw new Error(text);
  const answer = JSON.parse(text) as CallerAnswer;
  expect(answer).toMatchObject({ region: WEST, name });
  return answer.results;
}

async function reportsQueue(name: string): Promise<string> {
  await reports.send(new CreateQueueCommand({ QueueName: name }));
  return queueUrl(WEST, ACCOUNT, name);
}

async function nextReport(QueueUrl: string): Promise<CallerReport | undefined> {
  const { Messages } = await reports.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));
  return Messages?.[0] && JSON.parse(Messages[0].Body ?? "");
}

test("parameters: put, read one and several, and by path in pages, and nothing that the role does not name", async () => {
  const parameters = parameterArn(WEST, ACCOUNT, "/group");
  await createCaller("parameters", {
    own: allow(["ssm:PutParameter", "ssm:GetParameter", "ssm:GetParameters"], `${parameters}/*`),
    list: allow("ssm:GetParametersByPath", parameters),
  });
  const put = (Name: string, Value: string): CallToMake => ({
    service: "ssm",
    operation: "PutParameter",
    input: { Name, Value, Type: "String", Overwrite: true },
  });
  const mark = emulator.gateway.mark();
  const results = await make(
    "parameters",
    put("/group/a", "1"),
    put("/group/b", "2"),
    put("/group/a", "3"),
    { service: "ssm", operation: "GetParameter", input: { Name: "/group/a" } },
    { service: "ssm", operation: "GetParameters", input: { Names: ["/group/b", "/group/none"] } },
    { service: "ssm", operation: "GetParametersByPath", input: { Path: "/group", MaxResults: 1 } },
    { service: "ssm", operation: "GetParameters", input: { Names: ["/group/a", "/other/a"] } },
    { service: "ssm", operation: "GetParametersByPath", input: { Path: "/other" } },
    put("/other/a", "1"),
    { service: "ssm", operation: "GetParameter", input: { Name: "/group/a" }, region: EAST },
  );

  expect(results[2]?.output).toMatchObject({ Version: 2 });
  expect(results[3]?.output).toMatchObject({ Parameter: { Value: "3", Version: 2 } });
  expect(results[4]?.output).toMatchObject({
    Parameters: [{ Name: "/group/b", Value: "2" }],
    InvalidParameters: ["/group/none"],
  });
  expect(results[5]?.output).toMatchObject({ Parameters: [{ Name: "/group/a" }] });
  expect(results.slice(6).map(({ error }) => error)).toEqual(Array(4).fill("AccessDeniedException"));
  expect(emulator.gateway.countCalls({ source: WEST, target: EAST, service: "ssm" }, mark)).toBe(1);

  const NextToken = results[5]?.output?.NextToken;
  const [second] = await make("parameters", {
    service: "ssm",
    operation: "GetParametersByPath",
    input: { Path: "/group", MaxResults: 1, NextToken },
  });
  expect(second?.output).toMatchObject({ Parameters: [{ Name: "/group/b" }] });
  expect(second?.output?.NextToken).toBeUndefined();

  const client = ssmClient(emulator, { region: EAST, account: ACCOUNT, source: WEST });
  await expect(client.send(new GetParameterCommand({ Name: "/group/a" }))).rejects.toMatchObject({
    name: "ParameterNotFound",
  });
  client.destroy();
});

test("tables: the keys that a role may use are those of its condition, whatever the call", async () => {
  const table = tableArn(WEST, ACCOUNT, "ledger");
  const condition = { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["orders#*"] } };
  const Statement = [{ Effect: "Allow", Action: "dynamodb:*Item", Resource: table, Condition: condition }];
  const query = { Effect: "Allow", Action: "dynamodb:Query", Resource: table, Condition: condition };
  await createCaller("tables", { own: { Version: "2012-10-17", Statement: [...Statement, query] } });
  const TableName = "ledger";
  const key = (id: string) => ({ id: { S: id } });
  const of = (operation: string, input: object): CallToMake => ({ service: "dynamodb", operation, input });
  const tried = (id: string): readonly CallToMake[] => [
    of("PutItem", { TableName, Item: key(id), ConditionExpression: "attribute_not_exists(id)" }),
    of("UpdateItem", {
      TableName,
      Key: key(id),
      UpdateExpression: "SET #s = :s",
      ExpressionAttributeNames: { "#s": "status" },
      ExpressionAttributeValues: { ":s": { S: "COMPLETED" } },
    }),
    of("GetItem", { TableName, Key: key(id) }),
    of("Query", {
      TableName,
      KeyConditionExpression: "#i = :i",
      ExpressionAttributeNames: { "#i": "id" },
      ExpressionAttributeValues: { ":i": { S: id } },
    }),
    of("BatchGetItem", { RequestItems: { ledger: { Keys: [key("orders#1"), key(id)] } } }),
    of("BatchWriteItem", { RequestItems: { ledger: [{ PutRequest: { Item: key(id) } }] } }),
    of("TransactWriteItems", { TransactItems: [{ Put: { TableName, Item: key(id) } }] }),
    of("DeleteItem", { TableName, Key: key(id) }),
  ];

  const allowed = await make("tables", ...tried("orders#2"));
  expect(allowed.map(({ error }) => error)).toEqual(allowed.map(() => undefined));
  expect(allowed[2]?.output).toMatchObject({ Item: { status: { S: "COMPLETED" } } });
  const denied = await make("tables", ...tried("payments#2"));
  expect(denied.map(({ error }) => error)).toEqual(denied.map(() => "AccessDeniedException"));
});

test("functions: invoked with and without waiting, if the caller's role names them", async () => {
  const url = await reportsQueue("invoked");
  await createCaller("callee", { send: allow("sqs:SendMessage") }, { REPORTS_URL: url });
  await createCaller("bystander", {});
  await createCaller("invoker", {
    invoke: allow("lambda:InvokeFunction", functionArn(WEST, ACCOUNT, "callee")),
  });
  const invoke = (FunctionName: string, InvocationType: string): CallToMake => ({
    service: "lambda",
    operation: "Invoke",
    input: { FunctionName, InvocationType, Payload: JSON.stringify({ how: InvocationType }) },
  });
  const mark = emulator.gateway.mark();
  const results = await make(
    "invoker",
    invoke("callee", "RequestResponse"),
    invoke("callee", "Event"),
    invoke("bystander", "RequestResponse"),
  );

  expect(results[0]?.output).toMatchObject({ StatusCode: 200 });
  expect(JSON.parse(String(results[0]?.output?.Payload))).toMatchObject({ name: "callee", region: WEST });
  expect(results[1]?.output).toMatchObject({ StatusCode: 202 });
  expect(results[2]?.error).toBe("AccessDeniedException");
  expect(emulator.gateway.countCalls({ source: WEST, target: WEST, service: "lambda" }, mark)).toBe(4);
  const first = await waitFor(() => nextReport(url));
  const second = await waitFor(() => nextReport(url));
  expect([first, second].map(({ event }) => event)).toEqual([{ how: "RequestResponse" }, { how: "Event" }]);
});

test("metrics: put and read by a function, newest first unless asked otherwise", async () => {
  await createCaller("metrics", { all: allow(["cloudwatch:GetMetricData", "cloudwatch:PutMetricData"]) });
  const client = cloudWatchClient(emulator, { region: WEST, account: ACCOUNT });
  const now = Math.floor(Date.now() / 60_000) * 60_000;
  for (const [minutesAgo, Value] of [
    [2, 1],
    [1, 2],
  ] as const) {
    const Timestamp = new Date(now - minutesAgo * 60_000);
    await client.send(
      new PutMetricDataCommand({ Namespace: "Test", MetricData: [{ MetricName: "m", Value, Timestamp }] }),
    );
  }
  client.destroy();
  const read = (order: object): CallToMake => ({
    service: "cloudwatch",
    operation: "GetMetricData",
    input: {
      StartTime: new Date(now - 600_000),
      EndTime: new Date(now + 60_000),
      MetricDataQueries: [
        {
          Id: "m",
          MetricStat: { Metric: { Namespace: "Test", MetricName: "m" }, Period: 60, Stat: "Maximum" },
        },
      ],
      ...order,
    },
  });
  const results = await make("metrics", read({}), read({ ScanBy: "TimestampAscending" }));
  const values = results.map(({ output }) => {
    const results = (output?.MetricDataResults ?? []) as readonly { readonly Values: readonly number[] }[];
    return results[0]?.Values;
  });
  expect(values).toEqual([
    [2, 1],
    [1, 2],
  ]);
});

describe("schedules", () => {
  test("invoke their function every minute, in its region and by its role", async () => {
    const url = await reportsQueue("scheduled");
    await createCaller("scheduled", { send: allow("sqs:SendMessage") }, { REPORTS_URL: url });
    const mark = emulator.gateway.mark();
    await createSchedule(emulator, {
      region: WEST,
      account: ACCOUNT,
      name: "each-minute",
      targetArn: functionArn(WEST, ACCOUNT, "scheduled"),
    });
    const times: number[] = [];
    while (times.length < 3) {
      const report = await waitFor(() => nextReport(url));
      expect(report).toMatchObject({ event: { scheduled: "each-minute" }, region: WEST, name: "scheduled" });
      times.push(report.at);
    }
    const gaps = times.slice(1).map((at, index) => (at - times[index]!) / 1_000);
    for (const gap of gaps) expect(Math.abs(gap - MINUTE_SECONDS)).toBeLessThan(1);
    expect(emulator.gateway.countCalls({ source: WEST, target: WEST, service: "sqs" }, mark)).toBeGreaterThan(
      3,
    );
  }, 60_000);

  test("do nothing while they are disabled", async () => {
    const url = await reportsQueue("disabled");
    await createCaller("disabled", { send: allow("sqs:SendMessage") }, { REPORTS_URL: url });
    const schedule = { region: WEST, account: ACCOUNT, targetArn: functionArn(WEST, ACCOUNT, "disabled") };
    await createSchedule(emulator, { ...schedule, name: "off", state: "DISABLED" });
    await createSchedule(emulator, { ...schedule, name: "on" });
    for (let fired = 0; fired < 2; fired += 1) {
      expect((await waitFor(() => nextReport(url))).event).toEqual({ scheduled: "on" });
    }
  }, 60_000);

  test("have a function that fails tried again after one and after two minutes", async () => {
    const url = await reportsQueue("retried");
    await createCaller("retried", {}, { REPORTS_URL: url });
    let attempts = 0;
    const stop = emulator.gateway.watch({ operation: "SendMessage" }, ({ call }) => {
      if (call.queue === "retried") attempts += 1;
    });
    const began = Date.now();
    const expression = `at(${new Date(began).toISOString().slice(0, 19)})`;
    await createSchedule(emulator, {
      region: WEST,
      account: ACCOUNT,
      name: "once",
      targetArn: functionArn(WEST, ACCOUNT, "retried"),
      expression,
    });
    await waitFor(() => attempts === 3, { timeoutMs: 20_000 });
    stop();
    expect(Date.now() - began).toBeGreaterThanOrEqual(3 * MINUTE_SECONDS * 1_000);
  }, 60_000);
});

test("a caller in another region is seen as such", async () => {
  const client = dynamoClient(emulator, { region: WEST, account: ACCOUNT, source: EAST });
  const mark = emulator.gateway.mark();
  await client.send(new PutItemCommand({ TableName: "ledger", Item: { id: { S: "x" } } }));
  expect(emulator.gateway.countCalls({ source: EAST, target: WEST, service: "dynamodb" }, mark)).toBe(1);
  client.destroy();
});

test("fails when a minute is shorter than a second", async () => {
  await expect(startEmulator({ regions: [EAST], minuteSeconds: 0.5 })).rejects.toThrow(
    "less than one second",
  );
});

test("metrics: a role may publish in the namespace of its condition alone", async () => {
  const Condition = { StringEquals: { "cloudwatch:namespace": "Shop" } };
  const statement = { Effect: "Allow", Action: "cloudwatch:PutMetricData", Resource: "*", Condition };
  await createCaller("publisher", { own: { Version: "2012-10-17", Statement: [statement] } });
  const put = (Namespace: string): CallToMake => ({
    service: "cloudwatch",
    operation: "PutMetricData",
    input: { Namespace, MetricData: [{ MetricName: "Owned", Value: 1 }] },
  });
  const [allowed, denied] = await make("publisher", put("Shop"), put("Other"));
  expect([allowed?.error, denied?.error]).toEqual([undefined, "AccessDeniedException"]);
});
