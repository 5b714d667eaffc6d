import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { CommitId, GitTreeId } from '../../../../src/base/ids.ts';
import { canonicalJson } from '../../../../src/base/json.ts';
import {
  parseManifest,
  printManifest,
  type RestoreManifest,
  restoreName,
  restoreRef,
} from '../../../../src/domain/restore/manifest.ts';
import { faultOf } from '../definitions/shown-fault.ts';

const manifest: RestoreManifest = {
  version: 1,
  number: 7,
  title: 'upgrade torch 2.8.0 → 2.11.0',
  commit: 'a'.repeat(40) as CommitId,
  tree: 'b'.repeat(40) as GitTreeId,
  environment: null,
  environmentDigest: null,
  components: 'c1',
  made: 'merge',
  run: 'r1',
  change: 'c1',
  moves: [{ name: 'torch', from: '2.8.0', to: null }],
  journal: { seq: 12, hash: 'd'.repeat(64) },
};

describe('restoreName', () => {
  it.each([
    [7, 'Upgrade PyTorch', '0007-upgrade-pytorch'],
    [0, 'adopted', '0000-adopted'],
    [12_345, 'x', '12345-x'],
    [1, '→→→', '0001-restore'],
    [1, '', '0001-restore'],
    [1, '../../heads/main', '0001-heads-main'],
    [1, 'a'.repeat(60), `0001-${'a'.repeat(40)}`],
    [1, 'undo: back to 0001-x.lock', '0001-undo-back-to-0001-x-lock'],
  ])('calls number %i, %s', (number, title, expected) => {
    expect(restoreName(number, title)).toBe(expected);
  });

  it('is always the end of a ref that git takes', () => {
    fc.assert(
      fc.property(fc.nat(99_999), fc.string({ unit: 'grapheme', maxLength: 80 }), (number, title) => {
        expect(restoreRef(restoreName(number, title))).toMatch(
          /^refs\/tags\/restore\/\d{4,}-[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/,
        );
      }),
    );
  });
});

describe('the message of a restore tag', () => {
  it('is read back as it was printed', () => {
    expect(parseManifest(printManifest(manifest), 'refs/tags/restore/0007-x')).toEqual(manifest);
  });

  it('is the same text for a manifest that the journal gave back, with its fields sorted', () => {
    expect(printManifest(JSON.parse(canonicalJson(manifest)) as RestoreManifest)).toBe(printManifest(manifest));
  });

  it('is read back whatever its title is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (title) => {
        expect(parseManifest(printManifest({ ...manifest, title }), 'ref').title).toBe(title);
      }),
      { examples: [['\n\n\u0000'], ['a\n\n{}']] },
    );
  });

  it.each([
    ['no manifest', 'a tag of somebody else\n'],
    ['another version', printManifest({ ...manifest, version: 2 as 1 })],
    ['no commit', printManifest(manifest).replace('"commit"', '"comit"')],
    ['half of it', printManifest(manifest).slice(0, 200)],
  ])('is refused with %s', (_, message) => {
    expect(faultOf(() => parseManifest(message, 'refs/tags/restore/0007-x'))).toMatchObject({
      code: 'LEDGER_BROKEN',
      message: 'The restore point refs/tags/restore/0007-x has no readable manifest.',
    });
  });
});
