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

const project = (name, folders, without = []) => ({
  ...common,
  displayName: name,
  testMatch: folders.map((folder) => `<rootDir>/tests/${folder}/**/*.test.ts`),
  testPathIgnorePatterns: ["/node_modules/", ...without.map((folder) => `<rootDir>/tests/${folder}/`)],
});

/** Rules of Route 53 without a Route 53: fast, inside of a folder that is not. */
const ENGINE = "emulator/route53/engine";

module.exports = {
  projects: [
    project("fast", [
      "core",
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
      ENGINE,
    ]),
    project("terraform", ["terraform", "app"]),
    project("emulator", ["emulator"], [ENGINE]),
    project("e2e", ["e2e"]),
    project("chaos", ["chaos/suite"]),
  ],
  maxWorkers: 2,
  testSequencer: "<rootDir>/tests/longest-first.js",
  // A worker that has synthesized stacks runs what comes after it several times slower: a fresh one takes over.
  workerIdleMemoryLimit: "300MB",
};
