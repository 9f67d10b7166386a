import { Notebook } from "../../../replicator/control/notebook";
import { NO_NOTES, type Notes } from "../../../replicator/control/notes";
import { notesStore } from "../../../replicator/control/notes-store";
import { VirtualTime } from "../virtual-time";
import { controllerSettings, HOME, NOW, PEER, THIRD } from "./group";
import { OwnershipTable, reachedTables } from "./tables";

const SECOND = 1_000;
const REGIONS: readonly string[] = [HOME, PEER, THIRD];

/** Tables of three regions, and what keeps the notes of the peer's region in them. */
class Library {
  readonly time = new VirtualTime(NOW);
  readonly tables = new Map(REGIONS.map((region) => [region, new OwnershipTable(region)]));
  readonly silent = new Set<string>();
  readonly failures: string[] = [];

  store(region: string = PEER) {
    const way = {
      time: this.time,
      clock: () => this.time.now(),
      table: (name: string) => this.tables.get(name)!,
      travel: async (name: string) => {
        await this.time.sleep(5);
        return !this.silent.has(name);
      },
    };
    return notesStore(region, reachedTables(way, REGIONS), (table, code) =>
      this.failures.push(`${table}: ${code}`),
    );
  }

  notebook(): Notebook {
    return new Notebook({
      settings: controllerSettings(PEER, REGIONS),
      notes: this.store(),
      clock: () => this.time.now(),
      onFailure: (part, code) => this.failures.push(`${part}: ${code}`),
    });
  }

  run<T>(work: Promise<T>): Promise<T> {
    return this.time.run(work);
  }

  async read(region: string = PEER): Promise<Notes | undefined> {
    return (await this.run(this.store(region).read(region))).notes;
  }
}

const same = (homes: Notes["homes"]) => homes;
const rescueOf = (epoch: number, until = 0) => ({ queues: {}, rescue: { epoch, until, queues: {} } });

test("what is news is written at once, into every table", async () => {
  const library = new Library();
  const notebook = library.notebook();
  await library.run(notebook.keep({ heard: { [HOME]: 1 }, homes: () => ({ [HOME]: rescueOf(3) }) }));
  const expected = { v: 1, version: 1, heard: { [HOME]: 1 }, homes: { [HOME]: rescueOf(3) } };
  expect(notebook.notes).toEqual(expected);
  await library.run(library.time.sleep(SECOND));
  expect(REGIONS.map((region) => library.tables.get(region)!.notes.get(PEER)?.version)).toEqual(
    REGIONS.map(() => ({ N: "1" })),
  );
});

test("what is no news is written every 15 seconds, and told the others every minute", async () => {
  const library = new Library();
  const notebook = library.notebook();
  const seen = new Map(REGIONS.map((region) => [region, new Set<string>()]));
  for (let second = 0; second <= 120; second += 5) {
    await library.run(notebook.keep({ heard: { [HOME]: second }, homes: same }));
    await library.run(library.time.sleep(5 * SECOND));
    for (const [region, { notes }] of library.tables) seen.get(region)!.add(notes.get(PEER)!.version!.N!);
  }
  expect(seen.get(PEER)!.size).toBeGreaterThanOrEqual(7);
  expect(seen.get(PEER)!.size).toBeLessThanOrEqual(9);
  expect(seen.get(HOME)!.size).toBe(3);
});

test("two runs lose nothing of each other's: each writes on what the other has written", async () => {
  const library = new Library();
  const [one, other] = [library.notebook(), library.notebook()];
  const adding = (region: string, epoch: number) => (homes: Notes["homes"]) =>
    homes[region] === undefined ? { ...homes, [region]: rescueOf(epoch) } : homes;
  await library.run(one.keep({ heard: {}, homes: same }));
  await library.run(other.keep({ heard: {}, homes: same }));
  await library.run(one.keep({ heard: { [HOME]: 5 }, homes: adding(HOME, 2) }));
  await library.run(other.keep({ heard: { [THIRD]: 6 }, homes: adding(THIRD, 4) }));
  const expected = { [HOME]: rescueOf(2), [THIRD]: rescueOf(4) };
  expect((await library.read())!.homes).toEqual(expected);
  expect(other.notes).toMatchObject({ homes: expected, heard: { [HOME]: 5, [THIRD]: 6 } });
  await library.run(one.keep({ heard: { [HOME]: 9 }, homes: adding(PEER, 1) }));
  expect((await library.read())!.homes).toEqual({ ...expected, [PEER]: rescueOf(1) });
  expect((await library.read())!.heard).toEqual({ [HOME]: 9, [THIRD]: 6 });
});

