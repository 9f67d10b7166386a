import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import type { TableAnswer } from "../../../ownership/lease/effects";
import { collect } from "../../../ownership/lease/store/collect";
import type { ReachedTable } from "../../../ownership/lease/store/reached-table";
import type { LeaseStore } from "../../../ownership/lease/store/store";
import { OWNERSHIP_ATTRIBUTES as KEYS, KINDS } from "../../../ownership/lease/table";
import { ROUND_MS } from "../../../ownership/lease/times";
import { TableClock } from "../../ownership/lease/clocks";
import { LeaseTable } from "../../ownership/lease/table";
import type { VirtualTime } from "../virtual-time";
import { NOW, refusal } from "./group";

type Item = Readonly<Record<string, { readonly S?: string; readonly N?: string }>>;

/** A region's table of ownership: claims, orders and passes as the simulation of the leases has them, and items of notes. */
export class OwnershipTable {
  readonly leases: LeaseTable;
  readonly notes = new Map<string, Item>();
  readonly clock: TableClock;

  constructor(
    readonly region: string,
    offsetMs = 0,
  ) {
    this.clock = new TableClock(offsetMs);
    this.leases = new LeaseTable(region, this.clock, () => {});
  }

  /** Puts an item of notes as DynamoDB does, on one of the conditions that are used. */
  put(item: Item, condition: string, values: Readonly<Record<string, { readonly N: string }>>): void {
    const of = item[KEYS.of]!.S!;
    const standing = this.notes.get(of);
    const version = Number(standing?.version?.N);
    const wanted = Number(values[":version"]!.N);
    const conditions: Readonly<Record<string, boolean>> = {
      "attribute_not_exists(#kind) OR #version = :version": version === wanted,
      "attribute_not_exists(#kind) OR #version < :version": version < wanted,
    };
    if (standing !== undefined && !conditions[condition])
      throw new ConditionalCheckFailedException({ message: "", $metadata: {}, Item: standing as never });
    this.notes.set(of, item);
  }
}

/** How a run reaches tables. */
export interface Way {
  readonly time: VirtualTime;
  /** Monotonic clock of the run. */
  readonly clock: () => number;
  readonly table: (region: string) => OwnershipTable;
  /** Takes the time that a request or its answer needs. `false`: nothing comes. Never resolves for a run that is no more. */
  readonly travel: (region: string, does: "read" | "write") => Promise<boolean>;
}

export function storeOf({ time, clock, table, travel }: Way): LeaseStore {
  const ask = async <T>(region: string, does: "read" | "write", answer: () => T): Promise<T | undefined> => {
    const began = time.now();
    if (await travel(region, does)) {
      const found = answer();
      if (await travel(region, does)) return found;
    }
    await time.sleep(Math.max(0, began + ROUND_MS - time.now()));
    return undefined;
  };
  const now = () => time.now() - NOW;
  return {
    look: async (regions) => {
      const asked = [...new Set(regions)];
      const answers = await collect(
        asked.map((region) => async (): Promise<TableAnswer | undefined> => {
          const { leases, clock: tableClock } = table(region);
          const found = await ask(region, "read", () => ({
            reply: leases.read(),
            date: tableClock.dateAt(now()),
          }));
          if (found === undefined) return undefined;
          const { reply, date } = found;
          if (reply.kind === "value") return { kind: "items", receivedAt: clock(), date, ...reply.value };
          return { kind: "no-table", receivedAt: clock(), date };
        }),
      );
      return new Map([...answers].map(([index, answer]) => [asked[index]!, answer]));
    },
    round: (writes, isEnough) =>
      collect(
        writes.map((write) => async () => {
          const reply = await ask(write.table, "write", () => table(write.table).leases.write(write, now()));
          return reply?.kind === "value" ? reply.value : undefined;
        }),
        isEnough,
      ),
    close: () => {},
  };
}

/** Tables as the clients of DynamoDB reach them, for the notes. */
export function reachedTables(
  { table, travel, time }: Way,
  regions: readonly string[],
): Record<string, ReachedTable> {
  const send = async (
    region: string,
    command: { readonly constructor: { readonly name: string }; readonly input: object },
  ) => {
    const {
      Item,
      ConditionExpression,
      ExpressionAttributeValues: values,
    } = command.input as Record<string, never>;
    const isPut = command.constructor.name === "PutItemCommand";
    if (!(await travel(region, isPut ? "write" : "read"))) {
      await time.sleep(ROUND_MS);
      throw refusal("TimedOut");
    }
    if (isPut) {
      table(region).put(Item!, ConditionExpression!, values!);
      return {};
    }
    const { ":kind": kind, ":of": of } = values! as Record<string, { readonly S: string }>;
    if (kind!.S !== KINDS.notes) throw refusal("AccessDeniedException");
    const found = table(region).notes.get(of!.S);
    await travel(region, "read");
    return { Items: found === undefined ? [] : [found] };
  };
  return Object.fromEntries(
    regions.map((region) => [
      region,
      { name: "shop-ownership", client: { send: (command: never) => send(region, command) } as never },
    ]),
  );
}
