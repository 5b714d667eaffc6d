import { describe, expect, it } from 'vitest';

import { classifyResolution, throwPipFault } from '../../../../src/adapters/python/classify-pip.ts';
import { lockLines } from '../../../../src/adapters/python/lock-lines.ts';
import { comparePip, isModernPip } from '../../../../src/adapters/python/pip-version.ts';
import { Fault } from '../../../../src/base/fault.ts';

const failed = (output: string, debugLog = '') => ({ isOk: false, output, debugLog });
const reason = (output: string): string => classifyResolution(failed(output), 'index').reason;

function faultOf(output: string, debugLog = ''): Fault {
  try {
    throwPipFault(failed(output, debugLog), 'https://index', 'Nothing was installed.');
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

describe('what pip says', () => {
  it('names both sides of a conflict with a package that has many versions', () => {
    const output = `ERROR: Cannot install a and b==1 because these package versions have conflicting dependencies.

The conflict is caused by:
    b 1 depends on numpy<2
    a 2.0 depends on numpy>=2
    a 1.9 depends on numpy>=2

To fix this you could try to:
1. loosen the range of package versions you've specified

ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/dependency-resolution/`;
    expect(reason(output)).toBe('b 1 needs numpy<2, but a 2.0 needs numpy>=2.');
  });

  it('falls back to what cannot be installed together', () => {
    expect(
      reason(
        'ERROR: Cannot install a==1 and b==2 because these package versions have conflicting dependencies.\nERROR: ResolutionImpossible',
      ),
    ).toBe('a==1 and b==2 cannot be installed together.');
    expect(reason("ERROR: Double requirement given: a==2 (already in a==1, name='a')")).toBe(
      'You ask for a==1, but you ask for a==2, too.',
    );
    expect(reason('error: resolution-too-deep')).toContain('gave up');
  });

  it('names versions that are for another Python', () => {
    const output = `ERROR: Ignored the following versions that require a different python version: 2.0 Requires-Python >=3.12; 3.0 Requires-Python >=3.13
ERROR: Could not find a version that satisfies the requirement a>=2 (from versions: 1.0, 1.1, 1.2, 1.3, 1.4, 1.5)
ERROR: No matching distribution found for a>=2`;
    expect(reason(output)).toBe(
      'Nothing meets a>=2: the index has wheels of … 1.1, 1.2, 1.3, 1.4, 1.5 (for another Python: 2.0 Requires-Python >=3.12, 3.0 Requires-Python >=3.13).',
    );
  });

  it.each([
    ['OSError: [Errno 28] No space left on device', 'DISK_FULL'],
    ['ERROR: Could not install packages due to an OSError: [Errno 122] Disk quota exceeded', 'DISK_FULL'],
    ['ERROR: HTTP error 502 while getting https://index/a.whl', 'INDEX_UNREACHABLE'],
    [
      "pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool(host='files', port=443): Read timed out.",
      'INDEX_UNREACHABLE',
    ],
    ['Segmentation fault', 'ENVIRONMENT_BUILD_FAILED'],
    ['', 'ENVIRONMENT_BUILD_FAILED'],
  ])('reads %j as %s', (output, code) => {
    expect(faultOf(output)).toMatchObject({ code, state: 'Nothing was installed.' });
  });

  it('reads the reason of a silent index from the debug log, and takes 404 for an answer', () => {
    const output =
      'ERROR: Could not find a version that satisfies the requirement a (from versions: none)\nERROR: No matching distribution found for a';
    const log = (why: string): string => `2026 Could not fetch URL https://index/a/: ${why} - skipping`;
    expect(faultOf(output, log('503 Server Error: Busy for url: https://index/a/')).message).toContain(
      'it answered 503',
    );
    expect(
      faultOf(output, log("There was a problem confirming the ssl certificate: HTTPSConnectionPool(host='index')"))
        .message,
    ).toContain('certificate');
    expect(faultOf(output, log('404 Client Error: Not Found for url: https://index/a/')).code).toBe(
      'PACKAGE_NOT_FOUND',
    );
  });

  it('names the package whose bytes are others', () => {
    const output = `ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions, please update the hashes.
    a==1.0 from https://index/a-1.0-py3-none-any.whl#sha256=${'1'.repeat(64)} (from -r lock.txt (line 1)):
        Expected sha256 ${'2'.repeat(64)}
             Got        ${'1'.repeat(64)}
`;
    expect(faultOf(output).message).toBe(
      'The package a==1.0 is not the one that was locked: its sha256 is 111111111111…, not 222222222222….',
    );
  });
});

describe('the lines of a lock', () => {
  const locked = (version: string) => ({
    name: 'torch',
    version,
    sha256: ['a'.repeat(64)],
    file: 'x',
    sizeBytes: null,
  });

  it.each([
    ['2.8.0', '==='],
    ['2.8.0+cu128', '==='],
    ['1.0rc1.post2.dev3', '==='],
    ['2024.01', '=='],
    ['1.0-1', '=='],
  ])('pin %s with %s', (version, operator) => {
    expect(lockLines([locked(version)])).toBe(`torch${operator}${version} --hash=sha256:${'a'.repeat(64)}\n`);
  });

  it('let nothing through that is more than a name, a version and a hash', () => {
    expect(() => lockLines([locked('1.0 --index-url x')])).toThrow('not a version');
    expect(() => lockLines([{ ...locked('1'), name: '-r x' }])).toThrow('not the name');
    expect(() => lockLines([{ ...locked('1'), sha256: [] }])).toThrow('sha256');
  });
});

describe('versions of pip', () => {
  it('are compared by number', () => {
    expect(['9.0', '22.3', '22.3.1', '25.0', '23.2'].sort(comparePip)).toEqual([
      '9.0',
      '22.3',
      '22.3.1',
      '23.2',
      '25.0',
    ]);
    expect([isModernPip('22.2.9'), isModernPip('22.3'), isModernPip('26.1b1')]).toEqual([false, true, true]);
  });
});
