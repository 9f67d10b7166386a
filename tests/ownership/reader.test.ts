import { LEASE_SECONDS, ROLE_CACHE_SECONDS } from "../../core/limits";
import { parameterNames } from "../../ownership/parameters";
import { ParametersMissing, RoleReader } from "../../ownership/reader";
import { RecordUnknown } from "../../ownership/resolver";
import { encodeRoles, initialRoles, ordered, type Roles, roleOf } from "../../ownership/roles";
import { encodeStates, initialStates, type States } from "../../ownership/states";
import { fencedBy, gateIsOpen, gateIsOpening } from "../../ownership/view";

const [HOME, PEER, THIRD] = ["us-east-1", "us-west-2", "eu-west-1"] as const;
const REGIONS = [HOME, PEER, THIRD];
const NAMES = parameterNames("shop");
const INITIAL = initialRoles(REGIONS);
const EVACUATED = ordered(INITIAL, { home: HOME, owner: PEER, at: 1 });

interface Region {
  roles?: Roles;
  checkedAt: number;
  isAway?: true;
  /** What its states say besides. */
  states?: Partial<States>;
}

/** A reader in the home, over regions in memory. */
function world(over: Partial<Record<string, Partial<Region>>> = {}, record?: { owner: string | undefined }) {
  const regions = new Map(
    REGIONS.map((region): [string, Region] => [
      region,
      { roles: INITIAL, checkedAt: 1_000_000, ...over[region] },
    ]),
  );
  const calls: string[] = [];
  const clock = { now: 1_000_000 };
  const send = async (region: string, names: readonly string[]) => {
    calls.push(region);
    const { roles, checkedAt, isAway, states } = regions.get(region)!;
    if (isAway) throw Object.assign(new Error("no"), { name: "TimeoutError" });
    const values = new Map([
      [NAMES.roles, roles && encodeRoles(roles)],
      [NAMES.states, roles && encodeStates({ ...initialStates(region, REGIONS), ...states, checkedAt })],
    ]);
    return { Parameters: names.map((Name) => ({ Name, Value: values.get(Name) })) };
  };
  const reader = new RoleReader({
    region: HOME,
    peers: [PEER, THIRD],
    names: NAMES,
    now: () => clock.now,
    ...(record && {
      records: {
        record: "orders.example.com",
        ttlSeconds: 30,
        resolver: {
          text: async (name) => {
            calls.push(name);
            if (record.owner === undefined) throw new RecordUnknown(name, "ENOTFOUND");
            return record.owner;
          },
        },
      },
    }),
    client: (region) => ({
      send: ((command: { input: { Names: string[] } }) => send(region, command.input.Names)) as never,
    }),
  });
  return { reader, regions, calls, clock };
}

const ownerIn = async (reader: RoleReader) => roleOf((await reader.read()).roles, HOME).owner;

test("asks its own region alone, and believes the answer for a while", async () => {
  const { reader, regions, calls, clock } = world();
  expect(await ownerIn(reader)).toBe(HOME);
  regions.get(HOME)!.roles = EVACUATED;
  clock.now += ROLE_CACHE_SECONDS * 1_000 - 1;
  expect(await ownerIn(reader)).toBe(HOME);
  clock.now += 1;
  expect(await ownerIn(reader)).toBe(PEER);
  expect(calls).toEqual([HOME, HOME]);
});

test("asks once for all who ask at the same time", async () => {
  const { reader, calls } = world();
  await Promise.all([reader.read(), reader.read(), reader.read()]);
  expect(calls).toEqual([HOME]);
});

describe("when its controller has not looked for a lease", () => {
  const stale = { checkedAt: 1_000_000 - LEASE_SECONDS * 1_000 - 1 };

  test("asks the peers, and follows the newest order", async () => {
    const { reader, calls } = world({ [HOME]: stale, [THIRD]: { roles: EVACUATED } });
    expect(await ownerIn(reader)).toBe(PEER);
    expect(calls.sort()).toEqual([...REGIONS].sort());
  });

  test("keeps its own role when no peer answers", async () => {
    const { reader } = world({ [HOME]: stale, [PEER]: { isAway: true }, [THIRD]: { isAway: true } });
    expect(await ownerIn(reader)).toBe(HOME);
  });

  test("does not go back to an older order that the peers no longer tell", async () => {
    const { reader, regions, clock } = world({ [HOME]: stale, [PEER]: { roles: EVACUATED } });
    expect(await ownerIn(reader)).toBe(PEER);
    regions.get(PEER)!.isAway = true;
    clock.now += ROLE_CACHE_SECONDS * 1_000;
    expect(await ownerIn(reader)).toBe(PEER);
  });
});

test("keeps what it read last while nothing can be read", async () => {
  const { reader, regions, clock } = world({ [HOME]: { roles: EVACUATED } });
  expect(await ownerIn(reader)).toBe(PEER);
  regions.get(HOME)!.isAway = true;
  clock.now += 3_600_000;
  expect(await ownerIn(reader)).toBe(PEER);
});

