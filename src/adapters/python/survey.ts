import { dirname, join } from 'node:path';

import { Fault } from '../../base/fault.ts';
import { normalName } from '../../domain/environments/package-name.ts';
import type { PackageOrigin, Survey, SurveyedPackage } from '../../ports/python.ts';
import { childEnvironment } from './child-environment.ts';
import type { Parts } from './parts.ts';

/** A CUDA environment has some hundred thousand files, and a cold disk has to be asked about each. */
const surveyTimeoutMs = 5 * 60_000;

/** What the script prints. */
interface Answer extends Omit<Survey, 'packages'> {
  readonly packages: readonly {
    readonly name: string;
    readonly version: string;
    readonly installer: string | null;
    readonly directUrl: unknown;
    readonly mark: string;
    readonly record: string | null;
    readonly isAsInstalled?: boolean;
  }[];
}

/** Surveys an environment that somebody else made. */
export async function survey(
  parts: Parts,
  options: { python: string; mark: string; read?: readonly string[] },
): Promise<Survey> {
  const { python, mark, read = [] } = options;
  await requireInterpreter(parts, python);
  const result = await parts.processes.run({
    program: python,
    args: ['-I', '-B', '-c', surveyScript, ...(read.length === 0 ? [] : [JSON.stringify(read)])],
    env: childEnvironment(parts.searchPath, '/nonexistent'),
    cwd: '/',
    timeoutMs: surveyTimeoutMs,
    maxOutputBytes: 64 * 2 ** 20,
    mark,
  });
  const line = result.stdout.split('\n').findLast((one) => one.startsWith(answerPrefix));
  if (result.exitCode !== 0 || line === undefined) throw silent(python, result);
  const answer = JSON.parse(line.slice(answerPrefix.length)) as Answer;
  const packages = answer.packages.map(({ name, directUrl, ...one }): SurveyedPackage => ({
    ...one,
    name: normalName(name),
    origin: originOf(directUrl),
  }));
  return { ...answer, packages: firstOfEach(packages) };
}

/** Says what is gone, where the operating system would say "no such file" of a file that is there. */
async function requireInterpreter(parts: Parts, python: string): Promise<void> {
  const prefix = dirname(dirname(python));
  const venv = await parts.files.readText(join(prefix, 'pyvenv.cfg'));
  const home = /^home\s*=\s*(.+?)\s*$/m.exec(venv ?? '')?.[1];
  if ((await parts.files.realPath(python)) !== undefined) return;
  if ((await parts.files.info(python)) === undefined) throw gone(`There is no interpreter at ${python}.`);
  if (home !== undefined)
    throw gone(
      `The interpreter of ${prefix} is gone: it was made with the Python in ${home}, which is not there any more.`,
    );
  throw gone(`${python} is a link to an interpreter that is not there any more.`);
}

const gone = (message: string): Fault =>
  new Fault('PYTHON_MISSING', message, {
    hints: ['Install that Python again, or leave the environment out: --fresh.'],
  });

function silent(python: string, result: { stderr: string; timedOut: boolean }): Fault {
  const last = result.timedOut
    ? `it did not finish in ${surveyTimeoutMs / 60_000} minutes`
    : (result.stderr.trim().split('\n').at(-1) ?? '');
  return new Fault('PROCESS_FAILED', `The Python ${python} did not say what it holds: ${last}`, {
    data: { log: result.stderr.slice(-4000) },
  });
}

