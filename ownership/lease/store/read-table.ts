import { QueryCommand, type QueryCommandOutput, ResourceNotFoundException } from "@aws-sdk/client-dynamodb";
import type { TableAnswer, TableItems } from "../effects";
import type { Claim, Order, Pass, VotersOrder } from "../items";
import { OWNERSHIP_ATTRIBUTES as KEYS, KINDS, type Kind, LEASE_KINDS, VOTERS_ORDER } from "../table";
import { ROUND_MS } from "../times";
import { ask, type CallAnswer } from "./ask";
import type { Item } from "./attributes";
import { claimIn } from "./claim-codec";
import { isRegion } from "./fields";
import { orderIn, votersOrderIn } from "./order-codec";
import { passIn } from "./pass-codec";
import type { ReachedTable, TableReport } from "./reached-table";
import { UnreadableItem } from "./unreadable";

/** What all pages of one kind came to. */
type Part =
  | { readonly kind: "items"; readonly items: readonly Item[]; readonly date: number }
  | { readonly kind: "no-table"; readonly date: number }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "silence"; readonly reason: string };
type DatedPart = Extract<Part, { date: number }>;

const AHEAD_MAX_SECONDS = 86_400;
/** A page holds 1 MB, and all items of a table a few KB. */
const MAX_PAGES = 4;

/**
 * Everything in a table that ownership follows from: a strongly consistent Query for each kind, all at once. Undefined: nothing was answered in time.
 *
 * A Query for each kind, and no Scan: policies admit by hash key. No BatchGetItem either: it would pay for every item that is missing, and
 * find nothing of a home that is no longer configured.
 *
 * One pair of moments dates all that is read. `receivedAt` is taken after the last of the answers: whoever counts from there on how long
 * an item has stood, counts too little and never too much. `date` is the earliest of the answers': each was stamped before
 * `receivedAt`, by whichever of the table's servers, whose clocks differ. So `date` and the monotonic time since `receivedAt` are never
 * more than the table's time, and a pass that is computed from them ends early rather than late. They may be less by the length of the
 * look (`ROUND_MS`) and by the second that `Date` is cut to: whoever needs the latest that it may be adds both.
 *
 * @param clock monotonic, in milliseconds
 */
export async function readTable(
  table: ReachedTable,
  clock: () => number,
  report: TableReport,
): Promise<TableAnswer | undefined> {
  const parts = await Promise.all(LEASE_KINDS.map((kind) => partOf(table, kind, clock)));
  const receivedAt = clock();
  const reasons = parts.flatMap((part) => ("reason" in part ? [part.reason] : []));
  for (const reason of new Set(reasons)) report(reason);
  if (parts.every(({ kind }) => kind === "silence")) return undefined;
  const dated = parts.filter((part): part is DatedPart => "date" in part);
  // A table that is just being made or deleted may answer one Query and not the next.
  const areAlike = new Set(dated.map(({ kind }) => kind)).size === 1;
  if (dated.length < parts.length || !areAlike) return { kind: "refused", receivedAt };
  const date = Math.min(...dated.map((part) => part.date));
  if (dated.every(({ kind }) => kind === "no-table")) return { kind: "no-table", receivedAt, date };
  const items = dated.flatMap((part) => (part.kind === "items" ? part.items : []));
  const found = readable(() => itemsIn(items, date, report), report);
  return found === undefined
    ? { kind: "refused", receivedAt }
    : { kind: "items", receivedAt, date, ...found };
}

