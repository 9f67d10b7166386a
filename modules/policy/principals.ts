import type { Principal } from "../../config/configuration";
import { accountRootArn } from "../../core/names";
import type { Statement } from "./document";

interface Access {
  /** Prefix of the statement ids. */
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resource: string;
  /** Any region of the group: gives the partition. */
  readonly region: string;
}

interface ExclusiveAccess extends Access {
  /** The action that everyone else is refused. */
  readonly guarded: string;
}

/**
 * Statements that let the named principals in and keep everyone else out; roles and users as {@link rolesAdmitted} says.
 *
 * The Deny makes the list exclusive: without it, any role of the account with `sqs:*` could send past the producers.
 * No principal named: no statement at all, the account's IAM policies decide.
 */
export function exclusiveAccess(
  principals: readonly Principal[],
  access: ExclusiveAccess,
): readonly Statement[] {
  if (principals.length === 0) return [];
  const arns = principals.filter((p): p is string => typeof p === "string" && p.startsWith("arn:"));
  const accounts = principals.filter((p): p is string => typeof p === "string" && !p.startsWith("arn:"));
  const services = principals.filter((p) => typeof p === "object");
  const { actions, resource, sid } = access;

  return [
    ...(arns.length === 0 ? [] : [rolesAdmitted(arns, { ...access, sid: `${sid}Principals` })]),
    ...(accounts.length === 0
      ? []
      : [
          {
            Sid: `${sid}Accounts`,
            Effect: "Allow" as const,
            Principal: { AWS: accounts.map((account) => accountRootArn(access.region, account)) },
            Action: actions,
            Resource: resource,
          },
        ]),
    ...services.map((service, index) => ({
      Sid: `${sid}Service${index}`,
      Effect: "Allow" as const,
      Principal: { Service: service.service },
      Action: [access.guarded],
      Resource: resource,
      Condition: { ArnEquals: { "aws:SourceArn": service.sourceArns } },
    })),
    denyOthers({ sid, action: access.guarded, resource, arns, accounts, services: services.length > 0 }),
  ];
}

/**
 * A statement that lets roles and users in: by the root of their account plus `aws:PrincipalArn`. SQS refuses a policy that names a
 * principal which does not exist yet, and two regions that name each other's roles could never be deployed
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html). Such a statement delegates
 * to the account, so the principal's own policy must allow the call as well; the outputs hold that policy.
 */
export function rolesAdmitted(
  arns: readonly string[],
  { sid, actions, resource, region }: Access,
): Statement {
  const roots = [...new Set(arns.map((arn) => accountRootArn(region, arn.split(":")[4]!)))];
  return {
    Sid: sid,
    Effect: "Allow",
    Principal: { AWS: roots },
    Action: actions,
    Resource: resource,
    Condition: { ArnEquals: { "aws:PrincipalArn": arns } },
  };
}

/** All conditions of a statement must hold, so the call is refused only when it is none of the named principals. */
function denyOthers(others: {
  sid: string;
  action: string;
  resource: string;
  arns: readonly string[];
  accounts: readonly string[];
  services: boolean;
}): Statement {
  return {
    Sid: `${others.sid}NobodyElse`,
    Effect: "Deny",
    Principal: "*",
    Action: [others.action],
    Resource: others.resource,
    Condition: {
      ...(others.arns.length > 0 && { ArnNotEquals: { "aws:PrincipalArn": others.arns } }),
      ...(others.accounts.length > 0 && { StringNotEquals: { "aws:PrincipalAccount": others.accounts } }),
      // A service has no principal ARN, and a negated operator matches an absent key.
      // With services only, every IAM principal is somebody else.
      ...(others.services && { Bool: { "aws:PrincipalIsAWSService": "false" } }),
    },
  };
}
