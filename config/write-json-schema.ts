import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { configurationSchema } from "./schema";

/** JSON Schema of the configuration file, for editors. */
export function jsonSchema(): string {
  const schema = z.toJSONSchema(configurationSchema, { io: "input" });
  return `${JSON.stringify({ ...schema, title: "sqs-multi-region configuration" }, null, 2)}\n`;
}

if (require.main === module)
  writeFileSync(join(__dirname, "..", "sqs-multi-region.schema.json"), jsonSchema());
