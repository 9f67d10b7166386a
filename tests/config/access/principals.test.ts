import { exclusiveAccess, principalsOf } from "../../../config/access/principals";
import { known } from "../../../core/expression";
import { HOME_ACCOUNT, PEER_ACCOUNT, PRODUCER_ROLE } from "../../fixtures";

const access = {
  sid: "Producers",
  actions: ["sqs:SendMessage", "sqs:GetQueueUrl"],
  guarded: "sqs:SendMessage",
  resource: "arn:aws:sqs:us-east-1:111122223333:orders-ingress",
  region: "us-east-1",
};

test("no principal gives no statement: the account's IAM policies decide", () => {
  expect(exclusiveAccess(principalsOf(known([])), access)).toEqual([]);
});

test("roles, accounts and services are admitted each in its way, everyone else is refused", () => {
  const topic = `arn:aws:sns:us-east-1:${HOME_ACCOUNT}:orders`;
  const principals = [PRODUCER_ROLE, PEER_ACCOUNT, { service: "sns.amazonaws.com", sourceArns: [topic] }];
  expect(exclusiveAccess(principalsOf(known(principals)), access)).toEqual([
    {
      Sid: "ProducersPrincipals",
      Effect: "Allow",
      Principal: { AWS: [`arn:aws:iam::${HOME_ACCOUNT}:root`] },
      Action: access.actions,
      Resource: access.resource,
      Condition: { ArnEquals: { "aws:PrincipalArn": [PRODUCER_ROLE] } },
    },
    {
      Sid: "ProducersAccounts",
      Effect: "Allow",
      Principal: { AWS: [`arn:aws:iam::${PEER_ACCOUNT}:root`] },
      Action: access.actions,
      Resource: access.resource,
    },
    {
      Sid: "ProducersService0",
      Effect: "Allow",
      Principal: { Service: "sns.amazonaws.com" },
      Action: ["sqs:SendMessage"],
      Resource: access.resource,
      Condition: { ArnEquals: { "aws:SourceArn": [topic] } },
    },
    {
      Sid: "ProducersNobodyElse",
      Effect: "Deny",
      Principal: "*",
      Action: ["sqs:SendMessage"],
      Resource: access.resource,
      // All three must hold: not a named role, not of a named account, and no AWS service.
      Condition: {
        ArnNotEquals: { "aws:PrincipalArn": [PRODUCER_ROLE] },
        StringNotEquals: { "aws:PrincipalAccount": [PEER_ACCOUNT] },
        Bool: { "aws:PrincipalIsAWSService": "false" },
      },
    },
  ]);
});
