import { made, removed, tagged, untagged } from "../change";
import { jsonProtocol } from "../protocols/json";
import { tagList, textIn, texts } from "../protocols/protocol";
import type { Service } from "../service";

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Operations.html */
export const SSM: Service = {
  name: "ssm",
  protocols: { target: jsonProtocol("com.amazonaws.ssm", "1.1") },
  changes: {
    PutParameter: (input) => [
      made(
        "aws_ssm_parameter",
        textIn(input.Name),
        {
          name: input.Name,
          description: input.Description,
          value: input.Tier === "Advanced" ? undefined : input.Value,
        },
        { tags: tagList(input.Tags) },
      ),
    ],
    DeleteParameter: (input) => [removed("aws_ssm_parameter", textIn(input.Name))],
    DeleteParameters: (input) => texts(input.Names).map((name) => removed("aws_ssm_parameter", name)),
    AddTagsToResource: (input) => [
      tagged("aws_ssm_parameter", textIn(input.ResourceId), tagList(input.Tags)),
    ],
    RemoveTagsFromResource: (input) => [
      untagged("aws_ssm_parameter", textIn(input.ResourceId), texts(input.TagKeys)),
    ],
  },
  free: [],
  refusals: {
    usual: [400, "ValidationException"],
    breaches: { count: [400, "ParameterLimitExceeded"], tagCount: [400, "TooManyTagsError"] },
  },
};
