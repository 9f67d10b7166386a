import { made, removed, tagged, untagged } from "../change";
import { RPC_CBOR } from "../protocols/cbor";
import { queryCompatible } from "../protocols/json";
import { tagList, textIn, texts } from "../protocols/protocol";
import { QUERY } from "../protocols/query";
import type { Service } from "../service";
import { lastPart } from "./arns";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Operations.html */
export const CLOUDWATCH: Service = {
  name: "monitoring",
  protocols: {
    form: QUERY,
    target: queryCompatible("com.amazonaws.cloudwatch"),
    rpc: RPC_CBOR,
  },
  changes: {
    PutMetricAlarm: (input) => [
      made(
        "aws_cloudwatch_metric_alarm",
        textIn(input.AlarmName),
        {
          alarm_name: input.AlarmName,
          alarm_description: input.AlarmDescription,
          alarm_actions: input.AlarmActions,
          ok_actions: input.OKActions,
          insufficient_data_actions: input.InsufficientDataActions,
          namespace: input.Namespace,
          metric_name: input.MetricName,
          dimensions: input.Dimensions,
          treat_missing_data: input.TreatMissingData,
        },
        { tags: tagList(input.Tags) },
      ),
    ],
    DeleteAlarms: ({ AlarmNames: names }) =>
      texts(names).map((name) => removed("aws_cloudwatch_metric_alarm", name)),
    TagResource: (input) => [
      tagged("aws_cloudwatch_metric_alarm", lastPart(textIn(input.ResourceARN)), tagList(input.Tags)),
    ],
    UntagResource: (input) => [
      untagged("aws_cloudwatch_metric_alarm", lastPart(textIn(input.ResourceARN)), texts(input.TagKeys)),
    ],
  },
  free: ["PutMetricData", "SetAlarmState", "EnableAlarmActions", "DisableAlarmActions", "PutCompositeAlarm"],
  refusals: {
    usual: [400, "ValidationError"],
    breaches: { count: [400, "LimitExceeded"] },
  },
};
