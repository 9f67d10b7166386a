import { allOf, entryOf, given, isSet } from "../../core/expression";
import type { GroupSettings } from "../configuration";
import { regionSets } from "../region-sets";
import { remoteDrainerRoles, topologyOf } from "../topology";
import type { Statement } from "./document";
import { rolesAdmitted } from "./principals";
import { sendsStraight } from "./queue-policies";

/**
 * Statements for the policy of a customer managed key: the group's functions use it for the queues of a logical queue in a region. Roles of
 * producers and consumers come beside them. None without a key of one's own.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 */
export function keyPolicyStatements(
  configuration: GroupSettings,
  queue: string,
  region: string,
): readonly Statement[] {
  const { mode, encryption } = configuration.queues[queue]!;
  const own = topologyOf(configuration, queue, region);
  const { regions: homes, exist } = regionSets(configuration).homes(queue, region);
  const senders = homes.map((home) => topologyOf(configuration, queue, home));
  const roles = [
    own.replicator.roleArn,
    ...given(own.hasOutboxes, ...Object.values(own.forwarders).map(({ roleArn }) => roleArn)),
    ...given(own.hasDrainers, ...Object.values(own.drainers).map(({ roleArn }) => roleArn)),
    ...given(own.isDrained, ...remoteDrainerRoles(configuration, own)),
    ...senders.flatMap(({ replicator, forwarders, hasOutboxes }) => [
      ...given(allOf(exist, sendsStraight(mode)), replicator.roleArn),
      ...given(allOf(exist, hasOutboxes), forwarders[region]?.roleArn ?? ""),
    ]),
  ];
  return given(
    isSet(entryOf(encryption.kmsKeyArns, region)),
    rolesAdmitted(roles, {
      sid: "SqsMultiRegionFunctions",
      actions: ["kms:Decrypt", "kms:GenerateDataKey"],
      resource: "*",
      region,
    }),
  );
}
