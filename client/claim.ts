import { IdempotencyItemAlreadyExistsError } from "@aws-lambda-powertools/idempotency";
import { DynamoDBPersistenceLayer } from "@aws-lambda-powertools/idempotency/dynamodb";
import { IdempotencyRecord } from "@aws-lambda-powertools/idempotency/persistence";
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
} from "@aws-sdk/client-dynamodb";
import { COMPLETED, claimId, IN_PROGRESS, LEDGER_ATTRIBUTES } from "../ledger/attributes";

export interface ClaimOptions {
  /** Id of the message's entry. */
  readonly id: string;
  readonly tableName: string;
  readonly client: DynamoDBClient;
}

/** A claim that has ended says nothing. The table deletes it some time after. */
const CLAIM_KEPT_SECONDS = 86_400;

/**
 * The persistence layer of Powertools for one message. It differs from what Powertools does in three points.
 *
 * Claim and entry are two items. The entry is read first, and a claim is made where the entry neither says that the message is processed
 * nor holds a claim of Powertools in another language. A claim stays when the message is processed: whoever has read the entry just before
 * finds it.
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
    return claimId(this.options.id);
  }

  protected override async _putRecord({
    idempotencyKey,
    inProgressExpiryTimestamp = Date.now(),
  }: IdempotencyRecord): Promise<void> {
    const entry = await this.standingEntry();
    if (entry !== undefined) throw new IdempotencyItemAlreadyExistsError("the message has an entry", entry);
    await super._putRecord(
      new IdempotencyRecord({
        idempotencyKey,
        status: IN_PROGRESS,
        expiryTimestamp: Math.ceil(inProgressExpiryTimestamp / 1_000) + CLAIM_KEPT_SECONDS,
        inProgressExpiryTimestamp,
      }),
    );
    this.endsAt = inProgressExpiryTimestamp;
  }

  protected override _updateRecord(record: IdempotencyRecord): Promise<void> {
    record.idempotencyKey = this.options.id;
    return super._updateRecord(record);
  }

  /** The entry, if it says that the message is processed, or is a claim that has not ended. */
  private async standingEntry(): Promise<IdempotencyRecord | undefined> {
    const { client, tableName, id } = this.options;
    const { Item } = await client.send(
      new GetItemCommand({
        TableName: tableName,
        Key: { [LEDGER_ATTRIBUTES.id]: { S: id } },
        ConsistentRead: true,
      }),
    );
    if (Item === undefined) return undefined;
    const numberIn = (attribute: string) => Number(Item[attribute]?.N ?? Number.NaN);
    const status = Item[LEDGER_ATTRIBUTES.status]?.S === COMPLETED ? COMPLETED : IN_PROGRESS;
    const entry = new IdempotencyRecord({
      idempotencyKey: id,
      status,
      expiryTimestamp: numberIn(LEDGER_ATTRIBUTES.expiration),
      inProgressExpiryTimestamp: numberIn(LEDGER_ATTRIBUTES.inProgressExpiration),
    });
    const hasEnded = status === IN_PROGRESS && numberIn(LEDGER_ATTRIBUTES.inProgressExpiration) < Date.now();
    return entry.isExpired() || hasEnded ? undefined : entry;
  }

  protected override async _deleteRecord(): Promise<void> {
    const { client, tableName, id } = this.options;
    const command = new DeleteItemCommand({
      TableName: tableName,
      Key: { [LEDGER_ATTRIBUTES.id]: { S: claimId(id) } },
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
