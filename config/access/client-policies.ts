import { allOf, entryOf, equal, given, isSet } from "../../core/expression";
import { healthCheckArn } from "../../core/names";
import type { GroupSettings } from "../configuration";
import { groupTopologies } from "../group-topology";
import { type RegionalTopology, topologyOf } from "../topology";
import { allow, type PolicyDocument, policyDocument, type Statement } from "./document";
import { encrypt } from "./function-policy";
import { itemsOf, ledgerKeyStatements } from "./ledger-policies";
import { CONSUMER_ACTIONS, PRODUCER_ACTIONS } from "./queue-policies";
import { operateVotersStatements, readPassStatements } from "./voter-policies";

/** Policy for a producer's role: it may send in every region, so that it can move at once. */
export function producerPolicy(configuration: GroupSettings, queue: string): PolicyDocument {
  return policyDocument(
    useQueues(configuration, queue, "Send", PRODUCER_ACTIONS, (topology) => topology.ingress.arn),
  );
}

/** Policy for a consumer's role, in every region: its queue, the passes that its gate asks for, and its part of the ledger. */
export function consumerPolicy(configuration: GroupSettings, queue: string): PolicyDocument {
  const { recovery } = configuration.queues[queue]!;
  const groups = groupTopologies(configuration);
  return policyDocument([
    ...useQueues(configuration, queue, "Receive", CONSUMER_ACTIONS, (topology) => topology.work.arn),
    ...given(isSet(recovery), ...readPassStatements(configuration)),
    ...given(
      allOf(isSet(recovery), equal(recovery?.rescue, "ledger")),
      allow(
        "Ledger",
        [
          "dynamodb:GetItem",
          "dynamodb:BatchGetItem",
          "dynamodb:PutItem",
          "dynamodb:UpdateItem",
          "dynamodb:DeleteItem",
        ],
        groups.flatMap(({ ledgerArn }) => ledgerArn ?? []),
        itemsOf(`${queue}#*`),
      ),
      ...ledgerKeyStatements(configuration, Object.keys(configuration.regions)),
    ),
  ]);
}

/** Policy for whoever orders that a home is taken over or handed back: in every region, so that any may be gone. */
export function operatorPolicy(configuration: GroupSettings): PolicyDocument {
  const [first] = groupTopologies(configuration);
  return policyDocument([
    ...operateVotersStatements(configuration),
    ...given(isSet(configuration.dns), ...readHealthChecks(first!.region)),
  ]);
}

/**
 * Their ids are random, and a list is of the whole account.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html
 */
function readHealthChecks(region: string): readonly Statement[] {
  return [
    allow("ListChecks", ["route53:ListHealthChecks"], "*"),
    allow(
      "Checks",
      [
        "route53:ListTagsForResources",
        "route53:GetHealthCheckStatus",
        "route53:GetHealthCheckLastFailureReason",
      ],
      healthCheckArn(region, "*"),
    ),
  ];
}

function useQueues(
  configuration: GroupSettings,
  queue: string,
  sid: string,
  actions: readonly string[],
  arnOf: (topology: RegionalTopology) => string,
): readonly Statement[] {
  const regions = Object.keys(configuration.regions);
  const { kmsKeyArns } = configuration.queues[queue]!.encryption;
  const keys = regions.flatMap((region) => entryOf(kmsKeyArns, region) ?? []);
  return [
    allow(
      sid,
      actions,
      regions.map((region) => arnOf(topologyOf(configuration, queue, region))),
    ),
    ...encrypt(keys),
  ];
}
