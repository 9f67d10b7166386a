import { LEASE_SECONDS, ROLE_CACHE_SECONDS } from "../../core/limits";
import { parameterNames } from "../../ownership/parameters";
import { ParametersMissing, RoleReader } from "../../ownership/reader";
import { encodeRoles, initialRoles, ordered, type Roles, roleOf } from "../../ownership/roles";
import { encodeStates, initialStates } from "../../ownership/states";

const [HOME, PEER, THIRD] = ["us-east-1", "us-west-2", "eu-west-1"] as const;
const REGIONS = [HOME, PEER, THIRD];
const NAMES = parameterNames("shop");
const INITIAL = initialRoles(REGIONS);
const EVACUATED = ordered(INITIAL, { home: HOME, owner: PEER, at: 1 });

interface Region {
  roles?: Roles;
  checkedAt: number;
  isAway?: true;
}

/** A reader in the home, over regions in memory. */
function world(over: Partial<Record<string, Partial<Region>>> = {}) {
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
    const { roles, checkedAt, isAway } = regions.get(region)!;
    if (isAway) throw Object.assign(new Error("no"), { name: "TimeoutError" });
    const values = new Map([
      [NAMES.roles, roles && encodeRoles(roles)],
      [NAMES.states, roles && encodeStates({ ...initialStates(region, REGIONS), checkedAt })],
    ]);
    return { Parameters: names.map((Name) => ({ Name, Value: values.get(Name) })) };
  };
  const reader = new RoleReader({
    region: HOME,
    peers: [PEER, THIRD],
    names: NAMES,
    now: () => clock.now,
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
