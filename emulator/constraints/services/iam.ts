import { changed, made, ownerOf, removed, tagged, untagged } from "../change";
import { tagList, textIn, texts } from "../protocols/protocol";
import { QUERY } from "../protocols/query";
import type { Service } from "../service";
import { lastPart } from "./arns";

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html */
export const IAM: Service = {
  name: "iam",
  global: true,
  protocols: { form: QUERY },
  changes: {
    CreateRole: (input) => [
      made(
        "aws_iam_role",
        textIn(input.RoleName),
        {
          name: input.RoleName,
          path: input.Path,
          description: input.Description,
          max_session_duration: input.MaxSessionDuration,
          assume_role_policy: input.AssumeRolePolicyDocument,
        },
        { tags: tagList(input.Tags) },
      ),
    ],
    UpdateRole: (input) => [
      changed("aws_iam_role", textIn(input.RoleName), {
        description: input.Description,
        max_session_duration: input.MaxSessionDuration,
      }),
    ],
    UpdateRoleDescription: (input) => [
      changed("aws_iam_role", textIn(input.RoleName), { description: input.Description }),
    ],
    UpdateAssumeRolePolicy: (input) => [
      changed("aws_iam_role", textIn(input.RoleName), { assume_role_policy: input.PolicyDocument }),
    ],
    DeleteRole: ({ RoleName: name }) => [removed("aws_iam_role", textIn(name))],
    TagRole: (input) => [tagged("aws_iam_role", textIn(input.RoleName), tagList(input.Tags))],
    UntagRole: (input) => [untagged("aws_iam_role", textIn(input.RoleName), texts(input.TagKeys))],
    PutRolePolicy: (input) => [
      made(
        "aws_iam_role_policy",
        textIn(input.PolicyName),
        { name: input.PolicyName, policy: input.PolicyDocument },
        { owner: ownerOf("aws_iam_role", textIn(input.RoleName)) },
      ),
    ],
    DeleteRolePolicy: (input) => [
      removed("aws_iam_role_policy", textIn(input.PolicyName), {
        owner: ownerOf("aws_iam_role", textIn(input.RoleName)),
      }),
    ],
    CreatePolicy: (input) => [
      made(
        "aws_iam_policy",
        textIn(input.PolicyName),
        {
          name: input.PolicyName,
          path: input.Path,
          description: input.Description,
          policy: input.PolicyDocument,
        },
        { tags: tagList(input.Tags) },
      ),
    ],
    CreatePolicyVersion: (input) => [
      changed("aws_iam_policy", policyName(input.PolicyArn), { policy: input.PolicyDocument }),
    ],
    DeletePolicy: (input) => [removed("aws_iam_policy", policyName(input.PolicyArn))],
    TagPolicy: (input) => [tagged("aws_iam_policy", policyName(input.PolicyArn), tagList(input.Tags))],
    UntagPolicy: (input) => [untagged("aws_iam_policy", policyName(input.PolicyArn), texts(input.TagKeys))],
    AttachRolePolicy: (input) => [
      made(
        "aws_iam_role_policy_attachment",
        textIn(input.PolicyArn),
        {},
        { owner: ownerOf("aws_iam_role", textIn(input.RoleName)) },
      ),
    ],
    DetachRolePolicy: (input) => [
      removed("aws_iam_role_policy_attachment", textIn(input.PolicyArn), {
        owner: ownerOf("aws_iam_role", textIn(input.RoleName)),
      }),
    ],
  },
  free: [
    "DeletePolicyVersion",
    "SetDefaultPolicyVersion",
    "PutRolePermissionsBoundary",
    "DeleteRolePermissionsBoundary",
  ],
  refusals: {
    usual: [400, "ValidationError"],
    breaches: {
      policy: [409, "LimitExceeded"],
      sum: [409, "LimitExceeded"],
      count: [409, "LimitExceeded"],
      tagCount: [409, "LimitExceeded"],
      tag: [400, "InvalidInput"],
      tagTwice: [400, "InvalidInput"],
    },
  },
};

/** Names of managed policies are unique in an account, whatever their paths. */
function policyName(arn: unknown): string {
  return lastPart(textIn(arn));
}
