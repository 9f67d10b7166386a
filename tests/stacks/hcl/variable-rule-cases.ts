import { DOCUMENT, ONE_QUEUE, WITH_CONDITION } from "../../../config/policies/rules";
import { EVERYTHING, type Fault, faultAt, type Values } from "./variable-cases";

/** Faults across fields of one variable. */

interface Case {
  /** From a logical queue, or from the variables. */
  readonly path: string;
  readonly value: unknown;
  /** What stands beside it, by path from the same place. */
  readonly beside?: Readonly<Record<string, unknown>>;
  readonly allowed: string;
  /** What is shown where it is not the value. */
  readonly shown?: unknown;
}

const PLAIN: Values = { ...EVERYTHING, functions: {} };

/** Name templates without one of the placeholders that they need. */
function templatesWithout(path: string): readonly Case[] {
  const needed = {
    outbox: ["peer"],
    standby: ["home"],
    replicator: ["region"],
    forwarder: ["region", "peer"],
    drainer: ["region", "home"],
  };
  return Object.entries(needed).flatMap(([word, places]) =>
    places.map((missing) => ({
      path: `${path}.${word}`,
      value: ["{queue}", ...places.filter((place) => place !== missing).map((place) => `{${place}}`)].join(
        "-",
      ),
      allowed: `a template with {${missing}}`,
    })),
  );
}

const PLAIN_STATEMENT = { Effect: "Allow", Principal: { AWS: "111122223333" }, Action: "sqs:SendMessage" };

/** Faults in what is said of a queue's policy. */
function policyCases(role: string): readonly Case[] {
  const path = `policies.${role}.queue_policy_statements`;
  const open = [
    { type: "AWS", identifiers: ["111122223333", "*"] },
    { type: "*", identifiers: ["everybody"] },
  ];
  const documents = [
    "no JSON",
    "{}",
    ...[
      "text",
      { ...PLAIN_STATEMENT, Effect: "Maybe" },
      { ...PLAIN_STATEMENT, Principal: undefined },
      { ...PLAIN_STATEMENT, Action: undefined },
      { ...PLAIN_STATEMENT, Action: ["sqs:SendMessage", "sns:Publish"] },
      { ...PLAIN_STATEMENT, NotResource: "*" },
      { ...PLAIN_STATEMENT, Principal: "*" },
      { ...PLAIN_STATEMENT, Principal: { AWS: ["*"] } },
    ].map((statement) => JSON.stringify({ Statement: statement })),
    JSON.stringify({ Statement: [PLAIN_STATEMENT, { ...PLAIN_STATEMENT, NotAction: "sqs:*" }] }),
    JSON.stringify({ Statement: [{ ...PLAIN_STATEMENT, Sid: "of-${user}" }] }),
  ];
  const about = (queue: string) =>
    JSON.stringify({
      Statement: [{ ...PLAIN_STATEMENT, Resource: [`arn:aws:sqs:us-east-1:111122223333:${queue}`, "*"] }],
    });
  return [
    ...open.map((principal) => ({
      path,
      value: { all: { actions: ["sqs:SendMessage"], principals: [principal] } },
      shown: ["all"],
      allowed: WITH_CONDITION,
    })),
    ...documents.map((document) => ({
      path: `policies.${role}.source_queue_policy_documents`,
      value: [document],
      allowed: DOCUMENT,
    })),
    {
      path: `policies.${role}.source_queue_policy_documents`,
      value: [about("orders"), about("mails")],
      allowed: ONE_QUEUE,
    },
  ];
}

const QUEUE: readonly Case[] = [...templatesWithout("names"), ...policyCases("ingress_dlq")];

const OTHERS: readonly (Case & { readonly values?: Values })[] = [
  {
    path: "regions",
    value: { "us-east-1": { account: "111122223333" } },
    shown: ["us-east-1"],
    allowed: "2 to 5 regions",
  },
  {
    path: "regions",
    value: Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`eu-west-${n}`, { account: "111122223333" }])),
    shown: [1, 2, 3, 4, 5, 6].map((n) => `eu-west-${n}`),
    allowed: "2 to 5 regions",
  },
  { path: "queues", value: {}, shown: [], allowed: "at least 1" },
  ...templatesWithout("naming.templates"),
];

/** Alternatives that are none, or several at once. */
const ALTERNATIVES: readonly Case[] = [
  ...[
    {},
    { cname: "a.example.net", alias: { name: "b.example.net", zone_id: "Z0", evaluate_target_health: true } },
  ].map((target) => ({
    path: "dns.endpoints.0.targets.us-east-1",
    value: target,
    shown: {
      alias:
        "alias" in target ? { evaluate_target_health: true, name: "b.example.net", zone_id: "Z0" } : null,
      cname: "cname" in target ? target.cname : null,
    },
    allowed: '{ "cname": "…" } or { "alias": { "name": "…", "zone_id": "…" } }',
  })),
  ...[
    { type: "on_demand", read_capacity_units: 1 },
    { type: "provisioned", read_capacity_units: 1 },
    { type: "free" },
  ].map((billing) => ({
    path: "ledger.billing",
    value: billing,
    shown: {
      maximum_read_capacity_units: null,
      maximum_write_capacity_units: null,
      read_capacity_units: billing.read_capacity_units ?? null,
      type: billing.type,
      write_capacity_units: null,
    },
    allowed:
      'an object whose "type" is on_demand or provisioned; on_demand with no more, provisioned with read_capacity_units, maximum_read_capacity_units, write_capacity_units, maximum_write_capacity_units',
  })),
];

export function crossFaults(): readonly Fault[] {
  return [
    ...QUEUE.map((one, index) => faultOf(one, PLAIN, `queues.q${index}.`)),
    ...OTHERS.map((one) => faultOf(one, one.values ?? PLAIN, "")),
    ...ALTERNATIVES.map((one) => faultOf(one, EVERYTHING, "")),
  ];
}

function faultOf({ path, value, beside = {}, allowed, shown }: Case, base: Values, prefix: string): Fault {
  const at = (field: string) => `${prefix}${field}`.split(".");
  const fault = faultAt(base, at(path), prefix === "" ? path : `queues.${path}`, value);
  const others = Object.entries(beside).map(([field, other]) => ({ path: at(field), value: other }));
  const subject = shown === undefined ? fault.subject : `${prefix}${path} is ${JSON.stringify(shown)}`;
  return { ...fault, kind: "rule", changes: [...others, ...fault.changes], subject, allowed };
}
