/** Region of the environment, as Lambda sets it and the SDK reads it. Throws when there is none. */
export function ownRegion(): string {
  const { AWS_REGION: region } = process.env;
  if (region === undefined || region === "") throw new Error("AWS_REGION is not set: name the region");
  return region;
}
