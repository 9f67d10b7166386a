import fc from "fast-check";
import {
  allOf,
  anyOf,
  byName,
  call,
  distinct,
  each,
  eachEntry,
  equal,
  fallback,
  fieldOf,
  fields,
  flattened,
  given,
  grouped,
  isEmpty,
  isOneOf,
  isSet,
  joinedLists,
  joinedMaps,
  json,
  largest,
  not,
  overlaid,
  presentIf,
  product,
  reference,
  replaced,
  sum,
  when,
} from "../../core/expression";
import { isKnown } from "../../core/value";
import { Renderer } from "../../stacks/hcl/render";

const renderer = new Renderer({});
const written = (value: unknown) => renderer.value(value, {});
const UNKNOWN = reference<number>("var.x");
const LIST = reference<readonly string[]>("var.list");
const MAP = reference<Readonly<Record<string, { readonly name: string }>>>("var.map");

describe("plain values are computed", () => {
  test("conditions", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), (conditions) => {
        expect(allOf(...conditions)).toBe(conditions.every(Boolean));
        expect(anyOf(...conditions)).toBe(conditions.some(Boolean));
      }),
    );
    expect([not(true), equal("a", "a"), equal("a", "b"), isOneOf("a", ["a"]), isSet(undefined)]).toEqual([
      false,
      true,
      false,
      true,
      false,
    ]);
  });

  test("numbers, lists and maps", () => {
    expect([sum(1, 2, 3), product(2, 3), largest(1, 5, 2)]).toEqual([6, 6, 5]);
    expect(joinedLists(["a"], ["b"])).toEqual(["a", "b"]);
    expect(distinct(["a", "b", "a"])).toEqual(["a", "b"]);
    expect(joinedMaps({ a: 1, b: 1 }, { b: 2 })).toEqual({ a: 1, b: 2 });
    expect(
      each(
        [1, 2, 3],
        (item) => product(item, 2),
        (item) => not(equal(item, 2)),
      ),
    ).toEqual([2, 6]);
    expect([...given(true, 1), ...given(false, 2)]).toEqual([1]);
    expect({ ...fields(true, { a: 1 }), ...fields(false, { b: 2 }) }).toEqual({ a: 1 });
    expect(overlaid({ a: 1, b: 2 }, { b: undefined, a: 3 })).toEqual({ a: 3, b: 2 });
    expect(json({ a: [1] })).toBe('{"a":[1]}');
    expect(replaced("{a}-{a}", "{a}", "b")).toBe("b-b");
    expect(fieldOf({ a: 1 }, "a")).toBe(1);
    expect(eachEntry({ a: 1, b: 2 }, (value, key) => `${key}${value}`)).toEqual(["a1", "b2"]);
    expect(flattened([[1], [], [2, 3]])).toEqual([1, 2, 3]);
    expect(byName(["a", "b"], (name) => `${name}!`)).toEqual({ a: "a!", b: "b!" });
  });

  test("groups hold every element once, in the order of the list", () => {
    const items = fc.array(fc.record({ key: fc.constantFrom("a", "b", "c"), value: fc.nat() }));
    fc.assert(
      fc.property(items, (list) => {
        const groups = grouped(
          list,
          (item) => fieldOf(item, "key"),
          (group) => each(group, (item) => fieldOf(item, "value")),
        );
        expect(Object.keys(groups).sort()).toEqual([...new Set(list.map(({ key }) => key))].sort());
        for (const [key, values] of Object.entries(groups)) {
          expect(values).toEqual(list.filter((item) => item.key === key).map(({ value }) => value));
        }
      }),
    );
  });
});

describe("what Terraform knows alone is written", () => {
  test.each<[string, unknown, string]>([
    ["a choice", when(isSet(UNKNOWN), 1, 2), "((var.x != null) ? 1 : 2)"],
    ["a value or null", when(isSet(UNKNOWN), UNKNOWN, null), "var.x"],
    ["a default", fallback(UNKNOWN, 5), "coalesce(var.x, 5)"],
    [
      "a default that may be missing too",
      fallback(UNKNOWN, reference<number>("var.y")),
      "((var.x != null) ? var.x : var.y)",
    ],
    ["the opposite of what was given", not(isSet(UNKNOWN)), "(var.x == null)"],
    ["the opposite of equal", not(equal(UNKNOWN, "a")), '(var.x != "a")'],
    ["twice the opposite", not(not(call<boolean>("can", UNKNOWN))), "can(var.x)"],
    ["a list with something in it", not(isEmpty(LIST)), "(length(var.list) > 0)"],
    ["what is known is left out", allOf(true, equal(UNKNOWN, 1), true), "(var.x == 1)"],
    ["both", allOf(isSet(UNKNOWN), equal(UNKNOWN, 1)), "((var.x != null) && (var.x == 1))"],
    ["a sum", sum(1, UNKNOWN), "(1 + var.x)"],
    ["the largest", largest(1, UNKNOWN), "max([1, var.x]...)"],
    ["JSON", json({ a: UNKNOWN }), "jsonencode({ a = var.x })"],
    ["lists as one", joinedLists(["a"], LIST), 'concat(["a"], var.list)'],
    ["lists in a list as one", flattened([LIST, LIST]), "flatten([var.list, var.list])"],
    [
      "what is made of each of a map",
      eachEntry(MAP, (value, key) => `${key}-${fieldOf(value, "name")}`),
      '[for index, item in var.map : "${index}-${item.name}"]',
    ],
    ["a record", byName(LIST, (name) => `${name}!`), '{ for name in var.list : name => "${name}!" }'],
    [
      "groups of groups",
      grouped(
        reference<readonly { one: string; other: string }[]>("var.list"),
        (item) => fieldOf(item, "one"),
        (group) =>
          grouped(
            group,
            (item) => fieldOf(item, "other"),
            (inner) => each(inner, (item) => fieldOf(item, "one")),
          ),
      ),
      "{ for key, group in { for item in var.list : item.one => item... } : key => { for key, group in { for item in group : item.other => item... } : key => [for item in group : item.one] } }",
    ],
  ])("%s", (_, value, text) => {
    expect(written(value)).toBe(text);
  });

  test("nothing that is decided here reaches Terraform", () => {
    expect([allOf(false, equal(UNKNOWN, 1)), anyOf(true, equal(UNKNOWN, 1))]).toEqual([false, true]);
  });

  test("an optional object goes as a whole", () => {
    const pollers = presentIf(reference<boolean>("var.own != null"), {
      minimum: reference("var.own.minimum"),
    });
    const { pollers: chosen } = overlaid(
      {
        pollers: presentIf(reference<boolean>("var.all != null"), { minimum: reference("var.all.minimum") }),
      },
      { pollers },
    );
    expect(written(chosen)).toBe("{ minimum = (var.own != null ? var.own.minimum : var.all.minimum) }");
    expect(written(isSet(chosen))).toBe("(var.own != null || var.all != null)");
  });

  test("is known by its references, however deep", () => {
    expect([isKnown({ a: ["b"] }), isKnown({ a: [UNKNOWN] }), isKnown({ [`${UNKNOWN}`]: 1 })]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
