import { RecordUnknown, recordResolver } from "../../../client/producer/record-resolver";
import { DnsServer } from "../dns-server";

const NAME = "us-east-1.orders.example.com";
let server: DnsServer;

beforeAll(async () => {
  server = await DnsServer.start();
});
afterAll(() => server.stop());

const dns = (answer: Promise<string[][]>) => ({ resolveTxt: () => answer, cancel: () => {} });
const ask = () => recordResolver({ resolverAddresses: [server.address] }).text(NAME);

test("gives the text of a record, from the servers that are named", async () => {
  server.answers.set(NAME, ["us-west-2"]);
  expect(await ask()).toBe("us-west-2");
});

test("joins the pieces of a long text", async () => {
  server.answers.set(NAME, ["us-", "west-2"]);
  expect(await ask()).toBe("us-west-2");
});

test.each([
  ["there is no such record", "none", "ENOTFOUND"],
  ["the name has no text", [], "ENODATA"],
  ["its text is empty", [""], "ENODATA"],
] as const)("fails by name when %s", async (_, answer, code) => {
  server.answers.set(NAME, answer);
  const error: unknown = await ask().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RecordUnknown);
  expect(error).toMatchObject({ name: "RecordUnknown", code });
  expect(String(error)).toContain(NAME);
});

test("asks a silent server twice, and gives up", async () => {
  server.answers.set(NAME, "silence");
  server.questions.length = 0;
  await expect(ask()).rejects.toMatchObject({ code: expect.stringMatching(/^ETIMEOUT$/) });
  expect(server.questions.length).toBeGreaterThanOrEqual(1);
  expect(server.questions.length).toBeLessThanOrEqual(2);
});

test("waits no longer for many silent servers than for one", async () => {
  jest.useFakeTimers();
  try {
    const never = recordResolver({}, () => dns(new Promise<string[][]>(() => {}))).text(NAME);
    const failure = expect(never).rejects.toMatchObject({ code: "ETIMEOUT" });
    await jest.advanceTimersByTimeAsync(2_000);
    await failure;
  } finally {
    jest.useRealTimers();
  }
});

test("names what is no error of DNS as unknown", async () => {
  const odd = recordResolver({}, () => dns(Promise.reject("odd")));
  await expect(odd.text(NAME)).rejects.toMatchObject({ code: "unknown" });
});
