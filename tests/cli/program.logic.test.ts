/** The commands against controllers that run the project's own protocol, in virtual time. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { program } from "../../cli/program";
import { KINDS } from "../../ownership/lease/table";
import { configurationInput, HOME_ACCOUNT } from "../fixtures";
import { REGIONS } from "./aws-server";
import { VirtualGroup, type VirtualGroupOptions } from "./virtual-group";

const [HOME, PEER, THIRD] = REGIONS;
const WITNESS = "ap-south-1";
const TWO = { regions: [HOME, PEER], settings: { takeover: "manual" } } as const;

// Minutes of virtual time are thousands of calls.
jest.setTimeout(30_000);

let folder: string;
let group: VirtualGroup;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "sqs-multi-region-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => begin({ regions: REGIONS }));
afterEach(async () => {
  process.exitCode = undefined;
  await group.close();
});

/** A group whose controllers have run for a while. */
async function begin(options: VirtualGroupOptions, queue: object = {}): Promise<void> {
  await group?.close();
  const regions = Object.fromEntries(options.regions.map((region) => [region, { account: HOME_ACCOUNT }]));
  const witness = options.witness === undefined ? {} : { witness: { region: options.witness } };
  const recovery = { ...witness, takeover: options.settings?.takeover ?? "automatic" };
  file = path.join(folder, "shop.json");
  writeFileSync(file, JSON.stringify(configurationInput({ regions, recovery }, queue)));
  group = new VirtualGroup(options);
  await group.pass(12_000);
}

/** Runs a command. @returns what it wrote */
async function run(...args: readonly string[]): Promise<string> {
  group.output.length = 0;
  group.said.length = 0;
  const command = program(group.environment);
  for (const each of [command, ...command.commands]) {
    each.exitOverride().configureOutput({ writeErr: () => {} });
  }
  await command.parseAsync([...args, "--config", file], { from: "user" });
  return group.output.join("");
}

const said = () => group.said.join("\n");
const evacuate = (...more: readonly string[]) => run("evacuate", HOME, "--to", PEER, ...more);
const status = async () => JSON.parse(await run("status", "--json"));
const ordersAt = () =>
  [...group.tables].flatMap(([region, table]) => (table.item(KINDS.order, HOME) ? [region] : []));

/** The home as `status` has it, and where it is open. */
async function homeNow(home: string = HOME) {
  const { homes, regions } = await status();
  const open = Object.keys(regions).filter((region) => regions[region].open?.[home] !== undefined);
  return { ...homes.find((each: { home: string }) => each.home === home), open };
}

