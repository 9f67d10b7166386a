/**
 * Loaded into every worker before its function: the wall clock shows what the harness wrote into the file of the worker's region,
 * and the right time while there is no such file. Timers, `performance` and `process.hrtime` count on, as they do on a machine
 * whose clock is set.
 */
const { readFileSync } = require("node:fs");

const file = process.env.HARNESS_CLOCK_FILE;
const TrueDate = Date;
const trueNow = TrueDate.now;

/** Reads the file at every look, so that a clock is wrong, or right again, from the moment on at which it was set. */
function now() {
  let clock;
  try {
    clock = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    return trueNow();
  }
  return clock.stoppedAtMs ?? trueNow() + clock.offsetMs;
}

TrueDate.now = now;
globalThis.Date = new Proxy(TrueDate, {
  construct: (target, given, made) =>
    Reflect.construct(target, given.length === 0 ? [now()] : given, made === globalThis.Date ? target : made),
  apply: () => new TrueDate(now()).toString(),
});
TrueDate.prototype.constructor = globalThis.Date;
