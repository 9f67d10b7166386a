import { DynamoDBPersistenceLayer } from "@aws-lambda-powertools/idempotency/dynamodb";
import type { IdempotencyRecord } from "@aws-lambda-powertools/idempotency/persistence";
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { IN_PROGRESS, LEDGER_ATTRIBUTES } from "../ledger/attributes";

export interface ClaimOptions {
  /** Id of the message's entry. */
  readonly id: string;
  readonly tableName: string;
  readonly client: DynamoDBClient;
}

/**
 * The persistence layer of Powertools for one message. It differs from what Powertools does in two points.
 *
 * The id is ours: Powertools would write the digest in base64, where the one for Python writes it in hexadecimal digits.
 *
 * A consumer that fails takes back its own claim and nothing else. Powertools deletes the entry whatever it says: a consumer that fails
 * after its claim has ended would delete the claim of the next one, or its `COMPLETED`. The message would then be processed again.
 */
export class LedgerClaim extends DynamoDBPersistenceLayer {
  private endsAt: number | undefined;

  constructor(private readonly options: ClaimOptions) {
    super({
      tableName: options.tableName,
      awsSdkV3Client: options.client,
      keyAttr: LEDGER_ATTRIBUTES.id,
      statusAttr: LEDGER_ATTRIBUTES.status,
      expiryAttr: LEDGER_ATTRIBUTES.expiration,
      inProgressExpiryAttr: LEDGER_ATTRIBUTES.inProgressExpiration,
      dataAttr: LEDGER_ATTRIBUTES.data,
    });
  }

  protected override getHashedIdempotencyKey(): string {
    return this.options.id;
  }

  protected override async _putRecord(record: IdempotencyRecord): Promise<void> {
    await super._putRecord(record);
    this.endsAt = record.inProgressExpiryTimestamp;
  }

  protected override async _deleteRecord(): Promise<void> {
    const { client, tableName, id } = this.options;
    const command = new DeleteItemCommand({
      TableName: tableName,
      Key: { [LEDGER_ATTRIBUTES.id]: { S: id } },
      ConditionExpression: "#status = :inProgress AND #inProgressExpiration = :endsAt",
      ExpressionAttributeNames: {
        "#status": LEDGER_ATTRIBUTES.status,
        "#inProgressExpiration": LEDGER_ATTRIBUTES.inProgressExpiration,
      },
      ExpressionAttributeValues: {
        ":inProgress": { S: IN_PROGRESS },
        ":endsAt": { N: String(this.endsAt) },
      },
    });
    try {
      await client.send(command);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }
}
