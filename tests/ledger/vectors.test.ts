import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { search } from "@aws-lambda-powertools/jmespath";
import { PowertoolsFunctions } from "@aws-lambda-powertools/jmespath/functions";
import { identifier } from "../../ledger/key";
import { receivedMessage } from "../../ledger/received";
import { asReceived } from "./messages";
import { recordOf, type Vector, vectors } from "./vectors";

function identify({ queue, businessKey }: Vector) {
  return identifier({ queue, ...(businessKey === undefined ? {} : { businessKey }) });
}

describe.each(vectors)("$name", (vector) => {
  test("has the key and the id that are written down, in both forms of a message", () => {
    const record = recordOf(vector);
    for (const received of [record, asReceived(record)]) {
      const identity = identify(vector)(receivedMessage(received));
      expect({ key: identity?.key ?? null, id: identity?.id ?? null }).toEqual({
        key: vector.key,
        id: vector.id,
      });
    }
  });
});

test.each(vectors.filter(({ businessKey }) => businessKey !== undefined))(
  "$name: the value of the business key is what the expression gives",
  ({ businessKey = "", businessValue, record: { body, messageAttributes } }) => {
    const value = search(businessKey, { body, messageAttributes } as Parameters<typeof search>[1], {
      customFunctions: new PowertoolsFunctions(),
    });
    expect(value ?? null).toEqual(businessValue);
  },
);

test("names of vectors are unique, and no two that say different things have one id by chance", () => {
  expect(new Set(vectors.map(({ name }) => name)).size).toBe(vectors.length);
  const keysOfIds = new Map(vectors.map(({ id, queue, key }) => [id, `${queue} ${key}`]));
  for (const { id, queue, key } of vectors) expect(keysOfIds.get(id)).toBe(`${queue} ${key}`);
});

test("another language finds the same keys and ids", () => {
  const input = readFileSync(path.join(__dirname, "../../ledger/vectors.json"));
  const answers = execFileSync("python3", [path.join(__dirname, "ledger_key.py")], { input });
  expect(JSON.parse(answers.toString())).toEqual(vectors.map(({ key, id }) => ({ key, id })));
});
