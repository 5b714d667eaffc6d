import { z } from 'zod';

import { checkShape } from '../definitions/check-shape.ts';
import { idField, proseField, titleField } from '../definitions/fields.ts';
import type { Located } from '../definitions/locator.ts';
import { parseYaml } from '../definitions/parse-yaml.ts';
import { type TemplateId, templateIds } from '../definitions/types.ts';
import { type Parameter, parameterSchema } from './parameter.ts';
import { targetProblem } from './target.ts';

export const kitKinds = ['installation', 'configuration', 'workflow', 'node-pack', 'docker'] as const;
export type KitKind = (typeof kitKinds)[number];

/** Files with parameters that become a change. */
export interface Kit {
  readonly id: string;
  readonly title: string;
  readonly kind: KitKind;
  readonly description: string;
  /** Kind of installation that it is for; null: any. */
  readonly fits: TemplateId | null;
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** `from` lies beside `template.yaml`; `to` is a path of home and may name parameters. A `verbatim` file has none in its text. */
  readonly files: readonly { readonly from: string; readonly to: string; readonly verbatim: boolean }[];
  /** For `service.args` of orchestrate.yaml: flags with their values, as they would be typed. */
  readonly startArguments: readonly string[];
  /** What to type or do once it is merged; for kind `installation`, what begins one. */
  readonly next: readonly string[];
}

const fromField = z
  .string()
  .max(200)
  .regex(/^(?!\.)[A-Za-z0-9._-]+(\/(?!\.)[A-Za-z0-9._-]+)*$/, 'has to be a plain path beside template.yaml')
  .refine((path) => path !== 'template.yaml' && path !== 'manifest.json', 'is a file of the template itself');

const kitSchema = z.strictObject({
  id: idField,
  title: titleField,
  kind: z.enum(kitKinds),
  description: proseField,
  for: z.enum(templateIds).nullable().default(null),
  parameters: z.record(idField, parameterSchema).default({}),
  files: z
    .array(
      z.strictObject({
        from: fromField,
        to: z.string().superRefine((path, context) => {
          const problem = targetProblem(path.replaceAll(placeholder, 'x'));
          if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
        }),
        verbatim: z.boolean().default(false),
      }),
    )
    .max(64)
    .default([]),
  'start-arguments': z.array(z.string().min(1).max(200)).max(32).default([]),
  next: z.array(z.string().min(1).max(300)).max(8).default([]),
});

/** A parameter in a text: `{{name}}`. */
export const placeholder = /\{\{([a-z][a-z0-9-]*)\}\}/g;

/**
 * Returns the kit of a `template.yaml`. Faults: `DEFINITION_SYNTAX`, `DEFINITION_INVALID`.
 * ```yaml
 * id: gpu-rtx-3060
 * title: ComfyUI on an RTX 3060 with 12 GB
 * kind: configuration            # installation, workflow, node-pack, docker
 * description: What it is for, for people.
 * for: comfyui                   # kind of installation; any when left out
 * parameters:
 *   reserve-vram: { type: number, description: GB that stay free, default: 0.8, least: 0, most: 8 }
 * files:
 *   - { from: page.md, to: 'ops/gpu/{{name}}.md' }
 *   - { from: compose.yaml, to: ops/gpu/compose.yaml, verbatim: true }    # its {{words}} are its own
 * start-arguments: [--reserve-vram, '{{reserve-vram}}']
 * next: [orchestrate service restart]
 * ```
 */
export function readKit(source: { readonly file: string; readonly text: string }): Located<Kit> {
  const parsed = parseYaml(source);
  const { for: fits, 'start-arguments': startArguments, ...fields } = checkShape(kitSchema, parsed);
  return { value: { ...fields, fits, startArguments }, locate: parsed.locate };
}
