import { type CommandResult, orderMove } from "../../../../ownership/lease/commands";
import type { Effect, Steps, TableAnswers, WriteAnswers } from "../../../../ownership/lease/effects";
import type { Claim, Order } from "../../../../ownership/lease/items";
import { compareNumbers } from "../../../../ownership/lease/items";
import { orderAbout, stands } from "../../../../ownership/lease/orders";
import { expectOpen, expectOwner, type Scenario, scenario } from "./scenario";
import { subsetsOf } from "./subsets";

export const ORDERS: readonly Scenario[] = [
  scenario(
    "evacuated and back, within a lease and what controllers do first",
    { regions: 3 },
    (s, expect) => {
      s.worksFor("b", "a", 10);
      s.worksFor("a", "a", 10);
      s.at(50, () => s.command({ kind: "order", home: "a", to: "b" }));
      expectOpen(s, expect, "a", "b", 50 + 60);
      s.at(200, () => s.command({ kind: "order", home: "a", to: "a" }));
      expectOpen(s, expect, "a", "a", 200 + 10 + 60 + 10);
    },
  ),
  scenario("two orders for two homes within one look: both are carried out", { regions: 3 }, (s, expect) => {
    s.at(50, () => {
      s.command({ kind: "order", home: "a", to: "c" });
      s.command({ kind: "order", home: "b", to: "c" });
    });
    expectOwner(s, expect, "a", "c", 150);
    expectOwner(s, expect, "b", "c", 150);
  }),
  scenario(
    "an order to a region that has lost its own home meanwhile: the gate stays open until it has it back",
    { regions: 3 },
    (s, expect) => {
      s.at(45, () => s.command({ kind: "order", home: "a", to: "b" }));
      expectOpen(s, expect, "a", "b", 110);
      s.at(118, () => s.unfit("c"));
      s.at(125, () => s.command({ kind: "order", home: "a", to: "c" }));
      expectOpen(s, expect, "c", "b", 118 + 60 + 60);
      s.at(250, () => s.fit("c"));
      for (let second = 250; second <= 400; second += 2) {
        s.run(second);
        expect(s.open("a").join() === "b", "the home is closed, or open elsewhere");
      }
      s.command({ kind: "order", home: "c", to: "c" });
      expectOpen(s, expect, "c", "c", 470);
      expectOpen(s, expect, "a", "c", 540);
    },
  ),
  scenario("an order to a region that dies before it takes", { regions: 3 }, (s, expect) => {
    s.at(50, () => s.command({ kind: "order", home: "a", to: "b" }));
    s.at(58, () => s.die("b"));
    s.run(150);
    expect(s.open("a").length === 1, "the home is open nowhere");
  }),
  scenario(
    "an order at one voter, which is lost: what was told as written at the others holds",
    {
      worlds: 4,
      regions: 4,
      settings: { voters: Object.fromEntries(["a", "b", "c", "d"].map((home) => [home, ["a", "b", "c"]])) },
    },
    (s, expect) => {
      s.at(50, () => {
        s.cut("operator", "d");
        for (const table of ["a", "b"])
          s.intercept({ from: "operator", kind: "order", table, count: 1 }, { dropped: true });
        // Nobody can bring it to the other voters.
        for (const from of ["a", "b", "c", "d"]) s.intercept({ from, kind: "order" }, { dropped: true });
        s.command({ kind: "order", home: "a", to: "b" });
      });
      s.run(53);
      s.cut("operator", "c");
      const { told } = s.told({ kind: "order", home: "a", to: "d" });
      expect(told === "written", `the second order is ${told}`);
      s.run(85);
      s.die("c");
      expectOpen(s, expect, "a", "d", 220);
    },
  ),
  scenario(
    "an order races a lapse: whoever takes follows it",
    { regions: 3, settings: { takeover: "manual" } },
    (s, expect) => {
      s.at(50, () => s.die("a"));
      s.at(84, () => s.command({ kind: "order", home: "a", to: "c" }));
      expectOwner(s, expect, "a", "c", 130);
      s.run(200);
      expect(s.open("a").join() === "c", "the home is not open in c alone");
    },
  ),
  scenario(
    "manual: a lost region's home is taken by order, and by nobody without",
    { regions: 3, settings: { takeover: "manual" } },
    (s, expect) => {
      s.at(50, () => s.die("a"));
      s.run(200);
      expect(s.owner("a") === undefined, "the home is taken without an order");
      s.command({ kind: "order", home: "a", to: "b" });
      expectOpen(s, expect, "a", "b", 230);
    },
  ),
  scenario(
    "a closing that reached a minority is ended, though its run is not",
    { regions: 3 },
    (s, expect) => {
      s.at(50, () => s.command({ kind: "order", home: "a", to: "b" }));
      s.at(50, () =>
        s.intercept(
          { from: "a", kind: "claim", home: "a", state: "closing", table: "b", count: 1 },
          { dropped: true },
        ),
      );
      s.at(50, () =>
        s.intercept(
          { from: "a", kind: "claim", home: "a", state: "closing", table: "c", count: 1 },
          { dropped: true },
        ),
      );
      s.until(() => s.claim("a", "a")?.state === "closing", 120);
      s.kill(s.runOf("a"));
      s.at(s.now + 1, () => s.startRun("a"));
      expectOpen(s, expect, "a", "b", 190);
    },
  ),
  scenario("a closing claim is not continued by the next run", { regions: 3 }, (s, expect) => {
    s.at(50, () => s.command({ kind: "order", home: "a", to: "b" }));
    s.until(() => s.claim("a", "a")?.state === "closing", 120);
    s.at(s.now + 0.5, () => {
      s.kill(s.runOf("a"));
      s.startRun("a");
    });
    expectOpen(s, expect, "a", "b", 190);
  }),
  {
    name: "orders over all sets that are read and written, of three voters",
    play: () => overAllSets(["a", "b", "c"]),
  },
];

