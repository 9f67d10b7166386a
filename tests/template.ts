import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type App, type TerraformStack, Testing } from "cdktf";
import type { Configuration } from "../config/configuration";
import { GlobalStack } from "../stacks/global-stack";
import { RegionStack } from "../stacks/region-stack";
import { WitnessStack } from "../stacks/witness-stack";

/** Runs `work` with an app whose output folder is gone afterwards. */
export function withApp<T>(work: (app: App) => T): T {
  const outdir = mkdtempSync(path.join(tmpdir(), "sqs-multi-region-template-"));
  try {
    return work(Testing.app({ outdir }));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

const made = new Map<string, Template>();

type Attributes = Record<string, unknown>;
type Resources = Record<string, Record<string, Attributes>>;

/** Types of resources that have no tags. */
const UNTAGGED: readonly string[] = [
  "aws_cloudwatch_event_target",
  "aws_dynamodb_resource_policy",
  "aws_iam_role_policy",
  "aws_iam_role_policy_attachment",
  "aws_lambda_function_event_invoke_config",
  "aws_lambda_function_url",
  "aws_lambda_permission",
  "aws_route53_record",
  "aws_scheduler_schedule",
  "aws_sqs_queue_redrive_policy",
];

/** The Terraform that a stack synthesizes to, with its validations run, as data for assertions. */
export class Template {
  readonly json: {
    resource: Resources;
    output: Record<string, Attributes>;
    terraform: Attributes;
    provider: Attributes;
  };

  private constructor(text: string) {
    this.json = JSON.parse(text);
  }

  static of(configuration: Configuration, region: string): Template {
    return Template.once(configuration, region, (app) => new RegionStack(app, configuration, region));
  }

  static global(configuration: Configuration): Template {
    return Template.once(configuration, "", (app) => new GlobalStack(app, configuration));
  }

  static witness(configuration: Configuration): Template {
    return Template.once(configuration, "witness", (app) => new WitnessStack(app, configuration));
  }

  /** Many tests of a file ask the same stack, which takes a while to be made. */
  private static once(
    configuration: Configuration,
    region: string,
    make: (app: App) => TerraformStack,
  ): Template {
    const key = JSON.stringify([region, configuration]);
    const known = made.get(key) ?? Template.from(make);
    made.set(key, known);
    return known;
  }

  private static from(make: (app: App) => TerraformStack): Template {
    return withApp((app) => new Template(Testing.synth(make(app), true)));
  }

  /** `type.name` of every resource, sorted. */
  get addresses(): string[] {
    return Object.entries(this.json.resource)
      .flatMap(([type, resources]) => Object.keys(resources).map((name) => `${type}.${name}`))
      .sort();
  }

  /** Number of resources per `provider: type`. */
  get counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const [type, resources] of Object.entries(this.json.resource)) {
      for (const { provider } of Object.values(resources)) {
        const key = `${String(provider)}: ${type}`;
        counts[key] = (counts[key] ?? 0) + 1;
      }
    }
    return counts;
  }

  /** Resources that can have tags, by name. */
  get taggable(): readonly (readonly [name: string, attributes: Attributes])[] {
    return Object.entries(this.json.resource).flatMap(([type, resources]) =>
      UNTAGGED.includes(type) ? [] : Object.entries(resources),
    );
  }

  /** Attributes of one resource; fails with the addresses there are. */
  resource(type: string, name: string): Attributes {
    const found = this.json.resource[type]?.[name];
    if (found === undefined) throw new Error(`no ${type}.${name}; there are:\n${this.addresses.join("\n")}`);
    return found;
  }

  /** A JSON document inside an attribute, parsed. */
  document(type: string, name: string, attribute: string): { Statement: Attributes[] } & Attributes {
    return JSON.parse(String(this.resource(type, name)[attribute]));
  }
}
