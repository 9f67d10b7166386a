import type { Context, SQSEvent, SQSMessageAttribute, SQSRecord } from "aws-lambda";
import fc from "fast-check";
import type { ReplicationMode } from "../../core/modes";
import { Breaker } from "../../replicator/replicate/breaker";
import type { Connections } from "../../replicator/replicate/replicate";
import type { ForwarderSettings, ReplicatorSettings } from "../../replicator/settings";
import type { Deadline, Deadlines } from "../../replicator/sqs/deadline";

export const HOME = "us-east-1";
export const PEERS = ["us-west-2", "eu-west-1"] as const;
export const SENT = 1_700_000_000_000;

export function url(name: string, region: string = HOME): string {
  return `https://sqs.${region}.amazonaws.com/111122223333/${name}`;
}

/** Settings of a replicator whose queues are `orders` and what belongs to it, with the name's suffix on FIFO queues. */
export function replicatorSettings(
  mode: ReplicationMode,
  fifo = false,
  peers: readonly string[] = PEERS,
): ReplicatorSettings {
  const name = (queue: string) => `${queue}${fifo ? ".fifo" : ""}`;
  const byPeer = (modes: readonly ReplicationMode[], urlOf: (peer: string) => string) =>
    Object.fromEntries((modes.includes(mode) ? peers : []).map((peer) => [peer, urlOf(peer)]));
  return {
    failoverGroup: "payments",
    logicalQueue: "orders",
    homeRegion: HOME,
    sourceQueueUrl: url(name("orders-ingress")),
    ingressDlqUrl: url(name("orders-ingress-dlq")),
    fifo,
    mode,
    workQueueUrl: url(name("orders")),
    outboxQueueUrls: byPeer(["async", "semi-sync"], (peer) => url(name(`orders-outbox-${peer}`))),
    standbyQueueUrls: byPeer(["semi-sync", "sync"], (peer) => url(name(`orders-standby-${HOME}`), peer)),
  };
}

export function forwarderSettings(peer: string = PEERS[0], fifo = false): ForwarderSettings {
  const name = (queue: string) => `${queue}${fifo ? ".fifo" : ""}`;
  return {
    failoverGroup: "payments",
    logicalQueue: "orders",
    homeRegion: HOME,
    sourceQueueUrl: url(name(`orders-outbox-${peer}`)),
    ingressDlqUrl: url(name("orders-ingress-dlq")),
    fifo,
    peerRegion: peer,
    standbyQueueUrl: url(name(`orders-standby-${HOME}`), peer),
    workQueueUrl: url(name("orders")),
  };
}

export const REPLICATOR_SETTINGS = replicatorSettings("async");
export const FORWARDER_SETTINGS = forwarderSettings();

/** Connections of a new worker, by a client per region. */
export function connections(
  { standbyQueueUrls }: ReplicatorSettings,
  clientOf: (region: string) => Connections["home"],
): Connections {
  return {
    home: clientOf(HOME),
    peers: Object.fromEntries(
      Object.keys(standbyQueueUrls).map((peer) => [peer, { client: clientOf(peer), breaker: new Breaker() }]),
    ),
  };
}

type RecordParts = Partial<Omit<SQSRecord, "attributes">> & {
  readonly attributes?: Partial<SQSRecord["attributes"]>;
};

/** A record as Lambda receives it from a standard queue. */
export function sqsRecord(parts: RecordParts = {}): SQSRecord {
  const messageId = parts.messageId ?? "11111111-2222-3333-4444-555555555555";
  return {
    receiptHandle: `receipt of ${messageId}`,
    body: "body",
    messageAttributes: {},
    md5OfBody: "841a2d689ad86bd1611447453c22c6fc",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:us-east-1:111122223333:orders-ingress",
    awsRegion: HOME,
    ...parts,
    messageId,
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: String(SENT),
      SenderId: "AROAEXAMPLE:producer",
      ApproximateFirstReceiveTimestamp: String(SENT + 5),
      ...parts.attributes,
    },
  };
}

export function sqsRecords(count: number, parts: (index: number) => RecordParts = () => ({})): SQSRecord[] {
  return Array.from({ length: count }, (_, index) =>
    sqsRecord({ messageId: `id-${index}`, body: `body ${index}`, ...parts(index) }),
  );
}

