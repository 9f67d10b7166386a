import { fillable } from "../../bench/document";
import { textReport } from "../../bench/report";
import { measured } from "./measured";

const DOCUMENT = [
  "# Performance",
  "Written by hand.",
  "<!-- written by `npm run bench -- --write`: do not edit by hand -->",
  "old figures",
  "<!-- end of what is written by the benchmark -->",
  "Also by hand.",
].join("\n");

describe("fillable", () => {
  const written = fillable(DOCUMENT)(measured());

  test("replaces what is between the marks, and nothing else", () => {
    expect(written).toMatch(/^# Performance\nWritten by hand\.\n<!-- written/);
    expect(written).toMatch(/the benchmark -->\nAlso by hand\.$/);
    expect(written).not.toContain("old figures");
    expect(fillable(written)(measured())).toBe(written);
  });

  test("writes ratios with their date and verdicts, and no absolute throughput", () => {
    expect(written).toContain("Measured on 2026-01-02");
    expect(written).toContain("| async | 70 | 10 | 11 × | 20 % | met |");
    expect(written).not.toContain("messages/s");
  });

  test("refuses a document without marks before anything is measured", () => {
    expect(() => fillable("# Performance")).toThrow("has no lines");
  });
});

describe("textReport", () => {
  test("says of each target whether it is met, and where it is not", () => {
    const report = textReport(
      measured({ archives: [{ name: "replicator", bytes: 300 * 1_024, digest: "" }] }),
    );
    expect(report).toContain("met      SQS requests".replace("SQS ", ""));
    expect(report).toMatch(
      /NOT MET {2}size of an archive, KiB: 0 of 1\n +replicator: 300, wanted at most 200/,
    );
  });
});
