import { allOf, equal, given, isSet } from "../../core/expression";
import type { GroupSettings } from "../configuration";
import { groupTopologyOf } from "../group-topology";
import { type RegionalTopology, topologyOf } from "../topology";
import { allow, type Statement } from "./document";
import { itemsOf, ledgerKeyStatements } from "./ledger-policies";
import { READER_ACTIONS, takesBack } from "./queue-policies";
import { readPassStatements } from "./voter-policies";

/** What the drainer of a home's copies may do, in the region of `topology`. */
export function drainerStatements(
  configuration: GroupSettings,
  topology: RegionalTopology,
  home: string,
): readonly Statement[] {
  const { queue, region, work, dlq, standbys } = topology;
  const settings = configuration.queues[queue]!;
  const { ingress, outboxes, hasOutboxes } = topologyOf(configuration, queue, home);
  const outbox = outboxes[region];
  const { ledgerArn } = groupTopologyOf(configuration, region);
  return [
    allow("Read", READER_ACTIONS, standbys[home]!.arn),
    allow("ReadFromAfar", READER_ACTIONS, [...(outbox ? given(hasOutboxes, outbox.arn) : []), ingress.arn]),
    allow("Send", ["sqs:SendMessage"], [work.arn, dlq.arn]),
    ...given(takesBack(settings), allow("TakeBack", READER_ACTIONS, work.arn)),
    ...readPassStatements(configuration),
    ...given(
      allOf(equal(settings.recovery?.rescue, "ledger"), isSet(configuration.ledger)),
      ...(ledgerArn === undefined
        ? []
        : [allow("Ledger", ["dynamodb:GetItem", "dynamodb:BatchGetItem"], ledgerArn, itemsOf(`${queue}#*`))]),
      ...ledgerKeyStatements(configuration, [region]),
    ),
  ];
}
