import fc from "fast-check";
import { SSM_PARAMETER_MAX_BYTES } from "../../core/limits";
import {
  encodeRoles,
  initialRoles,
  isSameOrder,
  mergeRoles,
  ordered,
  parseRoles,
  type Role,
  type Roles,
  roleOf,
} from "../../ownership/roles";

const [HOME, PEER, THIRD] = ["us-east-1", "us-west-2", "eu-west-1"] as const;
const REGIONS = [HOME, PEER, THIRD];
const AT = 1_700_000_000_000;

function rolesOf(role: Partial<Role>): Roles {
  return { v: 1, homes: { [HOME]: { owner: HOME, epoch: 0, at: 0, from: [], ...role } } };
}

describe("initial roles", () => {
  test("have every home own itself, also a home that is not in them", () => {
    const roles = initialRoles([HOME, PEER]);
    for (const home of REGIONS)
      expect(roleOf(roles, home)).toEqual({ owner: home, epoch: 0, at: 0, from: [] });
  });
});

describe("an order", () => {
  const evacuated = ordered(initialRoles(REGIONS), { home: HOME, owner: PEER, at: AT });

  test("raises the epoch of one home and has its owner release it", () => {
    expect(evacuated.homes[HOME]).toEqual({ owner: PEER, epoch: 1, at: AT, from: [HOME] });
    expect(evacuated.homes[PEER]).toEqual(roleOf(initialRoles(REGIONS), PEER));
  });

  test("keeps in mind who may still be processing by the orders before, until the owner has begun", () => {
    const order = { home: HOME, owner: THIRD, at: AT + 1 };
    expect(ordered(evacuated, order).homes[HOME]?.from).toEqual([PEER, HOME].sort());
    expect(ordered(evacuated, { ...order, settled: true }).homes[HOME]?.from).toEqual([PEER]);
    // Taken by force: those before were not waited for.
    const forced = ordered(initialRoles(REGIONS), { home: HOME, owner: PEER, at: AT, force: true });
    expect(ordered(forced, { ...order, settled: true }).homes[HOME]?.from).toEqual([PEER, HOME].sort());
  });

  test("never has the owner wait for itself", () => {
    const back = ordered(evacuated, { home: HOME, owner: HOME, at: AT });
    expect(back.homes[HOME]).toEqual({ owner: HOME, epoch: 2, at: AT, from: [PEER] });
    const again = ordered(evacuated, { home: HOME, owner: PEER, at: AT, lost: [HOME, PEER] });
    expect(again.homes[HOME]).toEqual({ owner: PEER, epoch: 2, at: AT, from: [HOME], lost: [HOME] });
  });

  test("says who is lost, that nothing is waited for, and since when messages are unprocessed", () => {
    const order = { home: HOME, owner: PEER, at: AT, lost: [HOME], force: true, since: AT - 5 };
    expect(ordered(initialRoles(REGIONS), order).homes[HOME]).toMatchObject({
      lost: [HOME],
      force: true,
      since: AT - 5,
    });
  });
});

describe("merged roles", () => {
  const region = fc.constantFrom(...REGIONS);
  const role: fc.Arbitrary<Role> = fc
    .record({
      owner: region,
      epoch: fc.nat(3),
      at: fc.nat(2),
      from: fc.uniqueArray(region),
      lost: fc.option(fc.uniqueArray(region), { nil: undefined }),
    })
    .map(({ lost, ...rest }) => ({ ...rest, ...(lost === undefined ? {} : { lost }) }));
  const roles = fc.dictionary(region, role).map((homes): Roles => ({ v: 1, homes }));

  test("do not depend on the order in which they are merged, nor on how often", () => {
    fc.assert(
      fc.property(fc.array(roles, { minLength: 1, maxLength: 4 }), (all) => {
        const [first, ...others] = all;
        const merged = mergeRoles(first!, ...others);
        const [last, ...before] = [...all].reverse();
        expect(mergeRoles(last!, ...before)).toEqual(merged);
        expect(mergeRoles(merged, ...all)).toEqual(merged);
      }),
    );
  });

  test("follow the highest epoch, and know of everybody who may have begun", () => {
    fc.assert(
      fc.property(fc.array(roles, { minLength: 1, maxLength: 4 }), (all) => {
        const [first, ...others] = all;
        const merged = mergeRoles(first!, ...others);
        for (const home of REGIONS) {
          const known = all.flatMap(({ homes }) => homes[home] ?? []);
          if (known.length === 0) continue;
          const { owner, epoch, from } = roleOf(merged, home);
          expect(epoch).toBe(Math.max(...known.map((one) => one.epoch)));
          expect(from).not.toContain(owner);
          const siblings = known.filter((one) => one.epoch === epoch);
          for (const one of siblings) {
            expect([owner, ...from]).toEqual(expect.arrayContaining([one.owner, ...one.from]));
          }
        }
      }),
    );
  });

  test("prefer the later of two orders of one epoch, whose owner waits for the other's", () => {
    const early = rolesOf({ owner: PEER, epoch: 1, at: AT, from: [HOME] });
    const late = rolesOf({ owner: THIRD, epoch: 1, at: AT + 1, from: [HOME] });
    expect(mergeRoles(early, late).homes[HOME]).toEqual({
      owner: THIRD,
      epoch: 1,
      at: AT + 1,
      from: [HOME, PEER],
    });
  });

  test("have an order wait for the owner of the order before, of which whoever gave it did not know", () => {
    const unknown = rolesOf({ owner: THIRD, epoch: 1, at: AT, from: [HOME] });
    const order = rolesOf({ owner: PEER, epoch: 2, at: AT + 1, from: [HOME] });
    expect(mergeRoles(order, unknown).homes[HOME]?.from).toEqual([THIRD, HOME]);
    // One that is older was released by the order in between.
    const next = rolesOf({ owner: PEER, epoch: 3, at: AT + 1, from: [HOME] });
    expect(mergeRoles(next, unknown).homes[HOME]?.from).toEqual([HOME]);
  });

  test("add nothing to orders that follow one another", () => {
    const first = ordered(initialRoles(REGIONS), { home: HOME, owner: PEER, at: AT });
    const second = ordered(first, { home: HOME, owner: THIRD, at: AT + 1, settled: true });
    const third = ordered(second, { home: HOME, owner: HOME, at: AT + 2, settled: true });
    for (const [after, before] of [
      [first, initialRoles(REGIONS)],
      [second, first],
      [third, second],
    ] as const) {
      expect(roleOf(mergeRoles(after, before), HOME)).toEqual(roleOf(after, HOME));
    }
  });
});

