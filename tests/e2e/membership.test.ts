/** Members and voters of a group change by the procedures of docs/membership.md, while controllers run and messages flow. */

import { setTimeout as sleep } from "node:timers/promises";
import type { ConfigurationInput } from "../../config/schema";
import { runCleanup } from "../../emulator/cleanup";
import { waitFor } from "../../emulator/wait";
import { testFull } from "../tier";
import {
  A,
  B,
  C,
  ChangingGroup,
  group,
  OTHER_W,
  PATIENCE_MS,
  stackOf,
  W,
  WITNESS_STACK,
} from "./changing-group";

jest.setTimeout(1_800_000);

const TWO = group([A, B]);
const TWO_AND_WITNESS = group([A, B], { witness: { region: W } });
const THREE = group([A, B, C]);
/** No copies go to the third region any more, and the third region takes over nothing. */
const THIRD_LEAVES = group(
  [A, B, C],
  { takeover_order: { [A]: [B], [B]: [A] } },
  { peers: { [A]: [B], [B]: [A] } },
);
/** A controller that was stopped is back within a minute, and a lapse is taken within 55 seconds. */
const LONGEST_GAP_SECONDS = 60;
/** Longer than it takes to take a home, to found one, or to fill a table. */
const STAYS_CLOSED_MS = 50_000;
/** From the command on: a lapse that is judged, and a look or two. */
const RESTORED_SECONDS = 75;

let shop: ChangingGroup;

beforeAll(async () => {
  shop = await ChangingGroup.start();
});
afterEach(() => shop?.emulator.restoreAll());
afterAll(async () => {
  await shop?.stop();
  await runCleanup();
});

/** What holds while membership changes: messages arrive, two gates are never open, and no home is closed for long. */
async function undisturbed(longestGapSeconds = LONGEST_GAP_SECONDS): Promise<void> {
  await shop.untilDelivered();
  expect(shop.watch.openTwice).toEqual([]);
  const tooLong = Object.entries(shop.watch.gaps()).filter(([, seconds]) => seconds > longestGapSeconds);
  expect(tooLong).toEqual([]);
}

/** A third region votes in place of the witness. @param apply in whichever order */
async function addThird(former: ConfigurationInput, apply: () => Promise<void>): Promise<void> {
  await shop.configure(THREE);
  await apply();
  shop.join(C);
  await shop.setVoters(B, [A, B, C]);
  await shop.destroy(WITNESS_STACK, former);
  await shop.untilOpen(A, B, C);
}

testFull("two regions get a witness, and take over by themselves from then on", async () => {
  await shop.begin(TWO);

  await shop.configure(TWO_AND_WITNESS);
  await shop.apply(stackOf(A), WITNESS_STACK, stackOf(B));
  await shop.setVoters(A, [A, B, W]);
  await undisturbed();

  const outage = await shop.emulator.loseRegion(A);
  await shop.untilOpenIn(B, A);
  await outage.restore();
  await shop.cli(B, "failback", A);
  await undisturbed();
});

testFull("a third region votes in place of the witness, and leaves again", async () => {
  await shop.begin(TWO_AND_WITNESS);
  await addThird(TWO_AND_WITNESS, () => shop.apply(stackOf(C), stackOf(B), stackOf(A)));
  await undisturbed();

  shop.flow.sendNoMore(C);
  await shop.configure(THIRD_LEAVES);
  await shop.apply(stackOf(A), stackOf(B));
  await shop.untilEmpty(C, ["ingress", "work", "outboxes"]);
  await shop.configure(TWO_AND_WITNESS);
  await shop.apply(stackOf(B), WITNESS_STACK, stackOf(A));
  await shop.setVoters(A, [A, B, W]);
  await shop.flow.leave(C);
  shop.watch.forget(C);
  await shop.destroy(stackOf(C), THREE);
  await undisturbed();
});

testFull(
  "a voter's table that was lost is filled again without a gap, two once they are restored",
  async () => {
    await shop.begin(TWO_AND_WITNESS);
    await shop.untilOpen(A, B);
    await shop.deleteTable(B);
    await shop.apply(stackOf(B));
    await shop.untilFilled(B);
    await undisturbed(0);

    await Promise.all([shop.deleteTable(A), shop.deleteTable(W)]);
    await shop.apply(WITNESS_STACK, stackOf(A));
    const areClosed = () => [A, B].every((home) => shop.watch.open(home).length === 0);
    await waitFor(areClosed, { timeoutMs: PATIENCE_MS, what: "homes without a majority are closed" });
    shop.watch.follow(A, B);
    await sleep(STAYS_CLOSED_MS);
    expect(shop.watch.everOpen()).toEqual([]);

    const began = performance.now();
    await shop.cli(B, "voters", "restore", W);
    await shop.untilOpen(A, B);
    expect((performance.now() - began) / 1_000).toBeLessThan(RESTORED_SECONDS);
    await shop.untilFilled(A);
    await undisturbed();
  },
);

testFull("another region is the witness", async () => {
  await shop.begin(TWO_AND_WITNESS);
  await shop.configure(group([A, B], { witness: { region: OTHER_W } }));
  await shop.apply(stackOf(B), WITNESS_STACK, stackOf(A));
  await shop.setVoters(A, [A, B, OTHER_W]);
  await shop.deleteTable(W);
  await undisturbed();
});

testFull("a region that is lost for good is removed, and what others had of it is processed", async () => {
  const twoAndOther = group([A, B], { witness: { region: OTHER_W } });
  await shop.begin(twoAndOther);
  await addThird(twoAndOther, () => shop.applyTogether(stackOf(A), stackOf(B), stackOf(C)));

  const since = new Date().toISOString();
  shop.flow.receiveNoMore(C);
  await waitFor(() => shop.flow.waitingOf(C) > 5, { timeoutMs: PATIENCE_MS });
  shop.flow.sendNoMore(C);
  await shop.untilEmpty(C, ["ingress", "outboxes"]);
  // As for everybody else the region is lost.
  const outage = await shop.emulator.isolate(C);
  await shop.cli(A, "evacuate", C, "--to", A, "--since", since);
  expect(shop.watch.open(C)).toEqual([A]);
  await shop.untilDelivered();

  await shop.configure(twoAndOther);
  await shop.apply(WITNESS_STACK, stackOf(A), stackOf(B));
  await shop.setVoters(A, [A, B, OTHER_W], "--lost", C);
  shop.watch.forget(C);
  await undisturbed();

  await outage.restore();
  await shop.flow.leave(C);
  await shop.destroy(stackOf(C), THREE);
  await undisturbed();
});
