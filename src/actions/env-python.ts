import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { editConfigField } from '../domain/definitions/edit-config.ts';
import { compareVersions } from '../domain/environments/version.ts';
import type { FoundInterpreter } from '../ports/index.ts';
import { definePlanningAction } from './_context.ts';
import { readEnvironment } from './_environment-before.ts';
import { environmentDraft, impossible } from './_environment-plan.ts';
import { resolveAll } from './_resolve-all.ts';

const input = z.object({ version: z.string().default('') });

/**
 * Moves the environment to another Python that is on this machine: the newest, or the version that is asked for. Every package is
 * resolved anew for it and stays at its version where there is a wheel. Nothing is installed outside of the installation.
 * Writes nothing. Faults: `NOTHING_TO_DO` and `PYTHON_MISSING`, both naming every Python that was looked at; `PACKAGE_NOT_FOUND`,
 * `PACKAGE_CONFLICT`, those of the index.
 */
export const envPython = definePlanningAction({
  id: 'env.python',
  summary: 'Choose a newer Python that is on this machine, and resolve everything for it',
  effect: 'plan',
  input,
  async plan(context, asked) {
    const before = await readEnvironment(context);
    // The lock says it, also when that Python is gone from the machine.
    const today = `3.${before.lock.abi.replace(/^cp3/, '')}`;
    const found = await context.python.interpreters();
    const chosen = choose(found, { asked: asked.version, today });
    const python = await context.python.probe({ program: chosen.name, toolsDir: context.paths.tools });
    const resolved = await resolveAll(context, { before, python });
    if (resolved.kind === 'impossible') throw impossible(resolved);
    const bytes = await context.store.readFile(context.baseTree, 'orchestrate.yaml');
    const config = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const text = editConfigField(config, { section: 'python', field: 'program', value: chosen.name });
    const notes = [
      `Python ${today} → ${python.version} (${python.program}); every package is resolved anew for it`,
      `orchestrate.yaml: python.program becomes ${chosen.name}`,
    ];
    const draft = environmentDraft({ before, found: resolved, python, first: [], notes });
    // Wheels of another Python are other files, also where the version stays.
    const kept = new Set(before.lock.packages.flatMap((one) => one.sha256));
    const fresh = resolved.packages.filter(({ sha256 }) => !sha256.some((hash) => kept.has(hash)));
    const isKnown = fresh.every(({ sizeBytes }) => sizeBytes !== null);
    const downloadBytes = isKnown ? fresh.reduce((sum, one) => sum + (one.sizeBytes ?? 0), 0) : null;
    return { ...draft, downloadBytes, files: [{ path: 'orchestrate.yaml', text }] };
  },
});

function choose(
  found: readonly FoundInterpreter[],
  { asked, today }: { readonly asked: string; readonly today: string },
): FoundInterpreter {
  const lookedAt = found.map(
    ({ name, version, problem }) => `${name} ${version}${problem === null ? '' : ` (${problem})`}`,
  );
  const list = lookedAt.length === 0 ? 'none was found' : lookedAt.join(', ');
  const state = 'Nothing was changed.';
  const data = { found };
  const usable = found.filter(({ problem }) => problem === null);
  if (asked !== '') {
    const wanted = usable.find(({ version }) => version === asked || version.startsWith(`${asked}.`));
    if (wanted === undefined)
      throw new Fault('PYTHON_MISSING', `There is no usable Python ${asked} on the search path: ${list}.`, {
        state,
        data,
      });
    if (minorOf(wanted.version) !== minorOf(today)) return wanted;
    throw new Fault('NOTHING_TO_DO', `The environment is made with Python ${today} already.`, { state, data });
  }
  const [newest] = usable
    .filter(({ version }) => compareVersions(minorOf(version), minorOf(today)) > 0)
    .sort((a, b) => compareVersions(b.version, a.version));
  if (newest !== undefined) return newest;
  throw new Fault('NOTHING_TO_DO', `No Python newer than ${today} is on the search path. Looked at: ${list}.`, {
    state,
    data,
  });
}

const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.');
