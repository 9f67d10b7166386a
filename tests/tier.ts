/** Whether the long tests run too (`npm run test:full`). */
export const IS_FULL = process.env.TEST_TIER === "full";

/** A test of the full tier alone. */
export const testFull = IS_FULL ? test : test.skip;

export const describeFull = IS_FULL ? describe : describe.skip;
