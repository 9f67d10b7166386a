import { chmod, writeFile } from "node:fs/promises";
import path from "node:path";
import { generate } from "selfsigned";

/** A certificate for loopback addresses, as PEM texts and as a file that clients can be told to trust. */
export interface Certificate {
  readonly certificate: string;
  readonly privateKey: string;
  readonly certificateFile: string;
}

const VALID_DAYS = 7;
const DAY_MILLISECONDS = 86_400_000;

/**
 * Makes a fresh self-signed certificate for localhost, 127.0.0.1 and ::1, valid from a day ago (clocks differ) for a week.
 * The certificate is written to `directory`; the private key stays in memory.
 */
export async function createCertificate(directory: string): Promise<Certificate> {
  const now = Date.now();
  const { cert, private: privateKey } = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(now - DAY_MILLISECONDS),
    notAfterDate: new Date(now + VALID_DAYS * DAY_MILLISECONDS),
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
          { type: 7, ip: "::1" },
        ],
      },
    ],
  });
  const certificateFile = path.join(directory, "gateway.pem");
  await writeFile(certificateFile, cert);
  await chmod(certificateFile, 0o644);
  return { certificate: cert, privateKey, certificateFile };
}
