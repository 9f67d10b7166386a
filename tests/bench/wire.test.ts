import {
  answerTo,
  FULL_LEDGER,
  md5OfAttributes,
  md5OfBody,
  responseLength,
  takeRequest,
} from "../../bench/stub/wire";
import { originIn } from "../../messages/origin";
import { passVerdict } from "../../ownership/lease/pass";
import { dateIn, homesIn } from "../../ownership/lease/pass-item";

function request(body: string, { operation = "SendMessage", region = "us-west-2" } = {}): Buffer {
  return Buffer.from(
    [
      "POST / HTTP/1.1",
      `x-amz-target: AmazonSQS.${operation}`,
      `Authorization: AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/${region}/sqs/aws4_request, Signature=0`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      "",
      body,
    ].join("\r\n"),
  );
}

describe("takeRequest", () => {
  test("reads operation, region and body, and leaves what follows", () => {
    const taken = takeRequest(Buffer.concat([request('{"é":1}'), Buffer.from("POST /")]));
    expect(taken?.request.operation).toBe("SendMessage");
    expect(taken?.request.region).toBe("us-west-2");
    expect(taken?.request.body.toString()).toBe('{"é":1}');
    expect(taken?.rest.toString()).toBe("POST /");
  });

  test("waits for the rest of a request", () => {
    const whole = request('{"a":1}');
    for (let length = 0; length < whole.length; length += 1) {
      expect(takeRequest(whole.subarray(0, length))).toBeUndefined();
    }
    expect(takeRequest(whole)).toBeDefined();
  });
});

describe("answerTo", () => {
  const answer = (operation: string, input: object) =>
    answerTo({ operation, region: "us-east-1", body: Buffer.from(JSON.stringify(input)) });
  const bodyOf = (bytes: Buffer | undefined) => JSON.parse(bytes?.toString().split("\r\n\r\n")[1] ?? "");

  test("takes every entry of a batch, with the digest of its body", () => {
    const made = answer("SendMessageBatch", {
      QueueUrl: "http://host/1/orders.fifo",
      Entries: [
        { Id: "a", MessageBody: "hello" },
        { Id: "b", MessageBody: "" },
      ],
    });
    expect(made).toMatchObject({ queueUrl: "http://host/1/orders.fifo", messages: 2 });
    expect(bodyOf(made?.bytes)).toMatchObject({
      Successful: [
        {
          Id: "a",
          MD5OfMessageBody: "5d41402abc4b2a76b9719d911017c592",
          SequenceNumber: expect.any(String),
        },
        { Id: "b", MD5OfMessageBody: "d41d8cd98f00b204e9800998ecf8427e" },
      ],
      Failed: [],
    });
    expect(responseLength(made!.bytes)).toBe(made!.bytes.length);
    expect(responseLength(made!.bytes.subarray(0, -1))).toBeUndefined();
  });

  // What AWS returned for these, as the tests of moto keep it.
  test.each([
    ["Number", "235c5c510d26fb653d073faed50ae77c"],
    ["Number.java.lang.Long", "2e2e4876d8e0bd6b8c2c8f556831c349"],
  ])("digests an attribute of type %s as SQS does", (DataType, digest) => {
    expect(md5OfAttributes({ timestamp: { DataType, StringValue: "1493147359900" } })).toBe(digest);
  });

  test("digests attributes in the order of their names", () => {
    const a = { DataType: "String", StringValue: "value" };
    const b = { DataType: "Binary.png", BinaryValue: "AQI=" };
    expect(md5OfAttributes({ a, b })).toBe(md5OfAttributes({ b, a }));
    expect(md5OfAttributes({ a, b })).not.toBe(md5OfAttributes({ a: b, b: a }));
  });

  test("gives ten copies again and again, with the digests of their bodies", () => {
    const { Messages } = bodyOf(answer("ReceiveMessage", { QueueUrl: "http://host/1/standby.fifo" })?.bytes);
    expect(new Set(Messages.map(({ MessageId }: { MessageId: string }) => MessageId)).size).toBe(10);
    for (const { Body, MD5OfBody, Attributes, MessageAttributes } of Messages) {
      expect(MD5OfBody).toBe(md5OfBody(Body));
      expect(Attributes.MessageGroupId).toMatch(/^group-/);
      expect(originIn({ body: Body, attributes: MessageAttributes })).toMatchObject({ home: "us-east-1" });
    }
  });

  test.each([
    [FULL_LEDGER, ["a", "b"]],
    ["empty", []],
  ])("finds in the ledger %s the entries of %p", (table, found) => {
    const keys = [{ id: { S: "a" } }, { id: { S: "b" } }];
    const { Responses } = bodyOf(
      answer("BatchGetItem", { RequestItems: { [table]: { Keys: keys } } })?.bytes,
    );
    expect(Responses[table].map(({ id }: { id: { S: string } }) => id.S)).toEqual(found);
  });

  test("gives a pass that is open for the home of its copies", () => {
    const bytes = answer("GetItem", { Key: { kind: { S: "pass" }, of: { S: "us-west-2" } } })?.bytes;
    const date = dateIn(/\r\nDate: (.*)\r\n/.exec(String(bytes))?.[1]);
    const clocks = { mono: 0, wall: 0 };
    const reading = { sent: clocks, dateMs: date, homes: homesIn(bodyOf(bytes).Item) };
    expect(passVerdict(reading, "us-east-1", clocks)).toMatchObject({ open: true });
    expect(passVerdict(reading, "us-west-2", clocks)).toEqual({ open: false, why: "no-pass" });
  });

  test("knows no other operations", () => {
    expect(answer("PurgeQueue", { QueueUrl: "http://host/1/orders" })).toBeUndefined();
  });
});
