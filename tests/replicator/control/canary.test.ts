import type {
  DeleteMessageBatchCommandInput,
  ReceiveMessageCommandInput,
  SendMessageCommandInput,
} from "@aws-sdk/client-sqs";
import { encodeHeartbeat, type Heartbeat } from "../../../ownership/heartbeat";
import { sendHeartbeat, takeHeartbeats } from "../../../replicator/control/canary";
import { clientOf, HOME, heartbeatOf, NOW, PEER, refusal } from "./group";

type Client = Parameters<typeof takeHeartbeats>[0];
const URL = "https://sqs.us-west-2.amazonaws.com/111122223333/shop-canary";

describe("sendHeartbeat", () => {
  test("puts it on the queue, at once", async () => {
    const sent: SendMessageCommandInput[] = [];
    const client = clientOf<Client>(({ input }) => {
      sent.push(input);
      return {};
    });
    await sendHeartbeat(client, URL, heartbeatOf(HOME));
    expect(sent).toEqual([{ QueueUrl: URL, MessageBody: encodeHeartbeat(heartbeatOf(HOME)) }]);
  });

  test("throws when SQS does not take it", async () => {
    const client = clientOf<Client>(() => {
      throw refusal("InternalError");
    });
    await expect(sendHeartbeat(client, URL, heartbeatOf(HOME))).rejects.toMatchObject({
      name: "InternalError",
    });
  });
});

describe("takeHeartbeats", () => {
  /** A queue of messages that are given ten at a time. */
  function queueOf(bodies: readonly string[], fails?: (command: string, call: number) => boolean) {
    const left = bodies.map((Body, index) => ({ Body, ReceiptHandle: `receipt ${index}` }));
    const deleted: (string | undefined)[] = [];
    let calls = 0;
    const client = clientOf<Client>((command) => {
      const { input } = command;
      const { name } = command.constructor;
      calls += 1;
      if (fails?.(name, calls)) throw refusal("TimeoutError");
      if (name === "ReceiveMessageCommand") {
        expect((input as ReceiveMessageCommandInput).QueueUrl).toBe(URL);
        return { Messages: left.splice(0, 10) };
      }
      const { Entries = [] } = input as DeleteMessageBatchCommandInput;
      deleted.push(...Entries.map(({ ReceiptHandle }) => ReceiptHandle));
      return {};
    });
    return { client, deleted, left };
  }

  const beats = (count: number): Heartbeat[] =>
    Array.from({ length: count }, (_, index) => heartbeatOf(HOME, { at: NOW + index }));
  const bodies = (heartbeats: readonly Heartbeat[]) => heartbeats.map(encodeHeartbeat);

  test("takes and deletes all that there are", async () => {
    const { client, deleted } = queueOf(bodies(beats(23)));
    expect(await takeHeartbeats(client, URL, HOME, NOW)).toEqual({ heartbeats: beats(23), failures: [] });
    expect(deleted).toHaveLength(23);
  });

  test("an empty queue costs one call", async () => {
    const { client } = queueOf([], (_, call) => call > 1);
    expect(await takeHeartbeats(client, URL, HOME, NOW)).toEqual({ heartbeats: [], failures: [] });
  });

  test("leaves the rest to the next run when there are too many", async () => {
    const { client, left } = queueOf(bodies(beats(250)));
    expect((await takeHeartbeats(client, URL, HOME, NOW)).heartbeats).toHaveLength(200);
    expect(left).toHaveLength(50);
  });

  test("drops what is no heartbeat of the region, and says so", async () => {
    const strange = ["hello", "{}", encodeHeartbeat(heartbeatOf(PEER))];
    const { client, deleted } = queueOf([...strange, ...bodies(beats(1))]);
    expect(await takeHeartbeats(client, URL, HOME, NOW)).toEqual({
      heartbeats: beats(1),
      failures: ["NoHeartbeat"],
    });
    expect(deleted).toHaveLength(4);
  });

  test("reads heartbeats of a later version", async () => {
    const later = JSON.stringify({ ...heartbeatOf(HOME), v: 7, more: true });
    const { client } = queueOf([later]);
    expect((await takeHeartbeats(client, URL, HOME, NOW)).heartbeats).toEqual([heartbeatOf(HOME)]);
  });

  test.each([
    ["deleting fails", "DeleteMessageBatchCommand", 2, 10],
    ["receiving fails", "ReceiveMessageCommand", 3, 10],
    ["the queue cannot be read", "ReceiveMessageCommand", 1, 0],
  ])("keeps what it has heard when %s", async (_, command, call, heard) => {
    const { client } = queueOf(bodies(beats(15)), (name, count) => name === command && count === call);
    expect(await takeHeartbeats(client, URL, HOME, NOW)).toEqual({
      heartbeats: beats(heard),
      failures: ["TimeoutError"],
    });
  });
});
