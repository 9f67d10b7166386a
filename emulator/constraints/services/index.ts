import type { Service } from "../service";
import { APPLICATION_AUTO_SCALING } from "./application-auto-scaling";
import { CLOUDWATCH } from "./cloudwatch";
import { DYNAMODB } from "./dynamodb";
import { EVENTS } from "./events";
import { IAM } from "./iam";
import { LAMBDA } from "./lambda";
import { LOGS } from "./logs";
import { ROUTE53 } from "./route53";
import { SCHEDULER } from "./scheduler";
import { SQS } from "./sqs";
import { SSM } from "./ssm";
import { STS } from "./sts";

/** Every service that this project uses to make something. */
export const SERVICES: readonly Service[] = [
  APPLICATION_AUTO_SCALING,
  CLOUDWATCH,
  DYNAMODB,
  EVENTS,
  IAM,
  LAMBDA,
  LOGS,
  ROUTE53,
  SCHEDULER,
  SQS,
  SSM,
  STS,
];
