import fc from "fast-check";
import { call, each, expression, json, known, plain, reference, text } from "../../core/expression";
import { Formula, Given, isKnown, partsOf, Spread } from "../../core/value";
import { Renderer } from "../../stacks/hcl/render";
import { configuration } from "../fixtures";

const UNKNOWN = reference<number>("var.x");
const written = (value: unknown) => new Renderer({}).value(value, {});

test("what Terraform alone knows is no number, and says by what to compute", () => {
  expect(() => Number(UNKNOWN)).toThrow(
    "${var.x}: Terraform alone knows this value; compute with the functions",
  );
  expect(() => (UNKNOWN as unknown as number) > 3).toThrow("${var.x}");
  expect(() => `x${1}`.concat(("" as string) + (UNKNOWN as unknown as string))).toThrow("${var.x}");
});

test("what Terraform alone knows becomes JSON by Terraform alone", () => {
  expect(() => JSON.stringify({ a: [UNKNOWN] })).toThrow(
    "${var.x}: Terraform alone knows this value; make JSON",
  );
  expect(written(json({ a: [UNKNOWN] }))).toBe("jsonencode({ a = [var.x] })");
});

test("what is not known is no configuration", () => {
  expect(() => plain({ a: UNKNOWN }, "ledger.billing")).toThrow("ledger.billing");
  expect(plain({ a: known(3) }, "ledger.billing")).toEqual({ a: 3 });
});

test("the settings of a configuration are known, all of them", () => {
  expect(isKnown(configuration({ recovery: {} }))).toBe(true);
});

describe("a text", () => {
  test("holds all of what it refers to", () => {
    const name = text(call("lower", reference("var.name")));
    const longer = `a-${call("replace", `${name}-{x}`, "{x}", expression`${UNKNOWN} + 1`)}-"z"`;
    expect(written(longer)).toBe('"a-${replace("${lower(var.name)}-{x}", "{x}", var.x + 1)}-\\"z\\""');
  });

  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant(undefined));
  const { value: anything } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.string(), tie("value"), { maxKeys: 3, noNullPrototype: true }),
      fc.tuple(tie("value"), tie("value")).map(([one, other]) => new Given(one, other)),
      tie("value").map((list) => new Spread(list)),
      fc
        .tuple(tie("value"), fc.string())
        .map(([value, local]) => new Formula(["(", ")"], [value], { local })),
    ),
  }));

  test("gives back every formula that was put into it, among what stood around", () => {
    fc.assert(
      fc.property(anything, fc.stringMatching(/^[^${}]*$/), (value, around) => {
        const formula = new Formula(["f(", ")"], [value], { opposite: value });
        expect(partsOf(`${around}${formula}`)).toEqual([...(around === "" ? [] : [around]), formula]);
      }),
    );
  });
});

test("a list may be gone through within itself", () => {
  const list = reference<readonly string[]>("var.list");
  const pairs = each(list, (one) => each(list, (other) => `${one}/${other}`));
  const { texts, values, notes } = partsOf(String(pairs))[0] as Formula;
  const inner = values[1] as Formula;
  expect(inner.notes.variable?.symbol).not.toBe(notes.variable?.symbol);
  expect(texts[0]).toBe("[for index, item in ");
});
