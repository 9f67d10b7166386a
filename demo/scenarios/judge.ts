import type { ServiceRequest } from "../shop";

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
}

/** What became of the orders of one logical queue. */
export interface Judgement {
  readonly sent: number;
  readonly processed: number;
  readonly lost: number;
  /** Orders whose last step was done twice: asked for under two idempotency keys. */
  readonly processedTwice: number;
  /** Orders whose last step was asked for again under the same key: the service recognises it, and nothing is done twice. */
  readonly repeated: number;
  readonly altered: number;
  /** Orders of a group that were processed after a later one of the same home, in the same region. */
  readonly orderViolations: number;
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
): Judgement {
  const asked = askedFor(requests);
  const requestsOf = ({ order }: SentOrder) => asked.get(order) ?? [];
  const processed = sent.filter((order) => requestsOf(order).length > 0);
  const keysOf = (order: SentOrder) => new Set(requestsOf(order).map(({ key }) => key)).size;
  return {
    sent: sent.length,
    processed: processed.length,
    lost: sent.length - processed.length,
    processedTwice: processed.filter((order) => keysOf(order) > 1).length,
    repeated: processed.filter((order) => requestsOf(order).length > keysOf(order)).length,
    altered: processed.filter((order) => requestsOf(order).some(({ digest }) => digest !== order.digest))
      .length,
    orderViolations: fifo ? violationsOf(processed, requestsOf) : 0,
  };
}

/** When the last step of each order was first asked for that was asked for again, in epoch milliseconds. */
export function repeatedAt(requests: readonly ServiceRequest[]): readonly number[] {
  return [...askedFor(requests).values()].filter(({ length }) => length > 1).map(([first]) => first!.at);
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

/** Within its home and the region that processed it, an order must not come after a later one of its group. */
function violationsOf(
  processed: readonly SentOrder[],
  requestsOf: (order: SentOrder) => readonly ServiceRequest[],
): number {
  const firsts = processed
    .map((order) => ({ order, first: requestsOf(order)[0]! }))
    .sort((one, other) => one.first.at - other.first.at);
  const latest = new Map<string, number>();
  let violations = 0;
  for (const { order, first } of firsts) {
    const line = [order.group, first.home, first.region].join();
    if (order.number < (latest.get(line) ?? -1)) violations++;
    else latest.set(line, order.number);
  }
  return violations;
}
