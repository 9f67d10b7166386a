import { readdir, readFile } from "node:fs/promises";
import { runCommand } from "./run-command";

/** A process of this machine with its environment, as far as it can be read. */
export interface ProcessInfo {
  readonly pid: number;
  readonly parentPid: number;
  readonly environment: ReadonlyMap<string, string>;
}

/** All processes that descend from `ancestorPid`, without those that have ended and only wait to be collected. */
export async function descendantsOf(ancestorPid: number): Promise<readonly ProcessInfo[]> {
  const parents = process.platform === "linux" ? await parentsFromProc() : await parentsFromPs();
  const family = new Set([ancestorPid]);
  // A child may be listed before its parent, so look until nothing is added.
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const [pid, parentPid] of parents) if (family.has(parentPid)) family.add(pid);
  }
  family.delete(ancestorPid);
  return Promise.all(
    [...family].map(async (pid) => ({
      pid,
      parentPid: parents.get(pid) ?? 0,
      environment: await environmentOf(pid),
    })),
  );
}

/** Whether a process exists. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whether a process exists and is stopped, by a signal or a debugger. */
export async function isStopped(pid: number): Promise<boolean> {
  const state =
    process.platform === "linux"
      ? (await stateFromProc(pid)).state
      : (await runCommand("ps", ["-o", "state=", "-p", String(pid)])).stdout.trim();
  return state?.startsWith("T") ?? false;
}

async function stateFromProc(pid: number): Promise<{ readonly state?: string; readonly parentPid?: string }> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // pid (name, which may contain anything) state parent …
  const [state, parentPid] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { ...(state && { state }), ...(parentPid && { parentPid }) };
}

async function parentsFromProc(): Promise<ReadonlyMap<number, number>> {
  const parents = new Map<number, number>();
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const { state, parentPid } = await stateFromProc(Number(pid));
    if (state !== undefined && parentPid !== undefined && state !== "Z")
      parents.set(Number(pid), Number(parentPid));
  }
  return parents;
}

async function parentsFromPs(): Promise<ReadonlyMap<number, number>> {
  const { stdout } = await runCommand("ps", ["-axo", "pid=,ppid=,state="]);
  const rows = stdout.split("\n").map((line) => line.trim().split(/\s+/));
  return new Map(
    rows
      .filter(([pid, , state]) => pid !== "" && !state?.startsWith("Z"))
      .map(([pid, parentPid]) => [Number(pid), Number(parentPid)]),
  );
}

async function environmentOf(pid: number): Promise<ReadonlyMap<string, string>> {
  if (process.platform === "linux") {
    const text = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    return entries(text.split("\0"));
  }
  const { stdout } = await runCommand("ps", ["eww", "-o", "command=", "-p", String(pid)]);
  return entries(stdout.trim().split(" "));
}

function entries(assignments: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    assignments
      .filter((assignment) => assignment.includes("="))
      .map((assignment) => {
        const equals = assignment.indexOf("=");
        return [assignment.slice(0, equals), assignment.slice(equals + 1)];
      }),
  );
}
