import { type Change, changed, made, removed, tagged, untagged } from "../change";
import { jsonProtocol } from "../protocols/json";
import { type Input, listIn, objectIn, tagList, textIn, texts } from "../protocols/protocol";
import type { Service } from "../service";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html */
export const DYNAMODB: Service = {
  name: "dynamodb",
  protocols: { target: jsonProtocol("com.amazonaws.dynamodb.v20120810", "1.0") },
  changes: {
    CreateTable: (input, { region }) => [
      made(
        "aws_dynamodb_table",
        tableName(input.TableName),
        { name: input.TableName, ...capacityOf(input) },
        { tags: tagList(input.Tags), region },
      ),
      ...(input.ResourcePolicy === undefined
        ? []
        : [policy(tableName(input.TableName), input.ResourcePolicy)]),
    ],
    UpdateTable: (input) => [
      changed("aws_dynamodb_table", tableName(input.TableName), capacityOf(input)),
      ...listIn(input.ReplicaUpdates).flatMap((update) => replicaChange(tableName(input.TableName), update)),
    ],
    DeleteTable: (input) => [removed("aws_dynamodb_table", tableName(input.TableName))],
    PutResourcePolicy: (input) => [policy(tableName(input.ResourceArn), input.Policy)],
    TagResource: (input) => [tagged("aws_dynamodb_table", tableName(input.ResourceArn), tagList(input.Tags))],
    UntagResource: (input) => [
      untagged("aws_dynamodb_table", tableName(input.ResourceArn), texts(input.TagKeys)),
    ],
  },
  free: [
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "BatchWriteItem",
    "TransactWriteItems",
    "TransactGetItems",
    "ExecuteStatement",
    "UpdateTimeToLive",
    "UpdateContinuousBackups",
    "DeleteResourcePolicy",
  ],
  refusals: {
    usual: [400, "ValidationException"],
    breaches: { count: [400, "LimitExceededException"] },
  },
};

/** Name of a table of which the name or the ARN is given. */
function tableName(table: unknown): string {
  return /:table\/([^/]+)/.exec(textIn(table))?.[1] ?? textIn(table);
}

function capacityOf({ ProvisionedThroughput: throughput }: Input) {
  const { ReadCapacityUnits, WriteCapacityUnits } = objectIn(throughput);
  return { read_capacity: ReadCapacityUnits, write_capacity: WriteCapacityUnits };
}

function policy(table: string, document: unknown): Change {
  return made("aws_dynamodb_resource_policy", table, { policy: document });
}

/** A replica is a table of its region. */
function replicaChange(table: string, update: unknown): readonly Change[] {
  const { Create, Delete } = objectIn(update);
  if (Create !== undefined) {
    return [made("aws_dynamodb_table_replica", table, {}, { region: textIn(objectIn(Create).RegionName) })];
  }
  if (Delete === undefined) return [];
  return [removed("aws_dynamodb_table_replica", table, { region: textIn(objectIn(Delete).RegionName) })];
}
