import {
  ConditionalCheckFailedException,
  PutItemCommand,
  ResourceNotFoundException,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { Write, WriteAnswer } from "../effects";
import { compareNumbers } from "../items";
import { OWNERSHIP_ATTRIBUTES as KEYS, KINDS } from "../table";
import { ask, type CallAnswer } from "./ask";
import { attributeOf, type Item } from "./attributes";
import { CLAIM_ID, claimIn, claimItem } from "./claim-codec";
import { orderIn, orderItem, REGISTER, votersItem, votersOrderIn } from "./order-codec";
import { entryAttribute, STATUS, statusAttribute } from "./pass-codec";
import type { ReachedTable, TableReport } from "./reached-table";
import { UnreadableItem } from "./unreadable";
import { ITEM_VERSION } from "./version";

type WriteOf<Kind extends Write["kind"]> = Extract<Write, { kind: Kind }>;

/**
 * Carries out one write, in one attempt. Undefined: nobody knows whether it was done, or may yet be. Never rejects: what cannot be written
 * down, such as a number out of bounds, is not written and reported.
 */
export async function writeItem(
  table: ReachedTable,
  write: Write,
  report: TableReport,
): Promise<WriteAnswer | undefined> {
  try {
    switch (write.kind) {
      case "claim":
        return await putClaim(table, write, report);
      case "order":
        return await putRegister(table, orderItem(write.home, write.order), write.order, orderIn, report);
      case "voters":
        return await putRegister(table, votersItem(write.order), write.order, votersOrderIn, report);
      case "pass":
        return await updatePass(table, write, report);
    }
  } catch (error) {
    if (!(error instanceof UnreadableItem)) throw error;
    report(error.message);
    return undefined;
  }
}

/**
 * The condition names the id that was last read. A claim that the network repeats, or delivers late, therefore changes nothing once another
 * write has come between. The own id in the answer means that an earlier delivery of this very write had succeeded.
 */
async function putClaim(
  { client, name }: ReachedTable,
  { home, previous, claim }: WriteOf<"claim">,
  report: TableReport,
): Promise<WriteAnswer | undefined> {
  const condition =
    previous === undefined
      ? {
          ConditionExpression: "attribute_not_exists(#kind)",
          ExpressionAttributeNames: { "#kind": KEYS.kind },
        }
      : {
          ConditionExpression: "#id = :previous",
          ExpressionAttributeNames: { "#id": CLAIM_ID },
          ExpressionAttributeValues: { ":previous": { S: previous } },
        };
  const command = new PutItemCommand({
    TableName: name,
    Item: claimItem(home, claim),
    ...condition,
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  });
  const answer = await ask(command, (abortSignal) => client.send(command, { abortSignal }));
  return answerOf(answer, report, (standing) => {
    if (standing?.[CLAIM_ID]?.S === claim.id) return { done: true };
    if (standing !== undefined) return { done: false, current: claimIn(standing) };
    // A condition that asks for absence fails only because of an item.
    return previous === undefined ? undefined : { done: false };
  });
}

/** A register: whatever stands there and is higher is left. DynamoDB compares numbers and ASCII text as `compareNumbers` does. */
async function putRegister(
  { client, name }: ReachedTable,
  item: Item,
  own: { readonly number: number; readonly id: string },
  read: (item: Item) => { readonly number: number; readonly id: string },
  report: TableReport,
): Promise<WriteAnswer | undefined> {
  const command = new PutItemCommand({
    TableName: name,
    Item: item,
    ConditionExpression:
      "attribute_not_exists(#kind) OR #number < :number OR (#number = :number AND #id < :id)",
    ExpressionAttributeNames: { "#kind": KEYS.kind, "#number": REGISTER.number, "#id": REGISTER.id },
    ExpressionAttributeValues: { ":number": attributeOf(own.number), ":id": attributeOf(own.id) },
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  });
  const answer = await ask(command, (abortSignal) => client.send(command, { abortSignal }));
  return answerOf(answer, report, (standing) =>
    standing === undefined ? undefined : { done: compareNumbers(read(standing), own) === 0 },
  );
}

/**
 * Sets and removes single homes. Without a condition: a pass that arrives late ends no later than the round that it was given for allowed.
 */
async function updatePass(
  { client, name }: ReachedTable,
  { region, homes, status }: WriteOf<"pass">,
  report: TableReport,
): Promise<WriteAnswer | undefined> {
  const set: [string, ReturnType<typeof attributeOf>][] = [["v", attributeOf(ITEM_VERSION)]];
  const removed: string[] = [];
  for (const [home, entry] of Object.entries(homes)) {
    if (entry === null) removed.push(home);
    else set.push([home, entryAttribute(home, entry)]);
  }
  if (status !== undefined) set.push([STATUS, statusAttribute(status)]);
  const sets = `SET ${set.map((_, index) => `#s${index} = :s${index}`).join(", ")}`;
  const removes = removed.length === 0 ? "" : ` REMOVE ${removed.map((_, index) => `#r${index}`).join(", ")}`;
  const command = new UpdateItemCommand({
    TableName: name,
    Key: { [KEYS.kind]: { S: KINDS.pass }, [KEYS.of]: { S: region } },
    UpdateExpression: `${sets}${removes}`,
    ExpressionAttributeNames: Object.fromEntries([
      ...set.map(([attribute], index) => [`#s${index}`, attribute]),
      ...removed.map((attribute, index) => [`#r${index}`, attribute]),
    ]),
    ExpressionAttributeValues: Object.fromEntries(set.map(([, value], index) => [`:s${index}`, value])),
  });
  const answer = await ask(command, (abortSignal) => client.send(command, { abortSignal }));
  return answerOf(answer, report, () => undefined);
}

/** @param refused what it means that the condition failed. `standing`: the item there; undefined: none, or none is told */
function answerOf(
  answer: CallAnswer<unknown>,
  report: TableReport,
  refused: (standing: Item | undefined) => WriteAnswer | undefined,
): WriteAnswer | undefined {
  if (answer.kind === "output") return { done: true };
  const error = answer.kind === "error" ? answer.error : undefined;
  if (error instanceof ConditionalCheckFailedException) {
    const result = refused(error.Item);
    if (result === undefined) report("the condition failed, and the item there does not explain it");
    return result;
  }
  report(answer.code);
  return error instanceof ResourceNotFoundException ? { done: false } : undefined;
}
