import { describe, expect, it } from 'vitest';

import { createDigest } from '../../../src/adapters/clock/digest.ts';
import { journalExport } from '../../../src/app/operations/journal-export.ts';
import { journalShow } from '../../../src/app/operations/journal-show.ts';
import { report } from '../../../src/app/operations/report.ts';
import { pageMark } from '../../../src/app/reports/page.ts';
import { canonicalJson } from '../../../src/base/json.ts';
import type { Ledger } from '../../../src/ports/index.ts';
import { createFakeClock } from '../../fakes/fake-clock.ts';
import { createFakeFiles } from '../../fakes/fake-files.ts';
import { createMemoryLedgers } from '../../fakes/memory-ledger.ts';
import { fakeApp } from '../../support/fake-app.ts';
import { doneScene } from '../../support/journal-scene.ts';

const digest = createDigest();

async function written(n: number) {
  const ledger = createMemoryLedgers({ clock: createFakeClock() }).open();
  await ledger.acquire();
  for (let at = 1; at <= n; at += 1) await ledger.append([{ kind: 'counted', run: `r${at % 2}`, data: { at } }]);
  const files = createFakeFiles();
  await files.ensureDir('/home/anna/comfy-home');
  const app = fakeApp(doneScene(), { installation: { ledger }, outside: { files, digest } });
  return { app, files, ledger };
}

describe('journal show', () => {
  it('tells whether the row is as it was written', async () => {
    const { app, ledger } = await written(4);
    expect(await journalShow.run(app, { row: 3 })).toMatchObject({ seq: 3, data: { at: 3 }, fits: true });
    const edited: Pick<Ledger, 'read' | 'head'> = {
      head: () => ledger.head(),
      read: (options) => ledger.read(options).map((one) => (one.seq === 3 ? { ...one, data: { at: 30 } } : one)),
    };
    const forged = fakeApp(doneScene(), { installation: { ledger: edited }, outside: { digest } });
    expect(await journalShow.run(forged, { row: 3 })).toMatchObject({ data: { at: 30 }, fits: false });
  });

  it('refuses a row that is not there', async () => {
    const { app } = await written(2);
    await expect(journalShow.run(app, { row: 9 })).rejects.toMatchObject({ code: 'JOURNAL_ROW_NOT_FOUND' });
  });
});

describe('journal export', () => {
  it('writes lines that can be checked with SHA-256 alone', async () => {
    const { app, files, ledger } = await written(5);
    const answer = await journalExport.run(app, { file: 'out.jsonl', run: null, after: 0 });
    expect(answer).toMatchObject({
      file: '/home/anna/comfy-home/out.jsonl',
      nRows: 5,
      headHash: ledger.head().hash,
      isAll: true,
    });
    let prev = '0'.repeat(64);
    for (const line of ((await files.readText(answer.file)) ?? '').trimEnd().split('\n')) {
      const { hash, ...rest } = JSON.parse(line) as { hash: string; prev: string };
      expect(rest.prev).toBe(prev);
      expect(digest.sha256(canonicalJson(rest as never))).toBe(hash);
      prev = hash;
    }
    expect(prev).toBe(answer.headHash);
  });

  it('writes the rows of one run, and replaces nothing', async () => {
    const { app } = await written(5);
    expect(await journalExport.run(app, { file: 'r1.jsonl', run: 'r1', after: 0 })).toMatchObject({ nRows: 3 });
    await expect(journalExport.run(app, { file: 'r1.jsonl', run: 'r1', after: 0 })).rejects.toMatchObject({
      code: 'REPORT_FILE_TAKEN',
    });
  });
});

describe('report --html', () => {
  const files = createFakeFiles();
  const app = fakeApp(doneScene(), { outside: { files } });

  it('writes a page, replaces it with a newer one, and nothing else that is there', async () => {
    await files.ensureDir('/home/anna/comfy-home');
    for (let n = 0; n < 2; n += 1) {
      const { html } = await report.run(app, { run: 'r1', html: 'r1.html' });
      expect((await files.readText(html ?? ''))?.startsWith(pageMark)).toBe(true);
    }
    await files.writeAtomic('/home/anna/comfy-home/mine.html', '<html>mine</html>');
    await files.link('/home/anna/comfy-home/link.html', '/home/anna/comfy-home/r1.html');
    for (const name of ['mine.html', 'link.html'])
      await expect(report.run(app, { run: 'r1', html: name })).rejects.toMatchObject({ code: 'REPORT_FILE_TAKEN' });
    expect(await files.readText('/home/anna/comfy-home/mine.html')).toBe('<html>mine</html>');
  });
});
