import { z } from "zod";
import type { Range } from "../core/limits";

/** Building blocks of the schemas: each kind of field with the message that says what is allowed. */

/** The message of an issue: what is allowed there. */
export const allowed = (text: string) => ({ error: () => text });

export function whole(range: Range, description: string) {
  const text = allowed(`a whole number from ${range.min} to ${range.max}`);
  return z.int(text).min(range.min, text).max(range.max, text).describe(description);
}

export function text(pattern: RegExp, what: string, description: string) {
  return z.string(allowed(what)).regex(pattern, allowed(what)).describe(description);
}

export const flag = (description: string) => z.boolean(allowed("true or false")).describe(description);

export function object<T extends z.core.$ZodLooseShape>(shape: T, what = "an object") {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? `only ${Object.keys(shape).join(", ")}` : what),
  });
}

export function choice<const T extends readonly string[]>(values: T, description: string) {
  return z.enum(values, allowed(`one of ${values.join(", ")}`)).describe(description);
}

export function map<V extends z.ZodType>(key: z.ZodString, keyText: string, value: V, description: string) {
  return z
    .record(key, value, {
      error: (issue) => (issue.code === "invalid_key" ? keyText : `an object whose keys are ${keyText}`),
    })
    .describe(description);
}

const REGION_PATTERN = /^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\d$/;
export const REGION_TEXT = 'names of AWS regions such as "us-east-1"';
export const region = z.string(allowed(REGION_TEXT)).regex(REGION_PATTERN, allowed(REGION_TEXT));

export const ACCOUNT = /^\d{12}$/;

/** A role by its ARN. */
export function roleArn(description: string) {
  return text(
    /^arn:aws(?:-cn|-us-gov)?:iam::\d{12}:role\/(?:[\w+=,.@-]+\/)*[\w+=,.@-]+$/,
    'the ARN of a role, "arn:aws:iam::<account>:role/<name>"',
    description,
  );
}

/** KMS keys, one per region. */
export function kmsKeys(description: string) {
  return map(
    region,
    REGION_TEXT,
    text(
      /^arn:aws(?:-cn|-us-gov)?:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
      'the ARN of a KMS key, "arn:aws:kms:<region>:<account>:key/<id>"',
      "ARN of the KMS key.",
    ),
    description,
  );
}
