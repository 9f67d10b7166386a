import type { SQSClient } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { MODES, type Stop, WITH_FALLBACK } from "../../core/modes";
import { copyDeduplicationId, deduplicationId, identified } from "../../messages/deduplication";
import type { Failure } from "../../messages/failures";
import { type Message, messageOf } from "../../messages/message";
import { hasWaited, ORIGIN_ATTRIBUTE, originOf } from "../../messages/origin";
import { isPiece } from "../../messages/pieces";
import { stamp } from "../../messages/stamp";
import type { OwnerReader } from "../../ownership/lease/owner-reader";
import type { ReplicatorSettings } from "../settings";
import { type Delivery, type DeliveryStage, deliver, type Parcel, type Route } from "../sqs/deliver";
import { refused, type Target } from "../sqs/send";
import { type BatchContext, toQueue } from "./batch-context";
import type { Breaker } from "./breaker";
import { fenceOf } from "./fence";
import { CopyCount, toPeer, toStandby } from "./peer";
import type { BatchReport } from "./report";
import { settle } from "./settle";

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
  /** Who owns the home. @default the home owns itself, always */
  readonly owners?: Pick<OwnerReader, "owner">;
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
 * A message that failed anywhere is repeated everywhere. So in `async` the outboxes come first. When one fails, the work queue has not seen
 * the message yet, so no consumer sees it twice. What a peer then holds twice has one origin. Outboxes are queues of the home, so a peer
 * that is away holds up nothing there; in `semi-sync` nothing on the way to the work queue waits for a peer. In `sync` no consumer sees
 * what a peer does not hold, and a peer that is away holds the message on the ingress queue.
 *
 * While another region owns the home, the work queue is left out: the copies carry the owner's name and are all there is. In `async` and
 * `sync` the owner's copy then stands in the work queue's place, behind those of the others. As long as no region owns the home, or nobody
 * says which one does, nothing is sent, and all messages come back soon.
 */
export async function replicate(
  records: readonly SQSRecord[],
  settings: ReplicatorSettings,
  connections: Connections,
  context: BatchContext,
): Promise<BatchReport> {
  const { fifo, homeRegion, outboxQueueUrls, standbyQueueUrls } = settings;
  const peers = Object.keys({ ...outboxQueueUrls, ...standbyQueueUrls });
  const fence = await fenceOf(homeRegion, peers, connections.owners);
  const owner = fence.known ? fence.owner : undefined;
  const copies = Object.fromEntries(Object.keys(standbyQueueUrls).map((peer) => [peer, new CopyCount()]));
  const withoutOrigin = new Set<SQSRecord>();
  const prepare = (record: SQSRecord): Message => {
    const fresh = originOf(record, homeRegion, owner);
    const origin = !fifo && hasWaited(record) ? { ...fresh, taken: context.now() } : fresh;
    const { message, hasOrigin } = stamp(messageOf(record), origin);
    if (!hasOrigin) withoutOrigin.add(record);
    return fifo ? identified(message, copyDeduplicationId(origin)) : message;
  };
  const received = (record: SQSRecord): Message => {
    const message = messageOf(record);
    return fifo ? identified(message, deduplicationId(originOf(record, homeRegion))) : message;
  };

  const work = { client: connections.home, queueUrl: settings.workQueueUrl };
  const ship = (): Promise<readonly Delivery[]> => {
    const stages = stagesOf(settings, connections, owner, copies, context);
    return deliver(records, {
      prepare,
      stages: [[admitted(work, { fenced: owner !== undefined, fifo })], ...stages],
      fifo,
    });
  };
  const keep = (failure: Failure): readonly Delivery[] => records.map(() => refused(work, failure));
  const deliveries = fence.known ? await ship() : keep(fence.failure);
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
    context,
  );
  if (WITH_FALLBACK.includes(settings.mode)) {
    for (const [peer, tally] of Object.entries(copies))
      tally.breaker = connections.peers[peer]!.breaker.state;
  }
  return { ...report, copies, ...(owner === undefined ? {} : { fencedBy: owner }) };
}

