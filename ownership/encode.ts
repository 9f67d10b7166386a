import { SSM_PARAMETER_MAX_BYTES } from "../core/limits";

/** The value of an SSM parameter. Throws when it is longer than a standard parameter may be. */
export function encodeParameter(value: object, name: string): string {
  const json = JSON.stringify(value);
  const bytes = Buffer.byteLength(json);
  if (bytes <= SSM_PARAMETER_MAX_BYTES) return json;
  throw new Error(`${name} must be at most ${SSM_PARAMETER_MAX_BYTES} bytes, but are ${bytes}`);
}
