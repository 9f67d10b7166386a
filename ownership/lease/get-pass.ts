import { type AttributeValue, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { dateHeader } from "./date-header";
import type { Clocks } from "./pass";
import { dateIn } from "./pass-item";
import type { ReachedTable } from "./store/reached-table";
import { within } from "./store/within";
import { KINDS, OWNERSHIP_ATTRIBUTES } from "./table";

/** What a table has answered about a region's pass. */
export interface PassItem {
  /** The clocks before the request was sent. */
  readonly sent: Clocks;
  /** The table's own time, epoch milliseconds. */
  readonly dateMs: number;
  /** @default the table has no pass of the region */
  readonly item?: Readonly<Record<string, AttributeValue>>;
}

/**
 * Gets the pass of a region from one table, within `milliseconds`.
 * @throws whatever the call fails with, and DateMissing
 */
export async function getPass(
  { client, name }: ReachedTable,
  region: string,
  clocks: () => Clocks,
  milliseconds: number,
): Promise<PassItem> {
  const command = new GetItemCommand({
    TableName: name,
    Key: {
      [OWNERSHIP_ATTRIBUTES.kind]: { S: KINDS.pass },
      [OWNERSHIP_ATTRIBUTES.of]: { S: region },
    },
    // An older copy names an earlier end, so the cheaper read loses nothing.
    ConsistentRead: false,
  });
  const header = dateHeader(command);
  const sent = clocks();
  const { Item: item } = await within(milliseconds, (abortSignal) => client.send(command, { abortSignal }));
  const dateMs = dateIn(header());
  if (Number.isNaN(dateMs)) throw new DateMissing();
  return { sent, dateMs, ...(item && { item }) };
}

/** The answer has no time in it that can be read. */
class DateMissing extends Error {
  override readonly name = "DateMissing";
}
