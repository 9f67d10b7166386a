import http from "node:http";
import type { AddressInfo } from "node:net";
import { KINDS } from "../../ownership/lease/table";
import { HOME_ACCOUNT } from "../fixtures";
import { OwnershipTable, seed } from "./ownership-table";

export const REGIONS = ["us-east-1", "us-west-2", "eu-west-1"] as const;

/** What a service says of every call: an error with status and code; `silence`: it takes the request and says nothing; `trickle`: a byte now and then, without an end. */
export type Manner = "answers" | "silence" | "trickle" | { readonly status: number; readonly code: string };

/** DynamoDB and STS of one region, by HTTP on this machine, with the real SDK in front. */
export class AwsServer {
  /** Operations in the order of their calls. */
  readonly calls: string[] = [];
  readonly table: OwnershipTable;
  dynamodb: Manner = "answers";
  sts: Manner = "answers";
  /** Of the caller. */
  account = HOME_ACCOUNT;
  /** Told of each call before it is answered. */
  onCall: (operation: string) => void = () => {};

  private constructor(
    readonly region: string,
    private readonly server: http.Server,
  ) {
    this.table = new OwnershipTable(region);
    server.on("request", (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => this.answer(request, response, Buffer.concat(chunks).toString()));
    });
  }

  /** A region in which the group is deployed, whose controller has just renewed its own home. */
  static async start(region: string, members: readonly string[] = REGIONS): Promise<AwsServer> {
    const server = http.createServer();
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const started = new AwsServer(region, server);
    seed([started.table], { members, now: Date.now() });
    return started;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Where the order about a home has it go. Undefined: there is none. */
  order(home: string): string | undefined {
    return this.table.item(KINDS.order, home)?.to?.S;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse, body: string): void {
    const target = request.headers["x-amz-target"];
    const operation = typeof target === "string" ? target.split(".")[1]! : "GetCallerIdentity";
    this.calls.push(operation);
    this.onCall(operation);
    if (operation !== "GetCallerIdentity") {
      this.reply(response, this.dynamodb, () => this.table.answer(operation, JSON.parse(body)));
      return;
    }
    const text =
      `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>` +
      `<Account>${this.account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
    this.reply(response, this.sts, () => ({ status: 200, body: text }));
  }

  private reply(
    response: http.ServerResponse,
    manner: Manner,
    answer: () => { readonly status: number; readonly body: object | string },
  ): void {
    if (manner === "silence") return;
    if (manner === "trickle") {
      const timer = setInterval(() => response.write(" "), 500);
      response.on("close", () => clearInterval(timer));
      return;
    }
    if (manner === "answers") {
      const { status, body } = answer();
      response.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
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
