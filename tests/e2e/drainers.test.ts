import { InvokeCommand } from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../emulator/clients";
import { waitFor } from "../../emulator/wait";
import { DRAIN_TASK_VERSION, type DrainTask } from "../../replicator/drain/task";
import { testFull } from "../tier";
import { HOME, PEER, played, SCENARIO_TIMEOUT_MS, useOrderProcessing } from "./played";

const example = useOrderProcessing();

const QUEUES = ["orders", "shipments"] as const;
/** A home that cannot write waits for a minute before it gives itself up; what is in flight there takes another. */
const PATIENCE_MS = 300_000;
const TASK_MS = 40_000;

/** What a drainer is about to do when it is killed. */
type Step = "send" | "delete";

function drainerOf(queue: string): {
  readonly name: string;
  readonly standby: string;
  readonly work: string;
} {
  const { drainers, standbys, work } = example().deployment.topology(queue, PEER);
  return { name: drainers[HOME]!.name, standby: standbys[HOME]!.name, work: work.name };
}

/** Kills the workers of a drainer while one of them waits for a call that will not be carried out. */
async function killAt(queue: string, step: Step): Promise<number> {
  const { emulator } = example();
  const { name, standby, work } = drainerOf(queue);
  const workers = async () => (await emulator.workers()).filter(({ functionName }) => functionName === name);
  const caller = await waitFor(async () => (await workers())[0]?.accessKeyId, {
    timeoutMs: PATIENCE_MS,
    what: `${name} to run`,
  });
  const hold = emulator.gateway.inject({
    kind: "hang",
    source: PEER,
    ...(step === "send"
      ? { operation: "SendMessageBatch", queues: [work] }
      : { operation: "DeleteMessageBatch", queues: [standby] }),
    caller,
    limit: 1,
  });
  try {
    await waitFor(() => hold.met > 0, { timeoutMs: PATIENCE_MS, what: `${name} to ${step}` });
    const killed = await workers();
    await Promise.all(killed.map(({ pid }) => emulator.killWorker(pid)));
    return killed.length;
  } finally {
    hold.lift();
  }
}

/** Sends two more drainers to the copies that the controller's is at. */
async function sendTwoMore(queue: string): Promise<void> {
  const { emulator, deployment } = example();
  const client = lambdaClient(emulator, { region: PEER, account: deployment.account(PEER) });
  const task: DrainTask = {
    v: DRAIN_TASK_VERSION,
    home: HOME,
    action: "drain",
    until: Date.now() + TASK_MS,
    moves: [HOME, PEER],
    stay: true,
  };
  const command = () =>
    new InvokeCommand({
      FunctionName: drainerOf(queue).name,
      InvocationType: "Event",
      Payload: Buffer.from(JSON.stringify(task)),
    });
  try {
    await Promise.all([client.send(command()), client.send(command())]);
  } finally {
    client.destroy();
  }
}

testFull(
  "a home without its ledger is moved by drainers that are killed at each step, lied to, and three at a time: nothing is lost or done twice",
  async () => {
    const killed: Record<string, number> = {};
    await played(example(), "dynamodb-outage", async () => {
      const { gateway } = example().emulator;
      const standbys = QUEUES.map((queue) => drainerOf(queue).standby);
      const works = QUEUES.map((queue) => drainerOf(queue).work);
      const deletions = { source: PEER, operation: "DeleteMessageBatch", queues: standbys };
      const faults = [
        gateway.inject({ ...deletions, kind: "failAfter", probability: 0.2, seed: "1", limit: 10 }),
        gateway.inject({ ...deletions, kind: "dropEntries", probability: 0.1, seed: "2", limit: 10 }),
        gateway.inject({
          source: PEER,
          operation: "SendMessageBatch",
          queues: works,
          kind: "misreportEntries",
          probability: 0.1,
          seed: "3",
          limit: 10,
        }),
      ];
      try {
        await Promise.all(
          QUEUES.map(async (queue) => {
            killed[`${queue} send`] = await killAt(queue, "send");
            await sendTwoMore(queue);
            killed[`${queue} delete`] = await killAt(queue, "delete");
            await sendTwoMore(queue);
          }),
        );
        await waitFor(() => faults.every(({ met }) => met > 0), {
          timeoutMs: PATIENCE_MS,
          what: "every fault to be met",
        });
      } finally {
        for (const fault of faults) fault.lift();
      }
    });
    expect(Object.values(killed).every((count) => count > 0)).toBe(true);
    expect(Object.keys(killed)).toHaveLength(2 * QUEUES.length);
  },
  SCENARIO_TIMEOUT_MS,
);
