import type { Seeded } from "../../../emulator/seeded";
import type { Command } from "./program";
import type { World } from "./world";

/** Has things go wrong at random moments before `endMs`. */
export type Fault = (world: World, random: Seeded, endMs: number) => void;

/** From here on everything has begun. */
const START_MS = 60_000;
const LINK_SECONDS = [8, 15, 20, 38, 45, 60, 90, 120, 200, 300];
const LONG_SECONDS = [60, 90, 150, 300];

/**
 * What can go wrong, by kind.
 *
 * No clock of a table jumps: passes are in the table's own time, so a table whose clock went back would prolong every pass that readers hold.
 * Tables drift by as much as any clock, and stand still for a second at most: the margin covers both.
 */
export const FAULTS = {
  /** Nothing does. */
  none: () => undefined,
  /** Requests are late, lost and repeated: the plan's network does this. */
  network: () => undefined,
  /** Machines freeze: the plan's network does this. */
  freezes: () => undefined,
  /** Regions without a run, and with three: the plan's schedule does this. */
  gaps: () => undefined,
  /** Clocks of readers and tables go wrong: the plan does this; and tables stand still for a moment. */
  clocks: (world, random, endMs) =>
    times(random, [0, 4, 8], () => {
      const { clock } = world.table(random.pick(world.tableNames));
      const at = random.between(START_MS, endMs);
      world.at(at, () => clock.stop(world.now));
      world.at(at + random.between(100, 1000), () => clock.resume(world.now));
    }),
  /** Single links are cut, or one table for all, or one region from all, for any time. */
  links: (world, random, endMs) =>
    times(random, [2, 4, 8, 14, 24], () => {
      const at = random.between(0, endMs);
      const ms = random.pick(LINK_SECONDS) * 1000;
      const kind = random.fraction();
      const from =
        kind > 0.45 && kind < 0.7
          ? [...world.members, "operator"]
          : [random.pick([...world.members, "operator"])];
      const tables = kind < 0.7 ? [random.pick(world.tableNames)] : world.tableNames;
      for (const one of from)
        for (const table of tables) {
          world.at(at, () => world.cut(one, table));
          world.at(at + ms, () => world.heal(one, table));
        }
    }),
  /** Tables answer late, refuse, or hang. */
  tables: (world, random, endMs) =>
    times(random, [2, 4, 8], () => {
      const table = world.table(random.pick(world.tableNames));
      const at = random.between(START_MS, endMs);
      const ms = random.pick(LINK_SECONDS) * 1000;
      if (random.fraction() < 0.3) {
        const lateMs = random.pick([500, 1500, 2500, 10_000]);
        world.at(at, () => {
          table.lateMs = lateMs;
        });
        world.at(at + ms, () => {
          table.lateMs = 0;
        });
        return;
      }
      const conduct = random.fraction() < 0.5 ? "refusing" : "hanging";
      world.at(at, () => {
        if (table.conduct === "answering") table.conduct = conduct;
      });
      world.at(at + ms, () => {
        if (table.conduct === conduct && isAlive(world, table.region)) table.conduct = "answering";
      });
    }),
  /** Regions are lost, one or two at once, and come back, or never. */
  dead: (world, random, endMs) =>
    inTurn(random, endMs, (at) => {
      const lost = random.shuffled(world.members).slice(0, random.pick([1, 1, 1, 2]));
      const ms = random.pick(LONG_SECONDS) * 1000;
      for (const name of lost) {
        const later = at + random.pick([0, random.between(0, 60_000)]);
        world.at(later, () => world.die(name));
        if (random.fraction() < 0.9) world.at(later + ms, () => world.comeBack(name));
      }
      return ms;
    }),
  /** Regions live on and reach nobody, and nobody reaches their tables. */
  isolated: (world, random, endMs) =>
    inTurn(random, endMs, (at) => {
      const name = random.pick(world.members);
      const ms = random.pick(LONG_SECONDS) * 1000;
      world.at(at, () => world.isolate(name));
      world.at(at + ms, () => world.rejoin(name));
      return ms;
    }),
  /** Regions cannot do their work, one or all at once. */
  unfit: (world, random, endMs) =>
    inTurn(random, endMs, (at) => {
      const all = random.fraction() < 0.25;
      const ms = random.pick([25, 60, 150, 300]) * 1000;
      for (const name of all ? world.members : [random.pick(world.members)]) {
        world.at(at, () => world.setFit(name, false));
        world.at(at + ms + random.pick([0, 0, 20_000, 100_000]), () => world.setFit(name, true));
      }
      return ms;
    }),
  orders: (world, random, endMs) =>
    times(random, [2, 4, 8], () =>
      give(world, random.between(START_MS, endMs), () => ({
        kind: "order",
        home: random.pick(world.members),
        to: random.pick(world.members),
      })),
    ),
  force: (world, random, endMs) =>
    times(random, [1, 2, 4], () =>
      give(world, random.between(START_MS, endMs), () => ({
        kind: "order",
        home: random.pick(world.members),
        to: random.pick(world.members),
        force: true,
      })),
    ),
  /** Two orders about one home, at one moment or within a second. */
  racing: (world, random, endMs) =>
    times(random, [1, 2, 4], () => {
      const at = random.between(START_MS, endMs);
      const home = random.pick(world.members);
      const force = random.fraction() < 0.2 ? { force: true as const } : {};
      for (const to of random.shuffled(world.members).slice(0, 2))
        give(world, at + random.pick([0, 0, random.between(0, 1000)]), () => ({
          kind: "order",
          home,
          to,
          ...force,
        }));
    }),
  /** Orders go round: each of some regions is to have the home of the next. */
  mutual: (world, random, endMs) =>
    times(random, [1, 2, 3], () => {
      const at = random.between(START_MS, endMs);
      const ring = random.shuffled(world.members).slice(0, random.pick([2, 2, 3]));
      for (const [index, home] of ring.entries())
        give(world, at + random.pick([0, random.between(0, 10_000)]), () => ({
          kind: "order",
          home,
          to: ring[(index + 1) % ring.length]!,
        }));
    }),
  lists: (world, random, endMs) =>
    times(random, [1, 2, 3], () =>
      give(world, random.between(START_MS, endMs), () => ({
        kind: "voters",
        voters: votersFrom(world.tableNames, random),
      })),
    ),
  /** One table at a time is deleted, and made anew. */
  remade: (world, random, endMs) =>
    inTurn(
      random,
      endMs,
      (at) => {
        remake(world, random, at, random.pick(world.tableNames));
        return 120_000;
      },
      { overlaps: 0 },
    ),
  /** Several tables, or all, are deleted, and made anew. */
  emptied: (world, random, endMs) =>
    times(random, [1, 2], () => {
      const at = random.between(START_MS, endMs);
      const isAll = random.fraction() < 0.5;
      const count = isAll ? world.tableNames.length : random.whole(1, world.tableNames.length);
      for (const name of random.shuffled(world.tableNames).slice(0, count))
        remake(world, random, at + random.between(0, 3000), name);
    }),
  /** Most tables are made anew at one moment, and an operator has one of them filled. */
  restored: (world, random, endMs) =>
    times(random, [1, 2], () => {
      const at = random.between(START_MS, endMs - 120_000);
      const most = Math.floor(world.tableNames.length / 2) + 1;
      const anew = random.shuffled(world.tableNames).slice(0, most);
      for (const name of anew) world.at(at, () => world.makeTable(name));
      for (const table of random.shuffled(anew).slice(0, random.pick([1, 2])))
        give(world, at + random.between(5_000, 100_000), () => ({
          kind: "restore",
          table,
          ...(random.fraction() < 0.3 && { lost: [random.pick(world.tableNames)] }),
        }));
    }),
  /** Links fail one way: a region reaches the others' tables and nobody reaches its own, or the other way round. */
  oneway: (world, random, endMs) =>
    inTurn(random, endMs, (at) => {
      const name = random.pick(world.members);
      const ms = random.pick(LONG_SECONDS) * 1000;
      const isHeard = random.fraction() < 0.5;
      const others = (names: readonly string[]) => names.filter((other) => other !== name);
      const links = isHeard
        ? others(world.tableNames).map((table) => [name, table] as const)
        : [...others(world.members), "operator"].map((from) => [from, name] as const);
      for (const [from, table] of links) {
        world.at(at, () => world.cut(from, table));
        world.at(at + ms, () => world.heal(from, table));
      }
      return ms;
    }),
  /** Regions are applied one after the other, in any order. */
  founding: (world, random) => {
    for (const name of world.tableNames)
      world.at(random.pick([0, random.between(0, 200_000)]), () => {
        if (!world.table(name).exists) world.makeTable(name);
      });
  },
  /** Two regions without a witness: one is lost, an operator says so, and the region comes back, at first behind a cut link. */
  lost: (world, random, endMs) => {
    let at = random.between(START_MS, START_MS + 90_000);
    while (at < endMs - 200_000) {
      const [name, peer] = random.shuffled(world.members);
      const ms = random.pick([120_000, 200_000, 300_000]);
      const said = at + random.between(40_000, 60_000);
      loseOne(world, random, name!, at, ms);
      // The command looks for a while, and the region has to stay away for as long as the peer needs to believe it.
      if (random.fraction() < 0.8)
        give(world, said, () => ({ kind: "order", home: name!, to: peer!, lost: name! }));
      at += ms + random.between(100_000, 250_000);
    }
  },
} satisfies Record<string, Fault>;

