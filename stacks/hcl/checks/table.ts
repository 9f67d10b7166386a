import type { GroupSettings } from "../../../config/configuration";
import { QUEUE_TABLE } from "../../../config/queue-rules";
import type { Finding, GroupTableRule } from "../../../config/rule";
import { Renderer } from "../render";
import type { ModuleSettings } from "../settings";
import { SYMBOLS } from "../symbols";
import { type ModuleCheck, through } from "./check";

const renderer = new Renderer(SYMBOLS);

/** The rules of a table for each logical queue, as a module checks them. */
export function queueTableChecks({ configuration, queueAt }: ModuleSettings): readonly ModuleCheck[] {
  return QUEUE_TABLE.map(({ path, find }) => ({
    path: `queues.\${name}.${path}`,
    loops: [through("local.users_queues", "queue", "name")],
    ...written(find(queueAt("queue"), configuration)),
  }));
}

/** The rules of a table about the group as a whole. */
export function groupTableChecks(
  table: readonly GroupTableRule[],
  settings: GroupSettings,
): readonly ModuleCheck[] {
  return table.map(({ path, find }) => ({ path, ...written(find(settings, settings)) }));
}

function written({ value, holds, allowed }: Finding): Pick<ModuleCheck, "value" | "holds" | "allowed"> {
  return {
    value: renderer.value(value, {}),
    holds: bare(renderer.value(holds, {})),
    allowed: inText(renderer.value(allowed, {})),
  };
}

/** Without the parentheses around all of it. */
function bare(expression: string): string {
  let depth = 0;
  const closes = [...expression].findIndex((letter) => {
    depth += letter === "(" ? 1 : letter === ")" ? -1 : 0;
    return depth === 0;
  });
  return expression.startsWith("(") && closes === expression.length - 1
    ? expression.slice(1, -1)
    : expression;
}

/** What stands in a text: between its quotes, or as what the text refers to. */
function inText(expression: string): string {
  return expression.startsWith('"') ? expression.slice(1, -1) : `\${${expression}}`;
}
