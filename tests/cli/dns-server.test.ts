import { isDnsServer } from "../../cli/dns-server";

test.each(["10.0.0.2", "10.0.0.2:53", "2001:db8::2", "[2001:db8::2]:53", "10.0.0.2:65535"])(
  "%s is a DNS server",
  (address) => {
    expect(isDnsServer(address)).toBe(true);
  },
);

test.each([
  "dns.example.com",
  "10.0.0.2:0",
  "10.0.0.2:65536",
  "10.0.0.256",
  "[10.0.0.2]:53",
  "2001:db8::2:x",
  "",
])("%p is none", (address) => {
  expect(isDnsServer(address)).toBe(false);
});
