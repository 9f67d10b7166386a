import type { ResourceBlock } from "../blocks";
import type { Renderer } from "../render";
import { boundIn, collectionOf, goingThrough } from "../symbols";

/** By address, policies whose size is checked, and the local in which they stand. */
const NOTED: readonly (readonly [address: RegExp, local: (name: string) => string])[] = [
  [/^aws_sqs_queue\.(?:ingress|work)$/, (name) => `${name}_policies`],
  [/^aws_iam_policy\.(?:look|drain)_\d$/, (name) => `${name}_policy`],
];

/** The same resource, with a policy whose size is checked as a local. */
export function withNotedPolicy(resource: ResourceBlock, renderer: Renderer): ResourceBlock {
  const { type, name, symbols, body } = resource;
  const local = NOTED.find(([address]) => address.test(`${type}.${name}`))?.[1](name);
  if (local === undefined) return resource;
  const args = body.args.map(([arg, value]) => {
    if (arg !== "policy") return [arg, value] as const;
    renderer.locals.set(local, textOf(value, symbols, renderer));
    return [arg, `\${local.${local}${symbols.map((symbol) => `[${symbol}]`).join("")}}`] as const;
  });
  return { ...resource, body: { ...body, args } };
}

function textOf(policy: unknown, symbols: readonly string[], renderer: Renderer): string {
  const collection = collectionOf(symbols);
  if (collection === undefined) return renderer.value(policy, {}, "  ");
  return `{ ${goingThrough(collection)} : key => ${renderer.value(policy, boundIn(collection, "it"), "  ")} }`;
}
