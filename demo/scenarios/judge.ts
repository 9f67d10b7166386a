import type { ServiceRequest } from "../shop";
import type { CopiedOrders } from "./copies";

/** An order that an ingress queue has accepted. */
export interface SentOrder {
  readonly queue: string;
  readonly order: string;
  /** Orders of one group keep their order on FIFO queues, by their number. */
  readonly group: string;
  readonly number: number;
  /** SHA-256 of the body, in hexadecimal. */
  readonly digest: string;
  /** Regions whose ingress queue may have taken it: the last one has; those before did not answer. */
  readonly regions: readonly string[];
  /** When it was accepted, in epoch milliseconds. */
  readonly at: number;
}

/** What became of the orders of one logical queue. */
export interface Judgement {
  readonly sent: number;
  readonly processed: number;
  /** Orders that nobody has processed, but for those that are stranded. */
  readonly lost: number;
  /** Orders that a region which is lost for good had taken in and not copied yet. */
  readonly stranded: number;
  /** Orders whose last step was asked for more than once, but for those {@link withinBounds}. */
  readonly processedTwice: number;
  /** Orders whose last step was asked for more than once, as the guarantees allow: see {@link Bounds}. */
  readonly withinBounds: number;
  /** Of both: those for which the service was given different idempotency keys, so that it did the step twice. */
  readonly chargedTwice: number;
  readonly altered: number;
  /** Orders of a group that were processed after a later one of the same home, in the same region. */
  readonly orderViolations: number;
}

/** When an order may be processed again without a guarantee being broken. */
export interface Bounds {
  /** It was processed first in one of these times. @default never */
  readonly first?: readonly Time[];
  /** It was accepted in one of these times. @default never */
  readonly accepted?: readonly Time[];
  /** Nobody but its own region had it: SQS delivers at least once, and without a ledger nobody notices. @default that is no excuse */
  readonly atHome?: boolean;
  /** Orders that nobody can process, since only a region had them that is lost for good. @default none */
  readonly stranded?: ReadonlySet<string>;
}

/** From one moment to another, in epoch milliseconds. */
export interface Time {
  readonly from: number;
  readonly until: number;
}

/** The step that ends the processing of an order. */
export const LAST_STEP = "payment";

/**
 * Compares what was sent with what the shop's services were asked to do.
 * @param fifo whether order is promised: per group, within one home and one processing region
 */
export function judge(
  sent: readonly SentOrder[],
  requests: readonly ServiceRequest[],
  fifo: boolean,
  bounds: Bounds,
): Judgement {
  const asked = askedFor(requests);
  const requestsOf = ({ order }: SentOrder) => asked.get(order) ?? [];
  const processed = sent.filter((order) => requestsOf(order).length > 0);
  const again = processed.filter((order) => requestsOf(order).length > 1);
  const keysOf = (order: SentOrder) => new Set(requestsOf(order).map(({ key }) => key)).size;
  const processedTwice = repeatsOutside(sent, requests, bounds).length;
  const isStranded = (order: SentOrder) =>
    bounds.stranded?.has(order.order) === true && requestsOf(order).length === 0;
  const stranded = sent.filter(isStranded).length;
  return {
    sent: sent.length,
    processed: processed.length,
    lost: sent.length - processed.length - stranded,
    stranded,
    processedTwice,
    withinBounds: again.length - processedTwice,
    chargedTwice: again.filter((order) => keysOf(order) > 1).length,
    altered: processed.filter((order) => requestsOf(order).some(({ digest }) => digest !== order.digest))
      .length,
    orderViolations: fifo ? violationsOf(sent, requests).length : 0,
  };
}

/** The requests for the last step of each order that was processed again though nothing allows it. */
export function repeatsOutside(
  sent: readonly SentOrder[],
  requests: readonly ServiceRequest[],
  bounds: Bounds,
): readonly (readonly ServiceRequest[])[] {
  const asked = askedFor(requests);
  return sent
    .map((order) => ({ order, all: asked.get(order.order) ?? [] }))
    .filter(({ order, all }) => all.length > 1 && !isWithin(order, all, bounds))
    .map(({ all }) => all);
}

