import { orderMove } from "../ownership/lease/commands";
import type { Order } from "../ownership/lease/items";
import { SHOWN_MS } from "../ownership/lease/times";
import type { OperatedGroup } from "./group";
import type { GroupView } from "./group-view";
import { type Mistake, Refusal, Unclear, UsageError } from "./mistake";
import { describe, isOutOfReach } from "./trouble";
import type { Ordered } from "./waiting";

/** What the operator wants: an order that has no number yet. */
export interface Wish extends Omit<Order, "number" | "id"> {
  readonly home: string;
}

/** @throws UsageError when the order makes no sense whatever the regions say */
export function checkWish(
  { regions, name, configuration }: OperatedGroup,
  { home, to, lost, since }: Wish,
): void {
  const mistake = (given: string, problem: string, allowed: string, fix: string): never => {
    throw new UsageError({ given, problem, allowed, fix });
  };
  const others = regions.filter((region) => region !== to).join(", ");
  const named = { [`<home> ${home}`]: home, [`--to ${to}`]: to, ...(lost && { [`--lost ${lost}`]: lost }) };
  for (const [given, region] of Object.entries(named)) {
    if (regions.includes(region)) continue;
    mistake(
      given,
      `${region} is no region of the failover group ${name}`,
      regions.join(", "),
      "correct the name, or name the right configuration by --config",
    );
  }
  if (lost === to) {
    mistake(
      `--lost ${lost}`,
      `${to} cannot own ${home} and be lost`,
      others,
      to === home ? `leave --lost ${lost} out` : `order another region by --to, or leave --lost ${lost} out`,
    );
  }
  const rescues = Object.values(configuration.queues).flatMap(({ recovery }) => recovery?.rescue ?? []);
  if (since !== undefined && rescues.length > 0 && rescues.every((rescue) => rescue !== "manual")) {
    mistake(
      `--since ${new Date(since).toISOString()}`,
      "every queue knows what is processed, by its ledger or its watermark: the time would change nothing",
      "a time for groups with a queue whose rescue is manual",
      "leave --since out",
    );
  }
}

/**
 * Gives an order.
 * @throws Refusal when it is not carried out as things stand; nothing was changed then
 * @throws Unclear when it may or may not take effect
 */
export async function giveOrder(group: OperatedGroup, wish: Wish, sight: GroupView): Promise<Ordered> {
  check(group, wish, sight);
  const { home, ...order } = wish;
  const result = await group.carryOut(orderMove({ home, ...order }, group.context));
  switch (result.kind) {
    case "written":
      return { ...order, number: result.number };
    case "unknown":
      throw new Unclear(orderingOf(wish), result.at);
    case "refused":
      throw new Refusal({ given: orderingOf(wish), problem: result.reason });
  }
}

function check(group: OperatedGroup, wish: Wish, sight: GroupView): void {
  const { home, to, lost, since } = wish;
  const refuse = (mistake: Omit<Mistake, "given">, given = orderingOf(wish)): never => {
    throw new Refusal({ given, ...mistake });
  };
  const { regions } = group;
  // What is wrong with them has been said.
  if (sight.tables.every((table) => sight.troubles.has(table)))
    refuse({ problem: "no table of the group can be read" });
  if (sight.isMissing(to)) {
    const deployed = regions.filter((region) => !sight.isMissing(region) && !sight.troubles.has(region));
    refuse({
      problem: `the failover group ${group.name} is not deployed in ${to}: there is no table ${group.tableName(to)}`,
      allowed: deployed.join(", ") || "none: the group is deployed nowhere that could be looked at",
      fix: "apply the region's stack, order another region, or name the right configuration by --config",
    });
  }
  const trouble = lost === undefined ? undefined : sight.troubles.get(lost);
  if (lost !== undefined && (trouble === undefined || !isOutOfReach(trouble))) {
    const said = trouble === undefined ? "" : `: ${describe(trouble)}: ${trouble.message}`;
    const isAnswer = trouble === undefined || trouble.answered;
    refuse(
      {
        problem: isAnswer
          ? `${lost} answers, so it is not lost${said}`
          : `nobody can tell whether ${lost} is lost${said}`,
        allowed: "a region that gives no answer at all",
        fix: `leave --lost out: ${lost} gives ${home} up itself, or its claim lapses`,
      },
      `--lost ${lost}`,
    );
  }
  if (!sight.isRunning(to)) {
    refuse({
      problem: `the controller of ${to} does not run: it has said nothing for ${SHOWN_MS / 1_000} s`,
      allowed: regions.filter((region) => sight.isRunning(region)).join(", ") || "none: no controller runs",
      fix: "see why the controller does not run, or order another region",
    });
  }
  const ownership = sight.ownership(home);
  const { pending } = sight.view(home);
  const isElsewhere = pending !== undefined && pending.to !== to;
  if (ownership.kind !== "owned" || ownership.claim.epoch.region !== to || isElsewhere || since !== undefined)
    return;
  refuse({
    problem: `${to === home ? `${home} owns itself` : `${to} owns ${home}`} already (epoch ${ownership.claim.epoch.number})`,
    allowed: regions.filter((region) => region !== to).join(", "),
    fix: "see `status`",
  });
}

function orderingOf({ home, to }: Wish): string {
  return to === home ? `failback ${home}` : `--to ${to}`;
}
