import type { Write, WriteAnswer, WriteAnswers } from "./effects";
import type { Claim, VoterList } from "./items";
import { hasMajorities, includesList } from "./lists";

export type ClaimWrite = Extract<Write, { kind: "claim" }>;

/** A round about one home: the same claim, for every table that may take it. */
export interface Plan {
  readonly kind: "take" | "continue" | "renew" | "close";
  readonly home: string;
  /** Lists of which the round needs majorities. */
  readonly needs: readonly VoterList[];
  readonly writes: readonly ClaimWrite[];
  /** Tables where the round replaces a claim of another region, as judged or free: what may be given back. */
  readonly returnable: ReadonlySet<string>;
  /** Lists that bind after the round, if it succeeds. @default `needs` */
  readonly after?: readonly VoterList[];
}

/** How a round about a home ended. */
export interface WriteOutcome {
  readonly plan: Plan;
  /** A majority of every list took it, and no refusal showed a list that was not known. */
  readonly isDone: boolean;
  /** Tables that refused. */
  readonly refused: ReadonlySet<string>;
}

/** What plans of several homes need, as one round. */
export function writesOf(plans: readonly Plan[]): readonly ClaimWrite[] {
  return plans.flatMap(({ writes }) => writes);
}

/** @param answers to {@link writesOf} these plans */
export function outcomesOf(plans: readonly Plan[], answers: WriteAnswers): readonly WriteOutcome[] {
  let index = 0;
  return plans.map((plan) => {
    const answered = plan.writes.map(({ table }) => ({ table, answer: answers.get(index++) }));
    return outcomeOf(plan, answered);
  });
}

/** Whether nothing that is still to be answered changes how any plan ends. */
export function isDecided(plans: readonly Plan[], answers: WriteAnswers): boolean {
  let index = 0;
  return plans.every((plan) => {
    const answered = plan.writes.map(({ table }) => ({ table, answer: answers.get(index++) }));
    return answered.every(({ answer }) => answer !== undefined) || outcomeOf(plan, answered).isDone;
  });
}

function outcomeOf(
  plan: Plan,
  answered: readonly { readonly table: string; readonly answer: WriteAnswer | undefined }[],
): WriteOutcome {
  const done = new Set(answered.filter(({ answer }) => answer?.done === true).map(({ table }) => table));
  const refusals = answered.filter(({ answer }) => answer?.done === false);
  const shown = refusals.flatMap(({ answer }) => currentOf(answer)?.lists ?? []);
  return {
    plan,
    isDone: hasMajorities(done, plan.needs) && shown.every((list) => includesList(plan.needs, list)),
    refused: new Set(refusals.map(({ table }) => table)),
  };
}

function currentOf(answer: WriteAnswer | undefined): Claim | undefined {
  return answer?.done === false ? answer.current : undefined;
}
