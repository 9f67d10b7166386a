import { z } from "zod";

/** What checkov says of a folder. */
export interface CheckovReport {
  readonly passed: number;
  readonly findings: readonly CheckovFinding[];
  /** Files that it could not read, and so did not check. */
  readonly unread: readonly string[];
}

export interface CheckovFinding {
  /** Such as `CKV_AWS_116`. */
  readonly check: string;
  /** One line with the place, the resource and what is the matter. */
  readonly text: string;
}

const reportSchema = z.object({
  results: z.object({
    failed_checks: z.array(
      z.object({
        check_id: z.string(),
        check_name: z.string(),
        resource: z.string(),
        file_path: z.string(),
        file_line_range: z.array(z.int()).min(1),
      }),
    ),
    parsing_errors: z.array(z.string()),
  }),
  summary: z.object({ passed: z.int() }),
});

/** Where there is nothing to check, checkov writes a summary alone. */
const nothingSchema = z.object({ passed: z.literal(0), failed: z.literal(0), parsing_errors: z.literal(0) });

/**
 * Reads what checkov wrote with `--output json`.
 * @throws Error when it is something else
 */
export function checkovReport(text: string): CheckovReport {
  const json = jsonIn(text);
  if (nothingSchema.safeParse(json).success) return { passed: 0, findings: [], unread: [] };
  const { success, data } = reportSchema.safeParse(json);
  if (!success) throw new Error(`checkov wrote no report: ${text.slice(0, SHOWN_CHARACTERS)}`);
  const { results, summary } = data;
  return {
    passed: summary.passed,
    findings: results.failed_checks.map(
      ({ check_id: check, check_name, resource, file_path, file_line_range: [line] }) => ({
        check,
        text: `${file_path}:${line}: ${resource}: ${check_name} (${check})`,
      }),
    ),
    unread: results.parsing_errors,
  };
}

const SHOWN_CHARACTERS = 300;

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