test("fails when nothing can be read and nothing ever was, and tries again", async () => {
  const { reader, regions } = world({ [HOME]: { isAway: true } });
  await expect(reader.read()).rejects.toThrow("no");
  delete regions.get(HOME)!.isAway;
  expect(await ownerIn(reader)).toBe(HOME);
});

test("fails when there are no such parameters: nobody is taken for the owner of a group that is misspelt", async () => {
  const { reader, regions } = world();
  delete regions.get(HOME)!.roles;
  await expect(reader.read()).rejects.toThrow(ParametersMissing);
});

describe("with records", () => {
  const OWNER_RECORD = `owner.${HOME}.orders.example.com`;
  const isFenced = async (reader: RoleReader) => fencedBy(await reader.read(), HOME);
  const isOpen = async (reader: RoleReader) => gateIsOpen(await reader.read(), HOME);
  const back = ordered(EVACUATED, { home: HOME, owner: HOME, at: 2 });
  const owned = { homes: { [HOME]: { phase: "owner", epoch: 2, since: 2 } } } as const;

  test("a fresh deployment is open, whether the record says so or does not exist yet", async () => {
    for (const owner of [HOME, undefined]) {
      const { reader } = world({}, { owner });
      expect(await isFenced(reader)).toBeUndefined();
      expect(await isOpen(reader)).toBe(true);
    }
  });

  test("the home is fenced for whom the record names, though no order has arrived", async () => {
    const { reader } = world({}, { owner: PEER });
    expect(await isFenced(reader)).toBe(PEER);
    expect(await isOpen(reader)).toBe(false);
  });

  test("the roles name the owner when they say another region too", async () => {
    for (const owner of [HOME, THIRD]) {
      const { reader } = world({ [HOME]: { roles: EVACUATED } }, { owner });
      expect(await isFenced(reader)).toBe(PEER);
    }
  });

  test("after a hand-back the gate opens when the record follows, and says before that it will", async () => {
    const record: { owner: string | undefined } = { owner: PEER };
    const { reader, clock } = world({ [HOME]: { roles: back, states: owned } }, record);
    expect(await isOpen(reader)).toBe(false);
    expect(gateIsOpening(await reader.read(), HOME)).toBe(true);
    record.owner = HOME;
    clock.now += 30_000;
    expect(await isOpen(reader)).toBe(true);
    expect(gateIsOpening(await reader.read(), HOME)).toBe(false);
  });

  test("the record is asked once in its time to live, the parameters as often as ever", async () => {
    const { reader, calls, clock } = world({}, { owner: HOME });
    for (let second = 0; second <= 40; second += 10) {
      await reader.read();
      clock.now += 10_000;
    }
    expect(calls.filter((call) => call === HOME)).toHaveLength(5);
    expect(calls.filter((call) => call === OWNER_RECORD)).toHaveLength(2);
  });

  test("a lookup that fails keeps what the record said last", async () => {
    const record: { owner: string | undefined } = { owner: PEER };
    const { reader, clock } = world({}, record);
    await reader.read();
    record.owner = undefined;
    clock.now += 3_600_000;
    expect(await isFenced(reader)).toBe(PEER);
  });

  test("an answer that is no region of the group is none, and keeps what the record said last", async () => {
    const record = { owner: "sa-east-1" };
    const { reader, clock } = world({}, record);
    expect(await isFenced(reader)).toBeUndefined();
    for (const owner of [PEER, "sa-east-1"]) {
      record.owner = owner;
      clock.now += 30_000;
      expect(await isFenced(reader)).toBe(PEER);
    }
  });

  test("a worker that gets no answer goes by what the controller saw last", async () => {
    const states = { recorded: { [HOME]: { owner: PEER, since: 5 } } };
    const { reader } = world({ [HOME]: { states } }, { owner: undefined });
    expect(await isFenced(reader)).toBe(PEER);
    expect(await isOpen(reader)).toBe(false);
  });

  test("what the record said holds on when the parameters cannot be read any more", async () => {
    const record: { owner: string | undefined } = { owner: HOME };
    const { reader, regions, clock } = world({}, record);
    await reader.read();
    regions.get(HOME)!.isAway = true;
    record.owner = PEER;
    clock.now += 30_000;
    expect(await isFenced(reader)).toBe(PEER);
  });

  test("a region that has come back goes by the record when no peer answers", async () => {
    const stale = { checkedAt: 0 };
    const away = { isAway: true } as const;
    const { reader, calls } = world({ [HOME]: stale, [PEER]: away, [THIRD]: away }, { owner: PEER });
    expect(await isFenced(reader)).toBe(PEER);
    expect(calls.sort()).toEqual([...REGIONS, OWNER_RECORD].sort());
  });

  test("a forced order opens the home against a record that has not changed since, and against no other", async () => {
    const forced = ordered(EVACUATED, { home: HOME, owner: HOME, at: 10, force: true });
    for (const [since, expected] of [
      [10, true],
      [11, false],
    ] as const) {
      const states = { ...owned, recorded: { [HOME]: { owner: PEER, since } } };
      const { reader } = world({ [HOME]: { roles: forced, states } }, { owner: PEER });
      expect(await isOpen(reader)).toBe(expected);
    }
  });
});