test("writes of two runs at the same moment both hold", async () => {
  const library = new Library();
  const [one, other] = [library.notebook(), library.notebook()];
  const adding = (region: string) => (homes: Notes["homes"]) => ({ ...homes, [region]: rescueOf(1) });
  await library.run(
    Promise.all([
      one.keep({ heard: {}, homes: adding(HOME) }),
      other.keep({ heard: {}, homes: adding(THIRD) }),
    ]),
  );
  expect(Object.keys((await library.read())!.homes).sort()).toEqual([HOME, THIRD].sort());
});

test("what could not be written does not stand in the notes", async () => {
  const library = new Library();
  const notebook = library.notebook();
  await library.run(notebook.keep({ heard: {}, homes: same }));
  library.silent.add(PEER);
  await library.run(notebook.keep({ heard: {}, homes: () => ({ [HOME]: rescueOf(3) }) }));
  expect(notebook.notes!.homes).toEqual({});
  expect(library.failures).toContain("notes: TimedOut");
  library.silent.clear();
  await library.run(notebook.keep({ heard: {}, homes: () => ({ [HOME]: rescueOf(3) }) }));
  expect(notebook.notes!.homes).toEqual({ [HOME]: rescueOf(3) });
});

test("nothing is known and nothing written until the own table has answered", async () => {
  const library = new Library();
  library.silent.add(PEER);
  const notebook = library.notebook();
  await library.run(notebook.keep({ heard: {}, homes: () => ({ [HOME]: rescueOf(3) }) }));
  expect(notebook.notes).toBeUndefined();
});

test("an own table that was made anew gets back what the others have", async () => {
  const library = new Library();
  await library.run(library.notebook().keep({ heard: {}, homes: () => ({ [HOME]: rescueOf(3) }) }));
  await library.run(library.time.sleep(SECOND));
  library.tables.get(PEER)!.notes.clear();
  const notebook = library.notebook();
  await library.run(notebook.keep({ heard: {}, homes: same }));
  expect(notebook.notes).toMatchObject({ version: 2, homes: { [HOME]: rescueOf(3) } });
  expect(library.tables.get(PEER)!.notes.get(PEER)!.version).toEqual({ N: "2" });
});

test("an own table that is behind does not take anything back", async () => {
  const library = new Library();
  await library.run(library.notebook().keep({ heard: {}, homes: same }));
  const old = library.tables.get(PEER)!.notes.get(PEER)!;
  const notebook = library.notebook();
  for (let epoch = 1; epoch < 4; epoch++) {
    await library.run(notebook.keep({ heard: {}, homes: () => ({ [HOME]: rescueOf(epoch) }) }));
    await library.run(library.time.sleep(SECOND));
  }
  library.tables.get(PEER)!.notes.set(PEER, old);
  const later = library.notebook();
  await library.run(later.keep({ heard: {}, homes: same }));
  expect((await library.read())!).toMatchObject({ version: 5, homes: { [HOME]: rescueOf(3) } });
});

test("an own item that nobody can read is written over", async () => {
  const library = new Library();
  const early = library.notebook();
  await library.run(early.keep({ heard: {}, homes: same }));
  const { notes } = library.tables.get(PEER)!;
  notes.set(PEER, { ...notes.get(PEER)!, homes: { S: "!" }, version: { N: "8" } });
  for (const notebook of [library.notebook(), early]) {
    await library.run(notebook.keep({ heard: {}, homes: () => ({ [HOME]: rescueOf(3) }) }));
    expect(notebook.notes!.homes).toEqual({ [HOME]: rescueOf(3) });
  }
  expect((await library.read())!.homes).toEqual({ [HOME]: rescueOf(3) });
});

describe("notes of a peer", () => {
  const written = async () => {
    const library = new Library();
    await library.run(library.notebook().keep({ heard: {}, homes: () => ({ [HOME]: rescueOf(3) }) }));
    await library.run(library.time.sleep(SECOND));
    return { library, read: () => library.run(library.store(HOME).read(PEER)) };
  };

  test("are the newest of any table, and certain when its own has answered", async () => {
    const { library, read } = await written();
    expect(await read()).toMatchObject({ isCertain: true, notes: { homes: { [HOME]: rescueOf(3) } } });
    library.silent.add(PEER);
    expect(await read()).toMatchObject({ isCertain: false, notes: { version: 1 } });
    for (const region of REGIONS) library.silent.add(region);
    expect(await read()).toEqual({ isCertain: false });
  });

  test("that nobody can read are as good as empty ones, and are told", async () => {
    const { library, read } = await written();
    for (const { notes } of library.tables.values())
      notes.set(PEER, { ...notes.get(PEER)!, heard: { S: "!" } });
    expect(await read()).toEqual({ isCertain: true, notes: { ...NO_NOTES, version: 1 } });
    expect(library.failures).toContain(`${PEER}: UnreadableItem`);
  });

  test("of one that has none there are none", async () => {
    const { library } = await written();
    expect(await library.run(library.store(HOME).read(THIRD))).toEqual({ isCertain: true });
    expect(NO_NOTES.version).toBe(0);
  });
});
