import { anyOf, distinct, each, fieldOf, fields, given, isEmpty, not, spread } from "../../core/expression";
import { accountInArn, accountRootArn } from "../../core/names";
import { type Condition, Given, type Operand, type Value } from "../../core/value";
import type { Principal } from "../configuration";
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

/** Who may use a queue, by kind. */
export interface Principals {
  /** Roles and users. */
  readonly arns: Operand<readonly string[]>;
  readonly accounts: Operand<readonly string[]>;
  readonly services: Operand<readonly ServicePrincipal[]>;
}

export type ServicePrincipal = Exclude<Principal, string>;

/** Principals of a configuration, by kind. Those of a module's variables are so already. */
export function principalsOf(principals: Value<readonly Principal[]> | Principals): Principals {
  if ("arns" in principals) return principals;
  const listed = spread(principals);
  const of = (kind: ReturnType<typeof kindOf>) => listed.filter((principal) => kindOf(principal) === kind);
  return {
    arns: of("arn") as readonly string[],
    accounts: of("account") as readonly string[],
    services: of("service") as readonly ServicePrincipal[],
  };
}

function kindOf(principal: unknown): "arn" | "account" | "service" {
  const value = principal instanceof Given ? principal.value : principal;
  if (typeof value !== "string") return "service";
  return value.startsWith("arn:") ? "arn" : "account";
}

/** Whether a principal is named. */
export function areNamed({ arns, accounts, services }: Principals): Condition {
  return anyOf(not(isEmpty(arns)), not(isEmpty(accounts)), not(isEmpty(services)));
}

/**
 * Statements that let the named principals in and keep everyone else out; roles and users as {@link rolesAdmitted} says.
 *
 * The Deny makes the list exclusive: without it, any role of the account with `sqs:*` could send past the producers.
 * No principal named: no statement at all, the account's IAM policies decide.
 */
export function exclusiveAccess(principals: Principals, access: ExclusiveAccess): readonly Statement[] {
  const { arns, accounts, services } = principals;
  const { actions, resource, sid } = access;
  return [
    ...given(not(isEmpty(arns)), rolesAdmitted(arns, { ...access, sid: `${sid}Principals` })),
    ...given(not(isEmpty(accounts)), {
      Sid: `${sid}Accounts`,
      Effect: "Allow" as const,
      Principal: { AWS: each(accounts, (account) => accountRootArn(access.region, account)) },
      Action: actions,
      Resource: resource,
    }),
    ...spread(
      each(services, (service, index) => ({
        Sid: `${sid}Service${index}`,
        Effect: "Allow" as const,
        Principal: { Service: serviceOf(service) },
        Action: [access.guarded],
        Resource: resource,
        Condition: { ArnEquals: { "aws:SourceArn": sourceArnsOf(service) } },
      })),
    ),
    ...given(areNamed(principals), denyOthers({ sid, action: access.guarded, resource, principals })),
  ];
}

/**
 * A statement that lets roles and users in: by the root of their account plus `aws:PrincipalArn`. SQS refuses a policy that names a
 * principal which does not exist yet, and two regions that name each other's roles could never be deployed
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html). Such a statement delegates
 * to the account, so the principal's own policy must allow the call as well; the outputs hold that policy.
 */
export function rolesAdmitted(
  arns: Operand<readonly string[]>,
  { sid, actions, resource, region }: Access,
): Statement {
  const roots = distinct(each(arns, (arn) => accountRootArn(region, accountInArn(arn))));
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
  principals: Principals;
}): Statement {
  const { arns, accounts, services } = others.principals;
  return {
    Sid: `${others.sid}NobodyElse`,
    Effect: "Deny",
    Principal: "*",
    Action: [others.action],
    Resource: others.resource,
    Condition: {
      ...fields(not(isEmpty(arns)), { ArnNotEquals: { "aws:PrincipalArn": arns } }),
      ...fields(not(isEmpty(accounts)), { StringNotEquals: { "aws:PrincipalAccount": accounts } }),
      // A service has no principal ARN, and a negated operator matches an absent key.
      // With services only, every IAM principal is somebody else.
      ...fields(not(isEmpty(services)), { Bool: { "aws:PrincipalIsAWSService": "false" } }),
    },
  };
}

function serviceOf(service: Value<ServicePrincipal>): Value<string> {
  return fieldOf(service, "service");
}

function sourceArnsOf(service: Value<ServicePrincipal>): Value<readonly string[]> {
  return fieldOf(service, "sourceArns");
}
