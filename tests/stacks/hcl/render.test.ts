import { call, each, expression, fields, given, reference, when } from "../../../core/expression";
import { Renderer } from "../../../stacks/hcl/render";

const renderer = new Renderer({
  "@queue": { over: "${keys(local.queues)}" },
  "@peer": { over: "${local.peers}" },
  "@outbox": { over: "${local.queues[@queue].outbox_peers}" },
});
const render = (value: unknown, bound = {}) => renderer.value(value, bound);

test.each<[string, unknown, string]>([
  ["a text", "orders", '"orders"'],
  ["a text that looks like an expression in quotes", 'say "a"\n', '"say \\"a\\"\\n"'],
  ["a number", 5, "5"],
  ["nothing", undefined, "null"],
  ["a reference", "${var.name}", "var.name"],
  ["a text with references", "${var.prefix}orders-${var.name}", '"${var.prefix}orders-${var.name}"'],
  ["a formula", expression`max(${"${var.a}"}, ${5})`, "max(var.a, 5)"],
  ["a formula in a text", `x-${call("lower", "${var.a}")}`, '"x-${lower(var.a)}"'],
  ["a choice", when(reference<boolean>("var.on"), "a-${var.b}", "c"), '(var.on ? "a-${var.b}" : "c")'],
  ["a list", ["a", "${var.b}"], '["a", var.b]'],
  ["an object", { a: 1, "b:c": "${var.d}" }, '{ a = 1, "b:c" = var.d }'],
  ["an object with a key that is a reference", { "${var.region}": 1 }, "{ (var.region) = 1 }"],
  ["an object with a key of several parts", { "a-${var.b}": 1 }, '{ "a-${var.b}" = 1 }'],
  [
    "an element under a condition",
    ["a", ...given(reference<boolean>("var.on"), "b")],
    'concat(["a"], var.on ? ["b"] : [])',
  ],
  [
    "fields under a condition",
    { a: 1, ...fields(reference<boolean>("var.on"), { b: 2 }) },
    "merge({ a = 1 }, { for name, value in { b = 2 } : name => value if var.on })",
  ],
  ["elements for a symbol", ["a", "${@peer}-b"], 'concat(["a"], [for peer in local.peers : "${peer}-b"])'],
  [
    "elements for a symbol, under a condition",
    given(reference<boolean>("local.fit[@peer]"), "${@peer}"),
    "[for peer in local.peers : peer if local.fit[peer]]",
  ],
  [
    "elements for a symbol that depends on another",
    ["${@queue}/${@outbox}"],
    'flatten([for queue in keys(local.queues) : [for outbox in local.queues[queue].outbox_peers : "${queue}/${outbox}"]])',
  ],
  [
    "what is made of each of a list, and of some of it",
    each(
      reference<readonly string[]>("var.list"),
      (item) => `a-${item}`,
      (item) => expression`${item} != "b"`,
    ),
    '[for item in var.list : "a-${item}" if item != "b"]',
  ],
  ["fields for a symbol", { "${@peer}": "${@peer}-b" }, '{ for peer in local.peers : peer => "${peer}-b" }'],
])("%s", (_, value, text) => {
  expect(render(value)).toBe(text);
});

test("a symbol that the place binds is no list", () => {
  expect(render(["${@queue}", "${@outbox}"], { "@queue": "each.key" })).toBe(
    "concat([each.key], [for outbox in local.queues[each.key].outbox_peers : outbox])",
  );
});

test("what is long is broken into lines", () => {
  expect(render({ first: "a".repeat(60), second: ["b".repeat(60)] })).toBe(
    `{\n  first = "${"a".repeat(60)}"\n  second = ["${"b".repeat(60)}"]\n}`,
  );
});

test("a symbol outside of any list is a fault", () => {
  expect(() => render("${@peer}")).toThrow("nothing binds @peer");
});
