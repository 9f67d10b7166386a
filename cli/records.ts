import { type Resolver, recordNames } from "../ownership/records";
import { RecordUnknown } from "../ownership/resolver";
import type { Role } from "../ownership/roles";
import { recordLagSeconds } from "../ownership/times";

/** What the records of a group say. */
export interface GroupRecords {
  readonly discovery: Answer;
  readonly homes: Readonly<Record<string, HomeRecords>>;
}

export interface HomeRecords {
  /** Region that owns the home, as Route 53 knows it. */
  readonly owner: Answer;
  readonly health: Answer;
  /** Region that the home's producers are sent to. */
  readonly producers: Answer;
}

/** What a record says, or the code of `node:dns` for why it says nothing, such as `ENOTFOUND`. */
export type Answer = { readonly answer: string } | { readonly error: string };

/** Asks for all records of a group at once. A lookup that fails is an answer, too. @param record the discovery record */
export async function lookUp(
  resolver: Resolver,
  record: string,
  homes: readonly string[],
): Promise<GroupRecords> {
  const names = recordNames(record);
  const ask = (name: string) => resolver.text(name).then((answer) => ({ answer }), unanswered);
  const asked = homes.map(async (home): Promise<[string, HomeRecords]> => {
    const [owner, health, producers] = await Promise.all([
      ask(names.owner(home)),
      ask(names.health(home)),
      ask(names.home(home)),
    ]);
    return [home, { owner, health, producers }];
  });
  const [discovery, ...found] = await Promise.all([ask(names.discovery), ...asked]);
  return { discovery, homes: Object.fromEntries(found) };
}

/** What there is to say when the record names another region than the role. @param now epoch milliseconds */
export function disagreement(
  owner: Answer,
  role: Pick<Role, "owner" | "at">,
  ttlSeconds: number,
  now: number,
): string | undefined {
  if (!("answer" in owner) || owner.answer === role.owner) return undefined;
  const lagSeconds = recordLagSeconds(ttlSeconds);
  return role.at > 0 && now - role.at <= lagSeconds * 1_000
    ? `the record follows within ${lagSeconds} s of the order`
    : "the record does not name the owner";
}

function unanswered(error: unknown): Answer {
  return { error: error instanceof RecordUnknown ? error.code : "unknown" };
}
