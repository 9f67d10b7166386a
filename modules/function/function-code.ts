import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { AssetType, TerraformAsset, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import type { FunctionWord } from "../../core/names";
import { archiveName, functionArchive } from "../../replicator/build/archive";

/** Where Terraform finds an archive, and what is in it. */
export interface ArchiveReference {
  /** Of its file. */
  readonly name: string;
  readonly path: string;
  readonly hash: string;
}

/** A stack that brings the archives of functions itself. */
export interface BringsArchives {
  archiveOf(word: FunctionWord): ArchiveReference;
}

/** The archive of one kind of function: one asset per stack, however many logical queues use it. */
export class FunctionCode extends Construct implements ArchiveReference {
  /** Path for Terraform, relative to the stack's folder. */
  readonly path: string;
  /** SHA-256 of the archive in base64: the archive is deterministic, so it changes with the code and nothing else. */
  readonly hash: string;

  readonly name: string;

  private constructor(stack: TerraformStack, id: string, word: FunctionWord) {
    super(stack, id);
    const archive = functionArchive(word);
    this.name = archiveName(word);
    this.path = new TerraformAsset(this, "archive", { path: archive, type: AssetType.FILE }).path;
    this.hash = createHash("sha256").update(readFileSync(archive)).digest("base64");
  }

  /** The code of `word` in the stack of `scope`. */
  static of(scope: Construct, word: FunctionWord): ArchiveReference {
    const stack: TerraformStack & Partial<BringsArchives> = TerraformStack.of(scope);
    if (stack.archiveOf !== undefined) return stack.archiveOf(word);
    const id = `${word}-code`;
    return (stack.node.tryFindChild(id) as FunctionCode | undefined) ?? new FunctionCode(stack, id, word);
  }
}
