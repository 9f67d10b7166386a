import fc from "fast-check";
import { entryOf, messageOf } from "../../messages/message";
import { anyRecord, binaryAttribute, sqsRecord, stringAttribute } from "../replicator/records";

describe("messageOf", () => {
  test("keeps types with a label of the producer's own", () => {
    const { attributes } = messageOf(
      sqsRecord({
        messageAttributes: {
          amount: stringAttribute("12.50", "Number.money" as "Number"),
          image: binaryAttribute(Uint8Array.of(0, 255, 128), "Binary.png" as "Binary"),
          Binaryish: stringAttribute("text", "String.Binary" as "String"),
        },
      }),
    );
    expect(attributes).toEqual({
      amount: { DataType: "Number.money", StringValue: "12.50" },
      image: { DataType: "Binary.png", BinaryValue: Buffer.from([0, 255, 128]) },
      Binaryish: { DataType: "String.Binary", StringValue: "text" },
    });
  });

  test("takes a Binary without a value as empty", () => {
    const record = sqsRecord({
      messageAttributes: {
        empty: { dataType: "Binary", stringListValues: [], binaryListValues: [] } as never,
      },
    });
    expect(messageOf(record).attributes.empty?.BinaryValue).toHaveLength(0);
  });

  test("leaves a String without a value to the next queue, as it came", () => {
    const record = sqsRecord({ messageAttributes: { empty: stringAttribute("") } });
    expect(entryOf(messageOf(record), "0").MessageAttributes).toEqual({
      empty: { DataType: "String", StringValue: "" },
    });
  });

  test("does not take the producer's deduplication id along", () => {
    const record = sqsRecord({ attributes: { MessageGroupId: "g", MessageDeduplicationId: "own" } });
    expect(messageOf(record)).toEqual({ body: "body", attributes: {}, groupId: "g" });
  });

  test("takes trace header and group id along, and nothing that the queue added", () => {
    const record = sqsRecord({ attributes: { AWSTraceHeader: "Root=1-2-3", MessageGroupId: "tenant-7" } });
    expect(messageOf(record)).toEqual({
      body: "body",
      attributes: {},
      traceHeader: "Root=1-2-3",
      groupId: "tenant-7",
    });
  });
});

describe("entryOf", () => {
  test("leaves out what the message does not have", () => {
    expect(entryOf(messageOf(sqsRecord()), "3")).toEqual({ Id: "3", MessageBody: "body" });
  });

  test("sends any record as it was received, byte by byte", () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const entry = entryOf(messageOf(record), "0");
        expect(entry.MessageBody).toBe(record.body);
        expect(entry.MessageGroupId).toBe(record.attributes.MessageGroupId);
        expect(entry.MessageSystemAttributes?.AWSTraceHeader?.StringValue).toBe(
          record.attributes.AWSTraceHeader,
        );
        const sent = Object.entries(entry.MessageAttributes ?? {}).map(([name, value]) => [
          name,
          value.DataType,
          value.StringValue,
          value.BinaryValue && Buffer.from(value.BinaryValue).toString("base64"),
          value.StringListValues ?? value.BinaryListValues,
        ]);
        const received = Object.entries(record.messageAttributes).map(([name, value]) => [
          name,
          value.dataType,
          value.stringValue,
          value.binaryValue,
          undefined,
        ]);
        expect(sent).toEqual(received);
      }),
    );
  });
});
