import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { PassEntry, Status } from "../../../ownership/lease/items";
import { entryAttribute, STATUS, statusAttribute } from "../../../ownership/lease/store/pass-codec";

/** The item of a region's pass, as a controller writes it. */
export function passOf(
  region: string,
  homes: Readonly<Record<string, PassEntry>>,
  status?: Pick<Status, "fit" | "until">,
): Readonly<Record<string, AttributeValue>> {
  const entries = Object.entries(homes).map(([home, entry]) => [home, entryAttribute(home, entry)]);
  return {
    kind: { S: "pass" },
    of: { S: region },
    v: { N: "1" },
    ...Object.fromEntries(entries),
    ...(status && { [STATUS]: statusAttribute({ ...SAID, ...status, holds: Object.keys(homes) }) }),
  };
}

const SAID = { run: "run-1", runSince: 1, since: 1, ownsItself: true, reaches: [] };
