import { answer, type Input, type Protocol } from "./protocol";

/** https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html: botocore and the aws CLI speak it with CloudWatch. */
export const RPC_CBOR: Protocol = {
  read: (body) => {
    if (body.byteLength === 0) return {};
    const read = new Reader(body).value();
    if (typeof read !== "object" || read === null || Array.isArray(read))
      throw new Error("the body is no map");
    return read as Input;
  },
  refuse: ({ status, code, message }) =>
    answer(
      status,
      { "content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" },
      Buffer.concat([Buffer.from([0xa2]), text("__type"), text(code), text("message"), text(message)]),
    ),
};

const MAJOR = { unsigned: 0, negative: 1, bytes: 2, text: 3, list: 4, map: 5, tag: 6, simple: 7 } as const;
const INDEFINITE = 31;
const BREAK = Symbol("break");

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(5);
  length[0] = (MAJOR.text << 5) | 26;
  length.writeUInt32BE(bytes.byteLength, 1);
  return Buffer.concat([length, bytes]);
}

/** Reads one item after the other: https://www.rfc-editor.org/rfc/rfc8949.html */
class Reader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  value(): unknown {
    const read = this.item();
    if (read === BREAK) throw new Error("a break outside of a list or map");
    return read;
  }

  private item(): unknown {
    const first = this.bytes.readUInt8(this.at++);
    const major = first >> 5;
    const short = first & 31;
    if (major === MAJOR.simple) return this.simple(short);
    const size = short === INDEFINITE ? undefined : this.argument(short);
    switch (major) {
      case MAJOR.unsigned:
        return size;
      case MAJOR.negative:
        return -1 - size!;
      case MAJOR.bytes:
        return this.chunks(size);
      case MAJOR.text:
        return this.chunks(size).toString("utf8");
      case MAJOR.list:
        return [...this.items(size)];
      case MAJOR.map:
        return this.map(size);
      default:
        return this.value();
    }
  }

  private map(size: number | undefined): object {
    const items = [...this.items(size === undefined ? undefined : 2 * size)];
    const entries = items.flatMap((key, index) => (index % 2 === 0 ? [[String(key), items[index + 1]]] : []));
    return Object.fromEntries(entries);
  }

  private *items(size: number | undefined): Generator<unknown> {
    for (let index = 0; size === undefined || index < size; index += 1) {
      const item = this.item();
      if (item === BREAK) return;
      yield item;
    }
  }

  private chunks(size: number | undefined): Buffer {
    if (size === undefined)
      return Buffer.concat([...this.items(undefined)].map((chunk) => Buffer.from(chunk as string)));
    const chunk = this.bytes.subarray(this.at, this.at + size);
    if (chunk.byteLength < size) throw new Error("the body ends in the middle of a text");
    this.at += size;
    return chunk;
  }

  private argument(short: number): number {
    if (short < 24) return short;
    const size = 2 ** (short - 24);
    const from = this.at;
    this.at += size;
    return size === 8 ? Number(this.bytes.readBigUInt64BE(from)) : this.bytes.readUIntBE(from, size);
  }

  private simple(short: number): unknown {
    const from = this.at;
    switch (short) {
      case 20:
      case 21:
        return short === 21;
      case 25:
        this.at += 2;
        return half(this.bytes.readUInt16BE(from));
      case 26:
        this.at += 4;
        return this.bytes.readFloatBE(from);
      case 27:
        this.at += 8;
        return this.bytes.readDoubleBE(from);
      case INDEFINITE:
        return BREAK;
      default:
        return undefined;
    }
  }
}

function half(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1_023) / 1_024;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? 2 ** -14 * fraction : 2 ** (exponent - 15) * (1 + fraction));
}
