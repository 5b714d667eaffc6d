import { describe, expect, it } from 'vitest';

import { detectLayout, type LayoutFacts, layoutMarks } from '../../../../src/domain/installation/layouts.ts';

const commit = 'c'.repeat(40);
const master = { branch: 'master', tag: null, commit };
const swarm = '/srv/SwarmUI/dlbackend/ComfyUI';
const matrix = '/srv/SM/Data/Packages/ComfyUI';
const facts = (comfyui: string, git: LayoutFacts['git'], ...there: string[]): LayoutFacts => ({
  comfyui,
  git,
  there: new Set(there),
});

describe('the layout of a ComfyUI folder', () => {
  it.each([
    ['a clone on a branch', facts('/srv/ComfyUI', master), 'clone', 'A clone, on master at ccccccc.'],
    [
      'a clone on a tag',
      facts('/srv/ComfyUI', { branch: null, tag: 'v0.8.0', commit }),
      'clone',
      'A clone, detached at v0.8.0 (ccccccc).',
    ],
    [
      'a clone on some commit',
      facts('/srv/ComfyUI', { branch: null, tag: null, commit }),
      'clone',
      'A clone, detached at ccccccc.',
    ],
    [
      'a clone whose branch has no commit',
      facts('/srv/ComfyUI', { branch: 'main', tag: null, commit: null }),
      'clone',
      'A clone, on main without a commit.',
    ],
    ['an archive', facts('/srv/ComfyUI', null), 'archive', 'An archive that was unpacked: it has no .git.'],
    [
      'the copy of SwarmUI',
      facts(swarm, master, '/srv/SwarmUI/Data/Settings.fds'),
      'swarmui',
      "SwarmUI's own copy, on master at ccccccc; SwarmUI (/srv/SwarmUI) starts and stops it.",
    ],
    ['a folder that is only named like it', facts(swarm, master), 'clone', 'A clone, on master at ccccccc.'],
    [
      'the copy of Stability Matrix',
      facts(matrix, null, '/srv/SM/Data/Models'),
      'stability-matrix',
      "Stability Matrix's own copy, without git; models are shared from /srv/SM/Data/Models.",
    ],
    ['one that is only named like that', facts(matrix, master), 'clone', 'A clone, on master at ccccccc.'],
  ])('is told from plain facts: %s', (_, given, id, sentence) => {
    expect(detectLayout(given)).toMatchObject({ id, sentence });
  });

  it('says who starts production, and on which port', () => {
    const of = (given: LayoutFacts) => {
      const { mode, port, root } = detectLayout(given);
      return { mode, port, root };
    };
    expect(of(facts('/srv/ComfyUI', master))).toEqual({ mode: 'managed', port: 8188, root: null });
    expect(of(facts(swarm, master, '/srv/SwarmUI/launch-linux.sh'))).toEqual({
      mode: 'none',
      port: 7820,
      root: '/srv/SwarmUI',
    });
  });

  it('names the places of its environment, best first, and none beside a copy of another program', () => {
    expect(detectLayout(facts('/srv/ComfyUI', master)).environments).toEqual([
      '/srv/ComfyUI/venv',
      '/srv/ComfyUI/.venv',
      '/srv/ComfyUI/env',
      '/srv/venv',
      '/srv/.venv',
    ]);
    const copy = detectLayout(facts(matrix, null, '/srv/SM/Data/settings.json')).environments;
    expect(copy.every((dir) => dir.startsWith(`${matrix}/`))).toBe(true);
  });

  it('asks for marks only where a name gives reason to', () => {
    expect(layoutMarks('/srv/ComfyUI')).toEqual([]);
    expect(layoutMarks(swarm)).toContain('/srv/SwarmUI/src/SwarmUI.csproj');
    expect(layoutMarks(matrix)).toEqual(['/srv/SM/Data/settings.json', '/srv/SM/Data/Models']);
  });
});
