import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { Clients } from "./clients";
import type { OperatedGroup } from "./group";
import type { GroupView } from "./group-view";
import { Refusal } from "./mistake";
import { accountIn, describe, type Trouble, troubleOf } from "./trouble";

/** Whose credentials these are, or by region why that cannot be told. */
export type Caller = { readonly account: string } | { readonly troubles: Readonly<Record<string, Trouble>> };

export const UNCHECKED_ACCOUNT = "--unchecked-account";

/**
 * Asks STS in each of the regions at once, by its regional endpoint, and takes the first answer. One region's STS may be down, and the
 * global endpoint is in us-east-1.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export async function callerIn(regions: readonly string[], clients: Pick<Clients, "sts">): Promise<Caller> {
  const troubles: Record<string, Trouble> = {};
  const asked = regions.map(async (region) => {
    try {
      const { Account } = await clients.sts(region).send(new GetCallerIdentityCommand({}));
      if (Account === undefined) throw new Error("the answer has no account");
      return Account;
    } catch (error) {
      troubles[region] = troubleOf(error);
      throw error;
    }
  });
  return Promise.any(asked).then(
    (account) => ({ account }),
    () => ({ troubles }),
  );
}

/**
 * Compares the account of the caller with that of the group. A table's answer shows no account, so STS is asked in the members whose tables
 * have answered; a refusal of AWS says whom it refuses.
 * @returns why the account could not be told, if so
 * @throws Refusal when it is another one
 */
export async function checkAccount(
  group: OperatedGroup,
  { troubles }: GroupView,
  clients: Pick<Clients, "sts">,
): Promise<string | undefined> {
  for (const region of group.regions) {
    const trouble = troubles.get(region);
    const account = trouble && accountIn(trouble);
    if (account !== undefined) compare(group, region, account);
  }
  const answering = group.regions.filter((region) => !troubles.has(region));
  if (answering.length === 0) return undefined;
  const caller = await callerIn(answering, clients);
  if ("account" in caller) {
    for (const region of answering) compare(group, region, caller.account);
    return undefined;
  }
  // In the order of the regions, whichever failed first.
  return answering
    .flatMap((region) => {
      const trouble = caller.troubles[region];
      return trouble === undefined ? [] : [`STS in ${region}: ${describe(trouble)}`];
    })
    .join(", ");
}

/** An order into an account that nobody knows may be written where nobody reads it. */
export function refuseUnknownAccount(group: OperatedGroup, reason: string): Refusal {
  return new Refusal({
    given: "credentials",
    problem: `it cannot be told of which account they are (${reason})`,
    allowed: accountsOf(group).join(", "),
    fix: `order again when STS answers, or with ${UNCHECKED_ACCOUNT} if you are sure of the account`,
  });
}

function compare(group: OperatedGroup, region: string, account: string): void {
  const configured = group.accountOf(region);
  if (account === configured) return;
  throw new Refusal({
    given: `credentials of account ${account}`,
    problem: `the configuration has ${region} of ${group.name} in another account`,
    allowed: configured,
    fix: `use credentials of ${configured} (AWS_PROFILE), or name the right configuration by --config`,
  });
}

function accountsOf(group: OperatedGroup): readonly string[] {
  return [...new Set(group.regions.map((region) => group.accountOf(region)))];
}
