import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import type { Configuration } from "../../config/configuration";
import { json, mapOf } from "../../core/expression";
import { policyName } from "../../core/names";
import { addressed, under } from "../address";
import type { ManagedPolicy } from "../function/region-function";
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
      const resource = new IamPolicy(under(this, of.exists) ?? this, address, {
        provider,
        name: policyName(naming.prefix, failoverGroup, of.word, region, of.number),
        path: rolePath,
        description: `${DESCRIPTIONS[of.word]} ${failoverGroup} in ${region}`,
        policy: json(of.document),
        tags: mapOf(groupTagsOf(configuration, of.word)),
      });
      return { of, resource: addressed(resource, address) };
    });
  }

  /** The policies of some kinds, to be attached to a role. */
  for(role: "controller" | "health", words: readonly SpreadWord[]): readonly ManagedPolicy[] {
    return this.policies
      .filter(({ of }) => words.includes(of.word))
      .map(({ of: { word, number, exists }, resource }) => ({
        attachment: attachmentAddress(this.failoverGroup, role, word, number),
        arn: resource.arn,
        exists,
      }));
  }
}

/** A change would replace the policy: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html */
const DESCRIPTIONS: Readonly<Record<SpreadWord, string>> = {
  look: "Looks at logical queues of",
  drain: "Runs drainers of",
};
