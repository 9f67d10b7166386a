import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { ARCHIVE_DIRECTORY, functionArchive } from "../../../replicator/build/archive";

describe("functionArchive", () => {
  const directory = mkdtempSync(join(tmpdir(), "archive-"));
  afterAll(() => rmSync(directory, { recursive: true }));

  test("is the path of an archive that is there", () => {
    const path = join(directory, "replicator.zip");
    writeFileSync(path, "");
    expect(functionArchive("replicator", directory)).toBe(path);
  });

  test("fails without the archive, and says what to run", () => {
    expect(() => functionArchive("forwarder", directory)).toThrow(
      `${join(directory, "forwarder.zip")} is missing: run \`npm run build\` first`,
    );
  });

  test("looks in a directory that does not depend on where one stands", () => {
    expect(isAbsolute(ARCHIVE_DIRECTORY)).toBe(true);
  });
});
