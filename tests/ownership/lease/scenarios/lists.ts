import type { Script } from "../script";
import { type Expect, expectOpen, expectOwner, type Scenario, scenario } from "./scenario";

/** The voters of most homes are to move from the first three regions to others. All regions know the others' tables already. */
const MOVING = { voters: { ...voting("abcd", "abc").voters, e: ["d", "e", "w"] } };

/** Lists of voters that change, founding, and tables made anew. */
export const LISTS: readonly Scenario[] = [
  scenario("a list changes by order, for every home, without a gap", { regions: 4 }, (s, expect) => {
    s.at(30, () => s.command({ kind: "voters", voters: ["b", "c", "d"] }));
    s.run(100);
    for (const home of ["a", "b", "c", "d"]) expectAlone(s, expect, home, ["b", "c", "d"]);
    // The old table may go now.
    s.at(110, () => s.deleteTable("a"));
    s.run(180);
    for (const home of ["b", "c", "d"]) expect(s.open(home).join() === home, `${home} is not open at home`);
  }),
  scenario(
    "no table of the new list is also in the old one: a taker who knows the old one alone takes nothing",
    { regions: 5, witness: true, settings: MOVING },
    (s, expect) => {
      s.at(25, () => {
        for (const table of ["a", "d", "e", "w"]) s.cut("b", table);
      });
      s.at(30, () => s.command({ kind: "voters", voters: ["d", "e", "w"], lost: ["b"] }));
      s.run(200);
      expectAlone(s, expect, "a", ["d", "e", "w"]);
      expect(s.open("a").join() === "a", "the home is not open at home alone");
    },
  ),
  scenario(
    "an order for a list whose tables fail is not begun",
    { regions: 5, settings: voting("abcde", "abc") },
    (s, expect) => {
      s.at(30, () => {
        s.command({ kind: "voters", voters: ["c", "d", "e"] });
        s.at(30.03, () => s.conduct("d", "hanging"));
        s.at(30.03, () => s.conduct("e", "hanging"));
      });
      for (let second = 40; second <= 200; second += 5) {
        s.run(second);
        for (const home of ["a", "b", "c"]) expect(s.open(home).join() === home, `${home} is closed`);
      }
      s.conduct("d", "answering");
      s.conduct("e", "answering");
      s.run(260);
      expectAlone(s, expect, "a", ["c", "d", "e"]);
    },
  ),
  scenario(
    "a joint list at one old voter, its writer dead: nobody takes by the new list alone",
    { regions: 5, witness: true, settings: MOVING },
    (s, expect) => {
      // b knows the old list alone, and keeps its own home by it.
      s.at(20, () => {
        for (const table of ["c", "d", "e", "w"]) s.cut("b", table);
      });
      s.at(25, () => {
        for (const table of ["a", "b"])
          s.intercept({ from: "a", kind: "claim", home: "a", table }, { dropped: true });
      });
      s.at(30, () => s.command({ kind: "voters", voters: ["d", "e", "w"], lost: ["b"] }));
      s.until(() => (s.claim("a", "c")?.lists.length ?? 0) > 1, 60);
      expect((s.claim("a", "c")?.lists.length ?? 0) > 1, "the joint list was never written");
      s.kill(s.runOf("a"));
      s.at(s.now + 5, () => {
        for (const table of ["a", "b"]) s.cut("d", table);
      });
      s.run(s.now + 120);
      expect(s.open("a").length <= 1, "two gates are open");
    },
  ),
  scenario(
    "the new list alone at a minority, its writer dead, an old voter without a word of it: the new one decides",
    { regions: 5, witness: true, settings: MOVING },
    (s, expect) => {
      s.at(25, () => s.intercept({ from: "a", kind: "claim", home: "a", table: "c" }, { dropped: true }));
      s.at(26, () => {
        for (const table of ["a", "d", "e", "w"]) s.cut("b", table);
      });
      s.watch({ from: "a", kind: "claim", home: "a", table: "d" }, ({ write }) => {
        if (write?.kind !== "claim" || write.claim.lists.some(({ number }) => number === 1)) return;
        for (const table of ["b", "e", "w"])
          s.intercept({ from: "a", kind: "claim", home: "a", table }, { dropped: true });
        s.at(s.now + 0.1, () => s.die("a"));
      });
      s.at(30, () => s.command({ kind: "voters", voters: ["d", "e", "w"], lost: ["b"] }));
      s.until(() => (s.claim("a", "d")?.lists[0]?.number ?? 0) > 1, 90);
      const seen = ["b", "c", "d", "e"].map((table) => s.claim("a", table)?.lists.length).join();
      const isOld = s.claim("a", "c")?.lists[0]?.number === 1;
      expect(seen === "2,1,1,2" && isOld, `lists at b, c, d and e: ${seen}`);
      expectOpen(s, expect, "a", "c", s.now + 60);
      for (const table of ["d", "e", "w"]) s.heal("b", table);
      s.run(s.now + 90);
      expect(s.open("a").join() === "c", "the home is not open in c alone");
      expectAlone(s, expect, "a", ["d", "e", "w"]);
    },
  ),
  scenario(
    "a run with the old list renews after the joint write: it learns the new one",
    { regions: 5, witness: true, settings: MOVING },
    (s, expect) => {
      s.at(20, () => {
        for (const table of ["a", "d", "e", "w"]) s.cut("b", table);
      });
      s.at(21, () => {
        const second = s.startRun("a");
        // The first run does not hear that another lives, and goes on.
        s.at(100, s.intercept({ run: second.id, kind: "pass", table: "a" }, { dropped: true }));
      });
      // The first run hears of the new list by claims alone: it does not reach the new voters.
      s.at(30.03, () => {
        for (const table of ["d", "e", "w"]) s.intercept({ run: s.runOf("a").id, table }, { dropped: true });
      });
      s.at(30, () => s.command({ kind: "voters", voters: ["d", "e", "w"], lost: ["b"] }));
      s.at(100, () => s.kill(s.runOf("a")));
      s.run(230);
      expectAlone(s, expect, "a", ["d", "e", "w"]);
      expect(s.owner("a") === "a", "the home is not its own region's");
    },
  ),
  scenario(
    "home cut off, list changed, an old voter emptied: the empty voter counts for nobody",
    { regions: 4 },
    (s, expect) => {
      s.at(20, () => s.isolate("a"));
      expectOwner(s, expect, "a", "b", 90);
      s.at(100, () => s.command({ kind: "voters", voters: ["b", "c", "d"], lost: ["a"] }));
      s.run(140);
      expectAlone(s, expect, "a", ["b", "c", "d"]);
      s.wipe("c");
      s.cut("b", "c");
      s.heal("a", "c");
      s.run(260);
      expect(s.open("a").join() === "b", "the home is not open in b alone");
    },
  ),
  scenario(
    "own table anew while a peer owns the home and the configuration names other voters",
    { regions: 5, witness: true, settings: MOVING },
    (s, expect) => {
      s.at(45, () => s.command({ kind: "order", home: "a", to: "d" }));
      expectOwner(s, expect, "a", "d", 120);
      s.at(125, () => s.command({ kind: "voters", voters: ["d", "e", "w"] }));
      s.run(170);
      expectAlone(s, expect, "a", ["d", "e", "w"]);
      s.wipe("a", "b", "c");
      for (const table of ["d", "e", "w"]) s.cut("a", table);
      s.run(300);
      expect(s.open("a").join() === "d", "the home is not open in d alone");
    },
  ),
  scenario(
    "own table anew, and nobody answers: a home that is alone founds nothing",
    { regions: 3 },
    (s, expect) => {
      s.at(45, () => s.command({ kind: "order", home: "a", to: "b" }));
      expectOwner(s, expect, "a", "b", 120);
      s.at(125, () => s.isolate("a"));
      s.at(126, () => s.wipe("a"));
      s.run(260);
      expect(s.open("a").join() === "b", "the home is not open in b alone");
    },
  ),
  scenario(
    "all tables emptied while a peer owns: founded anew when its pass is over",
    { regions: 3 },
    (s, expect) => {
      s.at(45, () => s.command({ kind: "order", home: "a", to: "b" }));
      expectOwner(s, expect, "a", "b", 120);
      s.at(125, () => s.wipe("a", "b", "c"));
      expectOpen(s, expect, "a", "a", 205);
    },
  ),
  scenario(
    "all voters emptied, another table not: nobody founds, and a restored voter opens again",
    { regions: 4 },
    (s, expect) => {
      s.at(45, () => s.command({ kind: "order", home: "a", to: "d" }));
      expectOwner(s, expect, "a", "d", 120);
      s.at(125, () => s.wipe("a", "b", "c"));
      s.run(240);
      expect(s.open("a").length === 0, "somebody has opened a home whose claim is at one table alone");
    },
  ),
  scenario("two of three emptied: closed until a voter is restored", { regions: 3 }, (s, expect) => {
    s.at(30, () => s.wipe("b", "c"));
    s.run(140);
    for (const home of ["b", "c"]) expect(s.open(home).length === 0, `${home} is open by one voter of three`);
    expect(s.told({ kind: "restore", table: "b" }).told === "written", "the voter is not restored");
    for (const home of ["a", "b", "c"]) expectOpen(s, expect, home, home, s.now + 100);
  }),
  scenario(
    "one of three emptied: nothing is interrupted, and the voter is filled again",
    { regions: 3 },
    (s, expect) => {
      s.at(30, () => s.wipe("c"));
      for (let second = 31; second <= 120; second += 3) {
        s.run(second);
        for (const home of ["a", "b", "c"]) expect(s.open(home).join() === home, `${home} is closed`);
      }
      for (const home of ["a", "b", "c"])
        expect(s.claim(home, "c") !== undefined, `${home} is not at c again`);
    },
  ),
  scenario(
    "a first deployment, one region after the other",
    { regions: 3, initially: "nothing" },
    (s, expect) => {
      s.at(10, () => s.wipe("a"));
      expectOpen(s, expect, "a", "a", 90);
      s.at(150, () => s.wipe("b"));
      expectOpen(s, expect, "b", "b", 230);
      s.at(240, () => s.wipe("c"));
      expectOpen(s, expect, "c", "c", 320);
      s.run(400);
      for (const home of ["a", "b", "c"]) expectAlone(s, expect, home, ["a", "b", "c"]);
    },
  ),
];

/** Settings by which these voters decide about every home. */
function voting(members: string, voters: string) {
  return { voters: Object.fromEntries([...members].map((home) => [home, [...voters]])) };
}

/** One list stands alone at a majority of its voters. */
function expectAlone(s: Script, expect: Expect, home: string, voters: readonly string[]): void {
  const alone = voters.filter((voter) => {
    const lists = s.claim(home, voter)?.lists ?? [];
    return lists.length === 1 && lists[0]!.voters.join() === voters.join();
  });
  expect(
    alone.length * 2 > voters.length,
    `${home}: ${voters.join("")} decide at ${alone.join("") || "none"} alone`,
  );
}
