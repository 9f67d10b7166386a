import { Route53Client } from "@aws-sdk/client-route-53";
import type { Environment } from "../../cli/environment";
import { parameterNames } from "../../ownership/parameters";
import { recordResolver } from "../../ownership/resolver";
import { encodeRoles, initialRoles, parseRoles, type Roles } from "../../ownership/roles";
import { encodeStates, initialStates, type States } from "../../ownership/states";
import { HOME_ACCOUNT } from "../fixtures";

export const REGIONS = ["us-east-1", "us-west-2", "eu-west-1"] as const;
const NAMES = parameterNames("shop");

const NOW = 1_000_000;

/** Of a region whose controller has just run. */
export function statesOf(region: string): States {
  return { ...initialStates(region, REGIONS), checkedAt: NOW };
}

/** The parameters of three regions in memory, behind clients that may fail, and what the command wrote. */
export class Regions {
  readonly parameters = new Map(
    REGIONS.map((region) => [
      region as string,
      new Map([
        [NAMES.roles, encodeRoles(initialRoles(REGIONS))],
        [NAMES.states, encodeStates(statesOf(region))],
      ]),
    ]),
  );
  /** Regions that do not answer, and those that answer but take no order. */
  readonly away = new Set<string>();
  readonly readOnly = new Set<string>();
  readonly woken: string[] = [];
  readonly output: string[] = [];
  readonly said: string[] = [];
  time = NOW;
  /** Whose credentials these are. */
  account = HOME_ACCOUNT;
  /** Called when a region has taken an order; what it throws is all that the caller sees. */
  afterWrite: (region: string) => void = () => {};
  /** Called each time the command waits. */
  onSleep: () => void = () => {};

  readonly environment: Environment = {
    clients: {
      ssm: (region) => ({ send: ((command: Command) => this.ssm(region, command)) as never }),
      sts: () => ({ send: (async () => ({ Account: this.account })) as never }),
      lambda: (region) => ({ send: (() => this.wake(region)) as never }),
      route53: (region) => new Route53Client({ region }),
    },
    resolver: (server) => recordResolver({ resolverAddresses: server === undefined ? [] : [server] }),
    write: (text) => this.output.push(text),
    say: (line) => this.said.push(line),
    now: () => this.time,
    sleep: async (milliseconds) => {
      this.time += milliseconds;
      this.onSleep();
    },
  };

  roles(region: string): Roles {
    return parseRoles(this.parameters.get(region)!.get(NAMES.roles)!);
  }

  setRoles(region: string, roles: Roles): void {
    this.parameters.get(region)!.set(NAMES.roles, encodeRoles(roles));
  }

  setStates(region: string, states: States): void {
    this.parameters.get(region)!.set(NAMES.states, encodeStates(states));
  }

  private async ssm(region: string, command: Command): Promise<unknown> {
    if (this.away.has(region)) throw named("TimeoutError");
    const parameters = this.parameters.get(region)!;
    const { input } = command;
    if (command.constructor.name === "PutParameterCommand") {
      if (this.readOnly.has(region)) throw named("AccessDeniedException");
      parameters.set(input.Name!, input.Value!);
      this.afterWrite(region);
      return {};
    }
    const found = input.Names!.flatMap((Name) => {
      const Value = parameters.get(Name);
      return Value === undefined
        ? []
        : [{ Name, Value, ARN: `arn:aws:ssm:${region}:${this.account}:parameter${Name}` }];
    });
    return { Parameters: found };
  }

  private async wake(region: string): Promise<unknown> {
    this.woken.push(region);
    return {};
  }
}

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: { readonly Name?: string; readonly Value?: string; readonly Names?: readonly string[] };
}

function named(name: string): Error {
  return Object.assign(new Error("no"), { name });
}
