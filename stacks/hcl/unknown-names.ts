import { RENAMED } from "../../config/renamed";
import { indented, literal, quoted } from "./hcl-text";
import { attributesOf, isObject, type Schema } from "./schema-tree";

/** Objects at one place of the settings. */
interface Level {
  /** Without keys, such as `queues.*.functions`. */
  readonly place: string;
  readonly known: readonly string[];
  /** An expression of the names in all of them: objects with `path` and `name`. */
  readonly names: string;
}

/** How alike two names must be for one to be taken for the other: twice the pairs of letters in both, by those of each. */
const ALIKE = 0.45;

/**
 * Locals that tell of names which no setting has. A type would drop them without a word: a queue with `fifo_queue = true` would be a
 * standard queue, and one with `consumer` open to the whole account.
 * @param given the expression of the settings as they were written, whose type is `any`
 */
export function unknownNameLocals(schema: Schema, settings: readonly string[], given: string): string {
  const levels = attributesOf(schema)
    .filter(({ name }) => settings.includes(name))
    .flatMap(({ name, schema: setting }) =>
      levelsOf(setting, { place: name, path: name, value: `${given}.${name}` }),
    );
  const known = levels.map(({ place, known: names }) => `${quoted(place)} = ${literal(names)}`);
  const written = levels.map(({ place, names }) => `${quoted(place)} = ${names}`);
  return `locals {
  # By place, the names that a setting has there.
  known_names = {
${indented(indented(known.join("\n")))}
  }

  # Names of terraform-aws-sqs, and what to say instead.
  renamed = {
${indented(
  indented(
    Object.entries(RENAMED)
      .map((pair) => pair.map(quoted).join(" = "))
      .join("\n"),
  ),
)}
  }

  # By place, the names that were written, with the path of the object that has them.
  written_names = {
${indented(indented(written.join("\n")))}
  }

  unknown_names = flatten([
    for place, names in local.written_names : [
      for one in names : merge(one, { place = place }) if !contains(local.known_names[place], one.name)
    ]
  ])

  # Pairs of letters, by which names are compared.
  pairs = {
    for name in distinct(concat(flatten(values(local.known_names)), local.unknown_names[*].name)) :
    name => toset([for index in range(max(length(name) - 1, 0)) : substr(name, index, 2)])
  }

  # By unknown name and place, the most alike of the known names, if it is alike enough.
  nearest_names = {
    for one in local.unknown_names : "\${one.place}/\${one.name}" => reverse(sort(concat([""], [
      for name in local.known_names[one.place] :
      format("%03d %s", floor(local.likeness["\${one.name}/\${name}"] * 100), name)
      if local.likeness["\${one.name}/\${name}"] >= ${ALIKE}
    ])))[0]...
  }

  likeness = merge([
    for one in local.unknown_names : {
      for name in local.known_names[one.place] : "\${one.name}/\${name}" =>
      2 * length(setintersection(local.pairs[one.name], local.pairs[name])) /
      max(1, length(local.pairs[one.name]) + length(local.pairs[name]))
    }
  ]...)

  # By setting, a sentence per unknown name.
  unknown_name_errors = {
    for one in local.unknown_names : split(".", one.place)[0] => join("", [
      "\${one.path}.\${one.name} is no setting. ",
      one.place == "queues.*" && contains(keys(local.renamed), one.name)
      ? "Fix: \${local.renamed[one.name]}."
      : local.nearest_names["\${one.place}/\${one.name}"][0] != ""
      ? "Did you mean \${split(" ", local.nearest_names["\${one.place}/\${one.name}"][0])[1]}?"
      : "Allowed: \${join(", ", local.known_names[one.place])}.",
    ])...
  }
}
`;
}

interface Place {
  readonly place: string;
  /** The same with keys, inside of a text. */
  readonly path: string;
  readonly value: string;
}

function levelsOf(schema: Schema, { place, path, value }: Place, depth = 0): readonly Level[] {
  const { type, element, valueType } = schema.def;
  const within = (inner: Schema | undefined): readonly Level[] => {
    if (inner === undefined) return [];
    const [key, item] = [`key${depth}`, `item${depth}`];
    const levels = levelsOf(
      inner,
      { place: `${place}.*`, path: `${path}.\${${key}}`, value: item },
      depth + 1,
    );
    return levels.map((level) => ({
      ...level,
      // What is null, or not what its type wants, is told of by the type.
      names: `try(flatten([\n  for ${key}, ${item} in ${value} :\n${indented(level.names)}\n]), [])`,
    }));
  };
  if (type === "record") return within(valueType);
  if (type === "array") return within(element);
  if (!isObject(schema)) return [];
  const attributes = attributesOf(schema);
  return [
    {
      place,
      known: attributes.map(({ name }) => name),
      names: `try([\n  for name in keys(${value}) :\n  { path = "${path}", name = name }\n], [])`,
    },
    ...attributes.flatMap(({ name, schema: field }) =>
      levelsOf(
        field,
        { place: `${place}.${name}`, path: `${path}.${name}`, value: `${value}.${name}` },
        depth,
      ),
    ),
  ];
}
