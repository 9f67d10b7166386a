import {
  AUTHORITATIVE_ANSWER,
  type Packet,
  type Answer as PacketAnswer,
  RECURSION_AVAILABLE,
} from "dns-packet";
import type { AnsweredRecord, DnsAnswer } from "./engine/answer";

/** Codes of DNS; dns-packet has no name for them. */
const CODES = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;

/** The packet that answers a question. @throws Error for a type of record that is not known here */
export function answerPacket(query: Packet, answer: DnsAnswer): Packet {
  const answers = answer.records.flatMap(packetAnswers);
  const soa = answer.zone?.records.find(({ Type: type }) => type === "SOA");
  const negative = answers.length === 0 && soa !== undefined && answer.zone !== undefined;
  return {
    ...reply(query, CODES[answer.code]),
    answers,
    authorities: negative
      ? packetAnswers({
          name: answer.zone.name,
          type: "SOA",
          ttl: soa.TTL ?? 0,
          values: (soa.ResourceRecords ?? []).map(({ Value = "" }) => Value),
        })
      : [],
  };
}

/** The packet that says that there is no answer because of a fault. */
export function failurePacket(query: Packet): Packet {
  return reply(query, CODES.SERVFAIL);
}

function reply({ id = 0, flags = 0, questions = [] }: Packet, code: number): Packet {
  const recursionDesired = flags & 0x0100;
  return {
    id,
    type: "response",
    flags: AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | recursionDesired | code,
    questions,
  };
}

function packetAnswers({ name, type, ttl, values }: AnsweredRecord): PacketAnswer[] {
  return values.map((value): PacketAnswer => {
    const common = { name: withoutDot(name), ttl };
    switch (type) {
      case "TXT":
        return { ...common, type, data: strings(value) };
      case "A":
      case "AAAA":
        return { ...common, type, data: value };
      case "CNAME":
      case "NS":
        return { ...common, type, data: withoutDot(value) };
      case "SOA":
        return { ...common, type, data: startOfAuthority(value) };
      default:
        throw new Error(`record ${name}: type ${type} cannot be answered here`);
    }
  });
}

/**
 * The strings of a TXT value: `"one" "two"`. Quotes and backslashes in them are escaped.
 *
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#TXTFormat
 */
export function strings(value: string): string[] {
  const quoted = [...value.matchAll(/"((?:\\.|[^"\\])*)"/gs)].map(([, text = ""]) => text);
  const found = quoted.length > 0 ? quoted : value.split(/\s+/);
  return found.map((text) =>
    text.replace(/\\([0-7]{3}|.)/gs, (_, escaped: string) =>
      escaped.length === 3 ? String.fromCharCode(Number.parseInt(escaped, 8)) : escaped,
    ),
  );
}

function startOfAuthority(value: string) {
  const [mname = "", rname = "", ...numbers] = value.split(/\s+/);
  const [serial, refresh, retry, expire, minimum] = numbers.map(Number);
  return {
    mname: withoutDot(mname),
    rname: withoutDot(rname),
    serial: serial ?? 0,
    refresh: refresh ?? 0,
    retry: retry ?? 0,
    expire: expire ?? 0,
    minimum: minimum ?? 0,
  };
}

function withoutDot(name: string): string {
  return name.endsWith(".") ? name.slice(0, -1) : name;
}
