/** The last part of an ARN or a path, after the last `/` or `:`. */
export function lastPart(arn: string): string {
  return arn.slice(Math.max(arn.lastIndexOf("/"), arn.lastIndexOf(":")) + 1);
}

/** What stands after the fifth colon of an ARN; a text that is no ARN stays as it is. */
export function resourcePart(arn: string): string {
  return arn.startsWith("arn:") ? arn.split(":").slice(5).join(":") : arn;
}
