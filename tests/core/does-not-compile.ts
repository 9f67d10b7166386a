import type { GroupSettings } from "../../config/configuration";
import { isSet } from "../../core/expression";
import type { Value } from "../../core/value";

/** Nobody calls these: each line must be refused by the compiler, and one that is not makes the next comment an error. */
export function doesNotCompile(settings: GroupSettings, queue: GroupSettings["queues"][string]): unknown[] {
  const { visibilityTimeoutSeconds: seconds, mode, canary, names, tags, delaySeconds } = queue;
  return [
    // @ts-expect-error: arithmetic of known numbers
    Math.max(seconds, 30),
    // @ts-expect-error
    seconds + 1,
    // @ts-expect-error
    seconds * 6,
    // @ts-expect-error
    seconds > 30,
    // @ts-expect-error: a comparison
    mode === "semi-sync" ? 0 : delaySeconds,
    // @ts-expect-error
    mode !== "none",
    // @ts-expect-error
    canary === true,
    // @ts-expect-error
    ["sync", "semi-sync"].includes(mode),
    // @ts-expect-error: a choice
    canary ? 1 : 2,
    // @ts-expect-error
    canary && 1,
    // @ts-expect-error: a choice by what a function returns
    isSet(settings.dns) && 1,
    // @ts-expect-error
    isSet(settings.dns) ? 1 : 2,
    // @ts-expect-error: a length, an element, a part
    names.work.length,
    // @ts-expect-error
    names.work.endsWith(".fifo"),
    // @ts-expect-error
    settings.allowedRegions?.length,
    // @ts-expect-error
    settings.allowedRegions?.map((region) => region),
    // @ts-expect-error
    tags.team,
    // @ts-expect-error: a cast to what is known, and back
    mode as string,
    // @ts-expect-error
    "async" as Value<string>,
    // @ts-expect-error: text by a method
    names.work.toString(),
  ];
}

export function doesNotCompileEither({ mode, canary }: GroupSettings["queues"][string]): number {
  // @ts-expect-error
  if (canary) return 1;
  // @ts-expect-error
  if (isSet(mode)) return 4;
  switch (mode) {
    // @ts-expect-error
    case "sync":
      return 2;
    default:
      return 3;
  }
}
