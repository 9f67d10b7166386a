import type { IncomingMessage } from "node:http";
import type { Call } from "../gateway-call";
import type { SqsAnswer } from "../sqs-wire";
import { Holder, type Scope } from "./holder";
import { type Undo, undoAll } from "./inventory";
import type { Broken } from "./judge";
import type { Input, Protocol } from "./protocols/protocol";
import type { Dialect, Place, Refusal, Refusals, Service } from "./service";
import { SERVICES } from "./services";

/** A call that may create or change something. Its body has to be read. */
export interface Concern {
  readonly service: Service;
  readonly operation: string;
  readonly dialect: Dialect;
  /** What the path and the query say. */
  readonly parameters: Input;
}

/** What is decided about a call: it is refused, or carried out, and what AWS answers is noted. */
export interface Verdict {
  readonly refusal?: SqsAnswer;
  /** Is told the answer of AWS, or that there was none. */
  settle(answer: SqsAnswer | undefined): void;
}

/** Code of a refusal that no AWS would give. */
export const UNCHECKED = "UncheckedOperation";

const BY_NAME: ReadonlyMap<string, Service> = new Map(SERVICES.map((service) => [service.name, service]));
const FREE: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  SERVICES.map(({ name, free }) => [name, new Set(free)]),
);
/** Operations that change nothing. */
const READ = /^(GET |HEAD |Get|List|Describe|BatchGet|Simulate|Test|Filter|Query$|Scan$)/;
const FORM = "application/x-www-form-urlencoded";

/**
 * Holds every call that creates or changes something against the table of what AWS documents, and refuses what AWS would refuse, as AWS
 * would. An operation that is not known here is refused too. One that passed unread could make something that only the emulator accepts.
 */
export class Constraints {
  private readonly holder: Holder;
  /** Accounts of the sessions that were started through the gateway, by access key. */
  private readonly accounts = new Map<string, string>();

  /** @param lifted rules that do not hold, as `type.attribute` */
  constructor(lifted: readonly string[] = []) {
    this.holder = new Holder(new Set(lifted));
  }

  /** What is to be looked at of a call; nothing of reads, and of what sends and receives. */
  concerns(call: Call, request: IncomingMessage): Concern | undefined {
    const service = BY_NAME.get(call.service);
    if (service === undefined || FREE.get(service.name)?.has(call.operation)) return undefined;
    const dialect = dialectOf(request);
    const { operation, parameters } =
      dialect === "rest" ? routed(service, request) : { operation: call.operation, parameters: {} };
    if (READ.test(operation) || service.free.includes(operation)) return undefined;
    return { service, operation, dialect, parameters };
  }

  /** Decides about a call with its body. */
  judge(call: Call, concern: Concern, body: Buffer): Verdict {
    const { service, operation, dialect, parameters } = concern;
    const protocol = service.protocols[dialect];
    const change = service.changes[operation];
    if (protocol === undefined || change === undefined) return unchecked(concern);
    const refuse = ({ message, ...broken }: Broken): Verdict => {
      const [status, code] = refusalOf(service.refusals, broken);
      return { refusal: protocol.refuse({ status, code, message }), settle: () => {} };
    };
    const place: Place = { account: this.accountOf(call), region: call.target };
    const scope: Scope = (region = place.region) =>
      service.global ? place.account : `${place.account} ${region}`;

    const undo: Undo[] = [];
    const settle: ((answer: SqsAnswer) => void)[] = [];
    for (const each of change({ ...inputOf(protocol, body), ...parameters }, place)) {
      if (each.kind === "session") {
        settle.push((answer) => this.accounts.set(each.accessKey(answer), each.account));
        continue;
      }
      const held = this.holder.hold(each, scope, place.region);
      if (held.broken !== undefined) {
        undoAll(undo);
        return refuse(held.broken);
      }
      undo.push(held.undo);
      settle.push(held.settle);
    }
    return {
      settle: (answer) => {
        if (answer === undefined || answer.status >= 300) undoAll(undo);
        else for (const step of settle) step(answer);
      },
    };
  }

  /** The root's access key is its account. */
  private accountOf({ caller }: Call): string {
    return this.accounts.get(caller) ?? caller;
  }
}

/** What a request says. A body that is none of the protocol says nothing, and the emulator refuses it. */
function inputOf(protocol: Protocol, body: Buffer): Input {
  try {
    return protocol.read(body);
  } catch {
    return {};
  }
}

function refusalOf(refusals: Refusals, { subject = "", breach }: Omit<Broken, "message">): Refusal {
  return refusals.attributes?.[subject] ?? refusals.breaches?.[breach] ?? refusals.usual;
}

function unchecked({ service, operation, dialect }: Concern): Verdict {
  const [protocol] = Object.values(service.protocols);
  const message = `Nobody holds ${service.name} ${operation} (${dialect}) against the constraints of AWS: add it to emulator/constraints/services.`;
  const refusal = (service.protocols[dialect] ?? protocol!).refuse({ status: 400, code: UNCHECKED, message });
  return { refusal, settle: () => {} };
}

function dialectOf({ headers, url = "" }: IncomingMessage): Dialect {
  if (headers["x-amz-target"] !== undefined) return "target";
  if (headers["content-type"]?.startsWith(FORM)) return "form";
  return url.startsWith("/service/") ? "rpc" : "rest";
}

/** Operation of a route and what its path and query say; method and path when there is no such route. */
function routed(
  { routes = [] }: Service,
  { method = "GET", url = "/" }: IncomingMessage,
): { readonly operation: string; readonly parameters: Input } {
  const { pathname, searchParams } = new URL(url, "http://gateway");
  const parts = pathname.split("/").filter((part) => part !== "");
  for (const [of, path, operation] of routes) {
    const wanted = path.split("/").filter((part) => part !== "");
    const fits = wanted.every((part, index) => part.startsWith("{") || part === parts[index]);
    if (of !== method || wanted.length !== parts.length || !fits) continue;
    const named = wanted.flatMap((part, index) =>
      part.startsWith("{") ? [[part.slice(1, -1), decodeURIComponent(parts[index]!)]] : [],
    );
    return { operation, parameters: { ...queryOf(searchParams), ...Object.fromEntries(named) } };
  }
  return { operation: `${method} ${pathname}`, parameters: {} };
}

function queryOf(search: URLSearchParams): Input {
  return Object.fromEntries(
    [...new Set(search.keys())].map((name) => {
      const values = search.getAll(name);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}
