import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { FIFO_SUFFIX } from "../core/names";
import { type Configuration, resolve } from "./configuration";
import { namesAt } from "./known-names";
import { nearest } from "./nearest";
import { RENAMED } from "./renamed";
import { violationsOf } from "./rules";
import { configurationSchema } from "./schema";
import { allowedSize, SIZES } from "./sizes";
import { readSource, type SourceText } from "./source";
import { ConfigurationError, type Violation, WHOLE_FILE } from "./violation";

/** File that is read unless {@link CONFIGURATION_VARIABLE} names another. */
export const DEFAULT_CONFIGURATION_FILE = "sqs-multi-region.json";
/** Environment variable with the path of the configuration file. */
export const CONFIGURATION_VARIABLE = "SQS_MULTI_REGION_CONFIG";

/**
 * Reads and validates the configuration file.
 * @param path default: what the environment variable `SQS_MULTI_REGION_CONFIG` names, else `sqs-multi-region.json`.
 * @throws ConfigurationError with every violation at once; also when the file is missing, no JSON, or has a name twice in one object.
 */
export function loadConfiguration(
  path: string = process.env[CONFIGURATION_VARIABLE] ?? DEFAULT_CONFIGURATION_FILE,
): Configuration {
  const { data, violations, lineOf } = readFile(path);
  if (violations.length > 0) throw new ConfigurationError(path, violations);
  return parseConfiguration(data, path, lineOf);
}

function readFile(path: string): SourceText {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(path, [
      {
        path: WHOLE_FILE,
        value: reason,
        allowed: "a readable JSON file",
        fix: `create it, or name another by ${CONFIGURATION_VARIABLE}`,
      },
    ]);
  }
  return readSource(text);
}

/**
 * Validates a configuration given as data.
 * @param source what the error calls it; default "configuration".
 * @throws ConfigurationError with every violation at once.
 */
export function parseConfiguration(
  input: unknown,
  source = "configuration",
  lineOf: SourceText["lineOf"] = () => undefined,
): Configuration {
  const parsed = configurationSchema.safeParse(input, { error: plainText });
  const issues = parsed.success ? [] : parsed.error.issues;
  const configuration = parsed.success ? resolve(parsed.data) : undefined;
  const violations = [
    ...withoutMisspelled(issues.flatMap((issue) => fromIssue(input, issue))),
    ...counts(input),
    ...(configuration ? violationsOf(configuration) : violationsBeside(input, issues)),
  ];
  if (violations.length === 0 && configuration !== undefined) return configuration;
  throw new ConfigurationError(
    source,
    violations.map((violation) => {
      const line = lineOf(violation.path);
      return { ...violation, ...(line !== undefined && { line }) };
    }),
  );
}

/** What is allowed where the schema does not say so itself. */
function plainText({ code, ...issue }: z.core.$ZodRawIssue): string | undefined {
  if (code === "invalid_type") return NAMES_OF_TYPES[String(issue.expected)];
  if (code === "too_small" && issue.origin === "string")
    return `a text of at least ${issue.minimum} characters`;
  return undefined;
}

const NAMES_OF_TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

interface Found extends Violation {
  /** Path that the author may have meant. */
  readonly suggested?: string;
}

function fromIssue(input: unknown, issue: z.core.$ZodIssue): readonly Found[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const known = namesAt(path);
    return issue.keys.map((key) => {
      const meant = nearest(key, known);
      return {
        path: [...path, key].join("."),
        value: at(input, [...path, key]),
        allowed: issue.message,
        fix: renamed(path, key) ?? (meant === undefined ? "take it out" : `did you mean "${meant}"?`),
        ...(meant !== undefined && { suggested: [...path, meant].join(".") }),
      };
    });
  }
  const value = issue.code === "invalid_key" ? path.at(-1) : at(input, path);
  return [
    {
      path: path.join(".") || WHOLE_FILE,
      value,
      allowed: issue.message,
      fix: fixOf(issue, value),
    },
  ];
}

/** What to say in place of a name that other modules give a setting of a logical queue. */
function renamed(path: readonly string[], key: string): string | undefined {
  return path.length === 2 && path[0] === "queues" && Object.hasOwn(RENAMED, key) ? RENAMED[key] : undefined;
}

/** What seems to be misspelled is not reported as missing too. */
function withoutMisspelled(found: readonly Found[]): readonly Violation[] {
  const meant = new Set(found.flatMap(({ suggested }) => suggested ?? []));
  return found
    .filter(({ path, value }) => value !== undefined || !meant.has(path))
    .map(({ suggested: _, ...violation }) => violation);
}

function fixOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined) return "add it";
  if (issue.code === "invalid_key" && typeof value === "string" && value.endsWith(FIFO_SUFFIX)) {
    return `call it "${value.slice(0, -FIFO_SUFFIX.length)}" and set "fifo": true; the queues' names get ${FIFO_SUFFIX}`;
  }
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

/** What stands in for a required field that is at fault, so that the rules can look at the rest. It never leaves this file. */
type StandIns = Readonly<Record<string, (number: number) => string>>;

/** Two sets that have nothing in common: accounts that are all one, and accounts that all differ. */
const STAND_INS: readonly StandIns[] = [
  {
    failover_group: () => "group",
    account: () => "000000000000",
    zone_id: () => "Z0",
    record: () => "a.example",
  },
  {
    failover_group: () => "other",
    account: (number) => String(number).padStart(12, "9"),
    zone_id: () => "Z1",
    record: () => "b.example",
  },
];

/** What else is wrong beside faulty fields: what the rules find whatever stands in for those. */
function violationsBeside(input: unknown, issues: readonly z.core.$ZodIssue[]): readonly Violation[] {
  const [first = [], ...others] = STAND_INS.map((standIns) => {
    const usable = repaired(input, issues, standIns);
    return usable === undefined ? [] : violationsOf(resolve(usable));
  });
  return first.filter((violation) =>
    others.every((found) => found.some((other) => isDeepStrictEqual(other, violation))),
  );
}

/** The input without its faulty fields; `undefined` when too little is left to look at. */
function repaired(input: unknown, issues: readonly z.core.$ZodIssue[], standIns: StandIns) {
  if (input === null || typeof input !== "object" || Array.isArray(input)) return undefined;
  const copy: unknown = structuredClone(input);
  for (const [number, issue] of issues.entries()) {
    const keys = issue.code === "unrecognized_keys" ? issue.keys : [];
    const paths = keys.length > 0 ? keys.map((key) => [...issue.path, key]) : [issue.path];
    for (const path of paths) removeField(copy, path.map(String), (name) => standIns[name]?.(number));
  }
  const second = configurationSchema.safeParse(copy);
  return second.success ? second.data : undefined;
}

/** Takes a faulty field out of `root`: a list as a whole, a required field by its stand-in. */
function removeField(
  root: unknown,
  path: readonly string[],
  standInOf: (name: string) => string | undefined,
): void {
  const list = path.findIndex((_, depth) => Array.isArray(at(root, path.slice(0, depth))));
  const field = list === -1 ? path : path.slice(0, list);
  const name = field.at(-1);
  const parent = at(root, field.slice(0, -1));
  if (name === undefined || parent === null || typeof parent !== "object") return;
  const standIn = standInOf(name);
  if (standIn === undefined) Reflect.deleteProperty(parent, name);
  else Reflect.set(parent, name, standIn);
}

function at(input: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value !== null && typeof value === "object" ? Reflect.get(value, key) : undefined),
    input,
  );
}
