import {
  look,
  round,
  type Steps,
  sleep,
  type TableAnswers,
  type Write,
  type WriteAnswers,
} from "../../../ownership/lease/effects";
import type { Claim, PassEntry } from "../../../ownership/lease/items";
import type { LeaseRun, LeaseSettings } from "../../../ownership/lease/settings";
import type { Program } from "./program";

/** What a toy gets wrong. */
export type Mistake =
  /** Judges nothing: takes whatever is not its own. */
  | "takes at once"
  /** Takes what it has seen unchanged for half a lease. */
  | "judges by half"
  /** Is content with any single voter. */
  | "needs one voter"
  /** Writes a pass that ends a lease after the answers, and some more. */
  | "pass from the answer"
  /** Opens before anybody has granted anything. */
  | "opens first"
  /** Takes under an epoch that is not above the one that it replaces. */
  | "epochs fall"
  /** Is never the one to take over. */
  | "never takes"
  /** Writes under the same id each time. */
  | "one id";

const LEASE_MS = 30_000;
const MARGIN_MS = 5_000;
const TURN_MS = 10_000;

/** What stands at one voter, and since when this run has seen it. */
interface Seen {
  readonly claim: Claim;
  readonly since: number;
}

/** A round about one home. */
interface Attempt {
  readonly home: string;
  readonly epoch: number;
  readonly needed: number;
  readonly writes: readonly Write[];
}

/** The smallest lease that is right, without orders, lists or fitness. Or one that is wrong in a way that the judge has to find. */
export function toy(mistake?: Mistake): Program {
  return { controller: (settings, run) => steps(settings, run, mistake) };
}

function* steps(settings: LeaseSettings, run: LeaseRun, mistake: Mistake | undefined): Steps<void> {
  const { region, members, voters } = settings;
  const seen = new Map(members.map((home) => [home, new Map<string, Seen>()]));
  for (;;) {
    const answers = yield* look([...new Set(Object.values(voters).flat())]);
    for (const home of members) note(seen.get(home)!, answers, home);
    const attempts = members.flatMap((home) => attempt(home, seen.get(home)!, settings, run, mistake) ?? []);
    const began = run.clock();
    if (mistake === "opens first") yield* tell(region, attempts, began, answers);
    const done = yield* round(attempts.flatMap(({ writes }) => writes));
    const granted = attempts.filter((one) => countDone(one, attempts, done) >= one.needed);
    const late = mistake === "pass from the answer" ? run.clock() - began + 12_000 : 0;
    yield* tell(region, granted, began + late, answers);
    yield* sleep(5_000);
  }
}

function note(seen: Map<string, Seen>, answers: TableAnswers, home: string): void {
  for (const [table, answer] of answers) {
    const claim = answer.kind === "items" ? answer.claims[home] : undefined;
    if (claim === undefined) seen.delete(table);
    else if (seen.get(table)?.claim.id !== claim.id) seen.set(table, { claim, since: answer.receivedAt });
  }
}

function attempt(
  home: string,
  seen: ReadonlyMap<string, Seen>,
  { region, members, voters }: LeaseSettings,
  run: LeaseRun,
  mistake: Mistake | undefined,
): Attempt | undefined {
  const list = voters[home]!;
  const majority = Math.floor(list.length / 2) + 1;
  const needed = mistake === "needs one voter" ? 1 : majority;
  const isMine = ({ claim }: Seen) => claim.epoch.region === region;
  const known = [...seen];
  const isOwner = known.filter(([, one]) => isMine(one)).length >= majority;
  if (!isOwner && mistake === "never takes") return undefined;
  const turn = [home, ...members.filter((member) => member !== home)].indexOf(region) * TURN_MS;
  const judgedMs = { "takes at once": -1, "judges by half": LEASE_MS / 2 }[mistake as string];
  const isFree = ({ since }: Seen) => run.clock() - since > (judgedMs ?? LEASE_MS + MARGIN_MS + turn);
  const targets = known.filter(([, one]) => isMine(one) || isFree(one));
  if (targets.length < needed) return undefined;
  const highest = Math.max(...known.map(([, { claim }]) => claim.epoch.number));
  const isUndisputed = isOwner && known.every(([, one]) => isMine(one));
  const epoch = isUndisputed || mistake === "epochs fall" ? highest : highest + 1;
  const writes = targets.map(([table, { claim }]): Write => {
    const written: Claim = {
      id: mistake === "one id" ? region : run.newId(),
      epoch: { number: epoch, region, run: run.id },
      state: "held",
      lists: [{ number: 1, id: "", voters: list }],
      order: 0,
    };
    return { kind: "claim", table, home, claim: written, previous: claim.id };
  });
  return { home, epoch, needed, writes };
}

function countDone(one: Attempt, attempts: readonly Attempt[], answers: WriteAnswers): number {
  const all = attempts.flatMap(({ writes }) => writes);
  return one.writes.filter((write) => answers.get(all.indexOf(write))?.done === true).length;
}

/** Writes the region's pass, in each table's own time. */
function* tell(
  region: string,
  granted: readonly Attempt[],
  began: number,
  answers: TableAnswers,
): Steps<void> {
  yield* round(
    [...answers].flatMap(([table, answer]): Write[] => {
      if (answer.kind !== "items" || granted.length === 0) return [];
      const until = Math.floor(answer.date + began - answer.receivedAt + LEASE_MS);
      const homes: Record<string, PassEntry> = {};
      for (const { home, epoch } of granted) homes[home] = { epoch, until };
      return [{ kind: "pass", table, region, homes }];
    }),
  );
}
