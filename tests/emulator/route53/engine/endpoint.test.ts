import fc from "fast-check";
import { check, FAILED, PASSED, probeFor, START } from "./fixtures";

const CHECK = check("e", { Type: "HTTPS", RequestInterval: 10, FailureThreshold: 3 });
/** Time for `requests` of every checker, jitter and the first interval included. */
const secondsFor = (requests: number) => requests * 13;

test("a new check is healthy, an inverted one unhealthy, until there is enough data", () => {
  expect(probeFor(CHECK, 0, () => FAILED).statuses.e).toBe("healthy");
  expect(probeFor(CHECK, 10, () => FAILED).statuses.e).toBe("healthy");
  const inverted = check("e", { ...CHECK.config, Inverted: true });
  expect(probeFor(inverted, 10, () => PASSED).statuses.e).toBe("unhealthy");
});

test("is unhealthy when the checkers have failed as often in a row as the threshold says, and not before", () => {
  expect(probeFor(CHECK, secondsFor(3), () => FAILED).statuses.e).toBe("unhealthy");
  const patient = check("e", { ...CHECK.config, FailureThreshold: 5 });
  expect(probeFor(patient, secondsFor(3), () => FAILED).statuses.e).toBe("healthy");
  expect(probeFor(patient, secondsFor(5), () => FAILED).statuses.e).toBe("unhealthy");
});

test("is healthy again when checkers have passed as often in a row, and not before", () => {
  const down = probeFor(CHECK, secondsFor(3), () => FAILED);
  const from = { health: down, at: START + secondsFor(3) * 1_000 };
  expect(probeFor(CHECK, 10, () => PASSED, {}, from).statuses.e).toBe("unhealthy");
  expect(probeFor(CHECK, secondsFor(3), () => PASSED, {}, from).statuses.e).toBe("healthy");
});

test("one answer to the contrary begins the count again", () => {
  const requests = new Map<number, number>();
  const reply = (checker: number) => {
    const number = (requests.get(checker) ?? 0) + 1;
    requests.set(checker, number);
    return number % 3 === 0 ? PASSED : FAILED;
  };
  expect(probeFor(CHECK, secondsFor(5), reply).statuses.e).toBe("healthy");
});

test("more than 18 % of the checkers are enough, 18 % are not", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.nat(50), fc.string(), (checkers, healthy, seed) => {
      fc.pre(healthy <= checkers);
      const { statuses } = probeFor(CHECK, secondsFor(3), (number) => (number < healthy ? PASSED : FAILED), {
        checkers,
        seed,
      });
      expect(statuses.e).toBe(healthy * 100 > 18 * checkers ? "healthy" : "unhealthy");
    }),
    {
      numRuns: 30,
      examples: [
        [50, 9, ""],
        [50, 10, ""],
      ],
    },
  );
});

test("every checker sends a request once in an interval, and they are spread over it", () => {
  const times: number[] = [];
  const last = new Map<number, number>();
  const gaps: number[] = [];
  probeFor(CHECK, 100, (checker, at) => {
    if (!last.has(checker)) times.push(at);
    else gaps.push(at - last.get(checker)!);
    last.set(checker, at);
    return PASSED;
  });
  expect(last.size).toBe(15);
  expect(new Set(times).size).toBeGreaterThan(5);
  expect(Math.max(...times)).toBeLessThanOrEqual(START + 12_000);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(9_000);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(13_000);
});

test("the interval is 30 s and the threshold 3 when nothing is said, and both shrink with the minute", () => {
  let requests = 0;
  const count = () => {
    requests += 1;
    return PASSED;
  };
  const plain = check("e", { Type: "HTTPS" });
  probeFor(plain, 300, count, { checkers: 1 });
  expect(requests).toBeGreaterThanOrEqual(8);
  expect(requests).toBeLessThanOrEqual(11);
  requests = 0;
  probeFor(plain, 300, count, { checkers: 1, minuteMs: 10_000 });
  expect(requests).toBeGreaterThanOrEqual(35);
});

test("a disabled check sends no requests and is healthy", () => {
  const disabled = check("e", { ...CHECK.config, Disabled: true });
  const { statuses, due } = probeFor(disabled, 60, () => {
    throw new Error("a request");
  });
  expect(statuses.e).toBe("healthy");
  expect(due).toEqual([]);
});

test("a seed decides when requests are sent, and nothing else does", () => {
  const timesOf = (seed: string) => {
    const times: string[] = [];
    const reply = (checker: number, at: number) => {
      times.push(`${checker} ${at}`);
      return PASSED;
    };
    probeFor(CHECK, 60, reply, { seed });
    return times;
  };
  expect(timesOf("a")).toEqual(timesOf("a"));
  expect(timesOf("a")).not.toEqual(timesOf("b"));
});
