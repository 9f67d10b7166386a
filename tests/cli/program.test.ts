import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { program } from "../../cli/program";
import { initialRoles, ordered, roleOf } from "../../ownership/roles";
import type { States } from "../../ownership/states";
import { configurationInput, HOME_ACCOUNT } from "../fixtures";
import { REGIONS, Regions, statesOf } from "./regions";

const [HOME, PEER, THIRD] = REGIONS;

let folder: string;
let configuration: string;
let regions: Regions;

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "sqs-multi-region-cli-"));
  configuration = path.join(folder, "sqs-multi-region.json");
  const accounts = Object.fromEntries(REGIONS.map((region) => [region, { account: HOME_ACCOUNT }]));
  writeFileSync(configuration, JSON.stringify(configurationInput({ regions: accounts, recovery: {} })));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  regions = new Regions();
});
afterEach(() => {
  process.exitCode = undefined;
});

/** Runs the command with arguments. */
async function run(...args: readonly string[]): Promise<void> {
  const command = program(regions.environment);
  for (const each of [command, ...command.commands]) {
    each.exitOverride().configureOutput({ writeErr: () => {} });
  }
  await command.parseAsync([...args, "--config", configuration], { from: "user" });
}

const evacuate = (...more: readonly string[]) => run("evacuate", HOME, "--to", PEER, ...more);

/** A region in which the phase of the home is that of an owner by the order. */
function owning(region: string, epoch: number): States {
  const states = statesOf(region);
  return { ...states, homes: { ...states.homes, [HOME]: { phase: "owner", epoch, since: 5 } } };
}

describe("evacuate", () => {
  test("writes the order in every region and has their controllers run", async () => {
    await evacuate("--no-wait");
    for (const region of REGIONS) {
      expect(roleOf(regions.roles(region), HOME)).toEqual({
        owner: PEER,
        epoch: 1,
        at: regions.time,
        from: [HOME],
      });
    }
    expect(regions.woken).toEqual(REGIONS);
    expect(process.exitCode).toBeUndefined();
  });

  test("says which regions do not know, and what follows from it", async () => {
    regions.away.add(HOME).add(THIRD);
    await evacuate("--no-wait", "--json");
    expect(JSON.parse(regions.output.join(""))).toEqual({
      home: HOME,
      owner: PEER,
      epoch: 1,
      written: [PEER],
      unwritten: { [HOME]: "TimeoutError", [THIRD]: "TimeoutError" },
    });
    const said = regions.said.join("\n");
    expect(said).toContain(`if it is lost, order again with --lost ${HOME}`);
    expect(said).toContain(
      `not written in ${THIRD}: time-out (TimeoutError): it asks its peers when it comes back`,
    );
  });

  test("waits for nobody that is lost, and says so in the order", async () => {
    regions.away.add(HOME);
    await evacuate("--lost", HOME, "--no-wait");
    expect(roleOf(regions.roles(PEER), HOME)).toMatchObject({ owner: PEER, lost: [HOME] });
    expect(regions.said.join("\n")).toContain("it asks its peers when it comes back");
  });

  test("carries force and the time before which messages count as processed", async () => {
    await evacuate("--force", "--since", "1970-01-01T00:10:00Z", "--no-wait");
    expect(roleOf(regions.roles(PEER), HOME)).toMatchObject({ force: true, since: 600_000 });
  });

  test("goes on from the highest epoch, wherever that is known", async () => {
    const later = ordered(initialRoles(REGIONS), { home: HOME, owner: THIRD, at: 1 });
    regions.setRoles(THIRD, later);
    await evacuate("--no-wait");
    expect(roleOf(regions.roles(HOME), HOME)).toMatchObject({
      owner: PEER,
      epoch: 2,
      from: [HOME, THIRD].sort(),
    });
  });

  test("tells the new owner first, and nobody else when that does not take it", async () => {
    regions.readOnly.add(PEER);
    await expect(evacuate("--no-wait")).rejects.toThrow(
      /us-west-2 did not take the order: access denied \(AccessDeniedException\)[\s\S]*nothing was changed/,
    );
    for (const region of REGIONS) expect(roleOf(regions.roles(region), HOME).epoch).toBe(0);
    expect(regions.woken).toEqual([]);
  });

  test("goes on when the new owner has the order, though its answer got lost", async () => {
    regions.afterWrite = (region) => {
      if (region === PEER) throw new Error("reset");
    };
    await evacuate("--no-wait");
    for (const region of REGIONS) expect(roleOf(regions.roles(region), HOME).owner).toBe(PEER);
  });

  test("tells nobody else when the new owner is lost on the way, and says what is not known", async () => {
    regions.afterWrite = (region) => {
      regions.away.add(region);
      throw new Error("reset");
    };
    await expect(evacuate("--no-wait")).rejects.toThrow(
      `${PEER} no longer answers (time-out (TimeoutError)), so that it may or may not have taken the order; no other region was told`,
    );
    expect(roleOf(regions.roles(HOME), HOME).epoch).toBe(0);
  });

  test("names a region that others have written over", async () => {
    regions.afterWrite = (region) => {
      if (region === THIRD) regions.setRoles(THIRD, initialRoles(REGIONS));
    };
    await evacuate("--no-wait", "--json");
    expect(JSON.parse(regions.output.join(""))).toMatchObject({ unwritten: { [THIRD]: "Overwritten" } });
  });

  test("takes a region for lost that answers, but whose controller does not run", async () => {
    regions.setStates(HOME, { ...statesOf(HOME), checkedAt: regions.time - 91_000 });
    await evacuate("--lost", HOME, "--no-wait");
    expect(roleOf(regions.roles(HOME), HOME)).toMatchObject({ owner: PEER, lost: [HOME] });
  });

  test("follows the hand-over until the new owner has begun", async () => {
    let looks = 0;
    regions.onSleep = () => {
      looks += 1;
      if (looks === 3) regions.setStates(PEER, owning(PEER, 1));
    };
    await evacuate();
    expect(regions.output.join("")).toContain(`${PEER} owns ${HOME} since 6 s after the order`);
    expect(regions.said.join("\n")).toMatch(/us-west-2: standing-by[\s\S]*us-west-2: owner/);
  });

  test("ends with 3 and what is waited for when the time is over", async () => {
    const states = statesOf(PEER);
    const waiting = {
      phase: "taking-over",
      epoch: 1,
      since: 5,
      waitsFor: "us-east-1 to release it",
    } as const;
    regions.setStates(PEER, { ...states, homes: { ...states.homes, [HOME]: waiting } });
    await evacuate("--timeout", "10");
    expect(process.exitCode).toBe(3);
    expect(regions.said.join("\n")).toContain("it waits for us-east-1 to release it. The order stands.");
  });

  test("names the regions whose controllers do not run", async () => {
    regions.setStates(HOME, { ...statesOf(HOME), checkedAt: regions.time - 91_000 });
    await evacuate("--timeout", "10");
    expect(regions.said.join("\n")).toContain(`Their controllers do not run: ${HOME}.`);
    expect(regions.said.join("\n")).toContain(`${HOME}: owner, its controller does not run`);
  });
});

