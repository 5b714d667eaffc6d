import { expect, it } from 'vitest';

import { againCommand } from '../../../src/app/views/again-command.ts';

const options = { previewOnly: true, yes: false, until: null, playbook: null, inputs: {} };

it('what was previewed is typed again with everything that was given with it', () => {
  expect(againCommand('upgrade pytorch', options)).toBe('orchestrate run "upgrade pytorch"');
  const given = { ...options, playbook: 'upgrade-pytorch', inputs: { version: '2.8.0', text: "it's" }, until: 'boot' };
  expect(againCommand('upgrade pytorch', given)).toBe(
    `orchestrate run "upgrade pytorch" --playbook upgrade-pytorch --set version=2.8.0 --set 'text=it'\\''s' --until boot`,
  );
});

it('what another command gave its inputs is nothing to type', () => {
  const files = JSON.stringify([{ path: 'ops/page.md', text: 'x'.repeat(300) }]);
  expect(againCommand('apply template page', { ...options, playbook: 'apply-template', inputs: { files } })).toBe(null);
});

it('what a command of its own previewed is typed with that command, and what was left out stays out', () => {
  const bisect = (inputs: Readonly<Record<string, string>>, until: string | null = null) =>
    againCommand('bisect', { ...options, yes: true, playbook: 'bisect-restore-points', inputs, until });
  expect(bisect({ good: '', bad: '', workflow: '' })).toBe('orchestrate restore bisect');
  expect(bisect({ good: '0003-upgrade-numpy', bad: '', workflow: 'my portrait' })).toBe(
    "orchestrate restore bisect --good 0003-upgrade-numpy --workflow 'my portrait'",
  );
  expect(bisect({ good: '3' }, 'bisect')).toBe(
    'orchestrate run "bisect" --playbook bisect-restore-points --set good=3 --until bisect',
  );
});
