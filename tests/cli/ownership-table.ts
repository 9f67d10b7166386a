import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Claim, Status } from "../../ownership/lease/items";
import { claimItem } from "../../ownership/lease/store/claim-codec";
import { entryAttribute, STATUS, statusAttribute } from "../../ownership/lease/store/pass-codec";
import { ITEM_VERSION } from "../../ownership/lease/store/version";
import { OWNERSHIP_ATTRIBUTES as KEYS, KINDS } from "../../ownership/lease/table";
import { LEASE_MS } from "../../ownership/lease/times";

type Item = Readonly<Record<string, AttributeValue>>;

/** What a table says, as HTTP has it. */
export interface TableAnswer {
  readonly status: number;
  readonly body: object;
}

/** A table of ownership in memory that speaks as much DynamoDB as the store does. */
export class OwnershipTable {
  /** `false`: there is no such table. */
  exists = true;
  private readonly items = new Map<string, Item>();

  constructor(readonly region: string) {}

  answer(operation: string, input: Input): TableAnswer {
    if (!this.exists) return failure("ResourceNotFoundException");
    switch (operation) {
      case "Query":
        return this.query(input);
      case "PutItem":
        return this.put(input);
      case "UpdateItem":
        return this.update(input);
    }
    return failure("UnknownOperationException");
  }

  item(kind: string, of: string): Item | undefined {
    return this.items.get(keyOf(kind, of));
  }

  set(kind: string, of: string, item: Item): void {
    this.items.set(keyOf(kind, of), { ...item, [KEYS.kind]: { S: kind }, [KEYS.of]: { S: of } });
  }

  clear(): void {
    this.items.clear();
  }

  setClaim(home: string, claim: Claim): void {
    this.set(KINDS.lease, home, claimItem(home, claim));
  }

  /** Writes what a region says about itself, and that it processes these homes. */
  setPass(region: string, status: Status, homes: Readonly<Record<string, number>>): void {
    const entries = Object.entries(homes).map(([home, epoch]) => [
      home,
      entryAttribute(home, { epoch, until: status.until }),
    ]);
    this.set(KINDS.pass, region, {
      v: { N: String(ITEM_VERSION) },
      [STATUS]: statusAttribute(status),
      ...Object.fromEntries(entries),
    });
  }

  private query(input: Input): TableAnswer {
    const kind = input.ExpressionAttributeValues?.[":kind"]?.S;
    const found = [...this.items.values()].filter((item) => item[KEYS.kind]?.S === kind);
    return { status: 200, body: { Items: found, Count: found.length } };
  }

  private put(input: Input): TableAnswer {
    const item = input.Item!;
    const key = keyOf(item[KEYS.kind]?.S, item[KEYS.of]?.S);
    const standing = this.items.get(key);
    if (!holds(standing, input)) {
      return failure("ConditionalCheckFailedException", standing && { Item: standing });
    }
    this.items.set(key, item);
    return { status: 200, body: {} };
  }

  private update(input: Input): TableAnswer {
    const key = keyOf(input.Key![KEYS.kind]?.S, input.Key![KEYS.of]?.S);
    const item: Record<string, AttributeValue> = { ...(this.items.get(key) ?? input.Key!) };
    const name = (text: string) => input.ExpressionAttributeNames![text.trim()]!;
    const [, sets = "", removes = ""] = /^SET (.*?)(?: REMOVE (.*))?$/.exec(input.UpdateExpression!) ?? [];
    for (const [left = "", right = ""] of sets.split(",").map((part) => part.split("="))) {
      item[name(left)] = input.ExpressionAttributeValues![right.trim()]!;
    }
    for (const text of removes.split(",").filter(Boolean)) delete item[name(text)];
    this.items.set(key, item);
    return { status: 200, body: {} };
  }
}

/** What a region says that is fit and has just said so. @param now epoch milliseconds */
export function statusAt(now: number, tables: readonly string[], over: Partial<Status> = {}): Status {
  return {
    run: "seeded",
    runSince: now - 60_000,
    until: now + LEASE_MS,
    fit: true,
    since: now - 3_600_000,
    ownsItself: true,
    holds: [],
    reaches: tables,
    ...over,
  };
}

/** Writes into tables that each home is owned by its own region, and every region fit. @param voters @default all members */
export function seed(tables: readonly OwnershipTable[], { members, voters = members, now }: Seed): void {
  for (const table of tables) {
    for (const member of members) {
      table.setClaim(member, claimOf(member, [...voters].sort()));
      table.setPass(member, statusAt(now, voters, { holds: [member] }), { [member]: 1 });
    }
  }
}

export interface Seed {
  readonly members: readonly string[];
  readonly voters?: readonly string[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/** A claim by the region, of any home. */
export function claimOf(region: string, voters: readonly string[], over: Partial<Claim> = {}): Claim {
  return {
    id: `seeded-${region}`,
    epoch: { number: 1, region, run: "seeded" },
    state: "held",
    lists: [{ number: 1, id: "", voters }],
    order: 0,
    ...over,
  };
}

/** The conditions of the store, and no other. */
function holds(standing: Item | undefined, input: Input): boolean {
  const values = input.ExpressionAttributeValues;
  switch (input.ConditionExpression) {
    case undefined:
      return true;
    case "attribute_not_exists(#kind)":
      return standing === undefined;
    case "#id = :previous":
      return standing?.id?.S === values?.[":previous"]?.S;
    case "attribute_not_exists(#kind) OR #number < :number OR (#number = :number AND #id < :id)": {
      if (standing === undefined) return true;
      const [number, other] = [Number(standing.number?.N), Number(values?.[":number"]?.N)];
      return number < other || (number === other && standing.id!.S! < values![":id"]!.S!);
    }
    default:
      throw new Error(`not a condition of the store: ${input.ConditionExpression}`);
  }
}

export interface Input {
  readonly Item?: Item;
  readonly Key?: Item;
  readonly ConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
}

function keyOf(kind: string | undefined, of: string | undefined): string {
  return `${kind} ${of}`;
}

function failure(code: string, more: object = {}): TableAnswer {
  return {
    status: 400,
    body: { __type: `com.amazonaws.dynamodb.v20120810#${code}`, message: code, ...more },
  };
}
