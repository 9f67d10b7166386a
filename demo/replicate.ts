import type { SQSClient } from "@aws-sdk/client-sqs";
import type { QueueReference } from "../config/topology";
import { type ClientOptions, sqsClient } from "../emulator/clients";
import type { DeployedGroup } from "../emulator/deployed-group";
import type { Emulator } from "../emulator/emulator";
import { settled } from "./settled";
import { OrderTally } from "./tally";
import { consume, type Endpoint, sendOrders } from "./traffic";

export interface ReplicateOptions {
  readonly emulator: Emulator;
  readonly deployment: Pick<DeployedGroup, "account" | "configuration" | "topology">;
  /** Logical queue that the orders go to. */
  readonly queue: string;
  readonly home: string;
  readonly peer: string;
  /** ARNs of the roles that send to ingress and receive from work, in the home's account. */
  readonly producerRole: string;
  readonly consumerRole: string;
  readonly messages: number;
  /** Region that the producer calls from. @default the home */
  readonly producerRegion?: string;
  /** Told whenever a count has changed. */
  readonly onProgress: (counts: ReplicateCounts) => void;
}

export interface ReplicateCounts {
  readonly sent: number;
  /** Orders that arrived on the home's work queue. */
  readonly delivered: number;
  /** Orders that arrived on the peer's standby queue, if the mode has one. */
  readonly copied: number;
}

export interface ReplicateResult extends ReplicateCounts {
  readonly missing: number;
  readonly altered: number;
  readonly duplicated: number;
  /** On FIFO queues: orders that arrived after a later one of the same customer. */
  readonly orderViolations: number;
  /** Counted from the first send until the last order had passed. */
  readonly seconds: { readonly send: number; readonly deliver: number; readonly copy: number };
}

/**
 * Sends orders to the home's ingress queue. At the same time takes what arrives on its work queue and on the peer's standby queue. Ends
 * when every queue on the way is empty.
 */
export async function replicate(options: ReplicateOptions): Promise<ReplicateResult> {
  const { emulator, deployment, queue, home, peer, messages, onProgress } = options;
  const inHome = deployment.topology(queue, home);
  const fifo = deployment.configuration.queues[queue]!.fifo !== false;
  const clients: SQSClient[] = [];
  const endpoint = (queue: QueueReference, region: string, caller: Partial<ClientOptions> = {}): Endpoint => {
    const client = sqsClient(emulator, { region, account: deployment.account(region), ...caller });
    clients.push(client);
    return { client, queueUrl: queue.url, fifo };
  };
  const ingress = endpoint(inHome.ingress, home, {
    role: options.producerRole,
    source: options.producerRegion ?? home,
  });
  const work = endpoint(inHome.work, home, { role: options.consumerRole });
  const standbyQueue = deployment.topology(queue, peer).standbys[home];
  const standby = standbyQueue && endpoint(standbyQueue, peer);
  const inOrder = [inHome.ingress, inHome.outboxes[peer], inHome.work].filter((each) => each !== undefined);
  const watched = [...inOrder.map((each) => endpoint(each, home)), ...(standby ? [standby] : [])];

  const started = performance.now();
  const elapsed = () => Number(((performance.now() - started) / 1000).toFixed(1));
  const seconds = { send: 0, deliver: 0, copy: 0 };
  const messageIds = new Map<number, string>();
  const delivered = new OrderTally(messages, home, messageIds);
  const copied = new OrderTally(messages, home, messageIds);
  const counts = () => ({ sent: messageIds.size, delivered: delivered.arrived, copied: copied.arrived });
  let over = false;

  const receive = (from: Endpoint, tally: OrderTally, phase: "deliver" | "copy") =>
    consume(
      from,
      (batch) => {
        for (const message of batch) tally.add(message);
        seconds[phase] = elapsed();
        onProgress(counts());
      },
      () => over,
    );
  const send = async () => {
    try {
      await sendOrders(ingress, messages, messageIds, () => onProgress(counts()));
      seconds.send = elapsed();
      await settled(watched);
    } finally {
      over = true;
    }
  };

  try {
    await Promise.all([
      send(),
      receive(work, delivered, "deliver"),
      ...(standby ? [receive(standby, copied, "copy")] : []),
    ]);
  } finally {
    over = true;
    for (const client of clients) client.destroy();
  }
  return {
    ...counts(),
    missing: delivered.missing + (standby ? copied.missing : 0),
    altered: delivered.altered + copied.altered,
    duplicated: delivered.duplicated + copied.duplicated,
    orderViolations: fifo ? delivered.orderViolations + copied.orderViolations : 0,
    seconds,
  };
}
