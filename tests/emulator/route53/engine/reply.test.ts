import { passes } from "../../../../emulator/route53/engine/reply";

const HTTPS = { Type: "HTTPS" } as const;
const STRING = { Type: "HTTPS_STR_MATCH", SearchString: "Healthy" } as const;
const in_ = (connectedAfterMs: number, statusAfterMs: number, status = 200) => ({
  connectedAfterMs,
  statusAfterMs,
  status,
});

test.each([
  [in_(4_000, 2_000), true],
  [in_(4_001, 0), false],
  [in_(0, 2_001), false],
  [{ connectedAfterMs: 10 }, false],
  [{}, false],
])("connection within 4 s and status within 2 s after: %o passes: %s", (reply, expected) => {
  expect(passes(HTTPS, reply)).toBe(expected);
});

test.each([
  [199, false],
  [200, true],
  [399, true],
  [400, false],
  [503, false],
])("status %i passes: %s", (status, expected) => {
  expect(passes(HTTPS, in_(0, 0, status))).toBe(expected);
});

test.each([
  ["so Healthy", 2_000, true],
  ["so Healthy", 2_001, false],
  ["so healthy", 0, false],
  [`${" ".repeat(5_113)}Healthy`, 0, true],
  [`${" ".repeat(5_114)}Healthy`, 0, false],
])("string matching: %#", (body, bodyAfterMs, expected) => {
  expect(passes(STRING, { ...in_(0, 0), body: Buffer.from(body), bodyAfterMs })).toBe(expected);
});

test("string matching needs the status and the body, too", () => {
  const body = Buffer.from("Healthy");
  expect(passes(STRING, { ...in_(0, 0, 500), body, bodyAfterMs: 0 })).toBe(false);
  expect(passes(STRING, in_(0, 0))).toBe(false);
});

test.each([
  [10_000, true],
  [10_001, false],
])("TCP: a connection after %i ms passes: %s", (connectedAfterMs, expected) => {
  expect(passes({ Type: "TCP" }, { connectedAfterMs })).toBe(expected);
});
