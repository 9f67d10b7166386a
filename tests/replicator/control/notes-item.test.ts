import fc from "fast-check";
import { UnreadableItem } from "../../../ownership/lease/store/unreadable";
import { handedBack, NO_NOTES, type Notes } from "../../../replicator/control/notes";
import { notesIn, notesItem } from "../../../replicator/control/notes-item";
import { HOME, NOW, PEER, THIRD } from "./group";

const NOTES: Notes = {
  v: 1,
  version: 7,
  heard: { [HOME]: NOW, [PEER]: NOW - 5 },
  homes: {
    [HOME]: {
      queues: { orders: NOW - 100 },
      rescue: { epoch: 5, until: NOW, queues: { orders: NOW - 100 }, leaving: NOW + 1, handedBack: true },
      spans: [{ epoch: 3, until: NOW - 50, queues: { orders: NOW - 90, mails: 0 } }],
    },
    [THIRD]: { queues: {} },
  },
};

test("are read as they were written, and by an older version", () => {
  expect(notesIn(notesItem(PEER, NOTES))).toEqual(NOTES);
  expect(notesIn(notesItem(PEER, { ...NO_NOTES, version: 1 }))).toEqual({ ...NO_NOTES, version: 1 });
  expect(notesIn({ ...notesItem(PEER, NOTES), v: { N: "9" }, mood: { S: "good" } })).toEqual(NOTES);
});

test("any notes are read as they were written", () => {
  const moment = fc.integer({ min: 0, max: 4_000_000_000_000 });
  const queues = fc.dictionary(fc.stringMatching(/^[a-z-]{1,20}(\.fifo)?$/), moment, { maxKeys: 4 });
  const rescued = { epoch: fc.nat(), until: moment, queues };
  const home = fc.record(
    {
      queues,
      rescue: fc.record(
        { ...rescued, leaving: moment, handedBack: fc.constant(true as const) },
        { requiredKeys: ["epoch", "until", "queues"] },
      ),
      spans: fc.array(fc.record(rescued), { maxLength: 4 }),
    },
    { requiredKeys: ["queues"] },
  );
  const region = fc.constantFrom(HOME, PEER, THIRD);
  const notes = fc.record({
    v: fc.constant(1 as const),
    version: fc.nat(),
    heard: fc.dictionary(region, moment),
    homes: fc.dictionary(region, home),
  }) as fc.Arbitrary<Notes>;
  fc.assert(
    fc.property(notes, (written) => {
      expect(notesIn(notesItem(PEER, written))).toEqual(written);
    }),
  );
});

test.each<[string, unknown]>([
  ["no version", { version: undefined }],
  ["a version that leaves no room above it", { version: 1e15 }],
  ["a moment that is none", { heard: { [HOME]: -1 } }],
  ["a moment far from now", { heard: { [HOME]: 5e12 } }],
  ["what is heard of no region", { heard: { nowhere: NOW } }],
  ["a home that is no region", { homes: { nowhere: { queues: {} } } }],
  ["a home without queues", { homes: { [HOME]: {} } }],
  ["a rescue without an epoch", { homes: { [HOME]: { queues: {}, rescue: { until: 1, queues: {} } } } }],
])("with %s they are not written, nor read", (_, change) => {
  expect(() => notesItem(PEER, { ...NOTES, ...(change as object) })).toThrow(UnreadableItem);
});

test("notes are of a region", () => {
  expect(() => notesItem("voters", NOTES)).toThrow(UnreadableItem);
});

test.each<[string, Notes, number | undefined, unknown]>([
  ["the last rescue", NOTES, 5, NOTES.homes[HOME]!.rescue],
  ["an earlier one", NOTES, 3, NOTES.homes[HOME]!.spans![0]],
  ["of another epoch", NOTES, 4, undefined],
  ["of no epoch", NOTES, undefined, undefined],
  [
    "that was not handed back",
    { ...NOTES, homes: { [HOME]: { queues: {}, rescue: { epoch: 5, until: 1, queues: {} } } } },
    5,
    undefined,
  ],
  ["of a home that nothing is noted of", NO_NOTES, 5, undefined],
])("what was handed back: %s", (_, notes, epoch, expected) => {
  expect(handedBack(notes, HOME, epoch)).toEqual(expected);
});
