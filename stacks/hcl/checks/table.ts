import type { GroupSettings } from "../../../config/configuration";
import { QUEUE_TABLE } from "../../../config/queue-rules";
import { type Findings, type GroupTableRule, isList, Looped } from "../../../config/rule";
import { reference } from "../../../core/expression";
import type { Loop } from "../hcl-text";
import type { Renderer } from "../render";
import type { ModuleSettings } from "../settings";
import { type ModuleCheck, through } from "./check";

/** The rules of a table for each logical queue, as a module checks them. */
export function queueTableChecks(
  { configuration, queueAt }: ModuleSettings,
  renderer: Renderer,
): readonly ModuleCheck[] {
  const queues = through("local.users_queues", "queue", "name");
  // The local notes peers of the module's region alone.
  const peers = reference<Readonly<Record<string, readonly string[]>>>("module.settings.queues[name].peers");
  const queue = { ...queueAt("queue"), peers };
  return QUEUE_TABLE.flatMap(({ path, find }) =>
    checksOf(find(queue, configuration), `queues.\${name}.${path}`, [queues], renderer),
  );
}

/** The rules of a table about the group as a whole. */
export function groupTableChecks(
  table: readonly GroupTableRule[],
  settings: GroupSettings,
  renderer: Renderer,
): readonly ModuleCheck[] {
  return table.flatMap(({ path, find }) => checksOf(find(settings, settings), path, [], renderer));
}

function checksOf(
  findings: Findings,
  path: string,
  loops: readonly Loop[],
  renderer: Renderer,
): readonly ModuleCheck[] {
  if (findings instanceof Looped) {
    const { key, value, over } = findings.loop;
    return checksOf(
      findings.inner,
      path,
      [...loops, through(renderer.value(over, {}), value, key)],
      renderer,
    );
  }
  if (isList(findings)) return findings.flatMap((inner) => checksOf(inner, path, loops, renderer));
  const { at = "", value, holds, allowed } = findings;
  return [
    {
      path: `${path}${at === "" ? "" : inText(renderer.value(at, {}))}`,
      loops,
      value: renderer.value(value, {}),
      holds: bare(renderer.value(holds, {})),
      allowed: inText(renderer.value(allowed, {})),
    },
  ];
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
