import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import type { Configuration } from "../../config/configuration";
import { policyName } from "../../core/names";
import { addressed } from "../address";
import {
  attachmentAddress,
  policyAddress,
  type SpreadPolicy,
  type SpreadWord,
  spreadPolicies,
} from "../policy/spread-policies";
import { groupTagsOf } from "../tags";

export interface GroupPoliciesProps {
  /** With recovery. */
  readonly configuration: Configuration;
  readonly region: string;
  /** Provider of that region and account. */
  readonly provider: AwsProvider;
}

/** Customer managed policies of a failover group in one region: what grows with its logical queues. */
export class GroupPolicies extends Construct {
  private readonly failoverGroup: string;
  private readonly policies: readonly { readonly of: SpreadPolicy; readonly resource: IamPolicy }[];

  constructor(scope: Construct, id: string, { configuration, region, provider }: GroupPoliciesProps) {
    super(scope, id);
    const { failoverGroup, naming, rolePath } = configuration;
    this.failoverGroup = failoverGroup;
    this.policies = spreadPolicies(configuration, region).map((of) => {
      const address = policyAddress(failoverGroup, of.word, of.number);
      const resource = new IamPolicy(this, address, {
        provider,
        name: policyName(naming.prefix, failoverGroup, of.word, region, of.number),
        path: rolePath,
        description: `${DESCRIPTIONS[of.word]} ${failoverGroup} in ${region}`,
        policy: JSON.stringify(of.document),
        tags: { ...groupTagsOf(configuration, of.word) },
      });
      return { of, resource: addressed(resource, address) };
    });
  }

  /** ARNs of the policies of some kinds, by the address of what attaches them to a role. */
  arnsFor(role: "controller" | "health", words: readonly SpreadWord[]): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.policies
        .filter(({ of }) => words.includes(of.word))
        .map(({ of: { word, number }, resource }) => [
          attachmentAddress(this.failoverGroup, role, word, number),
          resource.arn,
        ]),
    );
  }
}

/** A change would replace the policy: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html */
const DESCRIPTIONS: Readonly<Record<SpreadWord, string>> = {
  look: "Looks at logical queues of",
  drain: "Runs drainers of",
};