describe("evacuate and failback", () => {
  test("are followed step by step until the home is open in its new owner alone", async () => {
    const output = await evacuate();
    const [, seconds] = /^us-west-2 processes us-east-1 since (\d+(?:\.\d)?) s after the order$/m.exec(
      output,
    )!;
    expect(Number(seconds)).toBeGreaterThan(35);
    expect(Number(seconds)).toBeLessThan(60);
    expect(said()).toMatch(
      /^ordered: us-west-2 owns us-east-1 \(order \d+\)\n.*waits until us-east-1 gives the home up\n.*waits until the claim of us-east-1 has lapsed and us-west-2 takes the home/,
    );
    expect(process.exitCode).toBeUndefined();
    expect(await homeNow()).toMatchObject({ owner: PEER, open: [PEER], taken: { from: HOME } });

    expect(await run("failback", HOME)).toMatch(/^us-east-1 processes us-east-1 since/);
    expect(await homeNow()).toMatchObject({ owner: HOME, open: [HOME], taken: { from: PEER } });
  });

  test("of a home whose region is lost need no word about that: the claim lapses", async () => {
    await begin({ regions: REGIONS, settings: { takeover: "manual" } });
    group.lose(HOME);
    expect(await evacuate()).toMatch(/^us-west-2 processes us-east-1/);
    expect(said()).toContain(`${HOME} could not be looked at: no route (ECONNREFUSED)`);
    expect(await homeNow()).toMatchObject({ owner: PEER, open: [PEER] });
    expect(process.exitCode).toBe(1);
  });

  test("wait for an owner that has work to end, and by force do not", async () => {
    await evacuate();
    group.kept.add(HOME);
    await run("failback", HOME, "--timeout", "90");
    expect(process.exitCode).toBe(3);
    expect(said()).toContain(
      `${HOME} does not process ${HOME} yet: it waits until ${PEER} gives the home up.`,
    );
    expect(await homeNow()).toMatchObject({ owner: PEER, open: [PEER], order: { to: HOME } });

    await run("failback", HOME, "--force");
    expect(said()).toContain(
      "--force: nobody waits until the owner has ended its work, so that messages may",
    );
    expect(said()).toContain("waits until us-east-1 opens what it has taken");
    expect(await homeNow()).toMatchObject({ owner: HOME, open: [HOME] });
  });

  test("to a region that is not fit wait until it is, and end with 3 when the time is over", async () => {
    group.unfit.add(PEER);
    await group.pass(15_000);
    await evacuate("--timeout", "10");
    expect(process.exitCode).toBe(3);
    expect(said()).toContain(
      `${PEER} does not process ${HOME} yet: it waits until ${PEER} is fit. The order stands.`,
    );
    expect((await homeNow()).order).toMatchObject({ to: PEER });
    group.unfit.delete(PEER);
    await group.until(
      () => group.tables.get(PEER)!.item(KINDS.lease, HOME)?.epoch?.M?.region?.S === PEER,
      90,
    );
  });

  test("end when a later order takes their place", async () => {
    const later = { v: { N: "1" }, id: { S: "later" }, to: { S: THIRD } };
    let looks = 0;
    group.onCall = (_, operation) => {
      if (operation !== "Query") return;
      looks += 1;
      const number = { N: String(Math.floor(group.environment.now() / 1_000) + 60) };
      if (looks === 60)
        for (const table of group.tables.values()) table.set(KINDS.order, HOME, { ...later, number });
    };
    await evacuate();
    expect(said()).toContain(`the order is over: a later order has ${HOME} owned by ${THIRD}`);
    expect(process.exitCode).toBe(1);
  });

  test("as JSON are one object", async () => {
    const given = JSON.parse(await evacuate("--no-wait", "--json"));
    expect(given).toEqual({ home: HOME, to: PEER, order: expect.any(Number) });
    const followed = JSON.parse(await run("failback", THIRD, "--json").catch(() => group.output.join("")));
    expect(followed.error).toMatchObject({ name: "Refusal" });
  });

  test("carry the time from which on messages are to be processed", async () => {
    await begin({ regions: REGIONS }, { rescue: "manual" });
    await evacuate("--since", "2026-01-31T07:00:00Z", "--no-wait");
    const at = Date.parse("2026-01-31T07:00:00Z");
    expect(group.tables.get(THIRD)!.item(KINDS.order, HOME)?.since).toEqual({ N: String(at) });
  });

  test("are unknown when less than a majority has taken them, and another order decides", async () => {
    group.onCall = (region, operation) => {
      if (operation === "PutItem" && region !== PEER)
        throw Object.assign(new Error("gone"), { code: "ECONNRESET" });
    };
    await expect(evacuate()).rejects.toThrow(
      /--to us-west-2: unknown, it may still take effect; give another order\n {2}taken by: us-west-2, which is no majority/,
    );
    group.onCall = () => {};
    await run("evacuate", HOME, "--to", THIRD);
    expect(await homeNow()).toMatchObject({ owner: THIRD, open: [THIRD] });
  });
});

describe("status", () => {
  test("tells regions that are unfit, that fall silent, and whose controllers do not run", async () => {
    group.unfit.add(PEER);
    await group.pass(20_000);
    const unfit = await run("status");
    expect(unfit).toMatch(/^us-west-2 +answers +unfit for \d+ s +us-west-2 \(for \d+ s\)$/m);
    expect(unfit).toMatch(/^eu-west-1 +answers +fit for \d+ min +eu-west-1 \(for \d+ s\)$/m);
    group.stop(THIRD);
    await group.pass(45_000);
    expect(await run("status")).toMatch(/^eu-west-1 +answers +silent for 4\d s +nothing$/m);
    await group.pass(30_000);
    expect(await run("status")).toMatch(/^eu-west-1 +answers +does not run +nothing$/m);
    expect(process.exitCode).toBeUndefined();
  });

  test("tells what an order waits for, and that nobody owns a home that is handed over", async () => {
    await evacuate("--no-wait");
    expect(await run("status")).toMatch(
      /^us-east-1 +us-east-1 .*ordered to us-west-2; waits until us-east-1 gives the home up$/m,
    );
    await group.pass(10_000);
    expect(await run("status")).toMatch(
      /^us-east-1 +nobody .*waits until the claim of us-east-1 has lapsed and us-west-2 takes the home$/m,
    );
  });

  test("has a witness with a table and no controller", async () => {
    await begin({ regions: [HOME, PEER], witness: WITNESS });
    expect(await run("status")).toMatch(/^ap-south-1 +answers +witness$/m);
    expect((await status()).regions[WITNESS]).toEqual({ reached: true, witness: true });
  });
});

