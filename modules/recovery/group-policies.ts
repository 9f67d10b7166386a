import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import {
  attachmentAddress,
  policyAddress,
  type SpreadWord,
  spreadPolicies,
} from "../../config/access/spread-policies";
import type { GroupSettings } from "../../config/configuration";
import { json, mapOf, text } from "../../core/expression";
import { policyName } from "../../core/names";
import { addressed, under } from "../address";
import type { ManagedPolicy } from "../function/region-function";
import { groupTagsOf } from "../tags";

export interface GroupPoliciesProps {
  /** With recovery. */
  readonly configuration: GroupSettings;
  readonly region: string;
  /** Provider of that region and account. */
  readonly provider: AwsProvider;
}

/** Customer managed policies of a failover group in one region: what grows with its logical queues. */
export class GroupPolicies extends Construct {
  /** All of them, to be attached to the controller's role. */
  readonly all: readonly ManagedPolicy[];

  constructor(scope: Construct, id: string, { configuration, region, provider }: GroupPoliciesProps) {
    super(scope, id);
    const { failoverGroup, naming, rolePath } = configuration;
    this.all = spreadPolicies(configuration, region).map(({ word, number, document, exists }) => {
      const address = policyAddress(failoverGroup, word, number);
      const policy = new IamPolicy(under(this, exists) ?? this, address, {
        provider,
        name: policyName(naming.prefix, failoverGroup, word, region, number),
        path: text(rolePath),
        description: `${DESCRIPTIONS[word]} ${failoverGroup} in ${region}`,
        policy: json(document),
        tags: mapOf(groupTagsOf(configuration, word)),
      });
      const { arn } = addressed(policy, address);
      return { attachment: attachmentAddress(failoverGroup, word, number), arn, exists };
    });
  }
}

/** A change would replace the policy: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html */
const DESCRIPTIONS: Readonly<Record<SpreadWord, string>> = {
  look: "Looks at logical queues of",
  drain: "Runs drainers of",
};