/** All items of one kind. However many pages they fill, they have the time of one call. */
async function partOf(table: ReachedTable, kind: Kind, clock: () => number): Promise<Part> {
  const began = clock();
  const items: Item[] = [];
  let date = Number.POSITIVE_INFINITY;
  let next: QueryCommandOutput["LastEvaluatedKey"];
  for (let page = 1; page <= MAX_PAGES; page++) {
    const answer = await query(table, kind, next, ROUND_MS - (clock() - began));
    if (answer.kind === "silence") return { kind: "silence", reason: answer.code };
    if (answer.date === undefined) return { kind: "refused", reason: "an answer without a Date" };
    if (answer.kind === "error") return failed(answer.error, answer.code, answer.date);
    date = Math.min(date, answer.date);
    items.push(...(answer.output.Items ?? []));
    next = answer.output.LastEvaluatedKey;
    if (next === undefined) return { kind: "items", items, date };
  }
  return { kind: "refused", reason: `more than ${MAX_PAGES} pages of ${kind}` };
}

function query(
  { client, name }: ReachedTable,
  kind: Kind,
  next: QueryCommandOutput["LastEvaluatedKey"],
  patienceMs: number,
): Promise<CallAnswer<QueryCommandOutput>> {
  const command = new QueryCommand({
    TableName: name,
    ConsistentRead: true,
    KeyConditionExpression: "#kind = :kind",
    ExpressionAttributeNames: { "#kind": KEYS.kind },
    ExpressionAttributeValues: { ":kind": { S: kind } },
    ...(next && { ExclusiveStartKey: next }),
  });
  return ask(command, (abortSignal) => client.send(command, { abortSignal }), patienceMs);
}

/** DynamoDB gives the same error for a table that is being created or deleted. */
function failed(error: Error, reason: string, date: number): Part {
  return error instanceof ResourceNotFoundException
    ? { kind: "no-table", date }
    : { kind: "refused", reason };
}

/**
 * A claim that cannot be read may be any: then the whole table tells nothing. An order or a pass that cannot be read is left out, since
 * whoever may write orders alone must not silence a table. So is what has a key that no version of today knows.
 *
 * @throws UnreadableItem
 */
function itemsIn(items: readonly Item[], date: number, report: TableReport): TableItems {
  const claims: Record<string, Claim> = {};
  const orders: Record<string, Order> = {};
  const passes: Record<string, Pass> = {};
  let voters: VotersOrder | undefined;
  const latest = latestNumber(date);
  for (const item of items) {
    const kind = item[KEYS.kind]?.S;
    const of = item[KEYS.of]?.S;
    if (kind === KINDS.order && of === VOTERS_ORDER)
      voters = readable(() => bounded(votersOrderIn(item), latest), report);
    else if (!isRegion(of)) report(`unknown key: ${kind} of ${of}`);
    else if (kind === KINDS.lease) claims[of] = boundedClaim(claimIn(item), latest);
    else if (kind === KINDS.order) {
      const order = readable(() => bounded(orderIn(item), latest), report);
      if (order !== undefined) orders[of] = order;
    } else {
      const pass = readable(() => passIn(item, date), report);
      if (pass !== undefined) passes[of] = pass;
    }
  }
  return { claims, orders, ...(voters && { voters }), passes };
}

/**
 * Numbers of orders, lists and epochs count up by one, or begin at Unix seconds. One that is further ahead would leave no room above it: no
 * later order could win, and no later epoch be written.
 */
function latestNumber(date: number): number {
  return Math.floor(date / 1_000) + AHEAD_MAX_SECONDS;
}

function bounded<T extends { readonly number: number }>(numbered: T, latest: number): T {
  if (numbered.number <= latest) return numbered;
  throw new UnreadableItem(`the number ${numbered.number} is more than a day ahead of the table's time`);
}

function boundedClaim(claim: Claim, latest: number): Claim {
  for (const numbered of [claim.epoch, ...claim.lists, { number: claim.order }]) bounded(numbered, latest);
  bounded({ number: Math.floor((claim.taking?.at ?? 0) / 1_000) }, latest);
  return claim;
}

/** What `read` returns. Undefined: the item could not be read, and the report says why. */
function readable<T>(read: () => T, report: TableReport): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UnreadableItem)) throw error;
    report(error.message);
    return undefined;
  }
}
