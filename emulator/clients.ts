import https from "node:https";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { CreateHostedZoneCommand, Route53Client } from "@aws-sdk/client-route-53";
import { type GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { type Emulator, rootCredentials } from "./emulator";

/** Who calls from where. */
export interface ClientOptions {
  /** Region that is called. */
  readonly region: string;
  /** Account of the caller, 12 digits. */
  readonly account: string;
  /** ARN of a role to assume. @default the caller is the root of `account` */
  readonly role?: string;
  /** Region that the caller is in. @default `region` */
  readonly source?: string;
  /** Calls without TLS, to prove that it is refused. @default false */
  readonly plain?: boolean;
  /** Attempts that the SDK makes. @default 3 */
  readonly maxAttempts?: number;
}

export interface RoleOptions {
  /** Account of the role, 12 digits. */
  readonly account: string;
  readonly name: string;
  /** Begins and ends with a slash. @default "/" */
  readonly path?: string;
  /** Policy documents by name. */
  readonly policies: Readonly<Record<string, object>>;
}

/** Region that calls of IAM are signed for; IAM is global. */
const IAM_REGION = "us-east-1";
const SESSION_NAME = "test";
/** Connections of one client at a time, so that a test can press as hard as it wants. */
const MAX_SOCKETS = 200;

/** Client of SQS. It sends to its own region whatever a queue URL says, as our functions do. Destroy it when done. */
export function sqsClient(emulator: Emulator, options: ClientOptions): SQSClient {
  return new SQSClient({ ...clientConfiguration(emulator, options), useQueueUrlAsEndpoint: false });
}

/**
 * The same command, counted exactly where the emulator's counts are late as those of AWS are. For a test that counts, never for what is
 * tested.
 */
export function exactly(command: GetQueueAttributesCommand): GetQueueAttributesCommand {
  command.middlewareStack.add(
    (next) => (call) => {
      (call.request as { headers: Record<string, string> }).headers["x-harness-exact-counts"] = "yes";
      return next(call);
    },
    { step: "build", name: "exactCounts" },
  );
  return command;
}

/** Client of SSM. Destroy it when done. */
export function ssmClient(emulator: Emulator, options: ClientOptions): SSMClient {
  return new SSMClient(clientConfiguration(emulator, options));
}

/** Client of DynamoDB. Destroy it when done. */
export function dynamoClient(emulator: Emulator, options: ClientOptions): DynamoDBClient {
  return new DynamoDBClient(clientConfiguration(emulator, options));
}

/** Client of Lambda. Destroy it when done. */
export function lambdaClient(emulator: Emulator, options: ClientOptions): LambdaClient {
  return new LambdaClient(clientConfiguration(emulator, options));
}

/** Client of CloudWatch. Destroy it when done. */
export function cloudWatchClient(emulator: Emulator, options: ClientOptions): CloudWatchClient {
  return new CloudWatchClient(clientConfiguration(emulator, options));
}

/**
 * Credentials as the variables that every SDK and command line reads: a session of a role, or without `role` the root of the
 * account. The session comes from the STS of `source`, by default of the emulator's first region.
 */
export async function roleCredentials(
  emulator: Emulator,
  { account, role, source }: Pick<ClientOptions, "account" | "role" | "source">,
): Promise<Readonly<Record<string, string>>> {
  if (role === undefined) return rootCredentials(account).environment;
  const session = await assumeRole(emulator, account, role, source ?? emulator.regions[0] ?? IAM_REGION);
  return {
    AWS_ACCESS_KEY_ID: session.accessKeyId,
    AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
    AWS_SESSION_TOKEN: session.sessionToken,
  };
}

/**
 * Creates a role that the account itself may assume, for instance for a producer.
 *
 * @returns its ARN
 */
export async function createRole(emulator: Emulator, options: RoleOptions): Promise<string> {
  const source = emulator.regions[0] ?? IAM_REGION;
  const iam = new IAMClient(
    clientConfiguration(emulator, { account: options.account, region: IAM_REGION, source }),
  );
  try {
    const trust = statement("sts:AssumeRole", { Principal: { AWS: `arn:aws:iam::${options.account}:root` } });
    const created = await iam.send(
      new CreateRoleCommand({
        RoleName: options.name,
        Path: options.path ?? "/",
        AssumeRolePolicyDocument: JSON.stringify(trust),
      }),
    );
    for (const [name, policy] of Object.entries(options.policies)) {
      const document = JSON.stringify(policy);
      await iam.send(
        new PutRolePolicyCommand({ RoleName: options.name, PolicyName: name, PolicyDocument: document }),
      );
    }
    return created.Role?.Arn ?? "";
  } finally {
    iam.destroy();
  }
}

/** Creates a public hosted zone, as whoever owns the domain does. @returns its id */
export async function createZone(
  emulator: Emulator,
  { account, name }: { readonly account: string; readonly name: string },
): Promise<string> {
  const source = emulator.regions[0]!;
  const route53 = new Route53Client(clientConfiguration(emulator, { account, region: IAM_REGION, source }));
  try {
    const created = await route53.send(new CreateHostedZoneCommand({ Name: name, CallerReference: name }));
    return created.HostedZone!.Id!.replace("/hostedzone/", "");
  } finally {
    route53.destroy();
  }
}

/** A policy document that allows actions. */
export function allow(
  actions: string | readonly string[],
  resource: string | readonly string[] = "*",
): object {
  return statement(actions, { Resource: resource });
}

function statement(actions: string | readonly string[], rest: object): object {
  return { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: actions, ...rest }] };
}

/** Starts a session at the STS of the caller's own region, which other regions do not need to be there for. */
async function assumeRole(
  emulator: Emulator,
  account: string,
  role: string,
  region: string,
): Promise<SessionCredentials> {
  const sts = new STSClient(clientConfiguration(emulator, { account, region }));
  try {
    const { Credentials: given } = await sts.send(
      new AssumeRoleCommand({ RoleArn: role, RoleSessionName: SESSION_NAME }),
    );
    if (!given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken)
      throw new Error(`role ${role}: no session`);
    return {
      accessKeyId: given.AccessKeyId,
      secretAccessKey: given.SecretAccessKey,
      sessionToken: given.SessionToken,
      ...(given.Expiration === undefined ? {} : { expiration: given.Expiration }),
    };
  } finally {
    sts.destroy();
  }
}

interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration?: Date;
}

/** What every client of a service is made with: endpoint, credentials, certificate. */
export function clientConfiguration(emulator: Emulator, options: ClientOptions) {
  const { account, role, region, source = region, plain = false, maxAttempts = 3 } = options;
  const agent = new https.Agent({ keepAlive: true, maxSockets: MAX_SOCKETS, ca: emulator.certificate });
  return {
    region,
    maxAttempts,
    endpoint: plain ? emulator.plainEndpoint(source) : emulator.endpoint(source),
    requestHandler: { httpsAgent: agent, httpAgent: { maxSockets: MAX_SOCKETS } },
    credentials:
      role === undefined ? rootCredentials(account) : () => assumeRole(emulator, account, role, source),
  };
}
