import { BatchGetItemCommand, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { LEDGER_WATERMARK_ITEMS } from "../../core/limits";
import { EntryInProgress, LedgerTable } from "../../ledger/table";
import { LedgerUnusable } from "../../ledger/unusable";
import { ModelTable, named } from "./model-table";

const NOW = 1_700_000_000_000;
const pauses: number[] = [];

function newLedger(now = NOW) {
  const model = new ModelTable();
  const clock = { now };
  const table = new LedgerTable({
    tableName: model.tableName,
    client: model.client,
    now: () => clock.now,
    sleep: async (milliseconds) => pauses.push(milliseconds),
  });
  return { model, table, clock };
}

function entry(id: string, status: string, expiration = NOW / 1_000 + 60, more = {}) {
  return { id: { S: id }, status: { S: status }, expiration: { N: String(expiration) }, ...more };
}

beforeEach(() => pauses.splice(0));

describe("processed", () => {
  test("knows completed entries that have not expired, and no others", async () => {
    const { model, table } = newLedger();
    model.put(entry("done", "COMPLETED"));
    model.put(entry("expired", "COMPLETED", NOW / 1_000));
    model.put(entry("running", "INPROGRESS", undefined, { in_progress_expiration: { N: String(NOW + 5) } }));
    const found = await table.processed(["done", "expired", "running", "unknown", "done"]);
    expect([...found]).toEqual(["done"]);
  });

  test("finds exactly those of any number of ids", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 350 }), async (done) => {
        const { model, table } = newLedger();
        const ids = done.map((_, index) => `orders#${index}`);
        done.forEach((isDone, index) => {
          if (isDone) model.put(entry(ids[index]!, "COMPLETED"));
        });
        expect(await table.processed(ids)).toEqual(new Set(ids.filter((_, index) => done[index])));
        expect(model.mock.commandCalls(BatchGetItemCommand)).toHaveLength(Math.ceil(done.length / 100));
      }),
      { numRuns: 30 },
    );
  });

  test("reads consistently, and not what consumers have put into an entry", async () => {
    const { model, table } = newLedger();
    model.put(entry("done", "COMPLETED", undefined, { data: { S: "secret" } }));
    await table.processed(["done"]);
    const [call] = model.mock.commandCalls(BatchGetItemCommand);
    const request = call?.args[0].input.RequestItems?.["shop-ledger"];
    expect(request?.ConsistentRead).toBe(true);
    expect(Object.values(request?.ExpressionAttributeNames ?? {})).toEqual(["id", "status", "expiration"]);
  });

  test("asks again for keys that were left out, with longer and longer pauses", async () => {
    const { model, table } = newLedger();
    const leftOut = (ids: readonly string[]) => ({
      "shop-ledger": { Keys: ids.map((id) => ({ id: { S: id } })) },
    });
    const found = (id: string) => ({ "shop-ledger": [entry(id, "COMPLETED")] });
    model.mock
      .on(BatchGetItemCommand)
      .resolvesOnce({ Responses: found("a"), UnprocessedKeys: leftOut(["b", "c"]) })
      .resolvesOnce({ Responses: {}, UnprocessedKeys: leftOut(["b", "c"]) })
      .resolvesOnce({ Responses: found("c"), UnprocessedKeys: {} });
    expect(await table.processed(["a", "b", "c"])).toEqual(new Set(["a", "c"]));
    const calls = model.mock.commandCalls(BatchGetItemCommand).map(({ args }) => args[0].input.RequestItems);
    expect(calls.map((request) => request?.["shop-ledger"]?.Keys?.length)).toEqual([3, 2, 2]);
    expect(calls.every((request) => request?.["shop-ledger"]?.ConsistentRead)).toBe(true);
    expect(pauses).toEqual([50, 100]);
  });

  test("fails when keys are left out for ever: what is not known is not unprocessed", async () => {
    const { model, table } = newLedger();
    model.mock.on(BatchGetItemCommand).callsFake((input) => ({ UnprocessedKeys: input.RequestItems }));
    await expect(table.processed(["a"])).rejects.toThrow(new LedgerUnusable("UnprocessedKeys"));
    expect(model.mock.commandCalls(BatchGetItemCommand)).toHaveLength(5);
  });

  test("fails with the code of the cause, and without its text", async () => {
    const { model, table } = newLedger();
    model.mock.on(BatchGetItemCommand).rejects(named("ThrottlingException"));
    const error: unknown = await table.processed(["a"]).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LedgerUnusable);
    expect(error).toMatchObject({ code: "ThrottlingException" });
    expect((error as Error).cause).toBeUndefined();
    expect(String(error)).not.toContain("nobody may see");
  });

  test("makes no call for no ids", async () => {
    const { model, table } = newLedger();
    expect(await table.processed([])).toEqual(new Set());
    expect(model.mock.calls()).toHaveLength(0);
  });
});

