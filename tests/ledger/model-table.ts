import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { mockClient } from "aws-sdk-client-mock";

type Item = Record<string, AttributeValue>;
type Condition = Pick<
  PutItemCommandInput,
  | "ConditionExpression"
  | "ExpressionAttributeNames"
  | "ExpressionAttributeValues"
  | "ReturnValuesOnConditionCheckFailure"
>;

/**
 * A table of DynamoDB in memory, in one region, as far as ledger and Powertools use it: conditions are read and decided, not
 * recorded. A call of another kind fails.
 */
export class ModelTable {
  readonly client = new DynamoDBClient({ region: "us-east-1" });
  readonly mock = mockClient(this.client);
  readonly items = new Map<string, Item>();
  /** By id, when an item was written or deleted last: what counts between replicas. */
  private readonly writtenAt = new Map<string, number>();
  private failure: Error | undefined;

  constructor(readonly tableName = "shop-ledger") {
    this.mock.onAnyCommand().callsFake((input, getClient) => {
      throw new Error(`the model does not know this call: ${JSON.stringify(input)} ${getClient()}`);
    });
    this.mock.on(PutItemCommand).callsFake((input) => {
      const id = this.idOf(input, input.Item);
      this.check(input, id);
      this.items.set(id, input.Item);
      this.writtenAt.set(id, Date.now());
      return {};
    });
    this.mock.on(GetItemCommand).callsFake((input) => {
      const item = this.items.get(this.idOf(input, input.Key));
      return item === undefined ? {} : { Item: item };
    });
    this.mock.on(DeleteItemCommand).callsFake((input) => {
      const id = this.idOf(input, input.Key);
      this.check(input, id);
      this.items.delete(id);
      this.writtenAt.set(id, Date.now());
      return {};
    });
    this.mock.on(UpdateItemCommand).callsFake((input) => {
      const { failure } = this;
      this.failure = undefined;
      if (failure !== undefined) throw failure;
      const id = this.idOf(input, input.Key);
      const item = { ...(this.items.get(id) ?? input.Key) };
      for (const assignment of input.UpdateExpression.replace(/^SET /, "").split(", ")) {
        const [name, value] = assignment.split(" = ");
        item[input.ExpressionAttributeNames[name]] = input.ExpressionAttributeValues[value];
      }
      this.items.set(id, item);
      this.writtenAt.set(id, Date.now());
      return {};
    });
    this.mock.on(BatchGetItemCommand).callsFake((input) => {
      const { Keys, ProjectionExpression, ExpressionAttributeNames } = input.RequestItems[this.tableName];
      const ids: string[] = Keys.map((key: Item) => key.id?.S);
      // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
      if (ids.length > 100) throw named("ValidationException");
      if (new Set(ids).size < ids.length) throw named("ValidationException");
      const names: string[] = ProjectionExpression.split(",").map(
        (name: string) => ExpressionAttributeNames[name],
      );
      const found = ids.map((id) => this.items.get(id)).filter((item) => item !== undefined);
      const projected = found.map((item) =>
        Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name))),
      );
      return { Responses: { [this.tableName]: projected } };
    });
  }

  /** Brings two replicas together: of each item the later write stays, and a deletion is a write. */
  static replicate(one: ModelTable, other: ModelTable): void {
    for (const id of new Set([...one.writtenAt.keys(), ...other.writtenAt.keys()])) {
      const [oneAt = -1, otherAt = -1] = [one.writtenAt.get(id), other.writtenAt.get(id)];
      if (oneAt === otherAt) continue;
      const [from, to] = oneAt > otherAt ? [one, other] : [other, one];
      const item = from.items.get(id);
      if (item === undefined) to.items.delete(id);
      else to.items.set(id, item);
      to.writtenAt.set(id, Math.max(oneAt, otherAt));
    }
  }

  /** Ids of the entries that say so. */
  get completed(): readonly string[] {
    return [...this.items].flatMap(([id, { status }]) => (status?.S === "COMPLETED" ? [id] : []));
  }

  /** Has the next update fail: the one by which a message is noted as processed. */
  failToComplete(error: Error): void {
    this.failure = error;
  }

  /** Puts an item there as another region's replica would bring it. */
  put(item: Item): void {
    this.items.set(item.id?.S ?? "", item);
  }

  private idOf({ TableName }: { TableName?: string }, item: Item | undefined): string {
    if (TableName !== this.tableName) throw named("ResourceNotFoundException");
    const id = item?.id?.S;
    if (id === undefined) throw named("ValidationException");
    return id;
  }

  private check(condition: Condition, id: string): void {
    const item = this.items.get(id);
    const { ConditionExpression: expression } = condition;
    if (expression === undefined || new Reader(expression, condition, item ?? {}).read()) return;
    throw new ConditionalCheckFailedException({
      message: "The conditional request failed",
      $metadata: {},
      ...(condition.ReturnValuesOnConditionCheckFailure === "ALL_OLD" && item !== undefined
        ? { Item: item }
        : {}),
    });
  }
}

export function named(name: string): Error {
  return Object.assign(new Error(`the text of ${name}, which nobody may see`), { name });
}

/**
 * Decides a condition: comparisons, attribute_exists, attribute_not_exists, AND before OR, parentheses.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */
class Reader {
  private readonly tokens: string[];

  constructor(
    expression: string,
    private readonly given: Condition,
    private readonly item: Item,
  ) {
    this.tokens = expression.match(/\(|\)|<>|<=|>=|[<>=]|[#:]?\w+/g) ?? [];
  }

  read(): boolean {
    const result = this.anyOf();
    if (this.tokens.length > 0) throw new Error(`cannot read the condition from ${this.tokens.join(" ")} on`);
    return result;
  }

  private anyOf(): boolean {
    let result = this.allOf();
    while (this.next("OR")) result = this.allOf() || result;
    return result;
  }

  private allOf(): boolean {
    let result = this.term();
    while (this.next("AND")) result = this.term() && result;
    return result;
  }

  private term(): boolean {
    if (this.next("(")) {
      const result = this.anyOf();
      this.expect(")");
      return result;
    }
    for (const [name, wanted] of [
      ["attribute_exists", true],
      ["attribute_not_exists", false],
    ] as const) {
      if (!this.next(name)) continue;
      this.expect("(");
      const exists = this.operand() !== undefined;
      this.expect(")");
      return exists === wanted;
    }
    const left = scalar(this.operand());
    const operator = this.tokens.shift();
    const right = scalar(this.operand());
    if (left === undefined || right === undefined) return operator === "<>";
    if (operator === "=") return left === right;
    if (operator === "<>") return left !== right;
    if (operator === "<") return typeof left === typeof right && left < right;
    throw new Error(`the model does not know ${operator}`);
  }

  private operand(): AttributeValue | undefined {
    const token = this.tokens.shift() ?? "";
    if (token.startsWith(":")) {
      const value = this.given.ExpressionAttributeValues?.[token];
      if (value === undefined) throw named("ValidationException");
      return value;
    }
    const name = this.given.ExpressionAttributeNames?.[token];
    if (name === undefined) throw named("ValidationException");
    return this.item[name];
  }

  private next(token: string): boolean {
    if (this.tokens[0] !== token) return false;
    this.tokens.shift();
    return true;
  }

  private expect(token: string): void {
    if (!this.next(token)) throw new Error(`the condition lacks ${token}`);
  }
}

function scalar(value: AttributeValue | undefined): string | number | undefined {
  return value?.N === undefined ? value?.S : Number(value.N);
}
