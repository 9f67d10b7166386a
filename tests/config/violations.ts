import { parseConfiguration } from "../../config/load";
import { ConfigurationError, type Violation } from "../../config/violation";

/** What is wrong with a configuration, given as it is read from the file. */
export function violationsIn(file: unknown): readonly Violation[] {
  try {
    parseConfiguration(file);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.violations;
    throw error;
  }
  return [];
}

export function pathsIn(file: unknown): readonly string[] {
  return violationsIn(file).map(({ path }) => path);
}
