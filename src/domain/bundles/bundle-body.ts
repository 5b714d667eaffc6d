import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { manifestShape, type RestoreManifest } from '../restore/manifest.ts';

/** What is signed beside the list of parts. */
export interface BundleBody {
  /** Version of orchestrate. */
  readonly madeBy: string;
  readonly madeAtMs: number;
  /** Name of the installation that it comes from. */
  readonly installation: string;
  /** The restore point that it carries; its `tree` is the home tree among the parts. */
  readonly point: RestoreManifest;
  readonly withWheels: boolean;
}

const hex40 = z.string().regex(/^[0-9a-f]{40}$/);
const bodyShape = z.strictObject({
  madeBy: z.string().max(100),
  madeAtMs: z.number().int(),
  installation: z.string().max(200),
  point: manifestShape.extend({ tree: hex40, commit: hex40, title: z.string().max(500) }),
  withWheels: z.boolean(),
});

/** Reads the body of a bundle whose signature holds. Fault `BUNDLE_INVALID`: whoever signed it did not make it with this tool. */
export function parseBundleBody(body: JsonObject, file: string): BundleBody {
  const parsed = bodyShape.safeParse(body);
  if (parsed.success) return parsed.data as unknown as BundleBody;
  const [issue] = parsed.error.issues;
  throw new Fault(
    'BUNDLE_INVALID',
    `${file} does not say what it carries: ${issue?.path.join('.')} ${issue?.message}`,
    {
      state: 'Nothing of it was used.',
    },
  );
}
