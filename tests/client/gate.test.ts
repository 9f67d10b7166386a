import { Gate, OwnershipUnknown } from "../../client/gate";
import { PHASES } from "../../ownership/states";
import { named } from "../ledger/model-table";
import { sourceOf, view } from "./views";

const gate = (...given: Parameters<typeof view>) =>
  new Gate(
    sourceOf(() => view(...given)),
    "us-east-1",
  );

describe("Gate", () => {
  test("is open where the region owns itself, and whoever owned it before has released it", async () => {
    expect(await gate().isOpen()).toBe(true);
  });

  test.each(PHASES.filter((phase) => phase !== "owner"))("is closed in phase %s", async (phase) => {
    expect(await gate("us-east-1", phase).isOpen()).toBe(false);
  });

  test.each(PHASES)("is closed while another region answers for this one, in phase %s too", async (phase) => {
    expect(await gate("us-west-2", phase).isOpen()).toBe(false);
  });

  test.each(PHASES)("says in phase %s whether it is about to open", async (phase) => {
    expect(await gate("us-east-1", phase).isOpening()).toBe(phase === "taking-over");
    expect(await gate("us-west-2", phase).isOpening()).toBe(false);
  });

  test("is closed, and about to open, until the record follows", async () => {
    for (const [record, open] of [
      ["us-west-2", false],
      ["us-east-1", true],
    ] as const) {
      const named = new Gate(
        sourceOf(() => ({ ...view(), record })),
        "us-east-1",
      );
      expect([await named.isOpen(), await named.isOpening()]).toEqual([open, !open]);
    }
  });

  test("follows what it reads", async () => {
    let owner = "us-east-1";
    const open = new Gate(
      sourceOf(() => view(owner)),
      "us-east-1",
    );
    expect(await open.isOpen()).toBe(true);
    owner = "us-west-2";
    expect(await open.isOpen()).toBe(false);
  });

  test("fails, with the code alone, when nothing was ever read", async () => {
    const blind = new Gate(
      sourceOf(() => {
        throw named("AccessDeniedException");
      }),
      "us-east-1",
    );
    const error: unknown = await blind.isOpen().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(OwnershipUnknown);
    expect(error).toMatchObject({ code: "AccessDeniedException" });
    expect(String(error)).not.toContain("nobody may see");
  });
});
