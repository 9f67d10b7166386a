import { wrapped } from "../../../stacks/hcl/wrap";

const LONG = "a".repeat(45);

test.each([
  ["a short line", 'x = "a"'],
  ["a description", `description = "${LONG} ${LONG} ${LONG} ${LONG}"`],
  ["a comment", `# ${LONG} ${LONG} ${LONG} ${LONG}`],
])("%s stays", (_, line) => {
  expect(wrapped(line)).toBe(line);
});

test.each([
  [
    "a choice gets brackets, and a line for each part",
    `  x = a.${LONG} == null ? b.${LONG} : c.${LONG}.d.e`,
    `  x = (\n    a.${LONG} == null ?\n    b.${LONG} :\n    c.${LONG}.d.e\n  )`,
  ],
  [
    "choices in a row are within each other",
    `x = a ? f(${LONG}) : b ? g(${LONG}) : c ? h(${LONG}) : i(${LONG})`,
    `x = (\n  a ?\n  f(${LONG}) :\n  (\n    b ?\n    g(${LONG}) :\n    c ? h(${LONG}) : i(${LONG})\n  )\n)`,
  ],
  [
    "a comprehension has lines for its list, its item and its filter",
    `x = alltrue([for a in ${LONG} : f(a, ${LONG}) if g(a, ${LONG}) != null])`,
    `x = alltrue([\n  for a in ${LONG} :\n  f(a, ${LONG})\n  if g(a, ${LONG}) != null\n])`,
  ],
  [
    "the colon of a choice in the list of a comprehension is the choice's",
    `x = [for a in b == null ? [] : ${LONG} : f(a, ${LONG}, ${LONG})]`,
    `x = [\n  for a in b == null ? [] : ${LONG} :\n  f(a, ${LONG}, ${LONG})\n]`,
  ],
  [
    "conditions have a line each",
    `x = f.${LONG} == null && g.${LONG} == null && h.${LONG} == null`,
    `x = (\n  f.${LONG} == null &&\n  g.${LONG} == null &&\n  h.${LONG} == null\n)`,
  ],
  [
    "a text is in parts, at its expressions and between its words",
    `x = "${LONG} \${f("}")} is \${g} ${LONG} ${LONG} $\${no}"`,
    `x = join("", [\n  "${LONG} ", f("}"), " is ", g,\n  " ${LONG} ${LONG} $\${no}",\n])`,
  ],
  [
    "an argument that is expanded gets no comma behind it",
    `x = merge(${LONG}, { a = ${LONG} }, [for b in ${LONG} : b]...)`,
    `x = merge(\n  ${LONG},\n  { a = ${LONG} },\n  [for b in ${LONG} : b]...\n)`,
  ],
  [
    "brackets that end on another line stay where they are",
    `x = merge({ for a in ${LONG} : a => f(${LONG}, ${LONG}) }, {`,
    `x = merge({\n  for a in ${LONG} :\n  a => f(${LONG}, ${LONG})\n}, {`,
  ],
])("%s", (_, line, expected) => {
  expect(wrapped(line)).toBe(expected);
});
