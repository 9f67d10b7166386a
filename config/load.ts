import { readFileSync } from "node:fs";
import type { z } from "zod";
import { type Configuration, resolve } from "./configuration";
import { violationsOf } from "./rules";
import { configurationSchema } from "./schema";
import { allowedSize, SIZES } from "./sizes";
import { ConfigurationError, type Violation } from "./violation";

/** File that is read unless {@link CONFIGURATION_VARIABLE} names another. */
export const DEFAULT_CONFIGURATION_FILE = "sqs-multi-region.json";
/** Environment variable with the path of the configuration file. */
export const CONFIGURATION_VARIABLE = "SQS_MULTI_REGION_CONFIG";

/**
 * Reads and validates the configuration file.
 * @param path default: what the environment variable `SQS_MULTI_REGION_CONFIG` names, else `sqs-multi-region.json`.
 * @throws ConfigurationError with every violation at once; also when the file is missing or no JSON.
 */
export function loadConfiguration(
  path: string = process.env[CONFIGURATION_VARIABLE] ?? DEFAULT_CONFIGURATION_FILE,
): Configuration {
  return parseConfiguration(readJson(path), path);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(path, [
      {
        path: "(file)",
        value: reason,
        allowed: "a readable JSON file",
        fix: `create or correct it, or name another by ${CONFIGURATION_VARIABLE}`,
      },
    ]);
  }
}

/**
 * Validates a configuration given as data.
 * @param source what the error calls it; default "configuration".
 * @throws ConfigurationError with every violation at once.
 */
export function parseConfiguration(input: unknown, source = "configuration"): Configuration {
  const parsed = configurationSchema.safeParse(input);
  const issues = parsed.success ? [] : parsed.error.issues;
  const usable = parsed.success ? parsed.data : repaired(input, issues);
  const configuration = usable && resolve(usable);
  const violations = [
    ...issues.flatMap((issue) => fromIssue(input, issue)),
    ...counts(input),
    ...(configuration ? violationsOf(configuration) : []),
  ];
  if (violations.length > 0 || configuration === undefined) throw new ConfigurationError(source, violations);
  return configuration;
}

function fromIssue(input: unknown, issue: z.core.$ZodIssue): readonly Violation[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...path, key].join("."),
      value: at(input, [...path, key]),
      allowed: issue.message,
      fix: "correct the spelling, or take it out",
    }));
  }
  const value = issue.code === "invalid_key" ? path.at(-1) : at(input, path);
  return [
    {
      path: path.join(".") || "(file)",
      value,
      allowed: issue.message,
      fix: fixOf(issue, value),
    },
  ];
}

function fixOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined) return "add it";
  if (issue.code === "too_big" && typeof value === "number") return `lower it to ${issue.maximum} or less`;
  if (issue.code === "too_small" && typeof value === "number") return `raise it to ${issue.minimum} or more`;
  return "correct it";
}

/** Counted on what was written, so that an entry with another fault is not missed twice. */
function counts(input: unknown): readonly Violation[] {
  return Object.entries(SIZES).flatMap(([path, { min, max }]) => {
    const value = at(input, [path]);
    if (value === null || typeof value !== "object" || Array.isArray(value)) return [];
    const names = Object.keys(value);
    if (names.length >= min && names.length <= max) return [];
    return [
      {
        path,
        value: names,
        allowed: allowedSize(path),
        fix: names.length < min ? "add one" : "take some out",
      },
    ];
  });
}

/** Stand-ins that let the rules look at the rest when a required field is at fault; they never leave this file. */
const STAND_INS: Readonly<Record<string, string>> = {
  failover_group: "group",
  account: "000000000000",
  zone_id: "Z0",
  record: "a.example",
};

/**
 * The input without its faulty fields, so that rules across fields can report what else is wrong.
 * `undefined` when too little is left to look at.
 */
function repaired(input: unknown, issues: readonly z.core.$ZodIssue[]) {
  if (input === null || typeof input !== "object" || Array.isArray(input)) return undefined;
  const copy: unknown = structuredClone(input);
  for (const issue of issues) {
    const keys = issue.code === "unrecognized_keys" ? issue.keys : [];
    const paths = keys.length > 0 ? keys.map((key) => [...issue.path, key]) : [issue.path];
    for (const path of paths) removeField(copy, path.map(String));
  }
  const second = configurationSchema.safeParse(copy);
  return second.success ? second.data : undefined;
}

/** Takes a faulty field out of `root`: a list as a whole, a required field by its stand-in. */
function removeField(root: unknown, path: readonly string[]): void {
  const list = path.findIndex((_, depth) => Array.isArray(at(root, path.slice(0, depth))));
  const field = list === -1 ? path : path.slice(0, list);
  const name = field.at(-1);
  const parent = at(root, field.slice(0, -1));
  if (name === undefined || parent === null || typeof parent !== "object") return;
  const standIn = STAND_INS[name];
  if (standIn === undefined) Reflect.deleteProperty(parent, name);
  else Reflect.set(parent, name, standIn);
}

function at(input: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value !== null && typeof value === "object" ? Reflect.get(value, key) : undefined),
    input,
  );
}