/** The first on the path is the one that is imported. */
function firstOfEach(packages: readonly SurveyedPackage[]): readonly SurveyedPackage[] {
  const byName = new Map<string, SurveyedPackage>();
  for (const one of packages) if (!byName.has(one.name)) byName.set(one.name, one);
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Reads `direct_url.json`: https://packaging.python.org/en/latest/specifications/direct-url-data-structure/ */
export function originOf(directUrl: unknown): PackageOrigin {
  const found = recordOf(directUrl);
  const url = textOf(found?.['url']);
  if (found === undefined || url === undefined) return { kind: 'index' };
  const vcs = recordOf(found['vcs_info']);
  const folder = recordOf(found['dir_info']);
  if (vcs !== undefined)
    return {
      kind: 'vcs',
      url: `${textOf(vcs['vcs']) ?? 'git'}+${withoutPassword(url)}`,
      commit: textOf(vcs['commit_id']) ?? '',
    };
  if (folder !== undefined) return { kind: 'folder', path: pathOf(url), editable: folder['editable'] === true };
  return { kind: 'wheel', url: withoutPassword(url) };
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const pathOf = (url: string): string =>
  URL.canParse(url) && url.startsWith('file:') ? decodeURIComponent(new URL(url).pathname) : url;
/** An address may carry a token; what is recorded must not. */
const withoutPassword = (url: string): string => url.replace(/^([\w+.-]+:\/\/)[^/]*@/, '$1');

const answerPrefix = '\u0001orchestrate ';

/** Metadata and file names, and bytes of what is asked to be read: nothing of a package is imported. `mtime_ns`, as a wheel's files may be younger than a second. */
const surveyScript = `
import base64, hashlib, importlib.metadata, json, os, re, stat, sys, sysconfig

roots = []
for key in ("purelib", "platlib"):
    root = os.path.realpath(sysconfig.get_path(key))
    if root not in roots and os.path.isdir(root):
        roots.append(root)
if os.path.realpath(sys.prefix) == os.path.realpath(sys.base_prefix):
    # A system's packages lie beside site-packages, too (Debian).
    for path in sys.path:
        root = os.path.realpath(path)
        if os.path.basename(root) in ("site-packages", "dist-packages") and os.path.isdir(root) and root not in roots:
            roots.append(root)

conda_meta = os.path.join(sys.prefix, "conda-meta")
lines = {}
def walk(root):
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name != "__pycache__")
        for name in files:
            if name.endswith((".pyc", ".pyo")):
                continue
            path = os.path.join(folder, name)
            try:
                facts = os.lstat(path)
            except OSError:
                continue
            shape = "%s %d" % (os.path.relpath(path, sys.prefix), facts.st_size)
            lines[path] = (shape, "%s %d" % (shape, facts.st_mtime_ns))
for root in roots:
    walk(root)
if os.path.isdir(conda_meta):
    walk(conda_meta)

def text(found, name):
    try:
        return found.read_text(name)
    except Exception:
        return None

def digest(texts):
    return hashlib.sha256("\\n".join(sorted(texts)).encode("utf-8", "surrogateescape")).hexdigest()

left = 8 * 2 ** 30
def holds(path, named):
    global left
    facts = os.lstat(path)
    left -= facts.st_size
    if left < 0 or not stat.S_ISREG(facts.st_mode) or named is None or named.mode not in ("sha256", "sha384", "sha512"):
        return False
    found = hashlib.new(named.mode)
    with open(path, "rb") as file:
        for piece in iter(lambda: file.read(2 ** 20), b""):
            found.update(piece)
    return base64.urlsafe_b64encode(found.digest()).rstrip(b"=").decode() == named.value

def as_installed(own):
    # The list itself has no hash: its own digest is compared.
    try:
        return all(holds(path, named) for path, named in own if os.path.basename(path) != "RECORD")
    except (OSError, ValueError):
        return False

wanted = set(json.loads(sys.argv[1])) if len(sys.argv) > 1 else set()
seen, owned = set(), set()
packages = []
for found in importlib.metadata.distributions(path=roots):
    try:
        name, version = found.metadata["Name"], found.version
    except Exception:
        continue
    if not name or not version:
        continue
    own = []
    for listed in found.files or []:
        path = os.path.normpath(str(found.locate_file(listed)))
        if path in lines:
            own.append((path, listed.hash))
    # The first on the path is the one that is imported: what a second one has is nobody's.
    normal = re.sub("[-_.]+", "-", name).lower()
    if normal not in seen:
        seen.add(normal)
        owned.update(path for path, named in own)
    record = text(found, "RECORD")
    direct = text(found, "direct_url.json")
    try:
        direct = json.loads(direct) if direct else None
    except ValueError:
        direct = None
    packages.append({
        "name": name,
        "version": version,
        "installer": (text(found, "INSTALLER") or "").strip() or None,
        "directUrl": direct,
        "mark": digest([lines[path][1] for path, named in own])[:16],
        "record": digest([record])[:16] if record else None,
        **({"isAsInstalled": as_installed(own)} if normal in wanted else {}),
    })

whole = digest([full for shape, full in lines.values()])
frame = digest([shape if path in owned else full for path, (shape, full) in lines.items()])
flags = getattr(sys, "abiflags", "")
venv = os.path.realpath(sys.prefix) != os.path.realpath(sys.base_prefix)
print("\\n\\x01orchestrate " + json.dumps({
    "prefix": sys.prefix,
    "program": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
    "version": ".".join(map(str, sys.version_info[:3])),
    "abi": "cp%d%d%s" % (sys.version_info[0], sys.version_info[1], flags.replace("m", "")),
    "platform": sysconfig.get_platform(),
    "manager": "conda" if os.path.isdir(conda_meta) else "venv" if venv else "system",
    "packages": packages,
    "fingerprint": whole,
    "frame": frame,
}))
`;
