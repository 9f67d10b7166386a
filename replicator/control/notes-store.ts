import { ConditionalCheckFailedException, PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { nameOf } from "../../messages/failures";
import type { Item } from "../../ownership/lease/store/attributes";
import type { ReachedTable } from "../../ownership/lease/store/reached-table";
import { within } from "../../ownership/lease/store/within";
import { OWNERSHIP_ATTRIBUTES as KEYS, KINDS } from "../../ownership/lease/table";
import { ROUND_MS } from "../../ownership/lease/times";
import { NO_NOTES, type Notes } from "./notes";
import { notesIn, notesItem, VERSION, versionIn } from "./notes-item";

/** Told of a table that counts for nothing, by its region, with the name of the error. */
export type NotesReport = (table: string, code: string) => void;

/** What became of a write. `standing`: what stands there in its place. */
export type Written = { readonly done: true } | { readonly done: false; readonly standing: Notes };

/** What tables hold of a region's notes. */
export interface Found {
  /** @default no table that answered has any */
  readonly notes?: Notes;
  /** The region's own table has answered, so that there are no newer ones. */
  readonly isCertain: boolean;
}

/** Notes in the tables of ownership. */
export interface NotesStore {
  /** The newest notes of a region. Every table is asked, because any may be gone or be behind. Never rejects. */
  read(region: string): Promise<Found>;
  /**
   * Writes the own region's notes into its own table, if nobody else has since those that were read. Rejects when nobody knows whether it
   * did.
   * @param before version that stands there; 0: none
   */
  write(notes: Notes, before: number): Promise<Written>;
  /** Writes them into the tables of the others too, as far as those answer and have older ones. Never rejects. */
  spread(notes: Notes): Promise<void>;
}

/** @param tables of the members, by region */
export function notesStore(
  region: string,
  tables: Readonly<Record<string, ReachedTable>>,
  report: NotesReport,
): NotesStore {
  const others = Object.entries(tables).filter(([table]) => table !== region);
  return {
    read: async (of) => {
      const answers = await Promise.all(
        Object.entries(tables).map(async ([table, reached]) => {
          const answer = await get(reached, of, (code) => report(table, code)).catch((error: unknown) => {
            report(table, nameOf(error));
            return "silent" as const;
          });
          return { table, answer };
        }),
      );
      const found = answers.flatMap(({ answer }) => (typeof answer === "object" ? [answer] : []));
      const newest = found.sort((one, other) => one.version - other.version).at(-1);
      const isCertain = answers.some(({ table, answer }) => table === of && answer !== "silent");
      return { ...(newest && { notes: newest }), isCertain };
    },
    write: (notes, before) =>
      put(tables[region]!, region, notes, ["=", before], (code) => report(region, code)),
    spread: async (notes) => {
      await Promise.all(
        others.map(([table, reached]) => {
          const told = (code: string) => report(table, code);
          return put(reached, region, notes, ["<", notes.version], told).catch((error: unknown) =>
            told(nameOf(error)),
          );
        }),
      );
    },
  };
}

/** A Query and no GetItem: controllers read every kind in this way, and policies admit it. */
async function get(
  { client, name }: ReachedTable,
  of: string,
  report: (code: string) => void,
): Promise<Notes | undefined> {
  const command = new QueryCommand({
    TableName: name,
    ConsistentRead: true,
    KeyConditionExpression: "#kind = :kind AND #of = :of",
    ExpressionAttributeNames: { "#kind": KEYS.kind, "#of": KEYS.of },
    ExpressionAttributeValues: { ":kind": { S: KINDS.notes }, ":of": { S: of } },
  });
  const { Items = [] } = await within(ROUND_MS, (abortSignal) => client.send(command, { abortSignal }));
  return Items[0] === undefined ? undefined : readable(Items[0], report);
}

/** Notes that nobody can read are taken for empty ones, so that they are written over: else nothing could be noted ever again. */
function readable(item: Item, report: (code: string) => void): Notes {
  try {
    return notesIn(item);
  } catch (error) {
    report(nameOf(error));
    return { ...NO_NOTES, version: versionIn(item) };
  }
}

/** Puts notes where there are none, or those of which the version stands in this relation to a number. */
async function put(
  { client, name }: ReachedTable,
  region: string,
  notes: Notes,
  [relation, version]: readonly ["=" | "<", number],
  report: (code: string) => void,
): Promise<Written> {
  const command = new PutItemCommand({
    TableName: name,
    Item: notesItem(region, notes),
    ConditionExpression: `attribute_not_exists(#kind) OR #version ${relation} :version`,
    ExpressionAttributeNames: { "#kind": KEYS.kind, "#version": VERSION },
    ExpressionAttributeValues: { ":version": { N: String(version) } },
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  });
  try {
    await within(ROUND_MS, (abortSignal) => client.send(command, { abortSignal }));
    return { done: true };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException) || error.Item === undefined) throw error;
    return { done: false, standing: readable(error.Item, report) };
  }
}
