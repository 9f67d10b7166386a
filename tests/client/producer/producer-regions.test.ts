import { producerRegions, RegionUnknown } from "../../../client/producer/producer-regions";
import { RecordUnknown } from "../../../client/producer/record-resolver";
import { DnsServer } from "../dns-server";

const [HOME, PEER, THIRD] = ["us-east-1", "us-west-2", "eu-west-1"] as const;
const RECORD = "orders.example.com";

/** Regions to send to, by records in memory: undefined, and there is no such record. */
function producer(options: Partial<Parameters<typeof producerRegions>[0]> = {}) {
  const records: Record<string, string | undefined> = {};
  const asked: string[] = [];
  const clock = { now: 0 };
  const regions = producerRegions({
    record: RECORD,
    regions: [HOME, PEER, THIRD],
    now: () => clock.now,
    resolver: {
      text: async (name) => {
        asked.push(name);
        const text = records[name];
        if (text === undefined) throw new RecordUnknown(name, "ENOTFOUND");
        return text;
      },
    },
    ...options,
  });
  return { regions, records, asked, clock };
}

test("the answer comes first, then the others in their order", async () => {
  const { regions, records } = producer();
  records[RECORD] = PEER;
  expect(await regions()).toEqual([PEER, HOME, THIRD]);
});

test("producers of a home ask its own record", async () => {
  const { regions, records, asked } = producer({ home: HOME });
  records[`${HOME}.${RECORD}`] = THIRD;
  expect(await regions()).toEqual([THIRD, HOME, PEER]);
  expect(asked).toEqual([`${HOME}.${RECORD}`]);
});

test("an answer is kept for its time to live, and asked for once by all who want it", async () => {
  const { regions, records, asked, clock } = producer({ ttlSeconds: 30 });
  records[RECORD] = PEER;
  await Promise.all([regions(), regions()]);
  records[RECORD] = THIRD;
  clock.now = 29_999;
  expect((await regions())[0]).toBe(PEER);
  expect(asked).toHaveLength(1);
  clock.now = 30_000;
  expect((await regions())[0]).toBe(THIRD);
});

test("the last answer holds while there is no other, and is not asked for more often", async () => {
  const { regions, records, asked, clock } = producer();
  records[RECORD] = PEER;
  await regions();
  for (const answer of [undefined, "sa-east-1"]) {
    records[RECORD] = answer;
    clock.now += 10_000;
    expect((await regions())[0]).toBe(PEER);
    await regions();
  }
  expect(asked).toHaveLength(3);
});

test("before the first answer it is the fallback, or the home", async () => {
  expect(await producer({ fallback: THIRD }).regions()).toEqual([THIRD, HOME, PEER]);
  expect(await producer({ home: PEER }).regions()).toEqual([PEER, HOME, THIRD]);
  expect((await producer({ home: PEER, fallback: THIRD }).regions())[0]).toBe(THIRD);
});

test("without answer and fallback it fails, by name, until there is an answer", async () => {
  const { regions, records, clock } = producer();
  await expect(regions()).rejects.toEqual(new RegionUnknown(RECORD, "ENOTFOUND"));
  records[RECORD] = "sa-east-1";
  clock.now += 10_000;
  await expect(regions()).rejects.toMatchObject({ name: "RegionUnknown", code: "NoRegion" });
  records[RECORD] = HOME;
  clock.now += 10_000;
  expect((await regions())[0]).toBe(HOME);
});

test.each([{ home: "sa-east-1" }, { fallback: "sa-east-1" }])(
  "%j is refused: it is no region of the group",
  (given) => {
    expect(() => producer(given)).toThrow(
      "regions: must contain sa-east-1, but are us-east-1, us-west-2, eu-west-1",
    );
  },
);

test("asks the DNS servers that it is told", async () => {
  const server = await DnsServer.start();
  server.answers.set(RECORD, [PEER]);
  const regions = producerRegions({
    record: RECORD,
    regions: [HOME, PEER],
    resolverAddresses: [server.address],
  });
  expect(await regions()).toEqual([PEER, HOME]);
  await server.stop();
});
