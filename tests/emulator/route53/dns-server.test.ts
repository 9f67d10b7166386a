import { Resolver } from "node:dns/promises";
import net from "node:net";
import { streamDecode, streamEncode } from "dns-packet";
import { DnsServer } from "../../../emulator/route53/dns-server";
import { answerQuestion } from "../../../emulator/route53/engine/answer";
import { answerPacket, failurePacket, strings } from "../../../emulator/route53/wire";
import { ANYBODY, R, txt, world, zone } from "./engine/fixtures";

const LONG = `${'"'}${"x".repeat(200)}" "${"y".repeat(200)}" "${"z".repeat(200)}"`;
const SOA = "ns-1.awsdns-1.com. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400";
const RECORDS = [
  txt(R, "home"),
  { ...txt(`long.${R}`, ""), ResourceRecords: [{ Value: LONG }] },
  {
    Name: `a.${R}`,
    Type: "A" as const,
    TTL: 7,
    ResourceRecords: [{ Value: "192.0.2.1" }, { Value: "192.0.2.2" }],
  },
  { Name: `c.${R}`, Type: "CNAME" as const, TTL: 5, ResourceRecords: [{ Value: `a.${R}` }] },
  { Name: "example.com.", Type: "SOA" as const, TTL: 900, ResourceRecords: [{ Value: SOA }] },
  { Name: `mx.${R}`, Type: "MX" as const, TTL: 5, ResourceRecords: [{ Value: "10 mail.example.com" }] },
];

let server: DnsServer;
let resolver: Resolver;
let isSilent = false;

beforeAll(async () => {
  const from = { ...world([]), zones: [zone(...RECORDS)] };
  server = await DnsServer.start((query) => {
    const [question] = query.questions ?? [];
    if (isSilent || question === undefined) return undefined;
    try {
      return answerPacket(query, answerQuestion(from, question.name, question.type, ANYBODY));
    } catch {
      return failurePacket(query);
    }
  });
  resolver = new Resolver({ timeout: 200, tries: 1 });
  resolver.setServers([server.address]);
});

afterAll(() => server.close());

test("answers texts, addresses with their time to live, and follows CNAME", async () => {
  expect(await resolver.resolveTxt("orders.example.com")).toEqual([["home"]]);
  const addresses = [
    { address: "192.0.2.1", ttl: 7 },
    { address: "192.0.2.2", ttl: 7 },
  ];
  expect(await resolver.resolve4("a.orders.example.com", { ttl: true })).toEqual(addresses);
  expect(await resolver.resolve4("c.orders.example.com")).toEqual(["192.0.2.1", "192.0.2.2"]);
});

test("answers by TCP what is too long for UDP", async () => {
  const [parts] = await resolver.resolveTxt("long.orders.example.com");
  expect(parts?.map((part) => `${part[0]}${part.length}`)).toEqual(["x200", "y200", "z200"]);
});

test.each([
  ["no.orders.example.com", "ENOTFOUND"],
  ["a.orders.example.com", "ENODATA"],
  ["example.org", "EREFUSED"],
])("%s fails with %s", async (name, code) => {
  await expect(resolver.resolveTxt(name)).rejects.toMatchObject({ code });
});

test("a type that is not known here fails", async () => {
  await expect(resolver.resolveMx("mx.orders.example.com")).rejects.toMatchObject({ code: "ESERVFAIL" });
});

test("says by the SOA record of the zone how long there is nothing", async () => {
  const answer = await askByTcp("no.orders.example.com");
  expect(answer).toMatchObject({ rcode: "NXDOMAIN", authorities: [{ type: "SOA", name: "example.com" }] });
});

test("gives no answer when there is to be none, and survives what is no question", async () => {
  isSilent = true;
  await expect(resolver.resolveTxt("orders.example.com")).rejects.toMatchObject({ code: "ETIMEOUT" });
  isSilent = false;
  const connection = net.connect(server.port, "127.0.0.1", () =>
    connection.end(Buffer.from([0, 3, 1, 2, 3])),
  );
  await new Promise((resolve) => connection.once("close", resolve).resume());
  expect(await resolver.resolveTxt("orders.example.com")).toEqual([["home"]]);
});

test.each([
  ['"one" "two"', ["one", "two"]],
  ['"a \\"b\\" \\\\ \\040c"', ['a "b" \\  c']],
  ["bare", ["bare"]],
  ['""', [""]],
])("strings of %s", (value, expected) => {
  expect(strings(value)).toEqual(expected);
});

function askByTcp(name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const query = streamEncode({ id: 7, type: "query", questions: [{ type: "TXT", name }] });
    const connection = net.connect(server.port, "127.0.0.1", () => connection.write(query));
    connection.once("error", reject);
    connection.once("data", (bytes) => {
      resolve(streamDecode(bytes as Buffer));
      connection.destroy();
    });
  });
}
