/** Wall clocks that are wrong in one region: those of its tables and those that its functions see. */
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { ListQueuesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { runCleanup } from "../../emulator/cleanup";
import { allow, createRole, dynamoClient, lambdaClient, sqsClient } from "../../emulator/clients";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import { waitFor } from "../../emulator/wait";
import { describeFull } from "../tier";
import { bundleFunction } from "./fixtures/bundle";
import { createFunction } from "./fixtures/lambda-api";

const EAST = "us-east-1";
const WEST = "us-west-2";
const ACCOUNT = "111111111111";
/** How exactly two looks at a clock agree: a `Date` has whole seconds, and a call takes its time. */
const IMPRECISION_MS = 2_500;
const REFUSED = "InvalidSignatureException";

/** Tells what its clocks show, twice, and whether a call that it signs is accepted. */
const WATCH = `
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";

const dynamodb = new DynamoDBClient({ maxAttempts: 1 });
class Special extends Date {}
const look = () => ({
  now: Date.now(),
  made: new Date().getTime(),
  special: new Special().getTime(),
  told: Date.parse(Date()),
  counted: performance.now(),
  hrtime: Number(process.hrtime.bigint() / 1_000_000n),
});

export async function handler() {
  const first = look();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const second = look();
  const call = await dynamodb.send(new ListTablesCommand({})).then(() => "accepted", ({ name }) => name);
  const isDate = new Date() instanceof Date && new Special() instanceof Special && new Date(5).getTime() === 5 &&
    Date.UTC(1970) === 0 && new Date(1970, 0).constructor === Date;
  return { first, second, call, isDate, options: process.env.NODE_OPTIONS };
}
`;

interface Look {
  readonly now: number;
  readonly made: number;
  readonly special: number;
  readonly told: number;
  readonly counted: number;
  readonly hrtime: number;
}

interface Watched {
  readonly first: Look;
  readonly second: Look;
  readonly call: string;
  readonly isDate: boolean;
  readonly options: string;
}

let emulator: Emulator;
let role: string;
let sqs: SQSClient;
const lambdas = new Map<string, LambdaClient>();

beforeAll(async () => {
  emulator = await startEmulator({ regions: [EAST, WEST], workerClocks: true });
  role = await createRole(emulator, {
    account: ACCOUNT,
    name: "watch",
    policies: { all: allow("dynamodb:*") },
  });
  const zip = await bundleFunction(WATCH);
  for (const region of emulator.regions) {
    lambdas.set(region, lambdaClient(emulator, { region, account: ACCOUNT }));
    const variables = { NODE_OPTIONS: "--enable-source-maps" };
    await createFunction(emulator, { region, account: ACCOUNT, name: "watch", role, zip, variables });
  }
  sqs = sqsClient(emulator, { region: EAST, account: ACCOUNT });
}, 180_000);

afterEach(() => emulator.restoreAll());

afterAll(async () => {
  for (const client of [sqs, ...lambdas.values()]) client.destroy();
  await runCleanup();
});

describeFull("clocks of tables", () => {
  /** How far the `Date` of an answer is from now, in milliseconds; the name of the error of a call without one. */
  async function offset(client: DynamoDBClient | SQSClient): Promise<number> {
    let date = "";
    const stack = client.middlewareStack as DynamoDBClient["middlewareStack"];
    stack.add(
      (next) => async (given) => {
        const result = await next(given);
        date = (result.response as { readonly headers: Record<string, string> }).headers.date ?? "";
        return result;
      },
      { step: "deserialize", priority: "low", name: "date", override: true },
    );
    const call =
      client instanceof DynamoDBClient
        ? client.send(new ListTablesCommand({}))
        : client.send(new ListQueuesCommand({}));
    await call.catch(({ name }: Error) => {
      if (name !== "ThrottlingException") throw new Error(name);
    });
    return Date.parse(date) - Date.now();
  }

  async function offsets(): Promise<Readonly<Record<string, number>>> {
    const clients = emulator.regions.map((region) =>
      dynamoClient(emulator, { region, source: WEST, account: ACCOUNT, role, maxAttempts: 1 }),
    );
    const found = await Promise.all(clients.map(offset));
    for (const client of clients) client.destroy();
    return Object.fromEntries(emulator.regions.map((region, index) => [region, found[index]!]));
  }

  const near = (seconds: number, found: number | undefined): void =>
    expect(Math.abs((found ?? Number.NaN) - seconds * 1_000)).toBeLessThan(IMPRECISION_MS);

  test("are off in their region alone, ahead or behind, until restored", async () => {
    const ahead = await emulator.setTableClock(EAST, { offsetSeconds: 30 });
    let found = await offsets();
    near(30, found[EAST]);
    near(0, found[WEST]);
    const behind = await emulator.setTableClock(EAST, { offsetSeconds: -90 });
    near(-90, (await offsets())[EAST]);
    await behind.restore();
    near(30, (await offsets())[EAST]);
    await ahead.restore();
    found = await offsets();
    near(0, found[EAST]);
    near(0, found[WEST]);
  });

  test("are those of refusals too, and of no other service", async () => {
    await emulator.setTableClock(EAST, { offsetSeconds: 60 });
    await emulator.loseTable(EAST, { manner: "ThrottlingException" });
    near(60, (await offsets())[EAST]);
    near(0, await offset(sqs));
  });

  test("may stand still", async () => {
    const client = dynamoClient(emulator, { region: EAST, account: ACCOUNT });
    await emulator.setTableClock(EAST, { stopped: true, offsetSeconds: 10 });
    const began = Date.now();
    const shown = async () => (await offset(client)) + Date.now();
    const first = await shown();
    await waitFor(async () => Date.now() - began > 2_000);
    expect(Math.abs((await shown()) - first)).toBeLessThan(500);
    near(10, first - began);
    client.destroy();
  });

  test("judge signatures: what differs by more than fifteen minutes is refused once, and the SDK follows", async () => {
    await emulator.setTableClock(EAST, { offsetSeconds: 1_200 });
    const client = dynamoClient(emulator, { region: EAST, account: ACCOUNT, role, maxAttempts: 1 });
    await expect(offset(client)).rejects.toThrow(REFUSED);
    near(1_200, await offset(client));
    client.destroy();
  });
});

describeFull("clocks of functions", () => {
  async function watched(
    region: string,
  ): Promise<Watched & { readonly before: number; readonly after: number }> {
    const before = Date.now();
    const answer = await lambdas.get(region)!.send(new InvokeCommand({ FunctionName: "watch" }));
    const text = Buffer.from(answer.Payload ?? []).toString();
    if (answer.FunctionError) throw new Error(text);
    return { ...(JSON.parse(text) as Watched), before, after: Date.now() };
  }

  /** Expects that a function saw a wall clock that was off by so much, whoever asked it in whatever way. */
  async function expectOffset(region: string, seconds: number): Promise<Watched> {
    const seen = await watched(region);
    for (const { now, made, special, told } of [seen.first, seen.second]) {
      for (const shown of [now, made, special, told]) {
        expect(shown - seconds * 1_000).toBeGreaterThanOrEqual(seen.before - 1_000);
        expect(shown - seconds * 1_000).toBeLessThanOrEqual(seen.after);
      }
    }
    expect(seen.isDate).toBe(true);
    return seen;
  }

  test("are off in their region alone, also in a worker that runs already, until restored", async () => {
    const right = await expectOffset(EAST, 0);
    expect(right.options).toContain("--enable-source-maps");
    const began = performance.now();
    const ahead = await emulator.setWorkerClock(EAST, { offsetSeconds: 120 });
    const off = await expectOffset(EAST, 120);
    await expectOffset(WEST, 0);
    expect(off.call).toBe("accepted");
    // The same worker counts on: `performance.now()` begins with its process.
    const counted = off.first.counted - right.second.counted;
    expect(counted).toBeGreaterThan(0);
    expect(counted).toBeLessThan(performance.now() - began + 1_000);

    const behind = await emulator.setWorkerClock(EAST, { offsetSeconds: -120 });
    await expectOffset(EAST, -120);
    await behind.restore();
    await expectOffset(EAST, 120);
    await ahead.restore();
    await expectOffset(EAST, 0);
  }, 30_000);

  test("may stand still, and timers and what counts go on", async () => {
    await emulator.setWorkerClock(EAST, { stopped: true });
    const { first, second } = await watched(EAST);
    expect(second.now).toBe(first.now);
    expect(second.made).toBe(first.now);
    expect(second.counted - first.counted).toBeGreaterThan(450);
    expect(second.hrtime - first.hrtime).toBeGreaterThan(450);
  });

  test("sign calls: what differs by more than fifteen minutes is refused once, and the SDK follows", async () => {
    await emulator.setWorkerClock(WEST, { offsetSeconds: 1_200 });
    expect((await watched(WEST)).call).toBe(REFUSED);
    expect((await watched(WEST)).call).toBe("accepted");
  });

  test("fail to be set in an emulator that was not started for it, and for what is no time", async () => {
    await expect(emulator.setWorkerClock(EAST, { offsetSeconds: Number.NaN })).rejects.toThrow("off by NaN");
    const plain = await startEmulator({ regions: [EAST] });
    await expect(plain.setWorkerClock(EAST, {})).rejects.toThrow("started with workerClocks");
    await plain.stop();
  }, 30_000);
});
