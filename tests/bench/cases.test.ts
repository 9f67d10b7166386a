import { FUNCTION_CASES } from "../../bench/cases";
import { pollerRequests } from "../../bench/measure/throughput";

test("every queue of every case is on the stub's host", () => {
  const endpoint = "http://127.0.0.1:1234";
  for (const { environment } of FUNCTION_CASES) {
    const hosts = JSON.stringify(environment(endpoint)).match(/https?:\/\/[^/"\\]+/g) ?? [];
    expect(hosts.length).toBeGreaterThan(0);
    expect(new Set(hosts)).toEqual(new Set([endpoint]));
  }
});

test("pollers receive and delete ten records per request", () => {
  expect([1, 10, 11, 100].map(pollerRequests)).toEqual([2, 2, 4, 20]);
});
