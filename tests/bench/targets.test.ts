import { caseFigures } from "../../bench/ratios";
import { verdicts } from "../../bench/targets";
import { figure, measured } from "./measured";

describe("caseFigures", () => {
  const cases = caseFigures(measured().throughput!);
  const ofCase = (name: string) => cases.find((one) => one.case === name);

  test("takes throughput from a case's slowest function, requests and CPU from all of them", () => {
    expect(ofCase("async")).toMatchObject({
      messagesPerSecond: 66,
      timesHandWritten: 11,
      requestsPerMessage: 0.7,
      cpuOfHandWritten: 0.2,
    });
  });

  test("compares events of any size with the small ones of the hand-written handler", () => {
    const larger = caseFigures({
      figures: [
        ...measured().throughput!.figures,
        figure({ id: "none", records: 100, messagesPerSecond: 60 }),
      ],
    });
    expect(larger.find(({ records }) => records === 100)).toMatchObject({
      case: "none",
      timesHandWritten: 10,
    });
  });
});

describe("verdicts", () => {
  test("are met by figures within their bounds", () => {
    const all = verdicts(measured());
    expect(all.filter(({ met }) => !met)).toEqual([]);
    expect(new Set(all.map(({ target }) => target))).toEqual(
      new Set(["requests", "handWritten", "limit", "drainer", "isolation", "archive", "coldStart", "memory"]),
    );
  });

  test("are not met by figures outside of them", () => {
    const { throughput } = measured();
    const slow = throughput!.figures.map((one) =>
      one.id === "semi-sync" ? { ...one, messagesPerSecond: 50, requestsPerMessage: 0.5 } : one,
    );
    const missed = verdicts(
      measured({
        throughput: { ...throughput!, figures: slow },
        archives: [{ name: "replicator", bytes: 201 * 1_024, digest: "" }],
        drainer: measured().drainer!.map((one) => ({ ...one, copiesPerSecond: 900 })),
        isolation: measured().isolation!.map((one) => ({ ...one, faulty: 200 })),
      }),
    ).filter(({ met }) => !met);
    expect(missed.map(({ target, subject }) => [target, subject])).toEqual([
      ["requests", "semi-sync"],
      ["handWritten", "semi-sync, events of 10"],
      ["limit", "semi-sync, 70 ms, events of 10"],
      ["drainer", "prune, 20 ms"],
      ["isolation", "semi-sync"],
      ["archive", "replicator"],
    ]);
  });

  test("are only given for what was measured", () => {
    const { archives } = measured();
    expect(verdicts({ archives }).map(({ target }) => target)).toEqual(["archive"]);
  });
});
