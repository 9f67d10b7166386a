import type { SQSClient } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import type { Breaker } from "./breaker";
import { deliver, type Route, type Stage } from "./deliver";
import { deduplicationId, identified } from "./message/deduplication";
import { type Message, messageOf } from "./message/message";
import { originOf } from "./message/origin";
import { stamp } from "./message/stamp";
import { Copies, toPeer, toQueue, toStandby } from "./peer";
import type { Report } from "./report";
import type { ReplicatorSettings } from "./settings";
import { type Surroundings, settle } from "./settle";

/** What a warm worker keeps for one peer. */
export interface PeerConnection {
  readonly client: Pick<SQSClient, "send">;
  readonly breaker: Breaker;
}

/** What a warm worker keeps from one batch to the next. */
export interface Connections {
  readonly home: Pick<SQSClient, "send">;
  /** By peer, one for each standby queue of the settings: none in the modes in which the replicator calls no peer. */
  readonly peers: Readonly<Record<string, PeerConnection>>;
}

/**
 * Takes records of the ingress queue where the mode wants them:
 *
 * | mode | first | then |
 * |---|---|---|
 * | `async` | outboxes | work queue |
 * | `semi-sync` | work queue, and of each peer the standby queue or else the outbox | |
 * | `sync` | standby queues | work queue |
 * | `none` | work queue | |
 *
 * A message that failed anywhere is repeated everywhere. So in `async` the outboxes come first: when one fails, the work queue has
 * not seen the message yet, no consumer sees it twice, and what a peer then holds twice has one origin. Outboxes are queues of the
 * home, so a peer that is away holds up nothing there; in `semi-sync` nothing on the way to the work queue waits for a peer. In `sync`
 * no consumer sees what a peer does not hold, and a peer that is away holds the message on the ingress queue.
 */
export async function replicate(
  records: readonly SQSRecord[],
  settings: ReplicatorSettings,
  connections: Connections,
  surroundings: Surroundings,
): Promise<Report> {
  const { fifo, homeRegion } = settings;
  const copies = Object.fromEntries(
    Object.keys(settings.standbyQueueUrls).map((peer) => [peer, new Copies()]),
  );
  const withoutOrigin = new Set<SQSRecord>();
  const prepare = (record: SQSRecord): Message => {
    const origin = originOf(record, homeRegion);
    const { message, hasOrigin } = stamp(messageOf(record), origin);
    if (!hasOrigin) withoutOrigin.add(record);
    return fifo ? identified(message, deduplicationId(origin)) : message;
  };
  const received = (record: SQSRecord): Message => {
    const message = messageOf(record);
    return fifo ? identified(message, deduplicationId(originOf(record, homeRegion))) : message;
  };

  const stages = stagesOf(settings, connections, copies, surroundings);
  const deliveries = await deliver(records, { prepare, stages, fifo });
  const report = await settle(
    {
      records,
      deliveries,
      done: (record, { at }) => ({
        status: "done",
        hasOrigin: !withoutOrigin.has(record),
        lagMs: at - Number(record.attributes.SentTimestamp),
      }),
      received,
    },
    { client: connections.home, ...settings },
    surroundings,
  );
  if (settings.mode === "semi-sync") {
    for (const [peer, tally] of Object.entries(copies))
      tally.breaker = connections.peers[peer]!.breaker.state;
  }
  return { ...report, copies };
}

function stagesOf(
  { mode, workQueueUrl, outboxQueueUrls, standbyQueueUrls }: ReplicatorSettings,
  { home, peers }: Connections,
  copies: Readonly<Record<string, Copies>>,
  surroundings: Surroundings,
): readonly [Stage, ...Stage[]] {
  const inTime = surroundings.deadlines.sending;
  const work = toQueue({ client: home, queueUrl: workQueueUrl }, inTime, surroundings);
  const standbys = Object.entries(standbyQueueUrls).map(([peer, queueUrl]) => ({
    standby: { client: peers[peer]!.client, queueUrl },
    outbox: { client: home, queueUrl: outboxQueueUrls[peer]! },
    breaker: peers[peer]!.breaker,
    copies: copies[peer]!,
  }));
  switch (mode) {
    case "none":
      return [[work]];
    case "semi-sync":
      return [[work, ...standbys.map((peer) => toPeer(peer, peer.copies, surroundings))]];
    case "sync":
      return thenWork(
        standbys.map((peer) => toStandby(peer.standby, peer.copies, surroundings)),
        work,
      );
    case "async": {
      const outboxes = Object.values(outboxQueueUrls).map((queueUrl) => ({ client: home, queueUrl }));
      return thenWork(
        outboxes.map((outbox) => toQueue(outbox, inTime, surroundings)),
        work,
      );
    }
  }
}

function thenWork([route, ...others]: readonly Route[], work: Route): readonly [Stage, ...Stage[]] {
  return route === undefined ? [[work]] : [[route, ...others], [work]];
}
