import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { IS_FULL } from "../../tier";
import type { Batch } from "./batches";
import { PROFILES } from "./profiles";

/** `LEASE_SEEDS`: how many random runs in all. */
const SEEDS = Number(process.env.LEASE_SEEDS ?? (IS_FULL ? 10_000 : 500));
/** Half of the runs have two kinds of faults at once, the others go round the named profiles. */
const EACH = Math.ceil(SEEDS / 2 / PROFILES.length);
const PAIRS = Math.max(0, SEEDS - EACH * PROFILES.length);
/** So many runs make one test. */
const MOST = 100;
/** A run takes about 150 ms, where nothing else runs. */
const RUN_MS = 2_000;

const named = PROFILES.map(({ name }): Batch => ({ profile: name, first: 0, count: EACH }));
const pairs = Array.from(
  { length: Math.ceil(PAIRS / MOST) },
  (_, index): Batch => ({ first: index * MOST, count: Math.min(MOST, PAIRS - index * MOST) }),
);
const batches = [...named, ...pairs];

/** Runs in a process of its own: code goes at half its speed inside of a test environment. */
const child = spawn(
  process.execPath,
  ["--import", "tsx", path.join(__dirname, "batches.ts"), JSON.stringify(batches)],
  { stdio: ["ignore", "pipe", "inherit"] },
);
const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
const found: unknown[] = [];
const ended = once(child, "close");

afterAll(async () => {
  child.kill();
  await ended;
});

describe("the lease, whatever fails", () => {
  const name = ({ profile, first, count }: Batch) =>
    `${profile ?? "two kinds of faults at once"}: ${count} seeds from ${first}`;

  test.each(batches.map((batch, index) => [name(batch), index] as const))(
    "%s",
    async (_name, index) => {
      while (found.length <= index) {
        const { value, done } = await lines.next();
        if (done) throw new Error("the runs have ended too early");
        found.push(JSON.parse(value));
      }
      expect(found[index]).toEqual([]);
    },
    (EACH + MOST) * RUN_MS,
  );
});
