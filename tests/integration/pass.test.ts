import path from "node:path";
import {
  CreateTableCommand,
  DeleteTableCommand,
  type DynamoDBClient,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { Message } from "@aws-sdk/client-sqs";
import { Gate } from "../../client/gate";
import { AS_AWS } from "../../emulator/as-aws";
import { runCleanup } from "../../emulator/cleanup";
import { createRole, dynamoClient, roleCredentials } from "../../emulator/clients";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import { childEnvironment } from "../../emulator/environment";
import { installEmulator } from "../../emulator/install";
import { runCommand } from "../../emulator/run-command";
import { encodeOrigin, ORIGIN_ATTRIBUTE, type Origin } from "../../messages/origin";
import { type PassAnswer, type PassReader, passReader } from "../../ownership/lease/pass-reader";

const EAST = "us-east-1";
const WEST = "us-west-2";
const ACCOUNT = "111111111111";
const TableName = "shop-ownership";
const SCRIPT = path.join(__dirname, "ask_gate.py");
const GATE = path.join(__dirname, "..", "..", "client", "python");

let emulator: Emulator;
/** Of the account itself. */
let owners: Readonly<Record<string, DynamoDBClient>>;
/** Of a consumer, which may get passes and do nothing else. */
let consumers: Readonly<Record<string, DynamoDBClient>>;
let consumer: string;
let reader: PassReader;

const clientsOf = (role?: string) =>
  Object.fromEntries(
    emulator.regions.map((region) => [
      region,
      dynamoClient(emulator, {
        region,
        account: ACCOUNT,
        source: EAST,
        maxAttempts: 1,
        ...(role && { role }),
      }),
    ]),
  );

beforeAll(async () => {
  emulator = await startEmulator({ regions: [EAST, WEST], asAws: { ...AS_AWS, seed: "pass" } });
  owners = clientsOf();
  const getPasses = {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: "dynamodb:GetItem",
        Resource: `arn:aws:dynamodb:*:${ACCOUNT}:table/${TableName}`,
      },
    ],
  };
  consumer = await createRole(emulator, {
    account: ACCOUNT,
    name: "consumer",
    policies: { gate: getPasses },
  });
  consumers = clientsOf(consumer);
}, 180_000);

beforeEach(async () => {
  for (const client of Object.values(owners)) await createTable(client);
  reader = passReader({
    group: "shop",
    region: EAST,
    regions: [EAST, WEST],
    client: (region) => consumers[region]!,
  });
});

afterEach(async () => {
  await emulator.restoreAll();
  for (const client of Object.values(owners)) await client.send(new DeleteTableCommand({ TableName }));
});

afterAll(async () => {
  for (const client of Object.values({ ...owners, ...consumers })) client.destroy();
  await runCleanup();
});

function createTable(client: DynamoDBClient): Promise<unknown> {
  return client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [
        { AttributeName: "kind", AttributeType: "S" },
        { AttributeName: "of", AttributeType: "S" },
      ],
      KeySchema: [
        { AttributeName: "kind", KeyType: "HASH" },
        { AttributeName: "of", KeyType: "RANGE" },
      ],
    }),
  );
}

/** The pass of the region in the east, for its own home. */
async function putPass(untilFromNow: number, regions: readonly string[] = emulator.regions): Promise<void> {
  const entry = { epoch: { N: "3" }, until: { N: String(Date.now() + untilFromNow) } };
  const Item = { kind: { S: "pass" }, of: { S: EAST }, v: { N: "1" }, [EAST]: { M: entry } };
  for (const region of regions) await owners[region]!.send(new PutItemCommand({ TableName, Item }));
}

/** A message as ReceiveMessage gives it, with this in its origin. Without home: one without origin. */
function message({ home, owner }: Partial<Origin>): Message {
  if (home === undefined) return { Body: "order" };
  const origin = { v: 1, home, id: "1", sent: 1, sender: "producer", ...(owner && { owner }) };
  return { Body: "order", MessageAttributes: { [ORIGIN_ATTRIBUTE]: encodeOrigin(origin) } };
}

/** What the gate in TypeScript says of a message: `open`, or why it is closed. */
async function askGate(asked: Message): Promise<string> {
  let last: PassAnswer | undefined;
  const pass = {
    verdict: async (home: string) => {
      last = await reader.verdict(home);
      return last;
    },
  };
  const open = await new Gate(pass, EAST).admits(asked).catch(() => false);
  expect(last?.open).toBe(open);
  return last?.open === false ? last.why : "open";
}

/** The same of the Python gate, in a process of its own. */
async function askPython(asked: Message): Promise<string> {
  const { python, packages } = await installEmulator();
  const given = { table: TableName, region: EAST, regions: emulator.regions, message: asked };
  const environment = childEnvironment({
    ...(await roleCredentials(emulator, { account: ACCOUNT, role: consumer })),
    AWS_ENDPOINT_URL: emulator.endpoint(EAST),
    AWS_CA_BUNDLE: emulator.certificateFile,
    PYTHONPATH: [packages, GATE].join(path.delimiter),
  });
  const args = ["-B", SCRIPT, JSON.stringify(given)];
  const { stdout, stderr } = await runCommand(python, args, environment);
  return stdout.trim() || stderr;
}

describe.each([
  ["TypeScript", askGate],
  ["Python", askPython],
] as const)("the gate in %s, by a role that may get passes alone", (_language, ask) => {
  test("is open to messages of a home that the region owns, and to no others", async () => {
    await putPass(30_000);
    expect([await ask(message({ home: EAST })), await ask(message({ home: WEST }))]).toEqual([
      "open",
      "no-pass",
    ]);
  });

  test("goes by the owner that a message is marked for, and for one without origin by the own region", async () => {
    await putPass(30_000);
    const marked = message({ home: EAST, owner: WEST });
    expect([await ask(message({ home: WEST, owner: EAST })), await ask(marked)]).toEqual(["open", "no-pass"]);
    expect(await ask(message({}))).toBe("open");
  });

  test("is closed in a region that returns, whose table still names the home", async () => {
    await putPass(-60_000);
    expect(await ask(message({ home: EAST }))).toBe("over");
  });

  test("is closed without a pass", async () => {
    expect(await ask(message({ home: EAST }))).toBe("no-pass");
  });

  test("goes by the copy in another region when there is none in the own one", async () => {
    await putPass(30_000, [WEST]);
    expect(await ask(message({ home: EAST }))).toBe("open");
  });

  test("goes by the copy in another region when the own table is gone", async () => {
    await putPass(30_000);
    await owners[EAST]!.send(new DeleteTableCommand({ TableName }));
    expect(await ask(message({ home: EAST }))).toBe("open");
    await createTable(owners[EAST]!);
  });

  test("is closed when no table can be read", async () => {
    await putPass(30_000);
    for (const client of Object.values(owners)) await client.send(new DeleteTableCommand({ TableName }));
    expect(await ask(message({ home: EAST }))).toBe("unreadable");
    for (const client of Object.values(owners)) await createTable(client);
  });
});