describe("refuses, and changes nothing:", () => {
  afterEach(() => {
    for (const region of REGIONS) expect(roleOf(regions.roles(region), HOME).epoch).toBeLessThanOrEqual(1);
    expect(regions.woken).toEqual([]);
  });

  test.each([
    [
      "an unknown region",
      ["evacuate", HOME, "--to", "mars-1"],
      "--to mars-1: mars-1 is no region of the failover group shop",
    ],
    ["evacuation to itself", ["evacuate", HOME, "--to", HOME], "a home is evacuated to another region"],
    ["a lost owner", ["evacuate", HOME, "--to", PEER, "--lost", PEER], "cannot own us-east-1 and be lost"],
    [
      "a lost region that answers",
      ["evacuate", HOME, "--to", PEER, "--lost", HOME],
      "answers and its controller runs, so it is not lost",
    ],
    ["failback of a home that owns itself", ["failback", HOME], "us-east-1 owns itself already (epoch 0)"],
    ["a time in the future", ["evacuate", HOME, "--to", PEER, "--since", "2999-01-01"], "is in the future"],
    ["a time that is none", ["evacuate", HOME, "--to", PEER, "--since", "soon"], "neither an ISO 8601 time"],
    ["a timeout of nothing", ["evacuate", HOME, "--to", PEER, "--timeout", "0"], "not a whole number from 1"],
  ])("%s", async (_, args, message) => {
    await expect(run(...args)).rejects.toThrow(message);
  });

  test("a new owner that cannot be reached", async () => {
    regions.away.add(PEER);
    await expect(evacuate()).rejects.toThrow(
      `${PEER} cannot be looked at, so it cannot be told to own ${HOME}: time-out (TimeoutError)`,
    );
  });

  test("the same owner again, unless there is something new to say", async () => {
    const given = ordered(initialRoles(REGIONS), { home: HOME, owner: PEER, at: 1 });
    for (const region of REGIONS) regions.setRoles(region, given);
    await expect(evacuate()).rejects.toThrow(`${PEER} owns ${HOME} already (epoch 1)`);
  });
});

test("failback gives a home back to itself and waits for its last owner alone when that had begun", async () => {
  const given = ordered(initialRoles(REGIONS), { home: HOME, owner: PEER, at: 1 });
  for (const region of REGIONS) regions.setRoles(region, given);
  regions.setStates(PEER, owning(PEER, 1));
  await run("failback", HOME, "--no-wait");
  expect(roleOf(regions.roles(HOME), HOME)).toEqual({
    owner: HOME,
    epoch: 2,
    at: regions.time,
    from: [PEER],
  });
});

describe("status", () => {
  test("shows each home and what each region does about it", async () => {
    regions.away.add(THIRD);
    await run("status");
    const table = regions.output.join("");
    expect(table).toMatch(/^home +owner +epoch +region +phase/);
    expect(table).toMatch(/us-east-1 +us-east-1 +0 +us-east-1 +owner/);
    expect(table).toMatch(/us-west-2 +standing-by/);
    expect(table).toMatch(/eu-west-1 +time-out \(TimeoutError\)/);
  });

  test("is the same as JSON", async () => {
    const given = ordered(initialRoles(REGIONS), { home: HOME, owner: PEER, at: 5_000 });
    regions.setRoles(PEER, given);
    await run("status", "--json");
    const [home] = JSON.parse(regions.output.join("")).homes;
    expect(home).toMatchObject({ home: HOME, owner: PEER, epoch: 1, orderedAt: "1970-01-01T00:00:05.000Z" });
    expect(home.regions[HOME]).toEqual({ reached: true, phase: "owner", current: false });
  });
});

test("without recovery in the configuration there is nothing to order", async () => {
  const plain = path.join(folder, "plain.json");
  writeFileSync(plain, JSON.stringify(configurationInput()));
  const command = program(regions.environment);
  await expect(command.parseAsync(["status", "--config", plain], { from: "user" })).rejects.toThrow(
    "the configuration has no recovery",
  );
});
