import { setTimeout as wait } from "node:timers/promises";
import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  type KeysAndAttributes,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { LEDGER_WATERMARK_ITEMS } from "../core/limits";
import { COMPLETED, claimId, IN_PROGRESS, LEDGER_ATTRIBUTES as NAMES } from "./attributes";
import { LedgerUnusable, unusable } from "./unusable";

export interface LedgerTableOptions {
  readonly tableName: string;
  /** A client of the region whose replica of the table is meant. */
  readonly client: Pick<DynamoDBClient, "send">;
  /** The clock, in epoch milliseconds. @default Date.now */
  readonly now?: () => number;
  /** Waits before keys are asked for again that DynamoDB left out. @default a timer */
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
}

/** The message is being processed at this moment, so that it cannot be discarded. */
export class EntryInProgress extends Error {
  override readonly name = "EntryInProgress";

  constructor() {
    super("a consumer is processing the message: try again when it has ended");
  }
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const BATCH_GET_MAX_KEYS = 100;
const CALLS_FOR_LEFT_OUT_KEYS = 5;
const FIRST_PAUSE_MS = 50;
/** Controller and workers of the health function probe at the same time; their clocks differ by less. */
const CLOCKS_APART_MS = 5_000;
/** Watermarks and probes of a region that is gone for good disappear after a week. */
const OWN_ITEM_SECONDS = 7 * 86_400;

type Item = Readonly<Record<string, AttributeValue>>;

/**
 * The ledger as drainers, controllers and the command line use it. Consumers write it through Powertools Idempotency. Everything
 * that fails throws {@link LedgerUnusable}.
 */
export class LedgerTable {
  private readonly table: string;
  private readonly client: Pick<DynamoDBClient, "send">;
  private readonly now: () => number;
  private readonly sleep: (milliseconds: number) => Promise<unknown>;

  constructor({ tableName, client, now = Date.now, sleep = wait }: LedgerTableOptions) {
    this.table = tableName;
    this.client = client;
    this.now = now;
    this.sleep = sleep;
  }

  /**
   * Those of the ids whose message is processed: the entry says `COMPLETED` and has not expired. An entry in progress is none, because
   * its consumer may have died.
   */
  async processed(ids: Iterable<string>): Promise<ReadonlySet<string>> {
    const items = await this.get([...new Set(ids)], [NAMES.status, NAMES.expiration]);
    const nowSeconds = this.now() / 1_000;
    return new Set(
      items
        .filter(
          (item) =>
            item[NAMES.status]?.S === COMPLETED && (numberIn(item, NAMES.expiration) ?? 0) > nowSeconds,
        )
        .flatMap((item) => item[NAMES.id]?.S ?? []),
    );
  }