describe("the same order", () => {
  const order: Role = { owner: PEER, epoch: 1, at: AT, from: [HOME] };

  test.each([
    [{ from: [HOME, THIRD] }, true],
    [{ owner: THIRD }, false],
    [{ epoch: 2 }, false],
    [{ at: AT + 1 }, false],
  ])("with %j: %p", (change, same) => {
    expect(isSameOrder(order, { ...order, ...change })).toBe(same);
  });
});

describe("the parameter", () => {
  const role: Role = { owner: PEER, epoch: 3, at: AT, from: [HOME], lost: [HOME], force: true, since: AT };

  test("is read as it was written", () => {
    expect(parseRoles(encodeRoles(rolesOf(role)))).toEqual(rolesOf(role));
  });

  test("of a later version keeps what is unknown here", () => {
    const later = { v: 2, hint: 1, homes: { [HOME]: { ...role, colour: "red" } } };
    expect(parseRoles(JSON.stringify(later))).toEqual({ ...later, v: 1 });
  });

  test.each([
    ["{", 'roles must be JSON, but it is "{"'],
    ["[]", "roles must be an object, but it is []"],
    ['{"v":0,"homes":{}}', "roles.v must be 1 or more, but it is 0"],
    ['{"v":1}', "roles.homes must be an object, but it is missing"],
    [
      JSON.stringify(rolesOf({ epoch: -1 })),
      "roles.homes.us-east-1.epoch must be a whole number, 0 or more, but it is -1",
    ],
    [
      JSON.stringify(rolesOf({ owner: "" })),
      'roles.homes.us-east-1.owner must be a string that is not empty, but it is ""',
    ],
    [
      JSON.stringify(rolesOf({ from: [7] as never })),
      "roles.homes.us-east-1.from.0 must be a string that is not empty, but it is 7",
    ],
    [
      JSON.stringify(rolesOf({ force: false as never })),
      "roles.homes.us-east-1.force must be true or absent, but it is false",
    ],
    [
      JSON.stringify(rolesOf({ since: "now" as never })),
      'roles.homes.us-east-1.since must be a whole number, 0 or more, but it is "now"',
    ],
  ])("%s is refused", (json, message) => {
    expect(() => parseRoles(json)).toThrow(message);
  });

  test("has room for five regions with everything that an order may say", () => {
    const regions = ["ap-northeast-1", "ap-southeast-2", "eu-central-1", "us-gov-west-1", "ap-northeast-3"];
    const homes = regions.map((home) => [
      home,
      { ...role, owner: regions[0]!, from: regions, lost: regions },
    ]);
    const json = encodeRoles({ v: 1, homes: Object.fromEntries(homes) });
    expect(Buffer.byteLength(json)).toBeLessThan(SSM_PARAMETER_MAX_BYTES);
  });

  test("is not written when it is too long", () => {
    const lost = Array.from({ length: 500 }, (_, index) => `region-${index}`);
    expect(() => encodeRoles(rolesOf({ lost }))).toThrow(/^roles must be at most 4096 bytes, but are \d+$/);
  });
});
