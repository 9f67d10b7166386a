import { listOf, mapOf, optional, record, versioned, yes } from "../../ownership/checks";
import { attributesOf, type Item, type Plain, plainFields } from "../../ownership/lease/store/attributes";
import { counter, moment, region } from "../../ownership/lease/store/fields";
import { readingOf } from "../../ownership/lease/store/unreadable";
import { OWNERSHIP_ATTRIBUTES as KEYS, KINDS } from "../../ownership/lease/table";
import {
  type HomeNotes,
  NOTES_VERSION,
  type Notes,
  type Processed,
  type Rescued,
  type RescueNote,
} from "./notes";

/** Attribute on which every write is conditional. */
export const VERSION = "version";

/** The item of a region's notes. Read back at once: notes that nobody can read would be forgotten. @throws UnreadableItem */
export function notesItem(of: string, { v, version, heard, homes }: Notes): Item {
  const item = attributesOf({
    ...{ [KEYS.kind]: KINDS.notes, [KEYS.of]: of, v, [VERSION]: version },
    heard: { ...heard },
    homes: Object.fromEntries(Object.entries(homes).map(([home, notes]) => [home, plainHome(notes)])),
  });
  readingOf("notes", () => region(of, "of"));
  notesIn(item);
  return item;
}

/** Reads what {@link notesItem} wrote, here or in a later version. @throws UnreadableItem */
export function notesIn(item: unknown): Notes {
  return readingOf("notes", () => {
    const name = "item";
    const fields = versioned(plainFields(record(item, name)), name);
    return {
      v: NOTES_VERSION,
      version: counter(fields[VERSION], `${name}.${VERSION}`),
      heard: byRegion(fields.heard, `${name}.heard`, moment),
      homes: byRegion(fields.homes, `${name}.homes`, homeIn),
    };
  });
}

/** The version of an item of which nothing else can be read. @throws UnreadableItem */
export function versionIn(item: Item): number {
  return readingOf("notes", () => counter(plainFields(item)[VERSION], `item.${VERSION}`));
}

function plainHome({ queues, rescue, spans }: HomeNotes): Plain {
  return {
    queues,
    rescue: rescue && { ...plainRescued(rescue), leaving: rescue.leaving, handedBack: rescue.handedBack },
    spans: spans?.map(plainRescued),
  };
}

function plainRescued({ epoch, until, queues }: Rescued) {
  return { epoch, until, queues };
}

function homeIn(value: unknown, name: string): HomeNotes {
  const fields = record(value, name);
  return {
    queues: processedIn(fields.queues, `${name}.queues`),
    ...optional(fields, "rescue", name, rescueIn),
    ...optional(fields, "spans", name, (spans, path) => listOf(spans, path, rescuedIn)),
  };
}

function rescueIn(value: unknown, name: string): RescueNote {
  const fields = record(value, name);
  return {
    ...rescuedIn(value, name),
    ...optional(fields, "leaving", name, moment),
    ...optional(fields, "handedBack", name, yes),
  };
}

function rescuedIn(value: unknown, name: string): Rescued {
  const fields = record(value, name);
  return {
    epoch: counter(fields.epoch, `${name}.epoch`),
    until: moment(fields.until, `${name}.until`),
    queues: processedIn(fields.queues, `${name}.queues`),
  };
}

function processedIn(value: unknown, name: string): Processed {
  return mapOf(value, name, moment);
}

function byRegion<T>(
  value: unknown,
  name: string,
  read: (value: unknown, name: string) => T,
): Readonly<Record<string, T>> {
  for (const key of Object.keys(record(value, name))) region(key, `${name}.name`);
  return mapOf(value, name, read);
}
