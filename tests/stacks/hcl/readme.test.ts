import fc from "fast-check";
import { type ModulePage, moduleReadme } from "../../../stacks/hcl/readme";
import type { ModuleVariable } from "../../../stacks/hcl/variables";

const PAGE: ModulePage = {
  title: "Queues",
  description: "Makes queues.",
  usage: '\nmodule "queues" {\n  source = "./queues"\n}\n',
  requirements: { terraform: ">= 1.5.0" },
  resources: [],
  variables: [],
  outputs: [],
};

const variable = (more: Partial<ModuleVariable>): ModuleVariable => ({
  name: "one",
  type: "string",
  description: "One.",
  nullable: false,
  validations: [],
  ...more,
});

/** Cells of the row of an input. */
function cellsOf(one: ModuleVariable): readonly string[] {
  const page = moduleReadme({ ...PAGE, variables: [one] });
  const row = page.split("\n").find((line) => line.startsWith('| <a name="input_'))!;
  return row
    .slice(2, -2)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}

test("the page is an example and what terraform-docs prints of a module", () => {
  const page = moduleReadme({
    ...PAGE,
    requirements: { tls: ">= 4.0.0", terraform: ">= 1.5.0", aws: ">= 5.100.0, < 7.0.0" },
    calls: [{ name: "us_west_2", source: "../region" }],
    resources: [
      { type: "terraform_data", name: "made" },
      { type: "aws_sqs_queue", name: "work" },
      { type: "aws_sqs_queue", name: "ingress" },
    ],
    dataSources: [{ type: "aws_region", name: "this" }],
    variables: [
      variable({
        name: "queue_names",
        type: "list(string)",
        description: "Names | or `a|b_c`.",
        default: [],
      }),
      variable({ name: "create", type: "bool" }),
    ],
    outputs: [
      { name: "work_queue_urls", description: "URLs of <name>_1." },
      { name: "arn", description: "" },
    ],
  });
  expect(page).toBe(`# Queues

Makes queues.

## Usage

\`\`\`hcl
module "queues" {
  source = "./queues"
}
\`\`\`

<!-- BEGIN_TF_DOCS -->
## Requirements

| Name | Version |
|------|---------|
| <a name="requirement_terraform"></a> [terraform](#requirement\\_terraform) | >= 1.5.0 |
| <a name="requirement_aws"></a> [aws](#requirement\\_aws) | >= 5.100.0, < 7.0.0 |
| <a name="requirement_tls"></a> [tls](#requirement\\_tls) | >= 4.0.0 |

## Providers

| Name | Version |
|------|---------|
| <a name="provider_aws"></a> [aws](#provider\\_aws) | >= 5.100.0, < 7.0.0 |
| <a name="provider_terraform"></a> [terraform](#provider\\_terraform) | n/a |

## Modules

| Name | Source | Version |
|------|--------|---------|
| <a name="module_us_west_2"></a> [us\\_west\\_2](#module\\_us\\_west\\_2) | ../region | n/a |

## Resources

| Name | Type |
|------|------|
| [aws_sqs_queue.ingress](https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sqs_queue) | resource |
| [aws_sqs_queue.work](https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sqs_queue) | resource |
| [terraform_data.made](https://registry.terraform.io/providers/hashicorp/terraform/latest/docs/resources/data) | resource |
| [aws_region.this](https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/region) | data source |

## Inputs

| Name | Description | Type | Default | Required |
|------|-------------|------|---------|:--------:|
| <a name="input_create"></a> [create](#input\\_create) | One. | \`bool\` | n/a | yes |
| <a name="input_queue_names"></a> [queue\\_names](#input\\_queue\\_names) | Names \\| or \`a\\|b_c\`. | \`list(string)\` | \`[]\` | no |

## Outputs

| Name | Description |
|------|-------------|
| <a name="output_arn"></a> [arn](#output\\_arn) | n/a |
| <a name="output_work_queue_urls"></a> [work\\_queue\\_urls](#output\\_work\\_queue\\_urls) | URLs of &lt;name>\\_1. |
<!-- END_TF_DOCS -->
`);
});

test("what there is none of is said", () => {
  const page = moduleReadme(PAGE);
  for (const what of ["Providers", "Modules", "Resources", "Inputs", "Outputs"]) {
    expect(page).toContain(`## ${what}\n\nNo ${what.toLowerCase()}.\n`);
  }
});

test("types and defaults over several lines are shown as they stand in the file", () => {
  const type = "object({\n  # <prefix> | none.\n  name = optional(string)\n})";
  expect(cellsOf(variable({ type, default: { name: "a" } }))).toEqual([
    '<a name="input_one"></a> [one](#input\\_one)',
    "One.",
    "<pre>object({<br/>    # &lt;prefix> \\| none.<br/>    name = optional(string)<br/>  })</pre>",
    '<pre>{<br/>  "name": "a"<br/>}</pre>',
    "no",
  ]);
});

test("a default of null is a default", () => {
  expect(cellsOf(variable({ default: null })).slice(3)).toEqual(["`null`", "no"]);
});

test("whatever a description says, a row has its five cells, and no tag but those of the table", () => {
  const words = fc.array(fc.constantFrom("|", "`", "<a>", "a_b", "\n", " ", "&amp;"), { maxLength: 12 });
  fc.assert(
    fc.property(words, (parts) => {
      const cells = cellsOf(variable({ description: parts.join("") }));
      expect(cells).toHaveLength(5);
      const between = cells[1]!.split("`");
      const outsideOfCode = between.filter((_, index) => index % 2 === 0 || index === between.length - 1);
      expect(outsideOfCode.join("").replaceAll("<br/>", "")).not.toMatch(/<|&amp;(?!amp;)/);
    }),
  );
});