export function sqsEvent(records: SQSRecord[]): SQSEvent {
  return { Records: records };
}

/** An attribute as Lambda writes it. */
export function stringAttribute(stringValue: string, dataType: SQSMessageAttribute["dataType"] = "String") {
  return { stringValue, stringListValues: [], binaryListValues: [], dataType } as SQSMessageAttribute;
}

export function binaryAttribute(bytes: Uint8Array, dataType: SQSMessageAttribute["dataType"] = "Binary") {
  const binaryValue = Buffer.from(bytes).toString("base64");
  return { binaryValue, stringListValues: [], binaryListValues: [], dataType } as SQSMessageAttribute;
}

export function lambdaContext(remainingMs = 30_000): Context {
  return {
    awsRequestId: "request",
    functionName: "orders-replicator",
    functionVersion: "$LATEST",
    invokedFunctionArn: "arn:aws:lambda:us-east-1:111122223333:function:orders-replicator",
    memoryLimitInMB: "256",
    getRemainingTimeInMillis: () => remainingMs,
  } as Context;
}

/** A deadline that never comes, or that has passed. */
export function openDeadline(open = true): Deadline {
  return { signal: new AbortController().signal, mayStart: () => open };
}

export function openDeadlines(): Deadlines {
  return { sending: openDeadline(), settling: openDeadline() };
}

/** Valid attribute names, among them those that plain objects treat in their own way. */
const attributeName = fc.oneof(
  { weight: 5, arbitrary: fc.stringMatching(/^[A-Za-z0-9_-]{1,24}$/) },
  { weight: 1, arbitrary: fc.constantFrom("__proto__", "constructor", "toString", "a.b", "0", "Trace.Id") },
);
const label = fc.constantFrom("", ".money", ".png", ".v2");
const wellFormed = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });

const attribute = fc.oneof(
  fc.tuple(wellFormed, label).map(([value, suffix]) => stringAttribute(value, `String${suffix}` as "String")),
  fc
    .tuple(fc.integer(), label)
    .map(([value, suffix]) => stringAttribute(`${value}`, `Number${suffix}` as "Number")),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 60 }), label)
    .map(([value, suffix]) => binaryAttribute(value, `Binary${suffix}` as "Binary")),
);

const anyAttributes = (maxLength = 10) =>
  fc
    .uniqueArray(fc.tuple(attributeName, attribute), { maxLength, selector: ([name]) => name })
    .map((entries) => Object.fromEntries(entries));

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** Any record of a standard queue. */
export const anyRecord = fc
  .record({
    messageId: fc.uuid(),
    body: fc.string({ unit: "grapheme", minLength: 1, maxLength: 200 }),
    messageAttributes: anyAttributes(),
    traceHeader: optional(fc.constant("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")),
    groupId: optional(fc.stringMatching(/^[a-z0-9]{1,20}$/)),
    receiveCount: fc.integer({ min: 1, max: 2_000 }),
  })
  .map(({ messageId, body, messageAttributes, traceHeader, groupId, receiveCount }) =>
    sqsRecord({
      messageId,
      body,
      messageAttributes,
      attributes: {
        ApproximateReceiveCount: String(receiveCount),
        ...(traceHeader === undefined ? {} : { AWSTraceHeader: traceHeader }),
        ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
      },
    }),
  );

/** Any record of a FIFO queue, of one of a few groups. */
export const anyFifoRecord = fc
  .tuple(
    anyRecord,
    fc.constantFrom("a", "b", "c", "d"),
    // A few, so that producers use them again.
    fc.constantFrom("x", "y", '"quoted"'),
  )
  .map(([record, MessageGroupId, MessageDeduplicationId]) =>
    sqsRecord({ ...record, attributes: { ...record.attributes, MessageGroupId, MessageDeduplicationId } }),
  );

export const anyFifoRecords = (maxLength = 10) =>
  fc
    .uniqueArray(anyFifoRecord, { minLength: 1, maxLength, selector: ({ messageId }) => messageId })
    .map((records) =>
      records.map((record, index) =>
        sqsRecord({
          ...record,
          attributes: { ...record.attributes, SequenceNumber: `1884949646046769${1_000 + index}` },
        }),
      ),
    );

export const anyRecords = (maxLength = 35) =>
  fc.uniqueArray(anyRecord, { minLength: 1, maxLength, selector: ({ messageId }) => messageId });
