import { checkAccount, refuseUnknownAccount } from "./account";
import { withoutCredentials } from "./credentials";
import type { CommandEnvironment } from "./environment";
import type { OperatedGroup } from "./group";
import type { GroupView } from "./group-view";
import { troublesOf } from "./troubles";

/**
 * What every command looks at before it writes: the tables, and whose credentials these are.
 * @throws when there are no credentials, they are of another account, or nobody tells and `uncheckedAccount` is not given
 */
export async function begin(
  group: OperatedGroup,
  { clients, say }: CommandEnvironment,
  { uncheckedAccount = false }: { readonly uncheckedAccount?: boolean },
): Promise<GroupView> {
  const sight = await group.look();
  const sentence = withoutCredentials(sight);
  if (sentence !== undefined) throw new Error(`${sentence}; nothing was changed`);
  const accountUnknown = await checkAccount(group, sight, clients);
  for (const line of troublesOf(sight)) say(line);
  if (accountUnknown !== undefined) {
    if (!uncheckedAccount) throw refuseUnknownAccount(group, accountUnknown);
    say(`the account was not checked: ${accountUnknown}`);
  }
  return sight;
}
