import { InvalidArgumentError } from "commander";
import { DNS_SERVER_TEXT, isDnsServer } from "./dns-server";

/** ISO 8601, with the zone: a time without one means another moment on every machine. */
const ISO = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;
/** Eleven digits: as seconds, that would be the year 2286 or later. */
const EPOCH_MILLISECONDS = /^\d{11,}$/;
const MAX_SECONDS = 86_400;

export function server(text: string): string {
  if (!isDnsServer(text)) {
    throw new InvalidArgumentError(
      `"${text}" is not ${DNS_SERVER_TEXT}. Allowed: ip or ip:port, such as 10.0.0.2. Fix: correct it, or leave it out.`,
    );
  }
  return text;
}

/** @returns epoch milliseconds */
export function moment(text: string, now: number): number {
  const time = momentOf(text);
  if (time === undefined) {
    throw new InvalidArgumentError(
      `"${text}" is neither an ISO 8601 time nor epoch milliseconds. ` +
        "Allowed: 2026-01-31, 2026-01-31T07:00:00Z or 1769842800000, not in the future. Fix: add date and zone; three zeros to seconds.",
    );
  }
  if (time > now) {
    throw new InvalidArgumentError(
      `"${text}" is in the future. Allowed: until ${new Date(now).toISOString()}. ` +
        "Fix: give the time until which the home had processed everything.",
    );
  }
  return time;
}

export function wholeSeconds(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= 1 && value <= MAX_SECONDS)) {
    throw new InvalidArgumentError(
      `"${text}" is not a whole number from 1 to ${MAX_SECONDS}. Fix: correct it, or leave it out.`,
    );
  }
  return value;
}

function momentOf(text: string): number | undefined {
  if (EPOCH_MILLISECONDS.test(text)) return Number(text) <= 8.64e15 ? Number(text) : undefined;
  const day = ISO.exec(text)?.[1];
  if (day === undefined) return undefined;
  const time = Date.parse(text);
  // 30 February is taken for 2 March.
  const exists = Number.isFinite(time) && new Date(Date.parse(day)).toISOString().startsWith(day);
  return exists ? time : undefined;
}
