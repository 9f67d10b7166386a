import fc from "fast-check";
import type { Claim, Order, Pass, Status, VoterList, VotersOrder } from "../../../../ownership/lease/items";
import { COUNTER_MAX, LISTS_MAX, MOMENT_MAX, VOTERS_MAX } from "../../../../ownership/lease/store/fields";

/** Everything that the protocol may write, and what nobody should. */

export const REGIONS = [
  "ap-southeast-2",
  "ca-central-1",
  "eu-central-1",
  "eu-west-1",
  "eu-west-2",
  "sa-east-1",
  "us-east-1",
  "us-east-2",
  "us-gov-west-1",
  "us-west-2",
] as const;
/** Table's own time, for passes. */
export const DATE = 1_800_000_000_000;

export const region = fc.constantFrom(...REGIONS);
const id = fc.stringMatching(/^[!-~]{1,64}$/);
const counter = fc.nat(COUNTER_MAX);
const moment = fc.nat(MOMENT_MAX);
const voters = fc
  .uniqueArray(region, { minLength: 1, maxLength: VOTERS_MAX })
  .map((regions) => regions.toSorted());
const yes = fc.constant(true as const);

const list: fc.Arbitrary<VoterList> = fc.record({
  number: counter,
  id: fc.oneof(fc.constant(""), id),
  voters,
});

export const claim: fc.Arbitrary<Claim> = fc.record(
  {
    id,
    epoch: fc.record({ number: counter, region, run: id }),
    state: fc.constantFrom("held" as const, "closing" as const, "free" as const),
    next: region,
    lists: fc.array(list, { minLength: 1, maxLength: LISTS_MAX }),
    forced: yes,
    order: counter,
    evacuated: yes,
    returns: fc.record({ count: counter, at: moment }),
    taking: fc.record({ from: region, epoch: counter, at: moment, order: counter }, { requiredKeys: ["at"] }),
  },
  { requiredKeys: ["id", "epoch", "state", "lists", "order"] },
);

export const order: fc.Arbitrary<Order> = fc.record(
  { number: counter, id, to: region, force: yes, lost: region, since: moment },
  { requiredKeys: ["number", "id", "to"] },
);

export const votersOrder: fc.Arbitrary<VotersOrder> = fc.record({ number: counter, id, voters });

const until = fc.integer({ min: DATE - 60_000, max: DATE + 30_000 });
const status: fc.Arbitrary<Status> = fc
  .record({
    run: id,
    runSince: fc.integer({ min: DATE - 900_000, max: DATE }),
    configuration: fc.option(id, { nil: undefined }),
    until,
    fit: fc.boolean(),
    since: fc.integer({ min: DATE - 86_400_000, max: DATE }),
    ownsItself: fc.boolean(),
    holds: fc.array(region, { maxLength: 5 }),
    reaches: fc.array(region, { maxLength: 10 }),
  })
  .map(({ configuration, ...said }) => ({ ...said, ...(configuration !== undefined && { configuration }) }));

export const pass: fc.Arbitrary<Pass> = fc.record(
  { homes: fc.dictionary(region, fc.record({ epoch: counter, until })), status },
  { requiredKeys: ["homes"] },
);

/** Numbers as a table may hold them, from plausible to absurd. */
const numberText = fc.oneof(
  fc.constantFrom(
    "0",
    "-1",
    "1.5",
    "1e3",
    "9007199254740991",
    "9007199254740993",
    String(COUNTER_MAX + 1),
    String(MOMENT_MAX + 1),
    "1E+120",
    "00",
    "",
    "NaN",
  ),
  fc.maxSafeInteger().map(String),
  fc.double().map(String),
);

/** An attribute of any type, also of types that no item has, and what is no attribute at all. */
export const anyAttribute: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  attribute: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(fc.string(), id, region, fc.constant("x".repeat(65))).map((S) => ({ S })),
    numberText.map((N) => ({ N })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constantFrom({ NULL: true }, { SS: ["a"] }, { B: new Uint8Array(1) }, {}, null, undefined, 1, "text"),
    fc.anything().map((S) => ({ S })),
    fc.anything().map((M) => ({ M })),
    fc.array(tie("attribute")).map((L) => ({ L })),
    fc
      .dictionary(fc.oneof(fc.string(), fc.constantFrom("epoch", "until", "__proto__")), tie("attribute"))
      .map((M) => ({ M })),
  ),
})).attribute;
