/** Takes back what was noted for a call that AWS then refused. */
export type Undo = () => void;

/** Takes back the latest first. */
export function undoAll(undo: readonly Undo[]): void {
  for (const step of [...undo].reverse()) step();
}

interface Group {
  readonly amounts: Map<string, number>;
  sum: number;
}

/** What there is, as far as numbers and sums of the table ask: groups of things, each of an amount. */
export class Inventory {
  private readonly groups = new Map<string, Group>();

  /** How many things a group has besides `id`, and their amounts together. */
  besides(group: string, id: string): { readonly count: number; readonly sum: number } {
    const { amounts, sum } = this.groups.get(group) ?? emptyGroup();
    const own = amounts.get(id);
    return own === undefined ? { count: amounts.size, sum } : { count: amounts.size - 1, sum: sum - own };
  }

  keys(group: string): readonly string[] {
    return [...(this.groups.get(group)?.amounts.keys() ?? [])];
  }

  put(group: string, id: string, amount = 0): Undo {
    const things = this.groups.get(group) ?? emptyGroup();
    this.groups.set(group, things);
    const before = things.amounts.get(id);
    set(things, id, amount);
    return () => set(things, id, before);
  }

  remove(group: string, id: string): void {
    const things = this.groups.get(group);
    if (things !== undefined) set(things, id, undefined);
  }

  /** Forgets every group whose name begins so. */
  forget(beginning: string): void {
    for (const group of [...this.groups.keys()]) if (group.startsWith(beginning)) this.groups.delete(group);
  }
}

function emptyGroup(): Group {
  return { amounts: new Map(), sum: 0 };
}

function set(group: Group, id: string, amount: number | undefined): void {
  group.sum += (amount ?? 0) - (group.amounts.get(id) ?? 0);
  if (amount === undefined) group.amounts.delete(id);
  else group.amounts.set(id, amount);
}