/** The same of five voters: a minute's work. */
export const ORDERS_OF_FIVE: Scenario = {
  name: "orders over all sets that are read and written, of five voters",
  play: () => overAllSets(["a", "b", "c", "d", "e"]),
};

type Registers = Readonly<Record<string, Order | undefined>>;

/**
 * Two commands one after the other, each over every set of voters that it may read and reach. What was told as written is what every
 * majority finds, unless a later order stands in its place; and who was told something else was not told that nothing was written.
 */
function overAllSets(voters: readonly string[]): readonly string[] {
  const sets = subsetsOf(voters);
  const wrong: string[] = [];
  const isMajority = (set: readonly string[]) => set.length * 2 > voters.length;
  for (const readFirst of sets.filter(isMajority))
    for (const wroteFirst of sets) {
      const one = commanded({}, voters, readFirst, wroteFirst, "x");
      for (const readThen of sets)
        for (const wroteThen of sets) {
          const other = commanded(one.registers, voters, readThen, wroteThen, "y");
          const after = other.registers;
          const name = `read ${readFirst.join("")} wrote ${wroteFirst.join("")}, read ${readThen.join("")} wrote ${wroteThen.join("")}`;
          const changed = voters.some((voter) => after[voter] !== one.registers[voter]);
          if (other.result.kind === "refused" && changed) wrong.push(`${name}: refused, and written`);
          if (!isMajority(readThen) && other.result.kind !== "refused")
            wrong.push(`${name}: ${other.result.kind} by a minority`);
          const reached = readThen.filter((voter) => wroteThen.includes(voter));
          if (other.result.kind === "written" && !isMajority(reached))
            wrong.push(`${name}: written at a minority`);
          if (one.result.kind !== "written") continue;
          for (const reader of sets.filter(isMajority)) {
            const found = highestOf(after, reader);
            if (found !== "x" && (found !== "y" || other.result.kind === "refused"))
              wrong.push(`${name}: ${reader.join("")} finds ${found ?? "nothing"}`);
          }
        }
    }
  return wrong.slice(0, 5);
}

function commanded(
  before: Registers,
  voters: readonly string[],
  read: readonly string[],
  wrote: readonly string[],
  id: string,
): { readonly registers: Registers; readonly result: CommandResult } {
  const registers = { ...before };
  const steps: Steps<CommandResult> = orderMove(
    { home: "a", to: "a" },
    {
      group: { members: voters, voters: Object.fromEntries(voters.map((home) => [home, voters])) },
      run: { newId: () => id, clock: () => 0 },
    },
  );
  let next = steps.next();
  while (!next.done) next = steps.next(answerTo(next.value, registers, voters, read, wrote));
  return { registers, result: next.value };
}

function answerTo(
  effect: Effect,
  registers: Record<string, Order | undefined>,
  voters: readonly string[],
  read: readonly string[],
  wrote: readonly string[],
): TableAnswers | WriteAnswers | undefined {
  if (effect.kind === "look") {
    return new Map(
      read.map((table) => {
        const order = registers[table];
        const claims = Object.fromEntries(voters.map((home) => [home, claimOf(home, voters)]));
        const answer = {
          kind: "items",
          receivedAt: 0,
          date: 0,
          claims,
          orders: { ...(order && { a: order }) },
          passes: {},
        } as const;
        return [table, answer] as const;
      }),
    );
  }
  if (effect.kind === "sleep") return undefined;
  const answers = new Map<number, { readonly done: true }>();
  for (const [index, write] of effect.writes.entries()) {
    if (write.kind !== "order" || !wrote.includes(write.table)) continue;
    const standing = registers[write.table];
    if (standing === undefined || compareNumbers(write.order, standing) > 0)
      registers[write.table] = write.order;
    answers.set(index, { done: true });
  }
  return answers;
}

function claimOf(home: string, voters: readonly string[]): Claim {
  return {
    id: home,
    epoch: { number: 1, region: home, run: "r" },
    state: "held",
    lists: [{ number: 1, id: "", voters }],
    order: 0,
  };
}

/** What whoever reads these tables acts on, as the protocol reads registers. */
function highestOf(registers: Registers, tables: readonly string[]): string | undefined {
  const items = new Map(
    tables.map((table) => {
      const order = registers[table];
      return [
        table,
        {
          kind: "items",
          receivedAt: 0,
          date: 0,
          claims: {},
          orders: { ...(order && { a: order }) },
          passes: {},
        },
      ] as const;
    }),
  );
  const register = orderAbout(items, "a");
  // What it finds it writes back to the tables it has read; then it stands at a majority.
  const back = new Map(
    [...items].map(([table, item]) => [table, { ...item, orders: { a: register.highest! } }] as const),
  );
  const lists = [{ number: 1, id: "", voters: Object.keys(registers) }];
  return register.highest === undefined || !stands(orderAbout(back, "a"), lists)
    ? register.highest?.id
    : register.highest.id;
}
