import http from "node:http";
import type { AddressInfo } from "node:net";
import type { Parameter } from "@aws-sdk/client-ssm";
import { parameterNames } from "../../ownership/parameters";
import { encodeRoles, initialRoles, parseRoles, type Roles, roleOf } from "../../ownership/roles";
import { encodeStates, type States } from "../../ownership/states";
import { HOME_ACCOUNT } from "../fixtures";
import { REGIONS, statesOf } from "./regions";

const NAMES = parameterNames("shop");

/** What a service says of every call: an error with status and code; `silence`: it takes the request and says nothing; `trickle`: a byte now and then, without an end. */
export type Manner = "answers" | "silence" | "trickle" | { readonly status: number; readonly code: string };

/** SSM, Lambda and STS of one region, by HTTP on this machine, with the real SDK in front. */
export class AwsServer {
  /** Operations in the order of their calls. */
  readonly calls: string[] = [];
  readonly parameters = new Map<string, string>();
  ssm: Manner = "answers";
  sts: Manner = "answers";
  lambda: Manner = "answers";
  /** Of the caller. */
  account = HOME_ACCOUNT;
  /** Whether answers about parameters show their ARNs. */
  showsArns = true;
  /** Told of each call before it is answered. */
  onCall: (operation: string) => void = () => {};

  private constructor(
    readonly region: string,
    private readonly server: http.Server,
  ) {
    server.on("request", (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => this.answer(request, response, Buffer.concat(chunks).toString()));
    });
  }

  /** A region in which the group is deployed and its controller has just run. */
  static async start(region: string, now: () => number = Date.now): Promise<AwsServer> {
    const server = http.createServer();
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const started = new AwsServer(region, server);
    started.setRoles(initialRoles(REGIONS));
    started.setStates({ ...statesOf(region), checkedAt: now() });
    return started;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get roles(): Roles {
    return parseRoles(this.parameters.get(NAMES.roles)!);
  }

  /** Of the last order about a home. */
  epoch(home: string): number {
    return roleOf(this.roles, home).epoch;
  }

  setRoles(roles: Roles): void {
    this.parameters.set(NAMES.roles, encodeRoles(roles));
  }

  setStates(states: States): void {
    this.parameters.set(NAMES.states, encodeStates(states));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse, body: string): void {
    const target = request.headers["x-amz-target"];
    if (typeof target === "string") {
      const operation = target.split(".")[1]!;
      this.note(operation);
      this.reply(response, this.ssm, () => this.parameterCall(operation, JSON.parse(body)));
    } else if (body.includes("Action=GetCallerIdentity")) {
      this.note("GetCallerIdentity");
      this.reply(
        response,
        this.sts,
        () =>
          `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>` +
          `<Account>${this.account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
      );
    } else {
      this.note("Invoke");
      this.reply(response, this.lambda, () => "", 202);
    }
  }

  private note(operation: string): void {
    this.calls.push(operation);
    this.onCall(operation);
  }

  private parameterCall(operation: string, input: Input): string {
    if (operation === "PutParameter") {
      this.parameters.set(input.Name!, input.Value!);
      return "{}";
    }
    const found = input.Names!.flatMap((Name): Parameter[] => {
      const Value = this.parameters.get(Name);
      const ARN = `arn:aws:ssm:${this.region}:${this.account}:parameter${Name}`;
      return Value === undefined ? [] : [{ Name, Value, ...(this.showsArns && { ARN }) }];
    });
    return JSON.stringify({ Parameters: found });
  }

  private reply(response: http.ServerResponse, manner: Manner, text: () => string, status = 200): void {
    if (manner === "silence") return;
    if (manner === "trickle") {
      const timer = setInterval(() => response.write(" "), 500);
      response.on("close", () => clearInterval(timer));
      return;
    }
    if (manner === "answers") {
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(text());
      return;
    }
    const message = `User: arn:aws:iam::${this.account}:user/operator: ${manner.code}`;
    const isXml = this.calls.at(-1) === "GetCallerIdentity";
    response.writeHead(manner.status, isXml ? {} : { "x-amzn-errortype": manner.code });
    response.end(
      isXml
        ? `<ErrorResponse><Error><Type>Sender</Type><Code>${manner.code}</Code><Message>${message}</Message></Error></ErrorResponse>`
        : JSON.stringify({ __type: manner.code, message }),
    );
  }
}

interface Input {
  readonly Name?: string;
  readonly Value?: string;
  readonly Names?: readonly string[];
}
