import { ingressPolicy, outboxPolicy } from "../../../config/access/queue-policies";
import { settingsOf } from "../../../config/configuration";
import { topologyOf } from "../../../config/topology";
import { configuration, HOME_ACCOUNT, PEER_ACCOUNT, PRODUCER_ROLE } from "../../fixtures";

const settings = settingsOf(configuration({ recovery: {} }, { producers: [PRODUCER_ROLE] }));
const topology = topologyOf(settings, "orders", "us-east-1");
const drainers = [
  `arn:aws:iam::${HOME_ACCOUNT}:role/orders-drainer-us-west-2-us-east-1`,
  `arn:aws:iam::${PEER_ACCOUNT}:role/orders-drainer-eu-west-1-us-east-1`,
];

test.each([
  ["ingress", () => ingressPolicy(topology, settings.queues.orders!, drainers)],
  ["outbox", () => outboxPolicy(topology, "us-west-2", drainers)],
])("%s admits drainers of any account by the root of it, to read and not to send", (_, policy) => {
  const statements = policy().Statement.filter(({ Sid }) => Sid === "Drainers");
  expect(statements).toMatchObject([
    {
      Effect: "Allow",
      Principal: { AWS: [`arn:aws:iam::${HOME_ACCOUNT}:root`, `arn:aws:iam::${PEER_ACCOUNT}:root`] },
      Condition: { ArnEquals: { "aws:PrincipalArn": drainers } },
    },
  ]);
  expect(statements[0]?.Action).not.toContain("sqs:SendMessage");
});

test("without drainers there is no such statement", () => {
  const { Statement } = ingressPolicy(topology, settings.queues.orders!, []);
  expect(Statement.map(({ Sid }) => Sid)).toEqual(["TlsOnly", "ProducersPrincipals", "ProducersNobodyElse"]);
});
