import { Fault } from '../../base/fault.ts';
import { normalName } from '../../domain/environments/package-name.ts';
import { fateOf, type PackageFate, type SourceFacts } from '../../domain/environments/sources.ts';
import { compareVersions } from '../../domain/environments/version.ts';
import type { PackageIndex, Survey, SurveyedPackage } from '../../ports/index.ts';
import type { App } from '../app.ts';

/** Pages of an index that are read at once: enough for some hundred packages in seconds, few enough to be polite. */
const nAtOnce = 8;
/** pip's own cache of wheels that it built nests this deep: `wheels/ab/cd/ef/<rest>/<file>`. */
const cacheDepth = 5;

/**
 * Tells of every package that no index supplies what would happen to it when a new environment is built. An index that
 * does not answer is asked once, and nothing is said of what it may hold. Reads only.
 */
export async function packageFates(
  app: App,
  { survey, index }: { survey: Survey; index: PackageIndex },
): Promise<readonly PackageFate[]> {
  const cached = await cachedWheels(app);
  const asked = { isReachable: true };
  const queue = survey.packages.filter(({ name }) => name !== 'pip');
  const fates = new Map<string, PackageFate>();
  const work = async (): Promise<void> => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      const wheel = await findWheel(app, one, { cached, abi: survey.abi });
      const folderIsThere =
        one.origin.kind === 'folder' && (await app.outside.files.info(one.origin.path)) !== undefined;
      const onIndex = wheel === null ? await askIndex(app, one, { index, asked }) : 'no';
      const fate = fateOf(one, { onIndex, wheel, folderIsThere });
      if (fate !== null) fates.set(one.name, fate);
    }
  };
  await Promise.all(Array.from({ length: nAtOnce }, work));
  return [...fates.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function askIndex(
  app: App,
  { name, version, origin }: SurveyedPackage,
  { index, asked }: { index: PackageIndex; asked: { isReachable: boolean } },
): Promise<SourceFacts['onIndex']> {
  if (origin.kind === 'vcs' || origin.kind === 'folder') return 'no';
  if (!asked.isReachable) return 'unreachable';
  try {
    const offers = await app.outside.python.offers({ name, index });
    return offers.some((offer) => compareVersions(offer.version, version) === 0) ? 'yes' : 'no';
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'INDEX_UNREACHABLE') throw error;
    asked.isReachable = false;
    return 'unreachable';
  }
}

/** The wheel that a package was installed from, if it still lies there, or one that pip built and kept. */
async function findWheel(
  app: App,
  { name, version, origin }: SurveyedPackage,
  { cached, abi }: { cached: readonly string[]; abi: string },
): Promise<string | null> {
  if (origin.kind === 'wheel' && origin.url.startsWith('file:') && URL.canParse(origin.url)) {
    const path = decodeURIComponent(new URL(origin.url).pathname);
    if (path.endsWith('.whl') && (await app.outside.files.info(path))?.kind === 'file') return path;
  }
  return (
    cached.find((path) => {
      const [file = '', at = '', ...tags] = (path.split('/').at(-1) ?? '').slice(0, -'.whl'.length).split('-');
      const python = tags.at(-3) ?? '';
      const fits = python.startsWith('py3') || python === abi || tags.at(-2) === 'abi3';
      return fits && normalName(file) === name && compareVersions(at, version) === 0;
    }) ?? null
  );
}

async function cachedWheels({ outside: { files, host } }: App): Promise<readonly string[]> {
  const found: string[] = [];
  const visit = async (dir: string, depth: number): Promise<void> => {
    for (const name of await files.list(dir)) {
      const path = `${dir}/${name}`;
      if (name.endsWith('.whl')) found.push(path);
      else if (depth < cacheDepth && (await files.info(path))?.kind === 'directory') await visit(path, depth + 1);
    }
  };
  await visit(`${host.cacheHome}/pip/wheels`, 1);
  return found;
}
