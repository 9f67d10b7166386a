import fc from "fast-check";
import { policyNumber, SPREAD, spreadPolicies } from "../../../config/access/spread-policies";
import { settingsOf } from "../../../config/configuration";
import type { ConfigurationInput } from "../../../config/schema";
import { plain } from "../../../core/expression";
import { MANAGED_POLICIES_PER_ROLE } from "../../../core/limits";
import { configuration, HOME_ACCOUNT } from "../../fixtures";

type Queues = ConfigurationInput["queues"];

const policiesOf = (queues: Queues) =>
  plain(spreadPolicies(settingsOf(configuration({ recovery: {}, queues })), "us-east-1"), "policies");
const named = (names: readonly string[]): Queues => Object.fromEntries(names.map((name) => [name, {}]));

const queueNames = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,18}[a-z0-9]$/), {
  minLength: 2,
  maxLength: 20,
});

test("numbers never change: a queue that changes its policy could not be looked at for a moment", () => {
  expect(["orders", "mails", "kept", "audit", "queue-number-17"].map(policyNumber)).toEqual([1, 4, 2, 1, 1]);
});

test("two kinds fit into a role, with two to spare", () => {
  expect(2 * SPREAD).toBe(MANAGED_POLICIES_PER_ROLE - 2);
});

test("property: another queue changes one policy of each kind, and adds its names alone", () => {
  fc.assert(
    fc.property(queueNames, ([added, ...others]) => {
      const keyed = (names: readonly string[]) =>
        new Map(policiesOf(named(names)).map((policy) => [`${policy.word} ${policy.number}`, policy]));
      const before = keyed(others);
      const after = keyed([added!, ...others]);
      const changed = [...after].filter(
        ([key, { document }]) => JSON.stringify(document) !== JSON.stringify(before.get(key)?.document),
      );
      expect(changed.map(([key]) => key)).toEqual(
        ["look", "drain"].map((word) => `${word} ${policyNumber(added!)}`),
      );
      for (const [key, { queues }] of changed) {
        expect(queues.filter((name) => name !== added)).toEqual(before.get(key)?.queues ?? []);
      }
    }),
    { numRuns: 25 },
  );
});

test("property: every queue is named once per kind, whatever the order of the file", () => {
  fc.assert(
    fc.property(queueNames, (names) => {
      const policies = policiesOf(named(names));
      expect(policiesOf(named([...names].reverse()))).toEqual(policies);
      const actions: Readonly<Record<string, readonly string[]>> = {
        Look: ["look", "sqs:GetQueueAttributes"],
        Drain: ["drain", "lambda:InvokeFunction"],
        Count: ["drain", "sqs:GetQueueAttributes"],
      };
      const statements = policies.flatMap(({ word, document }) =>
        document.Statement.map((statement) => ({ word, ...statement })),
      );
      for (const { word, Sid, Effect, Action } of statements) {
        expect([Effect, word, ...Action]).toEqual(["Allow", ...actions[Sid]!]);
      }
      const arns = (sid: string) =>
        statements.flatMap(({ Sid, Resource }) => (Sid === sid ? (Resource as string[]) : [])).sort();
      expect(arns("Look")).toEqual(
        names
          .flatMap((name) => [name, `${name}-ingress`])
          .map((name) => `arn:aws:sqs:us-east-1:${HOME_ACCOUNT}:${name}`)
          .sort(),
      );
      expect(arns("Count")).toEqual(
        names.map((name) => `arn:aws:sqs:us-east-1:${HOME_ACCOUNT}:${name}-standby-us-west-2`).sort(),
      );
      expect(arns("Drain")).toEqual(
        names
          .map(
            (name) => `arn:aws:lambda:us-east-1:${HOME_ACCOUNT}:function:${name}-drainer-us-east-1-us-west-2`,
          )
          .sort(),
      );
    }),
    { numRuns: 25 },
  );
});

test("queues without copies are looked at and not drained", () => {
  const words = (queues: Queues) => policiesOf(queues).map(({ word, number }) => `${word} ${number}`);
  const number = policyNumber("orders");
  expect(words({ orders: {} })).toEqual([`look ${number}`, `drain ${number}`]);
  expect(words({ orders: { mode: "none" } })).toEqual([`look ${number}`]);
});
