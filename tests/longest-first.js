const { default: Sequencer } = require("@jest/test-sequencer");

/** Files that mostly wait, for longer than any other of their level takes. */
const LONGEST = [
  "ownership/lease/simulation.logic.test.ts",
  "e2e/takeover.test.ts",
  "e2e/membership.test.ts",
  "emulator/route53/stand-in.test.ts",
];

/** Begins with them, so that the others run meanwhile: Jest knows how long a file takes only where it has run it before. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const isLong = ({ path }) => LONGEST.some((file) => path.endsWith(file));
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
};
