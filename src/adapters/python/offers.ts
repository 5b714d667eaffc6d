import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { Fault } from '../../base/fault.ts';
import { normalName } from '../../domain/environments/package-name.ts';
import { compareVersions } from '../../domain/environments/version.ts';
import type { Offer, OfferedFile, PackageIndex } from '../../ports/python.ts';
import { requireName } from './names.ts';
import type { Parts } from './parts.ts';
import { readSimpleHtml, readSimpleJson } from './simple-page.ts';

/** PEP 691: an index that has both answers in JSON, which alone tells sizes and times. */
const accept = 'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01';

/** Reads what an index offers of a package: the Simple API in JSON or HTML, or a folder of wheels. */
export async function listOffers(
  parts: Parts,
  { name, index, signal }: { name: string; index: PackageIndex; signal?: AbortSignal },
): Promise<readonly Offer[]> {
  const wanted = normalName(requireName(name));
  if (index.kind === 'folder') return byVersion(wanted, await filesOfFolder(parts, index.path));
  const root = URL.canParse(index.url) ? new URL(index.url) : undefined;
  if (root === undefined || (root.protocol !== 'https:' && root.protocol !== 'http:'))
    throw new Fault('CONFIG_INVALID', `The address of the package index is not https: ${JSON.stringify(index.url)}`);
  const url = new URL(`${wanted}/`, root.href.endsWith('/') ? root : `${root.href}/`);
  // Loaded where it is used: Node's http takes a quarter of the time in which a command begins.
  const { getPage, unreachable } = await import('./index-http.ts');
  const answer = await getPage(parts.network, { url, accept, ...(signal === undefined ? {} : { signal }) });
  if (answer.status === 404) return [];
  if (answer.status !== 200) throw unreachable(answer.url, `it answered ${answer.status}`);
  const isJson = /^application\/(?:vnd\.pypi\.simple\.v1\+)?json\b/.test(answer.contentType);
  const files = isJson ? readSimpleJson(answer.text, answer.url) : readSimpleHtml(answer.text, answer.url);
  if (files === undefined) throw unreachable(answer.url, 'its page is not one of a package index');
  return byVersion(wanted, files);
}

async function filesOfFolder(parts: Parts, folder: string): Promise<readonly OfferedFile[]> {
  if ((await parts.files.realPath(folder)) === undefined) {
    throw new Fault('INDEX_UNREACHABLE', `The folder of packages ${folder} does not exist.`, {
      data: { index: folder },
    });
  }
  const names = (await parts.files.list(folder)).filter((file) => file.endsWith('.whl'));
  return Promise.all(
    names.map(async (file) => ({
      file,
      url: pathToFileURL(join(folder, file)).href,
      sha256: null,
      sizeBytes: (await parts.files.info(join(folder, file)))?.sizeBytes ?? null,
      uploadedAtMs: null,
      yanked: null,
      requiresPython: null,
    })),
  );
}

/** Only wheels of that very package: a page or a folder may hold others. */
function byVersion(name: string, files: readonly OfferedFile[]): readonly Offer[] {
  const offers = new Map<string, OfferedFile[]>();
  for (const one of files) {
    const [writtenName = '', version = '', ...tags] = basename(one.file, '.whl').split('-');
    if (!one.file.endsWith('.whl') || normalName(writtenName) !== name) continue;
    if (tags.length < 3 || tags.length > 4) continue;
    offers.set(version, [...(offers.get(version) ?? []), one]);
  }
  return [...offers]
    .map(([version, of]) => ({ version, files: of }))
    .sort((a, b) => compareVersions(b.version, a.version));
}
