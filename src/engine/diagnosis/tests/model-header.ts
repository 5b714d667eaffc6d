import { type FileHead, fileHead, headBytes, safetensorsBytes } from '../../../domain/models/file-head.ts';
import { bytesText } from '../../../domain/plans/amounts.ts';
import type { EngineContext } from '../../context.ts';
import { findNamedFile } from '../../models/named-file.ts';
import type { CauseTest } from '../test-causes.ts';

const aboutFiles: ReadonlySet<string> = new Set(['S55', 'S56', 'S57', 'S59', 'S60']);
/** A longer header is not read: those of the largest models have some hundred kilobytes. */
const maxHeaderBytes = 8 * 1024 * 1024;
/** The end record of a zip archive lies in here, with the longest comment. */
const zipEndBytes = 66_000;
/** What downloads leave beside a file while they are at it. */
const unfinished = ['.part', '.tmp', '.crdownload', '.aria2', '.incomplete'] as const;
const namedPath = /((?:\/|[A-Za-z]:\\)?[^\s'"`<>|]+\.(?:safetensors|sft|ckpt|pt2?|bin|pth|pkl|gguf))(?![\w.])/i;

type Outcome = NonNullable<Awaited<ReturnType<CauseTest>>>;
type Said = Pick<Outcome, 'outcome' | 'sentence'>;

/** Reads the first bytes of the model file that the error names, within the model folders only. Nothing of it is executed. */
export const testModelHeader: CauseTest = async (context, { finding }) => {
  if (!aboutFiles.has(finding.signature)) return undefined;
  const name = nameOf(finding);
  if (name === undefined) return undefined;
  const test = `first bytes of ${name.split(/[\\/]/).at(-1) ?? name}`;
  const found = await findNamedFile(context, name);
  if (found.kind === 'absent') return { test, outcome: 'unclear', sentence: 'The file is not there any more.' };
  if (found.kind === 'outside')
    return { test, outcome: 'unclear', sentence: 'It lies in no model folder of this installation: it was not read.' };
  const said = await lookAt(context, found.path, finding.signature);
  const beside = await stillComing(context, found.path);
  return { test, ...said, sentence: beside === undefined ? said.sentence : `${said.sentence} ${beside}` };
};

function nameOf({ culprit, evidence }: Parameters<CauseTest>[1]['finding']): string | undefined {
  if (culprit?.startsWith('model:') === true) return culprit.slice('model:'.length);
  return evidence.map(({ text }) => namedPath.exec(text)?.[1]).find((path) => path !== undefined);
}

async function lookAt({ outside }: EngineContext, path: string, signature: string): Promise<Said> {
  const { files } = outside;
  const part = await files.readPart(path, { offset: 0, maxBytes: headBytes });
  if (part === undefined) return { outcome: 'unclear', sentence: 'The file is not there any more.' };
  const head = fileHead(part.bytes);
  const { sizeBytes } = part;
  switch (head.kind) {
    case 'safetensors':
      return signature === 'S59' || signature === 'S60'
        ? {
            outcome: 'ruled out',
            sentence: `It is a safetensors file now. ${await wholeness(outside, path, { ...head, sizeBytes }).then((one) => one.sentence)}`,
          }
        : wholeness(outside, path, { ...head, sizeBytes });
    case 'zip': {
      const from = Math.max(0, sizeBytes - zipEndBytes);
      const end = await files.readPart(path, { offset: from, maxBytes: zipEndBytes });
      const isWhole = end !== undefined && hasZipEnd(end.bytes);
      if (!isWhole)
        return {
          outcome: 'confirmed',
          sentence: `It is a zip archive of ${bytesText(sizeBytes)} without its end: it is cut off.`,
        };
      return signature === 'S60'
        ? {
            outcome: 'unclear',
            sentence: 'It is a zip archive with its end, as PyTorch writes one; what is in it was not read.',
          }
        : { outcome: 'confirmed', sentence: 'It is a zip archive: PyTorch writes such, and they may hold code.' };
    }
    case 'pickle':
      return signature === 'S60'
        ? { outcome: 'unclear', sentence: 'It is a pickle of the old form, whose length nothing says.' }
        : { outcome: 'confirmed', sentence: 'It is a pickle of the old form, and may hold code.' };
    default:
      return {
        outcome: head.kind === 'unknown' ? 'unclear' : 'confirmed',
        sentence: `${whatItIs(head)} (${bytesText(sizeBytes)}).`,
      };
  }
}

/** Whether a safetensors file is as long as its header says. */
async function wholeness(
  { files }: EngineContext['outside'],
  path: string,
  { headerBytes, sizeBytes }: { readonly headerBytes: number; readonly sizeBytes: number },
): Promise<Said> {
  if (8 + headerBytes > sizeBytes)
    return {
      outcome: 'confirmed',
      sentence: `Its header alone has ${bytesText(headerBytes)}, and the file ${bytesText(sizeBytes)}: it is cut off.`,
    };
  if (headerBytes > maxHeaderBytes)
    return { outcome: 'unclear', sentence: `Its header has ${bytesText(headerBytes)}: too long to be looked through.` };
  const part = await files.readPart(path, { offset: 8, maxBytes: headerBytes });
  const wanted = part === undefined ? undefined : safetensorsBytes(new TextDecoder().decode(part.bytes), headerBytes);
  if (wanted === undefined)
    return { outcome: 'confirmed', sentence: 'Its header is damaged: it is no list of tensors.' };
  if (wanted > sizeBytes)
    return {
      outcome: 'confirmed',
      sentence: `It has ${bytesText(sizeBytes)} of the ${bytesText(wanted)} that its header names (${wanted - sizeBytes} bytes are missing): it is cut off.`,
    };
  if (wanted < sizeBytes)
    return {
      outcome: 'confirmed',
      sentence: `It is ${sizeBytes - wanted} bytes longer than its header says: something was written behind it.`,
    };
  return { outcome: 'ruled out', sentence: 'Its header reads whole, and its size is what that says: it is good now.' };
}

function hasZipEnd(bytes: Uint8Array): boolean {
  for (let at = bytes.length - 4; at >= 0; at -= 1)
    if (bytes[at] === 0x50 && bytes[at + 1] === 0x4b && bytes[at + 2] === 0x05 && bytes[at + 3] === 0x06) return true;
  return false;
}

type Other = Exclude<FileHead['kind'], 'safetensors' | 'zip' | 'pickle' | 'lfs'>;
const other: Readonly<Record<Other, string>> = {
  empty: 'It is empty: its download never began',
  zeros: 'It begins with nothing but zeros: room was made for it, and its download did not come',
  html: 'It is a web page, not a model: a site answered with a page in place of the file',
  json: 'It is a text in JSON, as a site answers that refuses a download',
  gguf: 'It is a GGUF file: it needs a loader for those, and the name .gguf',
  png: 'It is a picture',
  gzip: 'It is packed with gzip',
  program: 'It is a program, not a model: do not run it',
  unknown: 'Its first bytes are of no known kind of model',
};

function whatItIs(head: Exclude<FileHead, { kind: 'safetensors' }>): string {
  if (head.kind === 'lfs') {
    const { sha256, sizeBytes } = head;
    const real = sizeBytes === null ? '' : ` of ${bytesText(sizeBytes)}`;
    return `It is a pointer of Git LFS; the file itself${real} was never downloaded${sha256 === null ? '' : `, its SHA-256 is ${sha256}`}`;
  }
  if (head.kind === 'zip' || head.kind === 'pickle') return 'It is a pickle';
  return other[head.kind];
}

async function stillComing({ outside }: EngineContext, path: string): Promise<string | undefined> {
  for (const end of unfinished)
    if ((await outside.files.info(`${path}${end}`)) !== undefined)
      return `Beside it lies ${path.split('/').at(-1) ?? ''}${end}: a download may still be at work.`;
  return undefined;
}
