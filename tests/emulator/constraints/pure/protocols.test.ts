import { CloudWatchClient, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { ChangeResourceRecordSetsCommand, Route53Client } from "@aws-sdk/client-route-53";
import fc from "fast-check";
import { RPC_CBOR } from "../../../../emulator/constraints/protocols/cbor";
import { queryCompatible, REST_JSON } from "../../../../emulator/constraints/protocols/json";
import { documentIn, listIn, type Protocol } from "../../../../emulator/constraints/protocols/protocol";
import { QUERY } from "../../../../emulator/constraints/protocols/query";
import { REST_XML } from "../../../../emulator/constraints/protocols/xml";
import { JudgedHere, type JudgedRequest } from "./judged-here";

/** The body that an SDK sends for a command. */
async function bodyOf(
  make: (configuration: object) => { send(command: never): Promise<unknown>; destroy(): void },
  command: object,
): Promise<Buffer> {
  const bodies: Buffer[] = [];
  class Recorder extends JudgedHere {
    override judge(request: JudgedRequest) {
      bodies.push(request.body);
      return { status: 200, headers: {}, body: "" };
    }
  }
  const client = make(new Recorder().configuration("us-east-1"));
  await client.send(command as never);
  client.destroy();
  return bodies[0]!;
}

/** Texts with what has a meaning in one of the protocols. */
const texts = fc
  .array(fc.constantFrom("a", "é", "→", "😀", " ", "\n", "&", "<", ">", '"', "'", "%", "+", "=", ".", "\\"))
  .map((parts) => parts.join(""));
const someTexts = fc.array(
  texts.filter((text) => text.trim() !== ""),
  { minLength: 1, maxLength: 12 },
);

describe("the query protocol", () => {
  test("is read as the IAM client writes it", async () => {
    await fc.assert(
      fc.asyncProperty(texts, someTexts, async (Description, values) => {
        const Tags = values.map((Value, index) => ({ Key: `key-${index}`, Value }));
        const command = new CreateRoleCommand({
          RoleName: "orders",
          AssumeRolePolicyDocument: "{}",
          Description,
          Tags,
        });
        const body = await bodyOf((configuration) => new IAMClient(configuration), command);
        expect(QUERY.read(body)).toMatchObject({
          Action: "CreateRole",
          RoleName: "orders",
          AssumeRolePolicyDocument: "{}",
          Description,
          Tags,
        });
      }),
      { numRuns: 50 },
    );
  });

  test("has its lists in the order of their numbers, not of their digits", () => {
    const body = [10, 9, 1].map((number) => `AlarmNames.member.${number}=alarm-${number}`).join("&");
    expect(QUERY.read(Buffer.from(body))).toEqual({ AlarmNames: ["alarm-1", "alarm-9", "alarm-10"] });
  });

  test("has empty lists as empty texts", () => {
    const { Tags } = QUERY.read(Buffer.from("Action=TagRole&Tags="));
    expect(listIn(Tags)).toEqual([]);
  });
});

describe("XML of REST", () => {
  test("is read as the client of Route 53 writes it", async () => {
    await fc.assert(
      fc.asyncProperty(someTexts, async (values) => {
        const command = new ChangeResourceRecordSetsCommand({
          HostedZoneId: "Z0123456789ABC",
          ChangeBatch: {
            Changes: values.map((Value, index) => ({
              Action: "UPSERT",
              ResourceRecordSet: {
                Name: `${index}.example`,
                Type: "TXT",
                TTL: 60,
                ResourceRecords: [{ Value }],
              },
            })),
          },
        });
        const body = await bodyOf((configuration) => new Route53Client(configuration), command);
        const { Changes } = REST_XML.read(body).ChangeBatch as {
          readonly Changes: { readonly Change: unknown };
        };
        expect(listIn(Changes.Change)).toEqual(
          values.map((Value, index) => ({
            Action: "UPSERT",
            ResourceRecordSet: {
              Name: `${index}.example`,
              Type: "TXT",
              TTL: "60",
              ResourceRecords: { ResourceRecord: { Value } },
            },
          })),
        );
      }),
      { numRuns: 50 },
    );
  });

  test("leaves out declarations, comments and attributes, and knows empty elements", () => {
    const body = Buffer.from(
      '<?xml version="1.0"?><A xmlns="x"><!-- <C>no</C> --><B y="1"/><D>&#34;&#x41;&amp;</D></A>',
    );
    expect(REST_XML.read(body)).toEqual({ B: "", D: '"A&' });
  });

  test.each(["<A><B></A>", "<A>", "</A>"])("that is broken is none: %s", (body) => {
    expect(() => REST_XML.read(Buffer.from(body))).toThrow();
  });
});

test("JSON is read as the client of CloudWatch writes it", async () => {
  const alarm = {
    AlarmName: "a→b",
    MetricName: "m",
    Namespace: "n",
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1.5,
    ComparisonOperator: "GreaterThanThreshold",
    AlarmActions: ["arn:aws:sns:us-east-1:111111111111:topic"],
  } as const;
  const command = new PutMetricAlarmCommand({ ...alarm, AlarmActions: [...alarm.AlarmActions] });
  const body = await bodyOf((configuration) => new CloudWatchClient(configuration), command);
  expect(queryCompatible("com.amazonaws.cloudwatch").read(body)).toEqual(alarm);
});

describe("CBOR", () => {
  const bytes = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");

  /** Examples of https://www.rfc-editor.org/rfc/rfc8949.html#name-examples-of-encoded-cbor-da, in a map with the key "v". */
  test.each([
    ["00", 0],
    ["17", 23],
    ["18 18", 24],
    ["19 03e8", 1_000],
    ["1a 000f4240", 1_000_000],
    ["1b 000000e8d4a51000", 1_000_000_000_000],
    ["38 63", -100],
    ["f9 3e00", 1.5],
    ["f9 c400", -4],
    ["f9 7c00", Number.POSITIVE_INFINITY],
    ["fa 47c35000", 100_000],
    ["fb c010666666666666", -4.1],
    ["f4", false],
    ["f5", true],
    ["f6", undefined],
    ["c1 1a514b67b0", 1_363_896_240],
    ["64 49455446", "IETF"],
    ["62 c3bc", "ü"],
    ["7f 65 7374726561 64 6d696e67 ff", "streaming"],
    ["9f 01 82 02 03 9f 04 05 ff ff", [1, [2, 3], [4, 5]]],
    ["83 01 82 02 03 82 04 05", [1, [2, 3], [4, 5]]],
    ["bf 63 46756e f5 63 416d74 21 ff", { Fun: true, Amt: -2 }],
    ["a2 61 61 01 61 62 82 02 03", { a: 1, b: [2, 3] }],
  ])("%s", (hex, value) => {
    expect(RPC_CBOR.read(Buffer.concat([bytes("a1 61 76"), bytes(hex)]))).toEqual({ v: value });
  });

  test.each(["64 4945", "ff", "01", "a1 61"])("that is broken is none: %s", (hex) => {
    expect(() => RPC_CBOR.read(bytes(hex))).toThrow();
  });

  test("what it answers can be read again", () => {
    fc.assert(
      fc.property(texts, (message) => {
        const { status, body } = RPC_CBOR.refuse({ status: 400, code: "LimitExceeded", message });
        expect(status).toBe(400);
        expect(RPC_CBOR.read(body)).toEqual({ __type: "LimitExceeded", message });
      }),
    );
  });
});

test.each<[string, Protocol]>([
  ["query", QUERY],
  ["XML", REST_XML],
])("refusals in %s have the message whatever is in it", (_, protocol) => {
  fc.assert(
    fc.property(texts, (message) => {
      const { body } = protocol.refuse({ status: 409, code: "LimitExceeded", message });
      const { Error: error } = REST_XML.read(body) as { readonly Error: object };
      expect(error).toEqual({ Type: "Sender", Code: "LimitExceeded", Message: message });
    }),
  );
});

test("a body that is no JSON is none, and an empty one says nothing", () => {
  expect(() => REST_JSON.read(Buffer.from("{"))).toThrow();
  expect(() => REST_JSON.read(Buffer.from("1"))).toThrow();
  expect(REST_JSON.read(Buffer.from(""))).toEqual({});
  expect(documentIn("{")).toEqual({});
});
