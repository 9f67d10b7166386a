export { checkBusinessKey } from "../ledger/business-key";
export { ledgerClient } from "../ledger/client";
export { contentDigest } from "../ledger/digest";
export { entrySeconds, type Retentions } from "../ledger/expiry";
export { type Identity, type IdentityOptions, identifier, ledgerId } from "../ledger/key";
export { type Received, receiveCountOf, receivedMessage } from "../ledger/received";
export { LedgerUnusable } from "../ledger/unusable";
export { decodeOrigin, effectiveHome, ORIGIN_ATTRIBUTE, type Origin } from "../messages/origin";
export { PRODUCER_KEY_ATTRIBUTE } from "../messages/producer-key";
export { InProgress, MissingIdentity, TooLate } from "./errors";
export { Gate, OwnershipUnknown } from "./gate";
export { type AnyGate, type GatedOptions, type GateHoldOptions, gated } from "./gated";
export { type Hold, type HoldingQueue, hold } from "./hold";
export { GATE_HOLDS, type HoldSchedule, holdSeconds, TROUBLE_HOLDS } from "./hold-seconds";
export { type ConsumerOptions, consumer } from "./lambda/consumer";
export type { HoldOptions, SqsHandler } from "./lambda/lambda";
export type { InvocationLease, Lease, VisibilityLease } from "./lease";
export { type LedgerOptions, type Outcome, type Process, processOnce, type Work } from "./process-once";
export { type ProcessedRecords, processedRecords } from "./processed-records";
export { producerKey, producerKeyAttribute } from "./producer/producer-key";
export {
  type ProducerRegions,
  type ProducerRegionsOptions,
  producerRegions,
  RegionUnknown,
} from "./producer/producer-regions";
export type { RecordResolverOptions, Resolver } from "./producer/record-resolver";
export { type RegionGateOptions, regionGate } from "./region-gate";
export { withoutOrigin } from "./without-origin";
