import { allowedCount, allowedTags, type Rule } from "../../core/quotas/rules";
import { type QuotaType, quotasOf } from "../../core/quotas/table";
import type { SqsAnswer } from "../sqs-wire";
import { type Changed, type Made, ownerOf, type Removed, type ResourceChange } from "./change";
import { Inventory, type Undo, undoAll } from "./inventory";
import { type Broken, faultIn, faultInTags, sentence, type Tags, tagKey, unitsOf } from "./judge";

/** Account of a service that is global, account and region of any other. */
export type Scope = (region?: string) => string;

/** Where a change stands after it was held against the table: refused, or noted until AWS has answered. */
export type Held =
  | { readonly broken: Broken }
  | { readonly broken?: undefined; readonly undo: Undo; readonly settle: (answer: SqsAnswer) => void };

const NOTHING = (): void => {};

/** Holds changes against the table, and remembers of earlier ones what numbers and sums need. */
export class Holder {
  private readonly inventory = new Inventory();
  private unnamed = 0;

  /** @param lifted rules that do not hold, as `type.attribute` */
  constructor(private readonly lifted: ReadonlySet<string>) {}

  hold(change: ResourceChange, scope: Scope, region: string): Held {
    switch (change.kind) {
      case "made":
        return this.holdMade(change, scope, region);
      case "changed":
        return this.holdAttributes(change, change.id, scope());
      case "tagged":
        return this.holdTags(change.type, change.id, change.tags, scope());
      case "untagged":
        return noted(() => {
          const group = tagGroup(scope(), change.type, change.id);
          for (const key of change.keys) this.inventory.remove(group, keyOf(change.type, key));
        });
      case "removed":
        return noted(() => this.remove(change, scope(change.region)));
    }
  }

  private holdMade(change: Made, scope: Scope, region: string): Held {
    const place = scope(change.region);
    const id = typeof change.id === "string" ? change.id : `unnamed ${++this.unnamed}`;
    const parts = [
      () => this.holdRegion(change.type, change.region ?? region),
      () => this.holdAttributes(change, id, place),
      () => this.holdTags(change.type, id, change.tags ?? [], place),
      () => this.holdCount(change, id, place, change.region ?? region),
    ];
    const undo: Undo[] = [];
    for (const part of parts) {
      const held = part();
      if (held.broken !== undefined) {
        undoAll(undo);
        return held;
      }
      undo.push(held.undo);
    }
    return {
      undo: () => undoAll(undo),
      settle: (answer) => {
        if (typeof change.id === "string") return;
        undoAll(undo);
        this.holdMade({ ...change, id: change.id(answer) }, scope, region);
      },
    };
  }

  private holdRegion(type: QuotaType, region: string): Held {
    const { regions } = quotasOf(type);
    if (!regions?.without.includes(region)) return noted(NOTHING);
    return { broken: { breach: "region", message: `${type} does not exist in ${region} (${regions.page})` } };
  }

  private holdAttributes({ type, attributes, owner }: Made | Changed, id: string, place: string): Held {
    const undo: Undo[] = [];
    for (const [attribute, value] of Object.entries(attributes)) {
      const rule = quotasOf(type).attributes[attribute];
      if (value === undefined || rule === undefined || this.lifted.has(`${type}.${attribute}`)) continue;
      const group = sumGroup(place, type, attribute, owner);
      const fault = faultIn(rule, value) ?? this.faultInSum(rule, value, group, id);
      if (fault !== undefined) {
        undoAll(undo);
        const message = sentence(type, attribute, fault, rule);
        return { broken: { breach: rule.kind, subject: attribute, message } };
      }
      if (rule.kind === "sum") undo.push(this.inventory.put(group, id, unitsOf(rule.unit, value)));
    }
    return { undo: () => undoAll(undo), settle: NOTHING };
  }

  private faultInSum(rule: Rule, value: unknown, group: string, id: string): string | undefined {
    if (rule.kind !== "sum") return undefined;
    const units = unitsOf(rule.unit, value);
    const { sum } = this.inventory.besides(group, id);
    return units + sum > rule.max ? `${units} ${rule.unit} with ${sum} there already` : undefined;
  }

  private holdTags(type: QuotaType, id: string, tags: Tags, place: string): Held {
    const { tags: rules } = quotasOf(type);
    if (rules === undefined || tags.length === 0) return noted(NOTHING);
    const refused = (broken: Pick<Broken, "breach" | "message">): Held => ({
      broken: {
        breach: broken.breach,
        message: `${type} ${id} ${broken.message}, and AWS allows ${allowedTags(rules)} (${rules.page})`,
      },
    });
    const fault = faultInTags(rules, tags);
    if (fault !== undefined) return refused(fault);
    const group = tagGroup(place, type, id);
    const keys = tags.map(([key]) => tagKey(rules, key));
    const { size } = new Set([...this.inventory.keys(group), ...keys]);
    if (size > rules.max) return refused({ breach: "tagCount", message: `would have ${size} tags` });
    const undo = keys.map((key) => this.inventory.put(group, key));
    return { undo: () => undoAll(undo), settle: NOTHING };
  }

  private holdCount({ type, owner }: Made, id: string, place: string, region: string): Held {
    const { count: rule } = quotasOf(type);
    if (rule === undefined) return noted(NOTHING);
    const group = countGroup(place, rule.of, owner);
    const { count } = this.inventory.besides(group, id);
    if (count >= (rule.inRegions?.[region] ?? rule.max)) {
      const message = `${type} ${id} would be one too many, and AWS allows ${allowedCount(rule)} (${rule.page})`;
      return { broken: { breach: "count", subject: rule.of, message } };
    }
    return { undo: this.inventory.put(group, id), settle: NOTHING };
  }

  private remove({ type, id, owner }: Removed, place: string): void {
    const { attributes, count } = quotasOf(type);
    if (count !== undefined) this.inventory.remove(countGroup(place, count.of, owner), id);
    for (const attribute of Object.keys(attributes)) {
      this.inventory.remove(sumGroup(place, type, attribute, owner), id);
    }
    // Its own parts go with it: a group without a name is where the names of all of them begin.
    this.inventory.forget(groupOf(place, "", ownerOf(type, id)));
  }
}

/** Something that is done when AWS has carried a call out, and not before. */
function noted(work: () => void): Held {
  return { undo: NOTHING, settle: work };
}

/** Groups of the inventory: account and region, owner, what is in it. */
function groupOf(place: string, what: string, owner = ""): string {
  return [place, owner, what].join("\n");
}

function countGroup(place: string, of: string, owner?: string): string {
  return groupOf(place, of, owner);
}

function sumGroup(place: string, type: QuotaType, attribute: string, owner?: string): string {
  return groupOf(place, `${type}.${attribute}`, owner);
}

/** A resource owns its tags. */
function tagGroup(place: string, type: QuotaType, id: string): string {
  return groupOf(place, "tags", ownerOf(type, id));
}

function keyOf(type: QuotaType, key: string): string {
  const { tags } = quotasOf(type);
  return tags === undefined ? key : tagKey(tags, key);
}
