import type { GroupView } from "./group-view";

/** The SDK's words when every place is empty: they tell nothing. */
const NOWHERE = "Could not load credentials from any providers";

/** What there is to say when there are no credentials to look at any table with. */
export function withoutCredentials({ tables, troubles }: GroupView): string | undefined {
  const found = [...troubles.values()];
  const isAll = found.length === tables.length && found.every(({ kind }) => kind === "no-credentials");
  if (!isAll) return undefined;
  const profile = process.env.AWS_PROFILE;
  const which = profile ? ` by the profile ${profile} (AWS_PROFILE)` : "";
  const reason = found.map(({ message }) => message).find((message) => message !== NOWHERE);
  return (
    `no AWS credentials were found${which}, so no region was asked${reason === undefined ? "" : ` (${reason})`}: ` +
    "set AWS_PROFILE to a profile that exists, sign in with `aws sso login`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; " +
    "`aws sts get-caller-identity` shows when they work"
  );
}
