import type { Effect, Write, WriteAnswer } from "../../../ownership/lease/effects";
import type { Claim, VoterList } from "../../../ownership/lease/items";

type ClaimWrite = Extract<Write, { kind: "claim" }>;

/** What the world has seen of one run's round about one home. */
export interface HomeRound {
  readonly region: string;
  readonly run: string;
  readonly home: string;
  /** Real times. */
  readonly beganAt: number;
  readonly endedAt: number;
  /** One of the claims that were written: they differ in nothing but id and table. */
  readonly claim: Claim;
  readonly lists: readonly VoterList[];
  /** Tables that the run knows to have written. */
  readonly done: readonly string[];
  /** A majority of every list took it. */
  readonly hasMajorities: boolean;
  /** A refusal showed a list that the round did not reckon with. */
  readonly isVoid: boolean;
}

export function roundsOf(
  region: string,
  run: string,
  effect: Effect,
  answers: ReadonlyMap<unknown, unknown>,
  beganAt: number,
  endedAt: number,
): readonly HomeRound[] {
  if (effect.kind !== "round") return [];
  const byHome = new Map<
    string,
    { readonly write: ClaimWrite; readonly answer: WriteAnswer | undefined }[]
  >();
  for (const [index, write] of effect.writes.entries()) {
    if (write.kind !== "claim") continue;
    const written = byHome.get(write.home) ?? [];
    written.push({ write, answer: answers.get(index) as WriteAnswer | undefined });
    byHome.set(write.home, written);
  }
  return [...byHome].map(([home, written]) => {
    const lists = distinct(written.flatMap(({ write }) => write.claim.lists));
    const done = written.filter(({ answer }) => answer?.done === true).map(({ write }) => write.table);
    const shown = written.flatMap(({ answer }) =>
      answer?.done === false ? (answer.current?.lists ?? []) : [],
    );
    const keys = new Set(lists.map(keyOf));
    return {
      region,
      run,
      home,
      beganAt,
      endedAt,
      claim: written[0]!.write.claim,
      lists,
      done,
      hasMajorities: lists.length > 0 && lists.every((list) => isMajority(done, list)),
      isVoid: shown.some((list) => !keys.has(keyOf(list))),
    };
  });
}

export function isMajority(tables: readonly string[], { voters }: VoterList): boolean {
  return voters.filter((voter) => tables.includes(voter)).length * 2 > voters.length;
}

export function keyOf({ number, id }: VoterList): string {
  return `${number} ${id}`;
}

export function isHigher(one: VoterList, other: VoterList): boolean {
  return one.number > other.number || (one.number === other.number && one.id > other.id);
}

function distinct(lists: readonly VoterList[]): readonly VoterList[] {
  return [...new Map(lists.map((list) => [keyOf(list), list])).values()];
}

/** Lists that bind whoever knows all these claims. */
export function bindingOf(claims: readonly Claim[]): readonly VoterList[] {
  const alone = claims.flatMap(({ lists }) => (lists.length === 1 ? lists : []));
  return distinct(claims.flatMap(({ lists }) => lists)).filter(
    (list) => !alone.some((other) => isHigher(other, list)),
  );
}