  /**
   * Notes that a message is settled without having been processed, so that no failover runs it again.
   * Throws {@link EntryInProgress} when a consumer is at it.
   * @param expiresAt when the entry ends, in epoch milliseconds
   */
  async discard(id: string, expiresAt: number): Promise<void> {
    const now = this.now();
    if (await this.isClaimed(id, now)) throw new EntryInProgress();
    try {
      await this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: {
            [NAMES.id]: { S: id },
            [NAMES.status]: { S: COMPLETED },
            [NAMES.expiration]: seconds(expiresAt),
            // JSON text and no map: what Powertools for Python reads as the answer of the first consumer has to be text.
            [NAMES.data]: { S: JSON.stringify({ discarded: true, at: now }) },
          },
          // The opposite of the condition by which Powertools finds a message free, but for COMPLETED entries.
          ConditionExpression:
            "attribute_not_exists(#id) OR #status <> :inProgress OR #expiration < :nowSeconds OR #inProgressExpiration < :now",
          ExpressionAttributeNames: {
            "#id": NAMES.id,
            "#status": NAMES.status,
            "#expiration": NAMES.expiration,
            "#inProgressExpiration": NAMES.inProgressExpiration,
          },
          ExpressionAttributeValues: {
            ":inProgress": { S: IN_PROGRESS },
            ":nowSeconds": { N: String(now / 1_000) },
            ":now": { N: String(now) },
          },
        }),
      );
    } catch (error) {
      throw error instanceof ConditionalCheckFailedException ? new EntryInProgress() : unusable(error);
    }
  }

  private async isClaimed(id: string, now: number): Promise<boolean> {
    const Key = { [NAMES.id]: { S: claimId(id) } };
    const { Item } = await answerOf(
      this.client.send(new GetItemCommand({ TableName: this.table, Key, ConsistentRead: true })),
    );
    return Item !== undefined && (numberIn(Item, NAMES.inProgressExpiration) ?? 0) >= now;
  }

  /**
   * Writes the watermark items of a region. Global tables replicate items in no common order. These items are spread over the table. Where
   * all of them are seen, everything that the region wrote before them is taken to be there too.
   * @param at epoch milliseconds
   */
  async putWatermarks(region: string, at: number): Promise<void> {
    await Promise.all(watermarkIds(region).map((id) => this.putOwn(id, at)));
  }

  /**
   * By region, the moment up to which its writes are visible here, in epoch milliseconds: the earliest of its watermark items. A
   * region is missing when one of its items is.
   */
  async watermarks(regions: Iterable<string>): Promise<Readonly<Record<string, number>>> {
    const asked = [...new Set(regions)];
    const items = await this.get(asked.flatMap(watermarkIds), [NAMES.at]);
    const found = new Map(items.map((item) => [item[NAMES.id]?.S, numberIn(item, NAMES.at)]));
    return Object.fromEntries(
      asked.flatMap((region) => {
        const earliest = Math.min(...watermarkIds(region).map((id) => found.get(id) ?? Number.NaN));
        return Number.isNaN(earliest) ? [] : [[region, earliest]];
      }),
    );
  }

  /** Writes and reads an item of the region's own: returns when the ledger is usable there. */
  async probe(region: string): Promise<void> {
    const id = `probe#${region}`;
    const at = this.now();
    await this.putOwn(id, at);
    const { Item } = await answerOf(
      this.client.send(
        new GetItemCommand({ TableName: this.table, Key: { [NAMES.id]: { S: id } }, ConsistentRead: true }),
      ),
    );
    const seen = Item && numberIn(Item, NAMES.at);
    // Another probe, by another clock, may have written after this one.
    if (seen === undefined || seen < at - CLOCKS_APART_MS) throw new LedgerUnusable("ProbeNotFound");
  }

  private async putOwn(id: string, at: number): Promise<void> {
    await answerOf(
      this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: {
            [NAMES.id]: { S: id },
            [NAMES.at]: { N: String(at) },
            [NAMES.expiration]: seconds(at + OWN_ITEM_SECONDS * 1_000),
          },
        }),
      ),
    );
  }

  /** The items that exist, with their ids and the attributes asked for. */
  private async get(ids: readonly string[], attributes: readonly string[]): Promise<readonly Item[]> {
    const batches: (readonly string[])[] = [];
    for (let first = 0; first < ids.length; first += BATCH_GET_MAX_KEYS) {
      batches.push(ids.slice(first, first + BATCH_GET_MAX_KEYS));
    }
    const items = await Promise.all(batches.map((batch) => this.getBatch(batch, [NAMES.id, ...attributes])));
    return items.flat();
  }

  private async getBatch(ids: readonly string[], attributes: readonly string[]): Promise<readonly Item[]> {
    const items: Item[] = [];
    let request: KeysAndAttributes = {
      Keys: ids.map((id) => ({ [NAMES.id]: { S: id } })),
      // What was written a moment ago in this region decides whether a message is processed twice.
      ConsistentRead: true,
      ProjectionExpression: attributes.map((_, index) => `#${index}`).join(),
      ExpressionAttributeNames: Object.fromEntries(attributes.map((name, index) => [`#${index}`, name])),
    };
    for (let call = 1; ; call++) {
      const answer = await answerOf(
        this.client.send(new BatchGetItemCommand({ RequestItems: { [this.table]: request } })),
      );
      items.push(...(answer.Responses?.[this.table] ?? []));
      const leftOut = answer.UnprocessedKeys?.[this.table];
      if (leftOut?.Keys === undefined || leftOut.Keys.length === 0) return items;
      if (call === CALLS_FOR_LEFT_OUT_KEYS) throw new LedgerUnusable("UnprocessedKeys");
      request = { ...request, Keys: leftOut.Keys };
      await this.sleep(FIRST_PAUSE_MS * 2 ** (call - 1));
    }
  }
}

function watermarkIds(region: string): readonly string[] {
  return Array.from({ length: LEDGER_WATERMARK_ITEMS }, (_, index) => `watermark#${region}#${index}`);
}

function seconds(atMs: number): AttributeValue {
  return { N: String(Math.ceil(atMs / 1_000)) };
}

function numberIn(item: Item, attribute: string): number | undefined {
  const text = item[attribute]?.N;
  return text === undefined ? undefined : Number(text);
}

async function answerOf<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw unusable(error);
  }
}
