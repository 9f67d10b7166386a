import { CONSUMER_ROLE, PRODUCER_ROLE } from "../fixtures";
import { describeFull } from "../tier";
import { everyOrder, MESSAGES, QUEUE, runOrders, useDeployed } from "./deployed";
import { describeModes } from "./modes";
import { describeReplication } from "./replication-suite";

jest.setTimeout(300_000);

const deployed = useDeployed();

describeModes(deployed);

describeFull("a large run", () => {
  test("has 20,000 orders in both regions", async () => {
    const { finished } = runOrders(deployed(), { messages: 20_000 });
    expect(await finished).toMatchObject(everyOrder(20_000));
  }, 900_000);
});

describeReplication(deployed, {
  queue: QUEUE,
  fifo: false,
  producerRole: PRODUCER_ROLE,
  consumerRole: CONSUMER_ROLE,
  messages: MESSAGES,
  outageSeconds: 30,
  killsFunctions: true,
});
