import type { Configuration } from "../../config/configuration";
import { groupTopologyOf } from "../../config/group-topology";
import { type RegionalTopology, topologyOf } from "../../config/topology";
import { allow, type Statement } from "./document";
import { itemsOf, ledgerKeyStatements } from "./ownership-policies";
import { READER_ACTIONS, takesBack } from "./queue-policies";

/** What the drainer of a home's copies may do, in the region of `topology`. */
export function drainerStatements(
  configuration: Configuration,
  topology: RegionalTopology,
  home: string,
): readonly Statement[] {
  const { queue, region, work, dlq, standbys } = topology;
  const settings = configuration.queues[queue]!;
  const { ingress, outboxes } = topologyOf(configuration, queue, home);
  const outbox = outboxes[region];
  const { ledgerArn } = groupTopologyOf(configuration, region);
  return [
    allow("Read", READER_ACTIONS, standbys[home]!.arn),
    allow("ReadFromAfar", READER_ACTIONS, [...(outbox ? [outbox.arn] : []), ingress.arn]),
    allow("Send", ["sqs:SendMessage"], [work.arn, dlq.arn]),
    ...(takesBack(settings) ? [allow("TakeBack", READER_ACTIONS, work.arn)] : []),
    ...(settings.recovery?.rescue === "ledger" && ledgerArn
      ? [
          allow("Ledger", ["dynamodb:GetItem", "dynamodb:BatchGetItem"], ledgerArn, itemsOf(`${queue}#*`)),
          ...ledgerKeyStatements(configuration, [region]),
        ]
      : []),
  ];
}
