import { RecordUnknown, type Resolver } from "../client/producer/record-resolver";
import { homeRecord } from "../core/names";

/** Where the records of a group send its producers. */
export interface GroupRecords {
  readonly discovery: LookedUp;
  /** By home. */
  readonly homes: Readonly<Record<string, LookedUp>>;
}

/** The region that a record names, or the code of `node:dns` for why it names none, such as `ENOTFOUND`. */
export type LookedUp = { readonly answer: string } | { readonly error: string };

/** Asks for all records of a group at once. A lookup that fails is an answer, too. @param record the discovery record */
export async function lookUp(
  resolver: Resolver,
  record: string,
  homes: readonly string[],
): Promise<GroupRecords> {
  const ask = (name: string) => resolver.text(name).then((answer) => ({ answer }), unanswered);
  const asked = homes.map(
    async (home): Promise<[string, LookedUp]> => [home, await ask(homeRecord(record, home))],
  );
  const [discovery, ...found] = await Promise.all([ask(record), ...asked]);
  return { discovery, homes: Object.fromEntries(found) };
}

function unanswered(error: unknown): LookedUp {
  return { error: error instanceof RecordUnknown ? error.code : "unknown" };
}