function isWithin(
  order: SentOrder,
  asked: readonly ServiceRequest[],
  { first = [], accepted = [], atHome = false }: Bounds,
): boolean {
  const isIn = (moment: number) => (time: Time) => time.from <= moment && moment <= time.until;
  return (
    first.some(isIn(asked[0]!.at)) ||
    accepted.some(isIn(order.at)) ||
    (atHome && asked.every(({ region, home }) => region === home))
  );
}

/** Requests for the last step, by order, in the order in which they came. */
function askedFor(requests: readonly ServiceRequest[]): ReadonlyMap<string, readonly ServiceRequest[]> {
  const byOrder = new Map<string, ServiceRequest[]>();
  for (const request of requests) {
    if (request.step !== LAST_STEP) continue;
    const known = byOrder.get(request.order);
    if (known === undefined) byOrder.set(request.order, [request]);
    else known.push(request);
  }
  return byOrder;
}

/** A region that does not process what it has to, for a time. */
export interface Fault {
  readonly region: string;
  /** Epoch milliseconds. */
  readonly from: number;
  readonly until: number;
}

/** What became of orders while a fault lasted. */
export interface RescueFigures {
  /** Seconds from the beginning of the fault until another region processed the first order that had waited. @default it processed none */
  readonly firstRescued?: number;
  /** The same of the last one. */
  readonly lastRescued?: number;
  /** Orders that other regions had been holding for a while when the fault ended, and nobody had processed. */
  readonly waiting: number;
}

/** Work is under way for so long though nothing is wrong. */
const UNDER_WAY_MS = 15_000;

/** What other regions made, while a fault lasted, of the orders that they had, or had copies of. */
export function rescueOf(
  sent: readonly SentOrder[],
  copies: CopiedOrders,
  requests: readonly ServiceRequest[],
  { region, from, until }: Fault,
): RescueFigures {
  const asked = askedFor(requests);
  const heldSince = ({ order, regions, at }: SentOrder): number => {
    const elsewhere = [...(copies.get(order) ?? [])].filter(([holder]) => holder !== region);
    const intake = regions.at(-1) === region ? [] : [at];
    return Math.min(...intake, ...elsewhere.map(([, since]) => since));
  };
  const firstOf = ({ order }: SentOrder) => asked.get(order)?.[0];
  const waiting = sent.filter(
    (order) => heldSince(order) < until - UNDER_WAY_MS && (firstOf(order)?.at ?? Infinity) > until,
  );
  const rescued = sent
    .filter((order) => heldSince(order) < until)
    .flatMap((order) => firstOf(order) ?? [])
    .filter(({ at, home, region: by }) => at > from && at <= until && by !== home && by !== region)
    .map(({ at }) => Number(((at - from) / 1_000).toFixed(1)));
  return {
    ...(rescued.length > 0 && { firstRescued: Math.min(...rescued), lastRescued: Math.max(...rescued) }),
    waiting: waiting.length,
  };
}

/**
 * Orders that nobody but a region had when that region was lost for good. The region had accepted them within the last seconds, and no
 * function had given them to another one.
 * @param seconds for which an order may be without a copy
 */
export function strandedIn(
  region: string,
  sent: readonly SentOrder[],
  copies: CopiedOrders,
  lostAt: number,
  seconds: number,
): readonly SentOrder[] {
  return sent.filter(({ order, regions, at }) => {
    const elsewhere = [...(copies.get(order)?.keys() ?? [])].some((holder) => holder !== region);
    return regions.at(-1) === region && !elsewhere && at > lostAt - seconds * 1_000;
  });
}

/** Within its home and the region that processed it, an order must not come after a later one of its group. */
export function violationsOf(
  sent: readonly SentOrder[],
  requests: readonly ServiceRequest[],
): readonly ServiceRequest[] {
  const asked = askedFor(requests);
  const firsts = sent
    .flatMap((order) => {
      const [first] = asked.get(order.order) ?? [];
      return first === undefined ? [] : [{ order, first }];
    })
    .sort((one, other) => one.first.at - other.first.at);
  const latest = new Map<string, number>();
  const violations: ServiceRequest[] = [];
  for (const { order, first } of firsts) {
    const line = [order.group, first.home, first.region].join();
    if (order.number < (latest.get(line) ?? -1)) violations.push(first);
    else latest.set(line, order.number);
  }
  return violations;
}
