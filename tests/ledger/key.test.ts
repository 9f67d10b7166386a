import fc from "fast-check";
import { identifier, ledgerId } from "../../ledger/key";
import { receivedMessage } from "../../ledger/received";
import type { Message } from "../../messages/message";
import { encodeOrigin, ORIGIN_ATTRIBUTE } from "../../messages/origin";
import { anyMessage, asReceived, ORIGIN, workRecord } from "./messages";

const identityOf = identifier({ queue: "orders" });
const KEY = "1699999999990.2f9b6c1e-4f7a-4b55-9f0e-5a1d3c7b8e21";

function withOrigin(message: Message, origin: object = {}): Message {
  const attribute = encodeOrigin({ ...ORIGIN, ...origin });
  return { ...message, attributes: { ...message.attributes, [ORIGIN_ATTRIBUTE]: attribute } };
}

describe("identifier", () => {
  test("knows a message by its origin, whatever its contents", () => {
    fc.assert(
      fc.property(anyMessage, anyMessage, (one, other) => {
        expect(identityOf(withOrigin(one))).toEqual(identityOf(withOrigin(other)));
        expect(identityOf(withOrigin(one))?.key).toBe(`origin/us-east-1/${ORIGIN.id}`);
      }),
    );
  });

  test("knows a message that was sent twice by its producer key and contents, whatever its origin", () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const second = { home: "us-west-2", id: "other", sent: 5, sender: "s", key: KEY };
        const identity = identityOf(withOrigin(message, { key: KEY }));
        expect(identity?.key).toMatch(/^key\/1699999999990\.[0-9a-f-]{36}\/[0-9a-f]{64}$/);
        expect(identityOf(withOrigin(message, second))).toEqual(identity);
        const changed = { ...message, body: `${message.body}!` };
        expect(identityOf(withOrigin(changed, second))).not.toEqual(identity);
      }),
    );
  });

  test("tells messages with different origins apart", () => {
    const message = { body: "b", attributes: {} };
    const ids = [{}, { home: "us-west-2" }, { id: "other" }, { key: KEY }].map(
      (origin) => identityOf(withOrigin(message, origin))?.id,
    );
    expect(new Set(ids).size).toBe(4);
  });

  test("scopes every identity to the logical queue", () => {
    const message = withOrigin({ body: "b", attributes: {} });
    const other = identifier({ queue: "payments" })(message);
    expect(other?.key).toBe(identityOf(message)?.key);
    expect(other?.id).toMatch(/^payments#[0-9a-f]{64}$/);
    expect(identityOf(message)?.id).toMatch(/^orders#[0-9a-f]{64}$/);
  });

  test("gives none to a message without an origin, or with something else in its place", () => {
    fc.assert(
      fc.property(anyMessage, fc.string(), ({ body, attributes }, text) => {
        expect(identityOf({ body, attributes })).toBeUndefined();
        const bad = { ...attributes, [ORIGIN_ATTRIBUTE]: { DataType: "String", StringValue: text } };
        expect(identityOf({ body, attributes: bad })).toBeUndefined();
      }),
    );
  });

  test("is the same for a record of Lambda and a message of the SDK", () => {
    const record = workRecord({ key: KEY }, { body: '{"id":"o-1"}' });
    const businessKey = "powertools_json(body).id";
    for (const identify of [identityOf, identifier({ queue: "orders", businessKey })]) {
      const identity = identify(receivedMessage(record));
      expect(identity).toBeDefined();
      expect(identify(receivedMessage(asReceived(record)))).toEqual(identity);
    }
  });

  test("fails at once on a business key that is no expression", () => {
    expect(() => identifier({ queue: "orders", businessKey: "body." })).toThrow("body.");
  });
});

test("keys have JSON that is the same in every language", () => {
  // What Python's json.dumps and JavaScript agree on: printable ASCII.
  for (const origin of [{ home: "zürich" }, { id: "a\nb" }, { key: "\u007f" }]) {
    expect(identityOf(withOrigin({ body: "b", attributes: {} }, origin))).toBeUndefined();
  }
  const id = ledgerId("orders", 'a "quoted" \\ key');
  // printf '%s' '"a \"quoted\" \\ key"' | sha256sum
  expect(id).toBe("orders#042adb919fcc41f9b9008d3e7e555fe99f0297c9b3f5bd3551d8f199a970fc7e");
});
