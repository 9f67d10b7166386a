import { testFull } from "../tier";
import { played, SCENARIO_TIMEOUT_MS, useOrderProcessing } from "./played";

/** The shortest that is allowed: the scenarios wait for it, and for what follows from it. */
const TAKEOVER_DELAY_SECONDS = 120;

describe("two regions", () => {
  const example = useOrderProcessing({ takeoverDelaySeconds: TAKEOVER_DELAY_SECONDS });

  testFull(
    "a lost region is taken over though nobody orders it, and handed back",
    async () => {
      await played(example(), "takeover");
    },
    SCENARIO_TIMEOUT_MS,
  );

  testFull(
    "a home whose new owner is lost takes itself back",
    async () => {
      await played(example(), "owner-lost");
    },
    SCENARIO_TIMEOUT_MS,
  );
});

describe("three regions", () => {
  const example = useOrderProcessing({ regions: 3, takeoverDelaySeconds: TAKEOVER_DELAY_SECONDS });

  testFull(
    "when the owner is lost too, the last region takes over",
    async () => {
      await played(example(), "two-lost");
    },
    SCENARIO_TIMEOUT_MS,
  );
});
