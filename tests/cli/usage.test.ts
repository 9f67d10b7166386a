/** Commands that make no sense as they are written: refused with option, value, what is allowed and the fix, before anything is called. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { CALL_SECONDS, ORDER_SECONDS, STATUS_SECONDS } from "../../cli/limits";
import { configurationInput } from "../fixtures";
import { AwsServer, REGIONS } from "./aws-server";
import { Machine } from "./machine";

const [HOME, PEER] = REGIONS;
const ALL = REGIONS.join(", ");

let machine: Machine;
let server: AwsServer;

beforeAll(async () => {
  machine = new Machine();
  server = await AwsServer.start(HOME);
  for (const region of REGIONS) machine.endpoints.set(region, server.endpoint);
});
afterAll(async () => {
  await server.stop();
  machine.remove();
});
afterEach(() => expect(server.calls).toEqual([]));

const evacuation = (...more: readonly string[]) => ["evacuate", HOME, "--to", PEER, ...more];

test.each<[string, readonly string[], readonly string[]]>([
  ["an unknown home", ["evacuate", "us-esat-1", "--to", PEER], ["<home> us-esat-1", `allowed: ${ALL}`]],
  ["an unknown home to give back", ["failback", "us-esat-1"], ["<home> us-esat-1", `allowed: ${ALL}`]],
  ["an unknown owner", ["evacuate", HOME, "--to", "mars-1"], ["--to mars-1", `allowed: ${ALL}`]],
  ["an unknown lost region", evacuation("--lost", "mars-1"), ["--lost mars-1", `allowed: ${ALL}`]],
  ["a second lost region", evacuation("--lost", "us-east-1", "eu-west-1"), ["too many arguments"]],
  ["a time at a failback", ["failback", HOME, "--since", "2026-01-31"], ["unknown option '--since'"]],
  ["voters without a region", ["voters", "set"], ["missing required argument 'regions'"]],
  ["an even number of voters", ["voters", "set", HOME, PEER], ["one voter, three or five"]],
  [
    "an unknown voter",
    ["voters", "set", "mars-1"],
    ["<regions> mars-1", "add the region or recovery.witness"],
  ],
  ["an unknown table", ["voters", "restore", "mars-1"], ["<region> mars-1", `allowed: ${ALL}`]],
  ["an unknown command about voters", ["voters", "sett", HOME], ["unknown command 'sett'"]],
  [
    "lost regions by comma",
    evacuation("--lost", "us-east-1,eu-west-1"),
    ["--lost us-east-1,eu-west-1", `allowed: ${ALL}`],
  ],
  [
    "an evacuation to where the home is",
    ["evacuate", HOME, "--to", HOME],
    [`--to ${HOME}: a home is evacuated to another region`, `failback ${HOME}`],
  ],
  ["an owner that is lost", evacuation("--lost", PEER), [`--lost ${PEER}`, "allowed: us-east-1, eu-west-1"]],
  ["a home to give back that is lost", ["failback", HOME, "--lost", HOME], [`leave --lost ${HOME} out`]],
  ["a time in the future", evacuation("--since", "2999-01-01"), ["'2999-01-01'", "is in the future", "Fix:"]],
  ["a time that is none", evacuation("--since", "soon"), ["'soon'", "Allowed: 2026-01-31", "Fix:"]],
  ["a number that is no time", evacuation("--since", "12"), ["'12'", "neither an ISO 8601 time"]],
  ["seconds for milliseconds", evacuation("--since", "1769842800"), ["three zeros to seconds"]],
  ["a day that no month has", evacuation("--since", "2026-02-30"), ["neither an ISO 8601 time"]],
  ["a time without a zone", evacuation("--since", "2026-01-31T07:00"), ["Fix: add date and zone"]],
  ["a time-out of nothing", evacuation("--timeout", "0"), ["'0'", "from 1 to 86400", "Fix:"]],
  ["a time-out that is empty", evacuation("--timeout", ""), ["from 1 to 86400"]],
  ["no owner", ["evacuate", HOME], ["--to <region>"]],
  ["no home", ["failback"], ["home"]],
  ["an unknown option", ["status", "--jason"], ["--jason", "--json"]],
  ["an unknown command", ["evacute", HOME], ["evacute", "evacuate"]],
  ["health checks without dns", ["status", "--checks"], ["--checks", "without dns", "leave --checks out"]],
  ["a resolver that is a name", ["status", "--resolver", "mars"], ["'mars'", "Allowed: ip or ip:port"]],
])("%s", async (_, args, texts) => {
  const { code, output, said } = await machine.run(...args);
  expect({ code, output }).toEqual({ code: 2, output: "" });
  for (const text of texts) expect(said).toContain(text);
});

test.each<[string, object, object]>([
  ["ledger", { consumer_processing_seconds: 10 }, { ledger: {} }],
  ["watermark", {}, {}],
])("--since is refused of a group in which every queue goes by its %s", async (_, queue, over) => {
  const other = new Machine(queue, over);
  try {
    const { code, said } = await other.run(...evacuation("--since", "2026-01-31T07:00:00Z"));
    expect(code).toBe(2);
    expect(said).toContain("--since 2026-01-31T07:00:00.000Z: every queue knows what is processed");
  } finally {
    other.remove();
  }
});

test("a configuration that is missing, not valid or without recovery", async () => {
  const folder = path.dirname(machine.configuration);
  const plain = path.join(folder, "plain.json");
  const broken = path.join(folder, "broken.json");
  writeFileSync(plain, JSON.stringify(configurationInput()));
  writeFileSync(broken, "{");
  const kept = machine.configuration;
  try {
    for (const [file, text] of [
      [plain, "the configuration has no recovery"],
      [broken, "allowed: JSON"],
      [path.join(folder, "none.json"), "ENOENT"],
    ] as const) {
      machine.configuration = file;
      const { code, said } = await machine.run("status");
      expect(code).toBe(2);
      expect(said).toContain(text);
    }
  } finally {
    machine.configuration = kept;
  }
});

test("a mistake is JSON on stdout too, where JSON is asked for", async () => {
  const { code, output, said } = await machine.run("evacuate", HOME, "--to", "mars-1", "--json");
  expect(code).toBe(2);
  expect(JSON.parse(output)).toEqual({ error: { name: "UsageError", message: said } });
});

describe("--help", () => {
  test.each(["status", "evacuate", "failback", "voters set", "voters restore"])(
    "of %s has an example, the exit codes and the time",
    async (name) => {
      const { code, output } = await machine.run(...name.split(" "), "--help");
      expect(code).toBe(0);
      expect(output).toContain(`  sqs-multi-region ${name} `);
      expect(output).toMatch(/Exit code:\n {2}0 .*\n {2}1 .*\n {2}2 /);
      expect(output).toContain(`within ${name === "status" ? STATUS_SECONDS : ORDER_SECONDS} s`);
      expect(output).toContain("--json");
    },
  );

  test("of the whole says how long a call takes at most", async () => {
    const { code, output } = await machine.run("--help");
    expect(code).toBe(0);
    expect(output).toContain(`a call takes at most ${CALL_SECONDS} s`);
    expect(output).toMatch(/\n {2}3 .*not carried out in time/);
  });

  test("is shown, as a mistake, without a command", async () => {
    const { code, said } = await machine.run();
    expect(code).toBe(2);
    expect(said).toContain("Usage: sqs-multi-region");
  });
});
