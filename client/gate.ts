import { type Received, receivedMessage } from "../ledger/received";
import { effectiveHome, originIn } from "../messages/origin";
import { asksForAnother } from "../ownership/lease/pass";
import type { PassReader } from "../ownership/lease/pass-reader";

/** Nobody knows whether this region processes the messages of a home: no table gave an answer that counts. */
export class OwnershipUnknown extends Error {
  override readonly name = "OwnershipUnknown";

  /** @param code error code of the call that failed, such as `AccessDeniedException`, or why the answer does not count, such as `froze` */
  constructor(readonly code: string) {
    super(`the pass of the region could not be read: ${code}`);
  }
}

/**
 * Whether consumers in a region may process a message: while the region's pass for the message's home is open. A region may own several
 * homes, so the answer is about a message and not about the region.
 */
export class Gate {
  /** @param region the region in which this code runs */
  constructor(
    private readonly pass: Pick<PassReader, "verdict">,
    private readonly region: string,
  ) {}

  /**
   * Whether a message may be processed now. Ask right before: the answer is kept for five seconds, so it is cheap. A received message needs
   * all its attributes, because its home is in one of them. Throws {@link OwnershipUnknown}: take that for closed, and ask again.
   */
  async admits(message: Received): Promise<boolean> {
    const origin = originIn(receivedMessage(message));
    return this.isOpen(origin && effectiveHome(origin));
  }

  /**
   * Whether the region processes the messages of a home. A region that does not own its own home owns no other, so a poller whose own home is
   * closed need not receive. Throws {@link OwnershipUnknown} as {@link admits} does.
   *
   * @param home @default the own region
   */
  async isOpen(home: string = this.region): Promise<boolean> {
    const verdict = await this.pass.verdict(home);
    if (verdict.open) return true;
    if (verdict.why === "unreadable") throw new OwnershipUnknown(verdict.code);
    if (asksForAnother(verdict.why)) throw new OwnershipUnknown(verdict.why);
    return false;
  }
}
