import { Fault } from '../../base/fault.ts';
import type { Resolution } from '../../ports/python.ts';
import { conflictReason, fightingClaims } from './conflict-reason.ts';
import type { PipOutcome } from './run-pip.ts';

type Impossible = Extract<Resolution, { kind: 'impossible' }>;

/** The part of pip's console that a caller may show. */
const maxShownChars = 64_000;

/**
 * Decides what a failed call of pip means. A requirement that nothing meets is an answer; a
 * network, a disk or a package that is not what it should be is a fault, which is thrown.
 */
export function classifyResolution(outcome: PipOutcome, indexName: string): Impossible {
  throwKnownFault(outcome, indexName);
  const { output } = outcome;
  const log = output.slice(-maxShownChars);
  if (
    /ResolutionImpossible|conflicting dependencies|Double requirement given|resolution-too-deep|ResolutionTooDeep/.test(
      output,
    )
  ) {
    const fight = fightingClaims(output);
    return { kind: 'impossible', code: 'PACKAGE_CONFLICT', reason: conflictReason(output), log, fight };
  }
  const reason = notFoundReason(output);
  if (reason !== undefined) return { kind: 'impossible', code: 'PACKAGE_NOT_FOUND', reason, log };
  throw buildFailed(output);
}

/** Throws the fault that a failed download or installation is. */
export function throwPipFault(outcome: PipOutcome, indexName: string, state: string): never {
  throwKnownFault(outcome, indexName, state);
  const reason = notFoundReason(outcome.output);
  if (reason !== undefined) throw new Fault('PACKAGE_NOT_FOUND', reason, { state });
  throw buildFailed(outcome.output, state);
}

function throwKnownFault(outcome: PipOutcome, indexName: string, state?: string): void {
  const { output } = outcome;
  const details = { ...(state === undefined ? {} : { state }), data: { log: output.slice(-4000) } };
  if (/No space left on device|\[Errno 28\]/.test(output)) {
    throw new Fault('DISK_FULL', 'The disk is full: pip could not write its files.', details);
  }
  if (/Disk quota exceeded|\[Errno 122\]/.test(output)) {
    throw new Fault('DISK_FULL', 'The disk quota is used up: pip could not write its files.', details);
  }
  const mismatch = hashMismatch(output);
  if (mismatch !== undefined) {
    const hints = [
      `Find out why ${indexName} has other bytes under the same name; then run the goal again: its plan locks what is there.`,
    ];
    throw new Fault('WHEEL_HASH_MISMATCH', mismatch, { ...details, hints });
  }
  const unreachable = unreachableReason(outcome);
  if (unreachable !== undefined) {
    throw new Fault('INDEX_UNREACHABLE', `The package index ${indexName} cannot be reached: ${unreachable}.`, details);
  }
}

function hashMismatch(output: string): string | undefined {
  if (!/DO NOT MATCH THE HASHES/.test(output)) return undefined;
  const found =
    /^\s+(\S+)(?: \(from [^)]*\))?(?: from \S+)?.*:\s*\n\s*Expected sha256 ([0-9a-f]+)[\s\S]*?Got\s+([0-9a-f]+)/m.exec(
      output,
    );
  if (found === null) return 'A downloaded package is not the one that was locked.';
  return `The package ${found[1]} is not the one that was locked: its sha256 is ${short(found[3])}, not ${short(found[2])}.`;
}

const short = (hex: string | undefined): string => `${hex?.slice(0, 12) ?? '?'}…`;

/** pip says "no versions" of an index that does not answer; only its debug log has the reason. */
function unreachableReason({ output, debugLog }: PipOutcome): string | undefined {
  const text = `${output}\n${debugLog}`;
  if (/is not a trusted or secure host/.test(text)) return 'it is not https, and not on this machine';
  const failed = [...text.matchAll(/Could not fetch URL \S+ (.+?) - skipping/g)].map((match) => match[1] ?? '');
  const serious = failed.find((reason) => !reason.startsWith('404 '));
  if (serious !== undefined) return networkReason(serious);
  const download = /HTTP error (\d+) while getting/.exec(output);
  if (download !== null) return `it answered ${download[1]}`;
  if (
    /ReadTimeoutError|ConnectTimeoutError|NewConnectionError|ConnectionResetError|IncompleteRead|ProtocolError/.test(
      output,
    )
  )
    return networkReason(output);
  return undefined;
}

function networkReason(text: string): string {
  const status = /\b([45]\d\d) (?:Client|Server) Error/.exec(text);
  if (status !== null) return `it answered ${status[1]}`;
  if (/too many (\d+) error responses/.test(text))
    return `it answered ${/too many (\d+)/.exec(text)?.[1]} again and again`;
  if (/Name or service not known|getaddrinfo|nodename nor servname|Temporary failure in name resolution/.test(text))
    return 'its name is not known to the network';
  if (/Connection refused/.test(text)) return 'nothing answers at that address';
  if (/Network is unreachable|No route to host/.test(text)) return 'there is no network';
  if (/timed out|Timeout/i.test(text)) return 'it did not answer in time';
  if (/certificate|SSL/i.test(text)) return 'its certificate is not trusted';
  if (/proxy/i.test(text)) return 'the proxy did not answer';
  return 'the connection failed';
}

function notFoundReason(output: string): string | undefined {
  const wrongPython = /Package '([^']+)' requires a different Python: (\S+) not in '([^']+)'/.exec(output);
  if (wrongPython !== null) return `${wrongPython[1]} needs Python ${wrongPython[3]}, and this is ${wrongPython[2]}.`;
  const missing = /satisfies the requirement (.+?) \(from versions: ([^)]*)\)/.exec(output);
  if (missing === null) {
    const plain = /No matching distribution found for (.+)/.exec(output);
    return plain === null ? undefined : `No wheel fits ${asked(plain[1] ?? '')}.`;
  }
  const versions = (missing[2] ?? '').split(', ').filter((version) => version !== 'none' && version !== '');
  const other = /require a different python version: (.+)/.exec(output)?.[1];
  const offered =
    versions.length > 0
      ? `the index has wheels of ${lastFew(versions)}`
      : 'the index has no wheel of it for this Python and machine';
  return `Nothing meets ${asked(missing[1] ?? '')}: ${offered}${other === undefined ? '' : ` (for another Python: ${other.replaceAll('; ', ', ')})`}.`;
}

/** `c<2 (from a==1)` → `c<2, which a==1 needs` */
function asked(requirement: string): string {
  const match = /^(.*?) \(from (.*)\)$/.exec(requirement);
  if (match === null || match[2]?.startsWith('-r ') === true) return match?.[1] ?? requirement;
  return `${match[1]}, which ${match[2]} needs`;
}

function lastFew(versions: readonly string[]): string {
  return versions.length <= 5 ? versions.join(', ') : `… ${versions.slice(-5).join(', ')}`;
}

function buildFailed(output: string, state?: string): Fault {
  const invalid = /Invalid requirement: '?([^'\n]+)'?/.exec(output);
  if (invalid !== null)
    return new Fault('DEFINITION_INVALID', `This is not a requirement that pip understands: ${invalid[1]}`);
  const last = [...output.matchAll(/^ERROR: (.+)$/gm)].at(-1)?.[1] ?? output.split('\n').at(-1) ?? 'pip said nothing';
  return new Fault('ENVIRONMENT_BUILD_FAILED', `pip failed: ${last.trim()}`, {
    ...(state === undefined ? {} : { state }),
    data: { log: output.slice(-4000) },
  });
}
