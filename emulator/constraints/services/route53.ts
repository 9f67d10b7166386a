import type { SqsAnswer } from "../../sqs-wire";
import { type Change, changed, made, removed, tagged, untagged } from "../change";
import { type Input, listIn, objectIn, tagList, textIn, texts } from "../protocols/protocol";
import { REST_XML } from "../protocols/xml";
import type { Service } from "../service";

const CHECKS = "/2013-04-01/healthcheck";
const ZONES = "/2013-04-01/hostedzone";

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_Operations_Amazon_Route_53.html */
export const ROUTE53: Service = {
  name: "route53",
  global: true,
  protocols: { rest: REST_XML },
  routes: [
    ["POST", CHECKS, "CreateHealthCheck"],
    ["POST", `${CHECKS}/{HealthCheckId}`, "UpdateHealthCheck"],
    ["DELETE", `${CHECKS}/{HealthCheckId}`, "DeleteHealthCheck"],
    ["POST", "/2013-04-01/tags/healthcheck/{ResourceId}", "ChangeTagsForResource"],
    ["POST", ZONES, "CreateHostedZone"],
    ["DELETE", `${ZONES}/{HostedZoneId}`, "DeleteHostedZone"],
    ["POST", `${ZONES}/{HostedZoneId}/rrset`, "ChangeResourceRecordSets"],
    ["POST", "/2013-04-01/tags/{ResourceType}", "ListTagsForResources"],
    ["POST", "/2013-04-01/tags/hostedzone/{ResourceId}", "ChangeTagsForHostedZone"],
  ],
  changes: {
    CreateHealthCheck: (input) => [
      made("aws_route53_health_check", checkId, checkOf(objectIn(input.HealthCheckConfig))),
    ],
    UpdateHealthCheck: (input) => [
      changed("aws_route53_health_check", textIn(input.HealthCheckId), checkOf(input)),
    ],
    DeleteHealthCheck: (input) => [removed("aws_route53_health_check", textIn(input.HealthCheckId))],
    ChangeTagsForResource: (input) => {
      const id = textIn(input.ResourceId);
      const keys = texts(objectIn(input.RemoveTagKeys).Key);
      return [
        ...(keys.length > 0 ? [untagged("aws_route53_health_check", id, keys)] : []),
        tagged("aws_route53_health_check", id, tagList(objectIn(input.AddTags).Tag)),
      ];
    },
    ChangeResourceRecordSets: (input) =>
      listIn(objectIn(objectIn(input.ChangeBatch).Changes).Change).flatMap((change) =>
        recordChanges(textIn(input.HostedZoneId), objectIn(change)),
      ),
  },
  free: ["CreateHostedZone", "DeleteHostedZone", "ChangeTagsForHostedZone"],
  refusals: {
    usual: [400, "InvalidInput"],
    attributes: {
      name: [400, "InvalidChangeBatch"],
      ttl: [400, "InvalidChangeBatch"],
      set_identifier: [400, "InvalidChangeBatch"],
      records: [400, "InvalidChangeBatch"],
      "health checks": [400, "TooManyHealthChecks"],
    },
  },
};

function checkOf(config: Input) {
  return {
    fqdn: config.FullyQualifiedDomainName,
    resource_path: config.ResourcePath,
    request_interval: config.RequestInterval,
    failure_threshold: config.FailureThreshold,
    child_healthchecks:
      config.ChildHealthChecks === undefined
        ? undefined
        : listIn(objectIn(config.ChildHealthChecks).ChildHealthCheck),
    cloudwatch_alarm_name: objectIn(config.AlarmIdentifier).Name,
  };
}

function checkId({ body }: SqsAnswer): string {
  return textIn(objectIn(REST_XML.read(body).HealthCheck).Id);
}

function recordChanges(
  zone: string,
  { Action: action, ResourceRecordSet: written }: Input,
): readonly Change[] {
  const record = objectIn(written);
  const name = textIn(record.Name).replace(/\.$/, "");
  const id = [name, record.Type, record.SetIdentifier ?? ""].map(textIn).join(" ");
  const owner = `hosted zone/${zone}`;
  if (action === "DELETE") return [removed("aws_route53_record", id, { owner })];
  const values = listIn(objectIn(record.ResourceRecords).ResourceRecord);
  const common = { name, ttl: record.TTL, set_identifier: record.SetIdentifier };
  // Each value has a limit of its own.
  const each = values.length > 0 ? values.map((value) => objectIn(value).Value) : [undefined];
  return each.map((value) => made("aws_route53_record", id, { ...common, records: value }, { owner }));
}
