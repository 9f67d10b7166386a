import fc from "fast-check";
import { copyDeduplicationId, deduplicationId, identified } from "../../messages/deduplication";
import { entryOf } from "../../messages/message";

const text = fc.string({ unit: "grapheme", minLength: 1 });

describe("deduplicationId", () => {
  test("is what it has always been", () => {
    expect(deduplicationId({ home: "us-east-1", id: "11111111-2222-3333-4444-555555555555" })).toBe(
      "24145f9dd0de8f603c620aac42a6e855c7d672e04caf424006a9c2771ada0d58",
    );
  });

  test("depends on home and ingress id, and on nothing else", () => {
    fc.assert(
      fc.property(text, text, text, fc.nat(), (home, id, sender, sent) => {
        const origin = { v: 2, home, id, sent, sender };
        expect(deduplicationId(origin)).toBe(deduplicationId({ home, id }));
        expect(deduplicationId({ home, id: `${id}x` })).not.toBe(deduplicationId(origin));
        expect(deduplicationId({ home: `${home}x`, id })).not.toBe(deduplicationId(origin));
      }),
    );
  });

  test("keeps to the rules of SQS", () => {
    fc.assert(
      fc.property(text, text, (home, id) => {
        expect(deduplicationId({ home, id })).toMatch(/^[0-9a-f]{64}$/);
      }),
    );
  });
});

describe("copyDeduplicationId", () => {
  test("is that of the message without a mark, and one of its own for each mark", () => {
    fc.assert(
      fc.property(text, text, text, (home, id, owner) => {
        expect(copyDeduplicationId({ home, id })).toBe(deduplicationId({ home, id }));
        const marked = copyDeduplicationId({ home, id, owner });
        expect(marked).not.toBe(deduplicationId({ home, id }));
        expect(marked).not.toBe(copyDeduplicationId({ home, id, owner: `${owner}x` }));
        expect(marked).toMatch(/^[0-9a-f]{64}$/);
      }),
    );
  });
});

test("an identified message brings its id into the entry, and is otherwise as it was", () => {
  const message = { body: "b", attributes: {}, groupId: "g" };
  expect(entryOf(identified(message, "id"), "0")).toEqual({
    ...entryOf(message, "0"),
    MessageDeduplicationId: "id",
  });
});
