import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import type { Construct } from "constructs";
import type { Configuration } from "../config/configuration";

/**
 * Provider of a region of the group, or of its witness, and its account.
 * @param alias name of a provider that is not the stack's only one
 */
export function providerOf(
  scope: Construct,
  { regions, recovery }: Configuration,
  region: string,
  alias?: string,
): AwsProvider {
  const { account, assumeRoleArn } = regions[region] ?? recovery!.witness!;
  return new AwsProvider(scope, alias === undefined ? "@aws" : `@aws-${alias}`, {
    region,
    // Terraform refuses credentials of any other account.
    allowedAccountIds: [account],
    ...(assumeRoleArn && { assumeRole: [{ roleArn: assumeRoleArn }] }),
    ...(alias !== undefined && { alias }),
  });
}
