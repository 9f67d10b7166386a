import type { Environment } from "./environment";
import { EXIT } from "./exit";
import { type Followed, follow } from "./follow";
import type { Group } from "./group";
import { type Given, giveOrder, type Wish } from "./order";
import { describe, isOutOfReach } from "./trouble";

export interface OrderOptions {
  readonly json?: true;
  readonly lost?: readonly string[];
  readonly force?: true;
  readonly since?: number;
  readonly uncheckedAccount?: true;
  readonly wait: boolean;
  readonly timeout: number;
}

const LOOK_EVERY_MS = 2_000;

/** Gives an order and follows it. */
export async function order(
  group: Group,
  environment: Environment,
  target: Pick<Wish, "home" | "owner">,
  options: OrderOptions,
): Promise<void> {
  const { say, write, now, clients } = environment;
  const { lost = [], force = false, uncheckedAccount = false, since, json, timeout, wait } = options;
  const { home, owner } = target;
  const wish: Wish = { home, owner, lost, force, uncheckedAccount, ...(since !== undefined && { since }) };
  const given = await giveOrder(group, wish, clients, now);
  report(given, lost, say);
  const followed = wait
    ? await follow(group, given, { ...environment, timeoutMs: timeout * 1_000, everyMs: LOOK_EVERY_MS })
    : undefined;
  if (json) {
    const { role, written } = given;
    const unwritten = Object.fromEntries(
      Object.entries(given.unwritten).map(([region, { name }]) => [region, name]),
    );
    write(`${JSON.stringify({ home, owner, epoch: role.epoch, written, unwritten, ...followed })}\n`);
  } else if (followed?.done) write(`${owner} owns ${home} since ${followed.seconds} s after the order\n`);
  if (followed?.done === false) {
    say(pending(owner, followed));
    process.exitCode = followed.unseen ? EXIT.refused : EXIT.notYet;
  }
}

/** What is to be said of an order whose new owner was not seen to begin. */
function pending(owner: string, { unseen, waitsFor, silent }: Followed): string {
  if (unseen) {
    return `whether ${owner} has begun is not known: ${describe(unseen)}: ${unseen.message}. The order stands; \`status\` shows more.`;
  }
  const stopped = silent.length === 0 ? "" : ` Their controllers do not run: ${silent.join(", ")}.`;
  return `${owner} has not begun; it waits for ${waitsFor ?? "its controller to run"}. The order stands.${stopped}`;
}

/** Says where the order is known, and what the regions that do not know it will do. */
function report(
  { home, role, written, unwritten, accountUnknown }: Given,
  lost: readonly string[],
  say: (line: string) => void,
): void {
  if (accountUnknown !== undefined) say(`the account was not checked: ${accountUnknown}`);
  say(`ordered: ${role.owner} owns ${home} (epoch ${role.epoch}), written in ${written.join(", ")}`);
  for (const [region, trouble] of Object.entries(unwritten)) {
    const waits = [home, ...role.from].includes(region) && !lost.includes(region) && !role.force;
    const repeated = isOutOfReach(trouble)
      ? `if it is lost, order again with --lost ${region}`
      : "it answers, so see what it says, and order again";
    const consequence = waits
      ? `${role.owner} waits until it releases ${home}; ${repeated}`
      : isOutOfReach(trouble)
        ? "it asks its peers when it comes back"
        : "it learns of the order from its peers";
    say(`not written in ${region}: ${describe(trouble)}: ${consequence}`);
  }
}
