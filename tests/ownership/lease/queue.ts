/** What is to happen in virtual time: a binary heap, the earliest first, and of one moment in the order in which it was added. */
export class EventQueue {
  private readonly heap: { readonly at: number; readonly order: number; readonly run: () => void }[] = [];
  private added = 0;
  /** Events taken out so far. */
  taken = 0;

  add(at: number, run: () => void): void {
    const { heap } = this;
    const event = { at, order: this.added++, run };
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent]!;
      if (above.at < at || (above.at === at && above.order < event.order)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = event;
  }

  /** Time of the earliest event. @returns `Infinity` when there is none */
  nextAt(): number {
    return this.heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  take(): () => void {
    const { heap } = this;
    const first = heap[0];
    if (first === undefined) throw new Error("no event is left");
    const last = heap.pop()!;
    this.taken += 1;
    if (heap.length > 0) this.sink(last);
    return first.run;
  }

  private sink(event: { readonly at: number; readonly order: number; readonly run: () => void }): void {
    const { heap } = this;
    const half = heap.length >> 1;
    let index = 0;
    while (index < half) {
      let child = 2 * index + 1;
      const left = heap[child]!;
      const right = heap[child + 1];
      if (right !== undefined && (right.at < left.at || (right.at === left.at && right.order < left.order)))
        child += 1;
      const least = heap[child]!;
      if (event.at < least.at || (event.at === least.at && event.order < least.order)) break;
      heap[index] = least;
      index = child;
    }
    heap[index] = event;
  }
}
