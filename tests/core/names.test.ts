import fc from "fast-check";
import { logicalId, partitionOf, queueArn, queueUrl, roleArn, shorten } from "../../core/names";

describe("shortened names", () => {
  const name = fc.stringMatching(/^[\w-]{1,120}$/);

  test("property: never over the limit, unchanged when they fit, always the same", () => {
    fc.assert(
      fc.property(name, (long) => {
        const short = shorten(long);
        expect(short.length).toBeLessThanOrEqual(64);
        if (long.length <= 64) expect(short).toBe(long);
        expect(shorten(long)).toBe(short);
      }),
    );
  });

  test("property: names that differ anywhere stay different", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^x{60}[\w-]{5,20}$/), { minLength: 2, maxLength: 20 }),
        (names) => {
          expect(new Set(names.map((n) => shorten(n))).size).toBe(names.length);
        },
      ),
    );
  });

  test("are frozen: a changed hash would replace functions and roles", () => {
    expect(shorten(`${"payments-".repeat(8)}replicator-us-east-1`)).toMatchInlineSnapshot(
      `"payments-payments-payments-payments-payments-payments-p-ccdcb40e"`,
    );
  });
});

test("addresses of different words never meet, whatever the queues are called", () => {
  const word = fc.constantFrom(
    "ingress",
    "work",
    "outbox",
    "standby",
    "dlq",
    "ingressDlq",
    "replicator",
    "forwarder" as const,
  );
  const region = fc.option(fc.constantFrom("us-east-1", "us-west-2"), { nil: undefined });
  const part = fc.tuple(fc.stringMatching(/^(?:orders|ingress|dlq|_|-){1,4}$/), word, region);
  fc.assert(
    fc.property(part, part, (a, b) => {
      if (logicalId(...a) === logicalId(...b)) expect(a).toEqual(b);
    }),
  );
});

test("ARNs and URLs follow the partition of the region", () => {
  expect(partitionOf("us-gov-west-1")).toBe("aws-us-gov");
  expect(queueArn("cn-north-1", "111122223333", "q")).toBe("arn:aws-cn:sqs:cn-north-1:111122223333:q");
  expect(queueUrl("cn-north-1", "111122223333", "q")).toBe(
    "https://sqs.cn-north-1.amazonaws.com.cn/111122223333/q",
  );
  expect(queueUrl("eu-west-1", "111122223333", "q")).toBe(
    "https://sqs.eu-west-1.amazonaws.com/111122223333/q",
  );
  expect(roleArn("us-east-1", "111122223333", "/sqs/", "r")).toBe("arn:aws:iam::111122223333:role/sqs/r");
});