export type FaultKind = keyof typeof FAULTS;

function loseOne(world: World, random: Seeded, name: string, at: number, ms: number): void {
  const [peer] = world.members.filter((member) => member !== name);
  world.at(at, () => world.die(name));
  world.at(at + ms, () => {
    if (isAlive(world, name)) return;
    world.comeBack(name);
    if (random.fraction() < 0.4) return;
    world.cut(name, peer!);
    world.cut(peer!, name);
    world.at(world.now + random.pick([20_000, 60_000, 150_000]), () => {
      world.heal(name, peer!);
      world.heal(peer!, name);
    });
  });
}

function remake(world: World, random: Seeded, at: number, name: string): void {
  if (random.fraction() < 0.5) {
    world.at(at, () => world.makeTable(name));
    return;
  }
  world.at(at, () => world.deleteTable(name));
  // A region that misses its own table for the delay hands over.
  world.at(at + random.between(1_000, 50_000), () => world.makeTable(name));
}

function give(world: World, at: number, command: () => Command): void {
  world.at(at, () => world.command(command()));
}

/** Lists have three voters, or five, or one where there are two tables. */
function votersFrom(tables: readonly string[], random: Seeded): readonly string[] {
  const sizes = [1, 3, 5].filter((size) => size <= tables.length && (size > 1 || tables.length <= 2));
  return random.shuffled(tables).slice(0, random.pick(sizes)).sort();
}

function isAlive(world: World, region: string): boolean {
  return world.regions.get(region)?.isAlive !== false;
}

function times(random: Seeded, counts: readonly number[], each: () => void): void {
  for (let left = random.pick(counts); left > 0; left -= 1) each();
}

/** One after the other, mostly: each tells for how long it lasts. */
function inTurn(
  random: Seeded,
  endMs: number,
  each: (at: number) => number,
  { overlaps = 0.2 }: { readonly overlaps?: number } = {},
): void {
  let at = START_MS + random.between(0, 40_000);
  while (at < endMs - 60_000) {
    const ms = each(at);
    at += random.fraction() < overlaps ? random.between(0, ms) : ms + random.between(30_000, 150_000);
  }
}
