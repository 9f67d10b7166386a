import fc from "fast-check";
import { ALARMS } from "../../config/alarms";
import {
  alarmName,
  DEFAULT_NAME_TEMPLATES,
  DNS_WORDS,
  fillTemplate,
  functionArn,
  groupName,
  logicalId,
  OTHER_WORDS,
  parameterArn,
  partitionOf,
  QUEUE_FUNCTION_WORDS,
  QUEUE_WORDS,
  queueArn,
  queueUrl,
  roleArn,
  shorten,
  tableArn,
} from "../../core/names";

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

test("addresses in Route 53 never meet, whatever regions and peers they are of", () => {
  const region = fc.constantFrom("us-east-1", "us-west-2", "primary", "peers-2");
  const parts = fc.tuple(fc.constantFrom(...DNS_WORDS), fc.array(region, { maxLength: 3 }));
  fc.assert(
    fc.property(parts, parts, ([word, some], [other, more]) => {
      if (logicalId("shop", word, ...some) === logicalId("shop", other, ...more))
        expect([word, some]).toEqual([other, more]);
    }),
  );
});

test("alarms are called after group, word, region and home", () => {
  expect(alarmName("dev-", "shop", "homeUnhealthy", "us-east-1")).toBe("dev-shop-home-unhealthy-us-east-1");
  expect(alarmName("", "shop", "ledgerLag", "us-east-1", "us-west-2")).toBe(
    "shop-ledger-lag-us-east-1-us-west-2",
  );
});

test("addresses of different words never meet, whatever the queues are called", () => {
  const word = fc.constantFrom(
    ...QUEUE_WORDS,
    ...QUEUE_FUNCTION_WORDS,
    ...OTHER_WORDS,
    ...Object.keys(ALARMS),
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
  expect(functionArn("cn-north-1", "111122223333", "f")).toBe(
    "arn:aws-cn:lambda:cn-north-1:111122223333:function:f",
  );
  expect(parameterArn("eu-west-1", "111122223333", "/group/roles")).toBe(
    "arn:aws:ssm:eu-west-1:111122223333:parameter/group/roles",
  );
  expect(tableArn("us-gov-west-1", "111122223333", "t")).toBe(
    "arn:aws-us-gov:dynamodb:us-gov-west-1:111122223333:table/t",
  );
});

test("names of recovery are frozen: a changed one would replace functions, roles and schedules", () => {
  const parts = { prefix: "acme-", queue: "orders", region: "us-east-1", home: "us-west-2" };
  expect(fillTemplate(DEFAULT_NAME_TEMPLATES.drainer, parts)).toBe("acme-orders-drainer-us-east-1-us-west-2");
  expect(groupName("acme-", "shop", "controller", "us-east-1")).toBe("acme-shop-controller-us-east-1");
  expect(groupName("x".repeat(40), "y".repeat(32), "schedule", "us-east-1")).toMatch(
    /^x{40}y{15}-[0-9a-f]{8}$/,
  );
});
