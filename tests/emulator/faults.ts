import { type CallFilter, matchesFilter } from "./call-counter";
import type { Call } from "./gateway-call";

/**
 * What goes wrong with the calls that a fault matches:
 * `refuse`: the connection is reset; `hang`: no answer until the fault is lifted, then the connection is reset;
 * `delay`: the call is carried out `delayMs` later.
 */
export type FaultKind = "refuse" | "hang" | "delay";

/** A fault to inject. Of the filter, what is left out matches every call. */
export interface FaultSpec extends CallFilter {
  readonly kind: FaultKind;
  /** Milliseconds, for `delay`. @default 0 */
  readonly delayMs?: number;
}

export interface FaultHandle {
  /** How many calls met the fault so far. */
  readonly met: number;
  /** Ends the fault. Calls that hang because of it are reset, delayed ones go on at once. */
  lift(): void;
}

/** One call on its way through the gateway, as a fault sees it. */
export interface Exchange {
  readonly call: Call;
  /** Carries the call out and answers the caller. */
  forward(): Promise<void>;
  /** Resets the caller's connection. */
  reset(): void;
}

interface ActiveFault {
  readonly spec: FaultSpec;
  readonly lifted: Promise<void>;
  met: number;
}

/** How each kind of fault treats a call. `next` hands it to the next matching fault, and at last to AWS. */
const TREATMENTS: Record<
  FaultKind,
  (exchange: Exchange, fault: ActiveFault, next: () => Promise<void>) => Promise<void>
> = {
  refuse: async (exchange) => exchange.reset(),
  hang: async (exchange, fault) => {
    await fault.lifted;
    exchange.reset();
  },
  delay: async (_exchange, fault, next) => {
    await delayUnlessLifted(fault.spec.delayMs ?? 0, fault.lifted);
    await next();
  },
};

/** The faults that are active, in the order in which they were injected. */
export class Faults {
  private readonly active = new Map<ActiveFault, () => void>();

  inject(spec: FaultSpec): FaultHandle {
    let release = (): void => {};
    const lifted = new Promise<void>((resolve) => {
      release = resolve;
    });
    const fault: ActiveFault = { spec, lifted, met: 0 };
    this.active.set(fault, release);
    return {
      get met() {
        return fault.met;
      },
      lift: () => this.lift(fault),
    };
  }

  liftAll(): void {
    for (const fault of [...this.active.keys()]) this.lift(fault);
  }

  /** Carries a call out, or lets it suffer every fault that matches it. */
  async treat(exchange: Exchange): Promise<void> {
    const matching = [...this.active.keys()].filter((fault) => matchesFilter(fault.spec, exchange.call));
    const step = (index: number): Promise<void> => {
      const fault = matching[index];
      if (fault === undefined) return exchange.forward();
      fault.met += 1;
      return TREATMENTS[fault.spec.kind](exchange, fault, () => step(index + 1));
    };
    await step(0);
  }

  private lift(fault: ActiveFault): void {
    this.active.get(fault)?.();
    this.active.delete(fault);
  }
}

async function delayUnlessLifted(milliseconds: number, lifted: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const elapsed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([elapsed, lifted]);
  clearTimeout(timer);
}
