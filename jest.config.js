const common = {
  rootDir: __dirname,
  testEnvironment: "node",
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      {
        jsc: { target: "es2023", parser: { syntax: "typescript" } },
        module: { type: "commonjs" },
        sourceMaps: "inline",
      },
    ],
  },
};

/** What takes longer than a few seconds: scenarios, simulations, archives, long properties. */
const LOGIC = ".logic.test.ts";

const project = (name, folders, { ending = ".test.ts", without = [] } = {}) => ({
  ...common,
  displayName: name,
  testMatch: folders.map((folder) => `<rootDir>/tests/${folder}/**/*${ending}`),
  testPathIgnorePatterns: ["/node_modules/", ...without],
});

/** Rules of Route 53 without a Route 53, and constraints of AWS without an emulator: fast, inside of a folder that is not. */
const ENGINES = ["emulator/route53/engine", "emulator/constraints/pure"];

/** Folders whose tests need neither Terraform nor the emulator. */
const PURE = [
  "core",
  "messages",
  "config",
  "modules",
  "stacks",
  "replicator",
  "demo",
  "bench",
  "ownership",
  "ledger",
  "client",
  "cli",
  "scripts",
  "chaos/model",
  ...ENGINES,
];

module.exports = {
  projects: [
    project("fast", PURE, { without: [LOGIC] }),
    project("logic", PURE, { ending: LOGIC }),
    project("terraform", ["terraform", "app"]),
    project("integration", ["integration"]),
    project("e2e", ["e2e"]),
    project("chaos", ["chaos/suite"]),
    project("harness", ["emulator"], { without: ENGINES }),
  ],
  maxWorkers: 2,
  // A test that hangs ends; one on a slow machine does not.
  testTimeout: 60_000,
  testSequencer: "<rootDir>/tests/longest-first.js",
  // A worker that has synthesized stacks runs what comes after it several times slower: a fresh one takes over.
  workerIdleMemoryLimit: "300MB",
};