describe("orders that make no sense are refused, and written nowhere:", () => {
  test.each<[string, readonly string[], () => unknown, string]>([
    [
      "to the region that owns the home",
      ["failback", HOME],
      () => {},
      "failback us-east-1: us-east-1 owns itself already (epoch 1)",
    ],
    [
      "to a region whose own home another has",
      ["evacuate", HOME, "--to", PEER],
      () => run("evacuate", PEER, "--to", THIRD),
      "--to us-west-2: us-west-2 does not own its own home: order that first",
    ],
    [
      "to a region whose own home is ordered away",
      ["evacuate", HOME, "--to", PEER],
      () => run("evacuate", PEER, "--to", THIRD, "--no-wait"),
      `the home of ${PEER} is ordered to ${THIRD}: order it back first`,
    ],
    [
      "to a region that is not deployed",
      ["evacuate", HOME, "--to", PEER],
      () => {
        group.stop(PEER);
        group.tables.get(PEER)!.exists = false;
      },
      "the failover group shop is not deployed in us-west-2: there is no table shop-ownership\n  allowed: us-east-1, eu-west-1",
    ],
    [
      "to a region whose controller does not run",
      ["evacuate", HOME, "--to", PEER],
      async () => {
        group.stop(PEER);
        await group.pass(95_000);
      },
      "the controller of us-west-2 does not run: it has said nothing for 60 s\n  allowed: us-east-1, eu-west-1",
    ],
    [
      "while no majority answers",
      ["evacuate", HOME, "--to", PEER],
      () => {
        group.away.add(HOME).add(THIRD);
      },
      "no majority of eu-west-1, us-east-1, us-west-2 answers, only us-west-2",
    ],
    [
      "about a lost region that answers",
      ["evacuate", HOME, "--to", PEER, "--lost", HOME],
      () => {},
      "--lost us-east-1: us-east-1 answers, so it is not lost",
    ],
    [
      "about a lost region where a majority decides",
      ["evacuate", HOME, "--to", PEER, "--lost", HOME],
      () => group.lose(HOME),
      "decides, and no word about us-east-1: leave it out",
    ],
  ])("%s", async (_, args, prepare, message) => {
    await prepare();
    await expect(run(...args)).rejects.toThrow(message);
    await expect(run(...args)).rejects.toThrow("nothing was changed");
    expect(ordersAt()).toEqual([]);
  });
});

describe("two regions without a witness", () => {
  beforeEach(() => begin(TWO));

  test("hand over while both live, and the list goes with the home", async () => {
    await evacuate();
    const { voters, open } = await homeNow();
    expect(open).toEqual([PEER]);
    expect(voters.lists).toEqual([{ number: expect.any(Number), voters: [PEER] }]);
    expect(voters).not.toHaveProperty("configured");
  });

  test("ask for the word of loss when one does not answer, and take it", async () => {
    group.lose(HOME);
    await expect(evacuate()).rejects.toThrow("if that region is lost, say so");
    expect(await evacuate("--lost", HOME)).toMatch(/^us-west-2 processes us-east-1/);
    expect(said()).toContain(`waits until ${HOME} has been silent for 35 s and ${PEER} takes the home`);
    expect(await homeNow()).toMatchObject({ owner: PEER, open: [PEER] });
  });

  test("show no owner that an unseen table may have changed", async () => {
    group.lose(HOME);
    await group.pass(60_000);
    expect(await homeNow()).toMatchObject({ owner: null, isKnown: false, epoch: null });
    expect(await homeNow(PEER)).toMatchObject({ owner: PEER, open: [PEER] });
    // Its pass ends, and with it the proof.
    group.stop(PEER);
    await group.pass(45_000);
    expect(await homeNow(PEER)).toMatchObject({ owner: null, isKnown: false, open: [] });
    group.away.delete(HOME);
    expect(await homeNow(PEER)).toMatchObject({ owner: PEER, isKnown: true, open: [] });
  });
});