describe("discard", () => {
  test.each([
    ["of which nothing is known", undefined],
    [
      "whose claim has ended",
      entry("m", "INPROGRESS", undefined, { in_progress_expiration: { N: String(NOW - 1) } }),
    ],
    ["whose entry has expired", entry("m", "INPROGRESS", NOW / 1_000 - 1)],
    ["that is processed", entry("m", "COMPLETED")],
  ])("makes a message count as processed %s", async (_, before) => {
    const { model, table } = newLedger();
    if (before !== undefined) model.put(before);
    await table.discard("m", NOW + 60_500);
    expect(await table.processed(["m"])).toEqual(new Set(["m"]));
    // Powertools for Python takes the data for the JSON text of an answer.
    const { data, expiration } = model.items.get("m") ?? {};
    expect(JSON.parse(data?.S ?? "")).toEqual({ discarded: true, at: NOW });
    expect(expiration).toEqual({ N: String(NOW / 1_000 + 61) });
  });

  test.each([
    ["whose claim goes on", { in_progress_expiration: { N: String(NOW + 1) } }],
    ["whose claim has no end", {}],
  ])("fails on a message %s, and leaves the claim alone", async (_, more) => {
    const { model, table } = newLedger();
    const before = entry("m", "INPROGRESS", undefined, more);
    model.put(before);
    await expect(table.discard("m", NOW + 60_000)).rejects.toThrow(EntryInProgress);
    expect(model.items.get("m")).toEqual(before);
  });

  test.each([
    [1, false],
    [-1, true],
  ])(
    "fails on a message that a consumer has claimed, until the claim has ended: %i ms",
    async (leftMs, ends) => {
      const { model, table } = newLedger();
      model.put(
        entry("m#claim", "INPROGRESS", undefined, { in_progress_expiration: { N: String(NOW + leftMs) } }),
      );
      const discarded = table.discard("m", NOW + 60_000);
      if (ends) await discarded;
      else await expect(discarded).rejects.toThrow(EntryInProgress);
      expect(model.items.has("m")).toBe(ends);
    },
  );

  test("fails on a ledger that cannot be used", async () => {
    const { model, table } = newLedger();
    model.mock.on(PutItemCommand).rejects(named("AccessDeniedException"));
    await expect(table.discard("m", NOW)).rejects.toThrow(new LedgerUnusable("AccessDeniedException"));
  });
});

describe("watermarks", () => {
  test("are the earliest of each region's items", async () => {
    const { model, table } = newLedger();
    await table.putWatermarks("us-east-1", NOW - 5_000);
    await table.putWatermarks("us-west-2", NOW - 9_000);
    expect(model.items.size).toBe(2 * LEDGER_WATERMARK_ITEMS);
    await table.putWatermarks("us-east-1", NOW);
    // One item of the region's last write has not been replicated yet.
    model.put({ ...model.items.get("watermark#us-east-1#3"), at: { N: String(NOW - 5_000) } });
    expect(await table.watermarks(["us-east-1", "us-west-2", "us-west-2"])).toEqual({
      "us-east-1": NOW - 5_000,
      "us-west-2": NOW - 9_000,
    });
  });

  test("of a region with an item missing are not known", async () => {
    const { model, table } = newLedger();
    await table.putWatermarks("us-east-1", NOW);
    await table.putWatermarks("us-west-2", NOW);
    model.items.delete(`watermark#us-east-1#${LEDGER_WATERMARK_ITEMS - 1}`);
    expect(await table.watermarks(["us-east-1", "us-west-2", "eu-west-1"])).toEqual({ "us-west-2": NOW });
  });

  test("end by themselves, after everything that could be asked of them", async () => {
    const { model, table } = newLedger();
    await table.putWatermarks("us-east-1", NOW);
    for (const { expiration } of model.items.values()) {
      expect(Number(expiration?.N)).toBe(NOW / 1_000 + 7 * 86_400);
    }
  });

  test("fail when one of the items cannot be written", async () => {
    const { model, table } = newLedger();
    model.mock.on(PutItemCommand).resolvesOnce({}).rejects(named("InternalServerError"));
    await expect(table.putWatermarks("us-east-1", NOW)).rejects.toThrow(LedgerUnusable);
  });
});

describe("probe", () => {
  test("returns where the ledger takes and gives an item", async () => {
    const { model, table } = newLedger();
    await table.probe("us-east-1");
    await table.probe("us-east-1");
    expect([...model.items.keys()]).toEqual(["probe#us-east-1"]);
    const [get] = model.mock.commandCalls(GetItemCommand);
    expect(get?.args[0].input.ConsistentRead).toBe(true);
  });

  test.each([20, -20])("is not disturbed by another probe whose clock is %i ms off", async (ms) => {
    const { model, table, clock } = newLedger();
    model.mock.on(GetItemCommand).callsFakeOnce(() => ({ Item: { at: { N: String(clock.now + ms) } } }));
    await expect(table.probe("us-east-1")).resolves.toBeUndefined();
  });

  test.each([
    ["does not give what it took", (model: ModelTable) => model.mock.on(GetItemCommand).resolves({})],
    [
      "gives what was there before",
      (model: ModelTable) =>
        model.mock.on(GetItemCommand).resolves({ Item: { at: { N: String(NOW - 5_001) } } }),
    ],
    ["takes nothing", (model: ModelTable) => model.mock.on(PutItemCommand).rejects(named("TimeoutError"))],
    ["gives nothing", (model: ModelTable) => model.mock.on(GetItemCommand).rejects(named("TimeoutError"))],
  ])("fails where the ledger %s", async (_, breakIt) => {
    const { model, table } = newLedger();
    breakIt(model);
    await expect(table.probe("us-east-1")).rejects.toThrow(LedgerUnusable);
  });
});
