import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { onCleanup, runCleanup, withCleanup } from "../../emulator/cleanup";

describe("runCleanup", () => {
  test("undoes the latest first, each once", async () => {
    const undone: string[] = [];
    for (const name of ["a", "b", "c"]) onCleanup(name, () => void undone.push(name));
    await Promise.all([runCleanup(), runCleanup()]);
    await runCleanup();
    expect(undone).toEqual(["c", "b", "a"]);
  });

  test("leaves out what was undone before", async () => {
    const undone: string[] = [];
    const undo = onCleanup("a", () => void undone.push("a"));
    await undo();
    await undo();
    await runCleanup();
    expect(undone).toEqual(["a"]);
  });

  test("runs after work that failed, and the error goes on", async () => {
    const undone: string[] = [];
    onCleanup("a", () => void undone.push("a"));
    await expect(withCleanup(() => Promise.reject(new Error("work")))).rejects.toThrow("work");
    expect(undone).toEqual(["a"]);
  });
});

describe("signals", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("%s undoes everything, a failure included, and ends with %d", async (signal, expected) => {
    const child = startFixture();
    let output = "";
    let errors = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      errors += chunk.toString();
    });
    await new Promise<void>((resolve) => {
      child.stdout?.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes("ready")) resolve();
      });
    });
    child.kill(signal);
    const code = await new Promise((resolve) => child.once("close", resolve));

    expect(code).toBe(expected);
    expect(output.trim().split("\n")).toEqual(["ready", "undone: third", "undone: first"]);
    expect(errors).toContain("cleanup: second: cannot");
  });
});

function startFixture(): ChildProcess {
  const fixture = path.join(__dirname, "fixtures", "clean-up-on-signal.ts");
  return spawn(process.execPath, ["--import", "tsx", fixture], { stdio: ["ignore", "pipe", "pipe"] });
}
