import { testFull } from "../../tier";
import { SCENARIOS } from "./scenarios";
import { ORDERS_OF_FIVE } from "./scenarios/orders";

describe("scenarios that random runs hardly meet", () => {
  test.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))("%s", (_name, { play }) => {
    expect(play()).toEqual([]);
  });

  testFull(ORDERS_OF_FIVE.name, () => expect(ORDERS_OF_FIVE.play()).toEqual([]), 600_000);
});
