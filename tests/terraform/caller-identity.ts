import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Answers sts:GetCallerIdentity here, as the provider asks for it to learn the account of its credentials: the account is the access
 * key. It ends with the process.
 * @returns environment for Terraform
 */
export async function callerIdentity(): Promise<{ readonly AWS_ENDPOINT_URL_STS: string }> {
  const server = createServer(({ headers }, response) => {
    const [, account = ""] = /Credential=(\d{12})\//.exec(headers.authorization ?? "") ?? [];
    response.end(answer(account));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  const { port } = server.address() as AddressInfo;
  return { AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${port}` };
}

function answer(account: string): string {
  return `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>arn:aws:iam::${account}:user/operator</Arn><UserId>AIDA</UserId><Account>${account}</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>
</GetCallerIdentityResponse>`;
}
