import { type Change, made, ownerOf, removed, tagged, untagged } from "../change";
import { jsonProtocol } from "../protocols/json";
import { type Input, tagMap, textIn, texts } from "../protocols/protocol";
import type { Service } from "../service";

/** https://docs.aws.amazon.com/autoscaling/application/APIReference/API_Operations.html */
export const APPLICATION_AUTO_SCALING: Service = {
  name: "application-autoscaling",
  protocols: { target: jsonProtocol("com.amazonaws.applicationautoscaling", "1.1") },
  changes: {
    RegisterScalableTarget: (input) => [
      made(
        "aws_appautoscaling_target",
        targetOf(input),
        { resource_id: input.ResourceId },
        { tags: tagMap(input.Tags) },
      ),
    ],
    DeregisterScalableTarget: (input) => [removed("aws_appautoscaling_target", targetOf(input))],
    PutScalingPolicy: (input): readonly Change[] => [
      made("aws_appautoscaling_policy", textIn(input.PolicyName), { name: input.PolicyName }, ownedBy(input)),
    ],
    DeleteScalingPolicy: (input) => [
      removed("aws_appautoscaling_policy", textIn(input.PolicyName), ownedBy(input)),
    ],
    // Their ARN has an id that nothing else names, so tags of several calls are not added up.
    TagResource: (input) => [
      tagged("aws_appautoscaling_target", textIn(input.ResourceARN), tagMap(input.Tags)),
    ],
    UntagResource: (input) => [
      untagged("aws_appautoscaling_target", textIn(input.ResourceARN), texts(input.TagKeys)),
    ],
  },
  free: [],
  refusals: {
    usual: [400, "ValidationException"],
    breaches: { count: [400, "LimitExceededException"], tagCount: [400, "TooManyTagsException"] },
  },
};

function targetOf(input: Input): string {
  return [input.ServiceNamespace, input.ResourceId, input.ScalableDimension].map(textIn).join(" ");
}

function ownedBy(input: Input): { readonly owner: string } {
  return { owner: ownerOf("aws_appautoscaling_target", targetOf(input)) };
}
