import { planOf } from "../../bench/plan";

describe("planOf", () => {
  test("measures everything at 0, 20 and 70 ms unless told otherwise", () => {
    const { modes, parts, latenciesMs, eventSizes } = planOf({});
    expect(modes).toEqual(["async", "semi-sync", "sync", "none", "fifo"]);
    expect(parts).toEqual(["throughput", "drainer", "memory", "cold-start", "isolation"]);
    expect(latenciesMs).toEqual([0, 20, 70]);
    expect(eventSizes).toEqual([10, 100, 1_000]);
  });

  test("limits what is named, and only that", () => {
    expect(planOf({ only: ["async"] })).toMatchObject({ modes: ["async"], parts: planOf({}).parts });
    expect(planOf({ only: ["memory", "sync", "none"] })).toMatchObject({
      modes: ["sync", "none"],
      parts: ["memory"],
    });
  });

  test("takes latencies, in a quick run too", () => {
    expect(planOf({ quick: true, latenciesMs: [5] }).latenciesMs).toEqual([5]);
  });
});
