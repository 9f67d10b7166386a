import { PROJECT_ROOT } from "../../emulator/paths";
import { runCommand } from "../../emulator/run-command";
import { testFull } from "../tier";

testFull(
  "stacks and modules are the same with the newest bindings of the provider, and fit its types",
  async () => {
    const { exitCode, stdout, stderr } = await runCommand("npm", [
      ...["run", "--silent", "--prefix", PROJECT_ROOT],
      "check:providers",
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(
      /^provider aws 5\.100\.0 and 6\.25\.0: \d+ files with [1-9]\d{2,} resources, 0 differences$/m,
    );
    process.stdout.write(stdout);
  },
  600_000,
);
