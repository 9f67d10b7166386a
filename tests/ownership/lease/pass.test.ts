import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import {
  asksForAnother,
  type ClosedBecause,
  type PassReading,
  passVerdict,
} from "../../../ownership/lease/pass";
import { dateIn, homesIn } from "../../../ownership/lease/pass-item";
import { JUDGE_MS } from "../../../ownership/lease/times";
import { type Expected, passVectors } from "./pass-vectors";

const ROOT = path.join(__dirname, "../../..");
const PYTHON = { ...process.env, PYTHONPATH: path.join(ROOT, "client/python") };
const NOW = { mono: 0, wall: 0 };
const { vectors, items, dates } = passVectors;

/** What a vector expects, without what it gives. */
function expectedOf({ open, why, remainsMs }: Expected): Expected {
  return open ? { open, remainsMs: remainsMs! } : { open, why: why! };
}

describe("the rule", () => {
  test.each(vectors)("$name", ({ reading, home, present, ...expected }) => {
    const verdict = passVerdict(reading as PassReading, home, present as typeof NOW);
    expect(verdict).toEqual({ ...expectedOf(expected), ...(verdict.open && { epoch: verdict.epoch }) });
  });

  test.each(items)("as an item: $name", ({ item, home, ...expected }) => {
    const reading = { sent: NOW, dateMs: dateIn(dates[0]!.header!), homes: homesIn(item ?? {}) };
    const verdict = passVerdict(reading, home, NOW);
    expect(verdict).toEqual({ ...expectedOf(expected), ...(verdict.open && { epoch: verdict.epoch }) });
  });

  test.each(dates)("the header $header", ({ header, dateMs }) => {
    expect(dateIn(header ?? undefined)).toBe(dateMs ?? Number.NaN);
  });

  test("tells the epoch by which the region owns the home", () => {
    const homes = { "us-east-1": { epoch: 7, until: 30_000 } };
    expect(passVerdict({ sent: NOW, dateMs: 0, homes }, "us-east-1", NOW)).toMatchObject({ epoch: 7 });
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "is closed by %d anywhere",
    (odd) => {
      const reading = { sent: NOW, dateMs: 0, homes: { "us-east-1": { epoch: 1, until: 30_000 } } };
      const closed = { open: false, why: "implausible" };
      expect(passVerdict(reading, "us-east-1", NOW)).toMatchObject({ open: true });
      for (const clock of ["mono", "wall"] as const) {
        expect(passVerdict(reading, "us-east-1", { ...NOW, [clock]: odd })).toEqual(closed);
        expect(passVerdict({ ...reading, sent: { ...NOW, [clock]: odd } }, "us-east-1", NOW)).toEqual(closed);
      }
      expect(passVerdict({ ...reading, dateMs: odd }, "us-east-1", NOW)).toEqual(closed);
      for (const field of ["epoch", "until"] as const) {
        const homes = { "us-east-1": { epoch: 1, until: 30_000, [field]: odd } };
        expect(passVerdict({ ...reading, homes }, "us-east-1", NOW)).toEqual(closed);
      }
    },
  );

  test("asks for another reading for every reason that the pass itself does not give", () => {
    const whys = [...new Set(vectors.flatMap(({ why }) => why ?? []))] as ClosedBecause[];
    expect(whys.filter((why) => !asksForAnother(why)).sort()).toEqual(["no-pass", "over"]);
    expect(whys.filter(asksForAnother).sort()).toEqual([
      "clock-went-back",
      "froze",
      "implausible",
      "too-old",
    ]);
  });

  test("believes no end beyond 45 s, which is more than any owner gives", () => {
    expect(JUDGE_MS).toBeLessThan(45_000);
  });
});

test("vectors have names that are unique, and each end of the rule has vectors on both sides", () => {
  for (const named of [vectors, items])
    expect(new Set(named.map(({ name }) => name)).size).toBe(named.length);
  expect(vectors.filter(({ open }) => open).length).toBeGreaterThan(15);
  expect(vectors.filter(({ open }) => !open).length).toBeGreaterThan(40);
});

test("Python finds the same", () => {
  const input = readFileSync(path.join(ROOT, "ownership/lease/pass-vectors.json"));
  const script = path.join(__dirname, "pass_vectors.py");
  // Isolated from installed packages: the gate needs the standard library alone.
  const answers = execFileSync("python3", ["-B", "-S", script], { input, env: PYTHON });
  expect(JSON.parse(answers.toString())).toEqual({
    vectors: vectors.map(expectedOf),
    items: items.map(expectedOf),
    dates: dates.map(({ dateMs }) => dateMs),
  });
});

test("the Python gate reads as the one in TypeScript does", () => {
  const script = path.join(__dirname, "pass_gate_test.py");
  const { status, stderr } = spawnSync("python3", ["-B", "-S", script], { env: PYTHON, encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringMatching(/^Ran 7 tests/m) });
});
