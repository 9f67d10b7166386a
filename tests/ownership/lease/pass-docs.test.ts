import { readFileSync } from "node:fs";
import path from "node:path";

const ROOT = path.join(__dirname, "../../..");
const page = readFileSync(path.join(ROOT, "docs/gate.md"), "utf8");
const gate = readFileSync(path.join(ROOT, "client/python/sqs_multi_region_gate.py"), "utf8");
const blocks = (language: string) =>
  [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
    .filter(([, name]) => name === language)
    .map(([, , code = ""]) => code);

test("docs/gate.md shows the rule as the Python gate has it", () => {
  const [rule = ""] = blocks("python");
  expect(rule).toMatch(/^def verdict/);
  expect(gate).toContain(`\n\n\n${rule}\n\n`);
});

test("docs/gate.md names the times of the Python gate", () => {
  const [, values = ""] = gate.match(/^CACHE_MS.*FARTHEST_MS = (.*)$/m)!;
  const times = values.split(", ").map((value) => Number(value.replace("_", "")));
  expect(times).toHaveLength(5);
  for (const time of times) expect(page).toContain(`${time.toLocaleString("en")} ms`);
  const [pseudo = ""] = blocks("");
  for (const time of times) expect(pseudo).toMatch(new RegExp(`\\b${time}\\b`));
});
