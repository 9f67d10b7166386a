import { IS_FULL, testFull } from "../tier";
import { changesOf, noChanges, played, SCENARIO_TIMEOUT_MS, useOrderProcessing } from "./played";

const example = useOrderProcessing();

test(
  "a lost region is taken over though nobody orders it, and handed back by order",
  async () => {
    const { deployment } = example();
    const plans: unknown[] = [];
    const plan = async () => {
      plans.push(await changesOf(deployment));
    };
    await played(example(), "takeover", IS_FULL ? plan : undefined);
    if (!IS_FULL) return;
    await plan();
    expect(plans).toEqual([noChanges(deployment), noChanges(deployment)]);
  },
  SCENARIO_TIMEOUT_MS,
);

testFull(
  "a region whose tables fail alone hands itself over though nobody orders it",
  async () => {
    await played(example(), "dynamodb-outage");
  },
  SCENARIO_TIMEOUT_MS,
);

testFull(
  "a region that is lost and back again and again loses nothing",
  async () => {
    await played(example(), "flapping");
  },
  SCENARIO_TIMEOUT_MS,
);

testFull(
  "of a region that never returns, everything is processed that its peer has a copy of",
  async () => {
    await played(example(), "lost-for-good");
  },
  SCENARIO_TIMEOUT_MS,
);
