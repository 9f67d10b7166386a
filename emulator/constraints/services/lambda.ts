import type { SqsAnswer } from "../../sqs-wire";
import { type Change, changed, made, ownerOf, removed, tagged, untagged } from "../change";
import { REST_JSON } from "../protocols/json";
import { type Input, objectIn, tagMap, textIn, texts } from "../protocols/protocol";
import type { Service } from "../service";
import { lastPart, resourcePart } from "./arns";

const FUNCTION = "/2015-03-31/functions/{FunctionName}";
const MAPPINGS = "/2015-03-31/event-source-mappings";

/** Windows of requests that name none: a new mapping has none then, one that is there keeps its own, which is not known here. */
const NO_WINDOW = 0;
const ANY_WINDOW = 1;

/** https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html */
export const LAMBDA: Service = {
  name: "lambda",
  protocols: { rest: REST_JSON },
  routes: [
    ["POST", "/2015-03-31/functions", "CreateFunction"],
    ["PUT", `${FUNCTION}/configuration`, "UpdateFunctionConfiguration"],
    ["PUT", `${FUNCTION}/code`, "UpdateFunctionCode"],
    ["DELETE", FUNCTION, "DeleteFunction"],
    ["POST", `${FUNCTION}/invocations`, "Invoke"],
    ["POST", `${FUNCTION}/policy`, "AddPermission"],
    ["DELETE", `${FUNCTION}/policy/{StatementId}`, "RemovePermission"],
    ["PUT", "/2017-10-31/functions/{FunctionName}/concurrency", "PutFunctionConcurrency"],
    ["DELETE", "/2017-10-31/functions/{FunctionName}/concurrency", "DeleteFunctionConcurrency"],
    ["POST", "/2021-10-31/functions/{FunctionName}/url", "CreateFunctionUrlConfig"],
    ["PUT", "/2021-10-31/functions/{FunctionName}/url", "UpdateFunctionUrlConfig"],
    ["DELETE", "/2021-10-31/functions/{FunctionName}/url", "DeleteFunctionUrlConfig"],
    ["PUT", "/2019-09-25/functions/{FunctionName}/event-invoke-config", "PutFunctionEventInvokeConfig"],
    ["POST", "/2019-09-25/functions/{FunctionName}/event-invoke-config", "UpdateFunctionEventInvokeConfig"],
    ["DELETE", "/2019-09-25/functions/{FunctionName}/event-invoke-config", "DeleteFunctionEventInvokeConfig"],
    ["PUT", "/2020-06-30/functions/{FunctionName}/code-signing-config", "PutFunctionCodeSigningConfig"],
    ["DELETE", "/2020-06-30/functions/{FunctionName}/code-signing-config", "DeleteFunctionCodeSigningConfig"],
    ["POST", MAPPINGS, "CreateEventSourceMapping"],
    ["PUT", `${MAPPINGS}/{UUID}`, "UpdateEventSourceMapping"],
    ["DELETE", `${MAPPINGS}/{UUID}`, "DeleteEventSourceMapping"],
    ["POST", "/2017-03-31/tags/{Resource}", "TagResource"],
    ["DELETE", "/2017-03-31/tags/{Resource}", "UntagResource"],
  ],
  changes: {
    CreateFunction: (input) => [
      made(
        "aws_lambda_function",
        functionName(input),
        {
          function_name: functionName(input),
          ...configurationOf(input),
          reserved_concurrent_executions: undefined,
        },
        { tags: tagMap(input.Tags) },
      ),
    ],
    UpdateFunctionConfiguration: (input) => [
      changed("aws_lambda_function", functionName(input), configurationOf(input)),
    ],
    DeleteFunction: (input) => [removed("aws_lambda_function", functionName(input))],
    PutFunctionConcurrency: (input) => [
      changed("aws_lambda_function", functionName(input), {
        reserved_concurrent_executions: input.ReservedConcurrentExecutions,
      }),
    ],
    DeleteFunctionConcurrency: (input) => [
      changed("aws_lambda_function", functionName(input), { reserved_concurrent_executions: 0 }),
    ],
    CreateFunctionUrlConfig: (input) => [functionUrl(input)],
    UpdateFunctionUrlConfig: (input) => [functionUrl(input)],
    AddPermission: (input) => [
      made(
        "aws_lambda_permission",
        textIn(input.StatementId),
        { statement_id: input.StatementId, action: input.Action, statement: statementOf(input) },
        { owner: ownerOf("aws_lambda_function", functionName(input)) },
      ),
    ],
    RemovePermission: (input) => [
      removed("aws_lambda_permission", textIn(input.StatementId), {
        owner: ownerOf("aws_lambda_function", functionName(input)),
      }),
    ],
    PutFunctionEventInvokeConfig: (input) => [eventInvokeConfig(input)],
    UpdateFunctionEventInvokeConfig: (input) => [eventInvokeConfig(input)],
    CreateEventSourceMapping: (input) => [
      made("aws_lambda_event_source_mapping", uuidOf, mappingOf(input, NO_WINDOW), {
        tags: tagMap(input.Tags),
      }),
    ],
    UpdateEventSourceMapping: (input) => [
      changed("aws_lambda_event_source_mapping", textIn(input.UUID), mappingOf(input, ANY_WINDOW)),
    ],
    DeleteEventSourceMapping: (input) => [removed("aws_lambda_event_source_mapping", textIn(input.UUID))],
    TagResource: (input) => {
      const [type, id] = resourceOf(input);
      return [tagged(type, id, tagMap(input.Tags))];
    },
    UntagResource: (input) => {
      const [type, id] = resourceOf(input);
      return [untagged(type, id, texts(input.tagKeys))];
    },
  },
  free: [
    "Invoke",
    "InvokeFunctionUrl",
    "UpdateFunctionCode",
    "DeleteFunctionUrlConfig",
    "DeleteFunctionEventInvokeConfig",
    "PutFunctionCodeSigningConfig",
    "DeleteFunctionCodeSigningConfig",
  ],
  refusals: {
    usual: [400, "InvalidParameterValueException"],
    attributes: { statement: [400, "PolicyLengthExceededException"] },
    // What regions answer that have not got the operation; no page says so.
    breaches: { region: [403, "AccessDeniedException"] },
  },
};

