import type { BuiltEnvironment, Python } from '../../ports/python.ts';
import { asIfAt } from './as-if-at.ts';
import { build } from './build.ts';
import { sweepScratch } from './child-environment.ts';
import { inspectEnvironment, loadManifest } from './environment-manifest.ts';
import { findInterpreter, listInterpreters } from './interpreter.ts';
import { findModernPip } from './modern-pip.ts';
import { listOffers } from './offers.ts';
import type { Parts } from './parts.ts';
import { unmetNeeds } from './pip-check.ts';
import { isModernPip } from './pip-version.ts';
import { freeze, importCheck, modulesOf } from './questions.ts';
import { resolve } from './resolve.ts';
import { survey } from './survey.ts';
import { take } from './take.ts';
import { ensureBareVenv, ensurePip } from './tools.ts';
import { torchCheck } from './torch-check.ts';
import { findUv } from './uv.ts';

/**
 * Creates the port to Python. `searchPath` is where interpreters are looked for and the PATH of
 * every child. `network` is the person's proxy and certificate, when there are such settings.
 */
export function createPython(
  options: Pick<Parts, 'processes' | 'files' | 'clock' | 'digest' | 'searchPath'> &
    Partial<Pick<Parts, 'log' | 'network'>>,
): Python {
  const parts: Parts = { ...options, log: options.log, network: options.network ?? {} };
  const underWay = new Map<string, Promise<BuiltEnvironment>>();

  return {
    async probe({ program, toolsDir, resolver = 'pip' }) {
      const interpreter = await findInterpreter(parts, program);
      await parts.files.ensureDir(toolsDir);
      await sweepScratch(parts, toolsDir);
      const own = await ensurePip(parts, interpreter, toolsDir);
      const pipVersion = isModernPip(own) ? own : ((await findModernPip(parts, toolsDir)) ?? own);
      const { version, abi, platform } = interpreter;
      const uv = resolver === 'pip' ? undefined : await findUv(parts, interpreter.program);
      const isUv = uv !== undefined && (uv !== 'missing' || resolver === 'uv');
      const facts = { program: interpreter.program, version, abi, platform, pipVersion, ...(isUv ? { uv } : {}) };
      await ensureBareVenv(parts, facts, toolsDir);
      return facts;
    },
    interpreters: () => listInterpreters(parts),
    resolve: (request) => resolve(parts, request),
    take: (request) => take(parts, request),
    offers: (request) => listOffers(parts, request),
    async build(request) {
      const running = underWay.get(request.dir) ?? build(parts, request).finally(() => underWay.delete(request.dir));
      underWay.set(request.dir, running);
      return running;
    },
    inspect: (dir) => inspectEnvironment(parts, dir),
    async recorded(dir) {
      const stored = await loadManifest(parts, dir);
      if (stored === undefined || stored === 'broken') return undefined;
      return { manifestDigest: stored.digest, nFiles: stored.nFiles, sizeBytes: stored.sizeBytes };
    },
    asIfAt: (request) => asIfAt(parts, request),
    importCheck: (request) => importCheck(parts, request),
    torchCheck: (request) => torchCheck(parts, request),
    unmetNeeds: ({ facts, ...request }) => unmetNeeds(parts, { ...request, pipVersion: facts.pipVersion }),
    freeze: (request) => freeze(parts, request),
    survey: (request) => survey(parts, request),
    modulesOf: (request) => modulesOf(parts, request),
  };
}
