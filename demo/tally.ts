import type { Message, MessageAttributeValue } from "@aws-sdk/client-sqs";
import { decodeOrigin, ORIGIN_ATTRIBUTE } from "../messages/origin";
import { order, orderNumber } from "./orders";

/** What arrived on one queue, compared by content with what was sent. */
export class OrderTally {
  private readonly arrivals = new Map<number, number>();
  private readonly alteredOrders = new Set<number>();
  private readonly origins = new Map<number, Set<string>>();
  private readonly lastOf = new Map<string, number>();
  private strangers = 0;
  private overtaken = 0;

  /**
   * @param expected number of orders, counted from 0.
   * @param home region whose ingress queue took the orders.
   * @param messageIds by order: the ids that the ingress queue gave, which origins must carry. An order may arrive before the
   *   answer with its id does, so origins are compared when {@link altered} is asked for.
   */
  constructor(
    private readonly expected: number,
    private readonly home: string,
    private readonly messageIds: ReadonlyMap<number, string>,
  ) {}

  add(message: Message): void {
    const { [ORIGIN_ATTRIBUTE]: origin, ...attributes } = message.MessageAttributes ?? {};
    const number = orderNumber(attributes);
    if (number === undefined || number >= this.expected) {
      this.strangers++;
      return;
    }
    const sent = order(number);
    if (!this.arrivals.has(number)) {
      if (number < (this.lastOf.get(sent.customer) ?? 0)) this.overtaken++;
      this.lastOf.set(sent.customer, number);
    }
    this.arrivals.set(number, (this.arrivals.get(number) ?? 0) + 1);
    if (message.Body !== sent.body || !sameAttributes(attributes, sent.attributes))
      this.alteredOrders.add(number);
    const { home, id } = decodeOrigin(origin?.StringValue) ?? {};
    const ids = this.origins.get(number) ?? new Set();
    this.origins.set(number, ids.add(home === this.home ? String(id) : `${id} of ${home}`));
  }

  /** Orders that arrived at least once. */
  get arrived(): number {
    return this.arrivals.size;
  }

  get missing(): number {
    return this.expected - this.arrived;
  }

  /** Orders whose body, attributes or origin differ from what was sent, and messages that nobody sent. */
  get altered(): number {
    const foreign = [...this.origins]
      .filter(([number, ids]) => ids.size > 1 || !ids.has(this.messageIds.get(number) ?? ""))
      .map(([number]) => number);
    return new Set([...this.alteredOrders, ...foreign]).size + this.strangers;
  }

  /** Orders that arrived after a later one of the same customer; repeated arrivals do not count. */
  get orderViolations(): number {
    return this.overtaken;
  }

  /** Arrivals beyond the first of each order. */
  get duplicated(): number {
    return [...this.arrivals.values()].reduce((sum, count) => sum + count - 1, 0);
  }

  get complete(): boolean {
    return this.missing === 0;
  }
}

type Attributes = Readonly<Record<string, MessageAttributeValue>>;

function sameAttributes(actual: Attributes, sent: Attributes): boolean {
  const names = Object.keys(actual);
  return (
    names.length === Object.keys(sent).length &&
    names.every((name) => {
      const [a, b] = [actual[name]!, sent[name]];
      return (
        b !== undefined &&
        a.DataType === b.DataType &&
        a.StringValue === b.StringValue &&
        Buffer.compare(Buffer.from(a.BinaryValue ?? []), Buffer.from(b.BinaryValue ?? [])) === 0
      );
    })
  );
}
