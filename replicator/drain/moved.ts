import type { Copy } from "./copy";

/**
 * Messages that a run moves, by origin. A home that tries again copies a message again, and so does its forwarder. Of such copies one is
 * moved, and the others are deleted once the work queue has taken that one. Copies without an origin cannot be told apart.
 */
export class Moved {
  private readonly accepted = new Set<string>();
  private readonly underWay = new Set<string>();

  /**
   * What a copy that is to be moved is to this run: the `first` of its message, from now on, or a copy beside one that is `underWay`. Or
   * the copy is `repeated`, because another was moved.
   */
  claim(copy: Copy): "first" | "underWay" | "repeated" {
    const key = keyOf(copy);
    if (key === undefined) return "first";
    if (this.accepted.has(key)) return "repeated";
    if (this.underWay.has(key)) return "underWay";
    this.underWay.add(key);
    return "first";
  }

  /** Whether another copy of its message was moved. */
  isRepeated(copy: Copy): boolean {
    return this.accepted.has(keyOf(copy) ?? "");
  }

  /** Notes what became of a first copy. @param isAccepted whether the work queue has taken it */
  settle(copy: Copy, isAccepted: boolean): void {
    const key = keyOf(copy);
    if (key === undefined) return;
    this.underWay.delete(key);
    if (isAccepted) this.accepted.add(key);
  }
}

function keyOf({ origin }: Copy): string | undefined {
  return origin && `${origin.home} ${origin.id}`;
}
