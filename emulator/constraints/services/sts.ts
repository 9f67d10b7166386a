import { textIn } from "../protocols/protocol";
import { QUERY } from "../protocols/query";
import type { Service } from "../service";

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html */
export const STS: Service = {
  name: "sts",
  protocols: { form: QUERY },
  changes: {
    AssumeRole: ({ RoleArn: arn }) => [
      {
        kind: "session",
        account: textIn(arn).split(":")[4] ?? "",
        accessKey: ({ body }) => /<AccessKeyId>([^<]+)</.exec(body.toString("utf8"))?.[1] ?? "",
      },
    ],
  },
  free: ["AssumeRoleWithWebIdentity", "AssumeRoleWithSAML", "DecodeAuthorizationMessage"],
  refusals: { usual: [400, "ValidationError"] },
};
