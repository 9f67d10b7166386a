import { attributeBytes, messageBytes } from "../../messages/size";

describe("messageBytes", () => {
  test("counts body, and name, type and value of every attribute, in bytes of UTF-8 or as they are", () => {
    const bytes = messageBytes({
      body: "héllo",
      attributes: {
        größe: { DataType: "Number.cm", StringValue: "12" },
        image: { DataType: "Binary", BinaryValue: new Uint8Array(1_000) },
      },
    });
    expect(bytes).toBe(6 + (7 + 9 + 2) + (5 + 6 + 1_000));
  });

  test("does not count trace header and group id", () => {
    expect(messageBytes({ body: "1234", attributes: {}, traceHeader: "Root=1", groupId: "group" })).toBe(4);
  });
});

test("attributeBytes counts what is missing as nothing", () => {
  expect(attributeBytes("name", {} as never)).toBe(4);
});
