import { describe, expect, it } from 'vitest';

import { reportPage } from '../../../../src/app/reports/page.ts';
import { reportView } from '../../../../src/app/views/report-view.ts';
import { doneScene, failedScene, installedScene } from '../../../support/journal-scene.ts';
import { loadMutant } from '../../../support/mutant-module.ts';
import type { SceneLedger } from '../../../support/scene-ledger.ts';
import { addRun } from '../../../support/scene-rows.ts';

const home = '/home/anna/comfy-home';
type Render = typeof reportPage;

function pageOf(scene: SceneLedger, render: Render = reportPage): string {
  const report = reportView(scene.ledger, { run: 'r1', home });
  if (report === undefined) throw new Error('the scene has no run r1');
  return render(report);
}

/** Elements and attributes that a page of ours has: anything else came with the data. */
const allowed =
  /^<(?:!doctype html|!-- orchestrate report --|\/?(?:html|head|title|style|body|main|h1|h2|p|strong|time|code|section|ul|li|pre|figure|div|span|a|table|tr|td|meta)(?: (?:lang|charset|name|content|http-equiv|class|href|style|id)="[^"<>]*")*)>$/;

/** Tags as a browser would see them, without what stands in the style sheet. */
const strangeTags = (page: string): readonly string[] =>
  (page.replace(/<style>[^<]*<\/style>/, '').match(/<[^>]*>?/g) ?? []).filter((tag) => !allowed.test(tag));

const hostile = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(1)</script>',
  "' onmouseover='alert(1)",
  '</style><style>*{display:none}',
  '</pre><iframe src=javascript:alert(1)>',
  '--><svg onload=alert(1)>',
  '\u202egnp.exe \u0000 &lt;script&gt;',
].join(' ');

/** A goal, the name of who asked, a step's sentence, a remark and a message of an agent, all of an attacker. */
function hostileScene(): SceneLedger {
  const scene = installedScene();
  addRun(scene, 'r1', hostile, 'work');
  scene.add('step.noted', { task: 'r1.lock', attempt: 'r1.lock#1', sentence: hostile }, { run: 'r1' });
  scene.add(
    'bus.sent',
    { id: 1, from: 'agent:x', to: 'agent:y', kind: 'tell', subject: hostile, inReplyTo: null, mailboxes: [] } as never,
    { run: 'r1' },
  );
  scene.add(
    'condition.set',
    { name: 'a:b', by: { kind: 'program', name: hostile }, evidence: [hostile], expiresAtMs: null },
    { run: 'r1' },
  );
  return scene;
}

describe('the page of a report', () => {
  it.each([
    ['done', doneScene],
    ['failed', failedScene],
  ])('is whole: nothing is loaded, nothing runs, every link leads to a row that is there (%s)', (_, make) => {
    const page = pageOf(make());
    expect(page).not.toMatch(/<script|src=|url\(|https?:/i);
    expect(page).toContain('default-src &#39;none&#39;');
    expect(strangeTags(page)).toEqual([]);
    const known = new Set([...page.matchAll(/id="row-(\d+)"/g)].map(([, row]) => row));
    const linked = [...page.matchAll(/href="#row-(\d+)"/g)].map(([, row]) => row);
    expect(linked.length).toBeGreaterThan(5);
    expect(linked.filter((row) => !known.has(row))).toEqual([]);
  });

  it('has a time line with the length of each step', () => {
    const page = pageOf(doneScene());
    expect(page.match(/class="bar good"/g)?.length).toBeGreaterThanOrEqual(5);
    expect(pageOf(failedScene())).toContain('class="bar bad"');
  });

  it('A56: shows names, messages and remarks of an attacker as text; without the escape they are obeyed', async () => {
    const mutant = await loadMutant<{ reportPage: Render }>(
      ['src/app/reports/page.ts'],
      [
        {
          file: 'app/reports/escape.ts',
          find: "visibleText(text).replace(/[&<>\"'`=]/g, (character) => entities[character] ?? '')",
          replace: 'text',
        },
      ],
    );
    const harm = strangeTags(pageOf(hostileScene(), mutant.reportPage));
    expect(harm.join(' ')).toContain('<img src=x onerror=alert(1)>');

    const page = pageOf(hostileScene());
    expect(strangeTags(page)).toEqual([]);
    expect(page).toContain('&lt;img src&#61;x onerror&#61;alert(1)&gt;');
    expect(page).toContain('\\u{202e}gnp.exe');
    expect(page).toContain('&amp;lt;script&amp;gt;');
  });
});
