import { isIP } from "node:net";

export const DNS_SERVER_TEXT =
  'an IP address, or one with a port such as "10.0.0.2:53" or "[2001:db8::2]:53"';

/** Whether it names a DNS server as Node's resolver takes it: https://nodejs.org/api/dns.html#dnssetserversservers */
export function isDnsServer(address: string): boolean {
  if (isIP(address) !== 0) return true;
  const [, six, four, port] = /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(address) ?? [];
  const known = six === undefined ? isIP(four ?? "") === 4 : isIP(six) === 6;
  return known && Number(port) >= 1 && Number(port) <= 65_535;
}