/** A function is named by its name, by its ARN or by a part of it. */
function functionName({ FunctionName: name }: Input): string {
  return /(?:^|:)function:([^:]+)/.exec(textIn(name))?.[1] ?? textIn(name);
}

function configurationOf(input: Input) {
  const vpc = objectIn(input.VpcConfig);
  return {
    description: input.Description,
    handler: input.Handler,
    // Functions of this project run in Node alone.
    runtime: textIn(input.Runtime).startsWith("nodejs") ? input.Runtime : undefined,
    timeout: input.Timeout,
    memory_size: input.MemorySize,
    environment: objectIn(input.Environment).Variables,
    "vpc_config.subnet_ids": vpc.SubnetIds,
    "vpc_config.security_group_ids": vpc.SecurityGroupIds,
  };
}

function functionUrl(input: Input): Change {
  return made("aws_lambda_function_url", functionName(input), { authorization_type: input.AuthType });
}

/** What the statement of a permission amounts to in the policy of its function, which has all of them. */
function statementOf(input: Input): string {
  const { StatementId, Action, Principal, SourceArn, SourceAccount, FunctionUrlAuthType } = input;
  return JSON.stringify({ StatementId, Action, Principal, SourceArn, SourceAccount, FunctionUrlAuthType });
}

function eventInvokeConfig(input: Input): Change {
  return made("aws_lambda_function_event_invoke_config", functionName(input), {
    maximum_event_age_in_seconds: input.MaximumEventAgeInSeconds,
    maximum_retry_attempts: input.MaximumRetryAttempts,
  });
}

function mappingOf(input: Input, otherwise: number) {
  const size = input.BatchSize;
  return {
    batch_size:
      size === undefined
        ? undefined
        : {
            size: Number(size),
            windowSeconds: Number(input.MaximumBatchingWindowInSeconds ?? otherwise),
            fifo: textIn(input.EventSourceArn).endsWith(".fifo"),
          },
    maximum_batching_window_in_seconds: input.MaximumBatchingWindowInSeconds,
    "scaling_config.maximum_concurrency": objectIn(input.ScalingConfig).MaximumConcurrency,
    "provisioned_poller_config.minimum_pollers": objectIn(input.ProvisionedPollerConfig).MinimumPollers,
  };
}

function uuidOf({ body }: SqsAnswer): string {
  return textIn(objectIn(JSON.parse(body.toString("utf8"))).UUID);
}

function resourceOf({ Resource: arn }: Input) {
  const [type, id = ""] = resourcePart(textIn(arn)).split(":");
  return type === "event-source-mapping"
    ? (["aws_lambda_event_source_mapping", lastPart(textIn(arn))] as const)
    : (["aws_lambda_function", id] as const);
}