describe("voters", () => {
  beforeEach(() => begin({ regions: [HOME, PEER], witness: WITNESS }));

  const listsNow = async () =>
    (await status()).homes.map(({ voters }: { voters: { lists: readonly object[] } }) => voters.lists);

  test("set is followed until the list stands alone about every home", async () => {
    await begin({ regions: [HOME, PEER, THIRD, WITNESS], settings: { takeover: "manual" } });
    const output = await run("voters", "set", WITNESS, PEER, THIRD);
    expect(output).toMatch(
      /^ap-south-1, eu-west-1, us-west-2 alone vote since .* s after the order: only now may another table be destroyed$/m,
    );
    expect(said()).toMatch(/waits until the owners of us-east-1, .* have changed their lists/);
    const alone = [{ number: expect.any(Number), voters: [WITNESS, THIRD, PEER] }];
    expect(await listsNow()).toEqual([alone, alone, alone, alone]);
  });

  test("set has a group of two go on without its witness", async () => {
    expect(await run("voters", "set", PEER)).toContain("each home's owner alone has the vote since");
    const [home, peer] = await listsNow();
    expect([home, peer]).toMatchObject([[{ voters: [HOME] }], [{ voters: [PEER] }]]);
  });

  test("set is refused while a region has not shown that it reaches the tables", async () => {
    group.stop(PEER);
    await group.pass(95_000);
    await expect(run("voters", "set", HOME)).rejects.toThrow(
      /voters set us-east-1: us-west-2 has not shown within 60 s that it reads and writes/,
    );
  });

  test("set leaves out a lost voter that the configuration names no more, and nobody whom no list knows", async () => {
    await begin({ regions: [HOME, PEER, THIRD] });
    group.stop(THIRD);
    group.away.add(THIRD);
    const regions = Object.fromEntries([HOME, PEER].map((region) => [region, { account: HOME_ACCOUNT }]));
    writeFileSync(file, JSON.stringify(configurationInput({ regions, recovery: {} })));
    await group.pass(70_000);
    await expect(run("voters", "set", HOME)).rejects.toThrow("has not shown within 60 s");
    await expect(run("voters", "set", HOME, "--lost", "mars-1")).rejects.toThrow(
      "voters set us-east-1: mars-1 is no region of the group, and has no vote",
    );
    const output = await run("voters", "set", HOME, "--lost", THIRD);
    expect(output).toContain("each home's owner alone has the vote since");
  });

  test("set shows where the configuration names others", async () => {
    await run("voters", "set", PEER);
    expect((await homeNow()).voters.configured).toEqual([WITNESS, HOME, PEER].sort());
    expect(await run("status")).toContain(`configured: ${[WITNESS, HOME, PEER].sort().join(", ")}`);
  });

  test.each<[readonly string[], string]>([
    [["set", HOME, PEER], "an even number of voters has no more majorities than one voter less"],
    [["set", "mars-1"], `mars-1 is neither a region of the failover group shop nor its witness`],
    [["restore", "mars-1"], `allowed: ${HOME}, ${PEER}, ${WITNESS}`],
    [["restore", PEER, "--lost", PEER], "a table cannot be filled and be lost"],
  ])("%j is no command", async (args, message) => {
    await expect(run("voters", ...args)).rejects.toThrow(message);
  });

  test("restore is refused while the others decide, and fills a table when a majority was emptied", async () => {
    group.tables.get(WITNESS)!.clear();
    await expect(run("voters", "restore", WITNESS)).rejects.toThrow("the other voters decide without it");
    await expect(run("voters", "restore", WITNESS, "--lost", PEER)).rejects.toThrow(
      `the table of ${PEER} answers: it is not lost`,
    );

    for (const region of [HOME, PEER]) group.stop(region);
    await group.pass(60_000);
    for (const region of [WITNESS, PEER]) group.tables.get(region)!.clear();
    expect(await run("voters", "restore", WITNESS)).toMatch(
      /^the table of ap-south-1 has claims of 2 homes again/,
    );
    for (const region of [HOME, PEER]) group.start(region);
    await group.pass(80_000);
    expect(await homeNow()).toMatchObject({ owner: HOME, open: [HOME] });
  });
});

test("without recovery in the configuration there is nothing to order", async () => {
  writeFileSync(file, JSON.stringify(configurationInput()));
  await expect(run("status")).rejects.toThrow("the configuration has no recovery");
});
