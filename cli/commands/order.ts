import { JUDGE_MS } from "../../ownership/lease/times";
import { begin } from "../begin";
import type { CommandEnvironment } from "../environment";
import { EXIT } from "../exit";
import { type Followed, followOrder } from "../follow";
import type { OperatedGroup } from "../group";
import { checkWish, giveOrder, type Wish } from "../order";
import { describe } from "../trouble";
import type { CommonOptions } from "./common";

export interface WriteOptions extends CommonOptions {
  readonly uncheckedAccount?: true;
  readonly wait: boolean;
  readonly timeout: number;
}

export interface OrderOptions extends WriteOptions, Pick<Wish, "force" | "lost" | "since"> {}

/** Gives an order about a home, and follows it. */
export async function order(
  group: OperatedGroup,
  environment: CommandEnvironment,
  target: Pick<Wish, "home" | "to">,
  { json, wait, timeout, force, lost, since, ...options }: OrderOptions,
): Promise<void> {
  const { say, write } = environment;
  const { home, to } = target;
  const wish: Wish = {
    ...target,
    ...(force && { force }),
    ...(lost !== undefined && { lost }),
    ...(since !== undefined && { since }),
  };
  checkWish(group, wish);
  const sight = await begin(group, environment, options);
  const order = await giveOrder(group, wish, sight);
  say(`ordered: ${to} owns ${home} (order ${order.number})`);
  if (force) {
    say(
      `--force: nobody waits until the owner has ended its work, so that messages may be processed twice; ` +
        `nobody processes ${home} for ${JUDGE_MS / 1_000} s`,
    );
  }
  const followed = wait
    ? await followOrder(group, environment, { home, order, timeoutMs: timeout * 1_000 })
    : undefined;
  if (json) write(`${JSON.stringify({ home, to, order: order.number, ...followed })}\n`);
  else if (followed?.done) write(`${to} processes ${home} since ${followed.seconds} s after the order\n`);
  conclude(followed, `${to} does not process ${home} yet`, say);
}

/** Says how something that was ordered and followed stands when it is not done, and sets the exit code. */
export function conclude(followed: Followed | undefined, notYet: string, say: (line: string) => void): void {
  if (followed === undefined || followed.done) return;
  const { over, unseen, waitsUntil } = followed;
  if (over !== undefined) say(`the order is over: ${over}. \`status\` shows more.`);
  else if (unseen !== undefined) {
    say(
      `how the order stands is not known: ${describe(unseen)}: ${unseen.message}. It is written; \`status\` shows more.`,
    );
  } else say(`${notYet}: it waits until ${waitsUntil}. The order stands.`);
  process.exitCode = waitsUntil === undefined ? EXIT.refused : EXIT.notYet;
}
