import type { SQSRecord } from "aws-lambda";
import type { Target } from "../sqs/send";
import { type Copy, copyIn, untakenCopy } from "./copy";
import type { Drainage } from "./run";

/** A queue that a drainer empties. */
export interface Source {
  readonly queue: Target;
  readonly copyOf: (record: SQSRecord) => Copy;
  /** Whether it is a queue of the home. */
  readonly afar: boolean;
  /** Queues which, if they are FIFO queues, have to be empty before a message of this one may go on. */
  readonly after: readonly Target[];
}

/** The queues of a home in the order in which a message passes them, the last first: standby, outbox if there is one, ingress. */
export function sourcesOf({ settings, clients, ledgerIdOf }: Drainage): readonly [Source, ...Source[]] {
  const { fifo, homeRegion, homeOutboxQueueUrl } = settings;
  const options = { fifo, ledgerIdOf };
  const isFirst = homeOutboxQueueUrl === undefined;
  const copyOf = (record: SQSRecord) => copyIn(record, options, isFirst);
  const untaken = (record: SQSRecord) => untakenCopy(record, homeRegion, options);
  const standby = { client: clients.own, queueUrl: settings.standbyQueueUrl };
  const outboxes =
    homeOutboxQueueUrl === undefined ? [] : [{ client: clients.home, queueUrl: homeOutboxQueueUrl }];
  const ingress = { client: clients.home, queueUrl: settings.homeIngressQueueUrl };
  return [
    { queue: standby, copyOf, afar: false, after: [] },
    ...outboxes.map((queue) => ({ queue, copyOf, afar: true, after: [standby] })),
    { queue: ingress, copyOf: untaken, afar: true, after: [standby, ...outboxes] },
  ];
}