/** By so many receives a message has waited for three minutes, by the back-off; for less if it waited for an owner before. */
const WAITS_FOR_ROOM_RECEIVES = 8;

/**
 * Lets messages pass that may go on. A piece of a message is nothing to process: somebody has redriven the ingress DLQ, and the piece goes
 * back there.
 *
 * While the home is fenced, a message needs room for a mark. Without a mark it would be taken for one that was on the home's work queue, and
 * nobody would process it after the hand-back. So it waits on the ingress queue until the home owns itself. On a FIFO queue its group
 * waits for some minutes, and then goes on without the message.
 */
function admitted(
  work: Target,
  { fenced, fifo }: { readonly fenced: boolean; readonly fifo: boolean },
): Route {
  const failureOf = ({ record, message }: Parcel): Failure | undefined => {
    if (isPiece(message)) return { class: "message", code: "PieceOfMessage" };
    if (!fenced || message.attributes[ORIGIN_ATTRIBUTE] !== undefined) return undefined;
    const isOver = fifo && Number(record.attributes.ApproximateReceiveCount) >= WAITS_FOR_ROOM_RECEIVES;
    return { class: isOver ? "message" : "configuration", code: "NoRoomForMark" };
  };
  return async (parcels) =>
    parcels.map((parcel) => {
      const failure = failureOf(parcel);
      return failure === undefined ? { accepted: true, at: 0 } : refused(work, failure);
    });
}

function stagesOf(
  { mode, workQueueUrl, outboxQueueUrls, standbyQueueUrls }: ReplicatorSettings,
  { home, peers }: Connections,
  owner: string | undefined,
  copies: Readonly<Record<string, CopyCount>>,
  context: BatchContext,
): readonly DeliveryStage[] {
  const toHome = (queueUrl: string) =>
    toQueue({ client: home, queueUrl }, context.deadlines.sending, context);
  const standbys = Object.entries(standbyQueueUrls).map(([peer, queueUrl]) => ({
    region: peer,
    standby: { client: peers[peer]!.client, queueUrl },
    outbox: { client: home, queueUrl: outboxQueueUrls[peer]! },
    breaker: peers[peer]!.breaker,
    copies: copies[peer]!,
  }));
  const outboxes = Object.entries(outboxQueueUrls).map(([region, queueUrl]) => ({ region, queueUrl }));
  const routes: Readonly<Record<Stop, readonly (readonly Route[])[]>> = {
    work: owner === undefined ? [[toHome(workQueueUrl)]] : [],
    outbox: ownerLast(outboxes, owner, ({ queueUrl }) => toHome(queueUrl)),
    standby: ownerLast(standbys, owner, (peer) => toStandby(peer.standby, peer.copies, context)),
    either: [standbys.map((peer) => toPeer(peer, peer.copies, context))],
  };
  return MODES[mode].stages.flatMap((stops) => {
    const ways = stops.flatMap((stop) => routes[stop]);
    // Stops of one stage are called at once.
    return inOrder(...(stops.length === 1 ? ways : [ways.flat()]));
  });
}

/** The owner of a fenced home processes what it gets, as the work queue's consumers do: what fails elsewhere repeats nothing there. */
function ownerLast<Peer extends { readonly region: string }>(
  peers: readonly Peer[],
  owner: string | undefined,
  routeTo: (peer: Peer) => Route,
): readonly (readonly Route[])[] {
  const owners = peers.filter(({ region }) => region === owner);
  return [peers.filter((peer) => !owners.includes(peer)), owners].map((some) => some.map(routeTo));
}

/** Stages that have a place to go to. */
function inOrder(...stages: readonly (readonly Route[])[]): readonly DeliveryStage[] {
  return stages.flatMap(([route, ...others]) => (route === undefined ? [] : [[route, ...others] as const]));
}
