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

const project = (name, folders) => ({
  ...common,
  displayName: name,
  testMatch: folders.map((folder) => `<rootDir>/tests/${folder}/**/*.test.ts`),
});

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
      "chaos/model",
    ]),
    project("terraform", ["terraform", "app"]),
    project("emulator", ["emulator"]),
    project("e2e", ["e2e"]),
    project("chaos", ["chaos/suite"]),
  ],
  maxWorkers: 2,
};
