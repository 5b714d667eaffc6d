import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import type { AskModel } from '../../../../src/engine/spending/ask-model.ts';
import { faultOf } from '../../../contract/support/fault-of.ts';
import { answeredWith, finish, modelScene, scripted, type Turn } from './scene.ts';

const write = (path: string, text: string): Turn => [['write_file', { path, text }]];

describe('a model that works', () => {
  it('changes a file, finishes, and what it changed is what the store saw', async () => {
    const scene = await modelScene();
    const result = await scene.run([
      [['read_file', { path: 'requirements.in' }]],
      write('docs/env-setup/a.md', 'hello\n'),
      finish(),
    ]);
    expect(result).toMatchObject({
      ...{ runner: 'model', outcome: 'done', summary: 'It is whole.', paths: ['docs/env-setup/a.md'] },
      ...{ provider: 'scripted', model: 'script-1', turns: 3, costMicroUsd: 300, conversation: 'r1.fix' },
    });
    expect(await scene.text('docs/env-setup/a.md')).toBe('hello\n');
    expect(scene.rows('tool.used').map(({ sentence }) => sentence)).toEqual(['write docs/env-setup/a.md, 6 bytes']);
    expect(scene.rows('conversation.ended')).toMatchObject([{ outcome: 'done', nTurns: 3 }]);
  });

  it('is asked with its instructions first, its tools in one order, and the answers of its tools', async () => {
    const scene = await modelScene();
    await scene.run([[['list_files', {}]], write('a', 'x'), finish()]);
    const [first, second] = scene.asked;
    expect(first).toMatchObject({
      conversation: 'r1.fix',
      run: 'r1',
      task: 'r1.fix',
      agent: 'fixer',
      taskType: 'work',
    });
    expect(first?.system).toMatch(/^You repair what is broken\./);
    expect(second?.system).toBe(first?.system);
    expect(second?.tools).toEqual(first?.tools);
    expect(first?.tools.map(({ name }) => name)).toEqual([
      ...['read_file', 'list_files', 'search', 'write_file', 'edit_file'],
      ...[
        'memory_search',
        'memory_get',
        'memory_put',
        'bus_send',
        'bus_ask',
        'bus_questions',
        'bus_answer',
        'hand_over',
      ],
      'finish',
    ]);
    expect(JSON.stringify(second?.messages.at(-1))).toContain('requirements.in');
  });

  it('may end without a word more where it only had to look', async () => {
    const scene = await modelScene();
    const result = await scene.run(['torch is 2.8.0.'], { expects: 'answer' });
    expect(result).toMatchObject({ summary: 'torch is 2.8.0.', outcome: 'done', paths: [] });
  });

  it('is told to have done nothing where no file is another one, whatever it says', async () => {
    const scene = await modelScene();
    const fault = await faultOf(scene.run([finish('I repaired everything.')]));
    expect(fault).toMatchObject({ code: 'AGENT_DID_NOTHING' });
    expect(scene.rows('conversation.ended')).toMatchObject([{ outcome: 'nothing' }]);
  });

  it('does nothing for an agent of runner program, and says what to write', async () => {
    const scene = await modelScene();
    const fault = await faultOf(scene.run([], { agent: { runner: 'program' } }));
    expect(fault).toMatchObject({
      code: 'USAGE_BAD_ARGUMENT',
      message: expect.stringContaining('cannot do free work'),
    });
  });

  it('goes on where an answer was cut, and carries out no half call', async () => {
    const scene = await modelScene();
    const half = { id: 'x', name: 'write_file', arguments: '{"path":"a","text":"who' };
    await scene.run([{ calls: [half], stop: 'length' }, write('a', 'whole'), finish()]);
    expect(await scene.text('a')).toBe('whole');
    expect(JSON.stringify(scene.messages())).toContain('before this call was whole');
  });

  it('carries out nothing of arguments that are cut, even where what is left is JSON', async () => {
    const scene = await modelScene();
    const half = { id: 'x', name: 'write_file', arguments: '{"path":"a","text":"who"}' };
    const result = scene.run([{ calls: [half], stop: 'length' }, finish()]);
    expect(await faultOf(result)).toMatchObject({ code: 'AGENT_DID_NOTHING' });
    expect(await scene.text('a')).toBeUndefined();
  });

  it('ends with a fault where the provider would not', async () => {
    const scene = await modelScene();
    const fault = await faultOf(scene.run([{ stop: 'refused', text: 'I may not.' }]));
    expect(fault).toMatchObject({ code: 'MODEL_FAILED', data: { reason: 'content' } });
  });
});

describe('what a model gets wrong', () => {
  it.each([
    ['a tool that there is not', [['delete_everything', {}]], 'There is no tool'],
    ['arguments that are no JSON', [['write_file', '{"path": "a", "text": ']], 'are no JSON, and nothing was done'],
    [
      'arguments that do not fit',
      [['write_file', { path: 'a', text: 3 }]],
      'do not fit its schema, and nothing was done',
    ],
    ['a path out of the slot', [['write_file', { path: '../x', text: '' }]], 'leads out of the slot'],
    ['an absolute path', [['read_file', { path: '/etc/passwd' }]], 'is not relative to the slot'],
    ['what another agent would obey', [['write_file', { path: '.claude/settings.json', text: '{}' }]], 'TOOL_REFUSED'],
    ['the repository', [['write_file', { path: '.git', text: 'x' }]], 'TOOL_REFUSED'],
  ] satisfies readonly (readonly [string, Turn, string])[])('goes back as data: %s', async (_, turn, answer) => {
    const scene = await modelScene();
    const before = await scene.world.files.manifest(scene.slot);
    const fault = await faultOf(scene.run([turn, finish()]));
    expect(fault.code).toBe('AGENT_DID_NOTHING');
    const results = scene.messages().flatMap((message) => (message.role === 'tools' ? message.results : []));
    expect(results[0]).toMatchObject({ isError: true, text: expect.stringContaining(answer) });
    expect(await scene.world.files.manifest(scene.slot)).toEqual(before);
    expect(scene.rows('tool.used')).toEqual([]);
  });

  it('is told once when it goes in a circle, and then waits for a person; the same conversation goes on', async () => {
    const scene = await modelScene();
    const same: Turn = [['read_file', { path: 'requirements.in' }]];
    const fault = await faultOf(scene.run([same, same, same, same, same, same]));
    expect(fault).toMatchObject({ code: 'AGENT_LOOPS' });
    expect(scene.rows('conversation.told')).toMatchObject([{ about: 'loop' }]);
    expect(scene.rows('conversation.paused')).toMatchObject([{ nTurns: 6, fault: { code: 'AGENT_LOOPS' } }]);
    const result = await scene.run([write('a', 'x'), finish()], { attempt: 2 });
    expect(result.turns).toBe(8);
  });

  it('is asked about after so many turns, and gets as many again when it is resumed', async () => {
    const scene = await modelScene();
    const looks = ['requirements.in', 'requirements.lock', 'orchestrate.yaml', 'components.lock'].map((path): Turn => [
      ['read_file', { path }],
    ]);
    const agent = { maxTurns: 2 };
    expect(await faultOf(scene.run(looks, { agent }))).toMatchObject({ code: 'AGENT_TURNS' });
    // The same try once more, as after a kill before the pause: nobody said yes.
    expect(await faultOf(scene.run(looks, { agent }))).toMatchObject({ code: 'AGENT_TURNS' });
    expect(scene.asked).toHaveLength(2);
    await scene.run([write('a', 'x'), finish()], { agent, attempt: 2 });
    expect(scene.asked).toHaveLength(4);
  });
});

describe('a conversation that is broken off', () => {
  it('goes on after a budget was reached, and asks for nothing twice', async () => {
    const scene = await modelScene();
    const empty = new Fault('BUDGET_REACHED', 'It is used up.');
    expect(await faultOf(scene.run([write('a', 'x'), empty]))).toMatchObject({ code: 'BUDGET_REACHED' });
    const result = await scene.run([write('b', 'y'), finish()], { attempt: 2 });
    expect(result).toMatchObject({ turns: 3, paths: ['a', 'b'], costMicroUsd: 300 });
    expect(scene.rows('conversation.opened')).toHaveLength(1);
    expect(scene.asked.at(-1)?.messages.map(({ role }) => role)).toEqual(['user', 'model', 'tools', 'model', 'tools']);
  });

  it('answers what was asked for before it was killed, and does it once', async () => {
    const scene = await modelScene();
    const written: string[] = [];
    const { files } = scene.world;
    const { writeAtomic } = files;
    files.writeAtomic = async (path, data, options) => {
      await writeAtomic(path, data, options);
      written.push(path);
    };
    // Killed right after the effect: its answer never reached the transcript.
    const { append } = scene.world.transcripts;
    scene.world.transcripts.append = async (conversation, message, by) => {
      if (message.role === 'tools') throw new Error('killed');
      await append(conversation, message, by);
    };
    await expect(scene.run([write('a', 'x')])).rejects.toThrow('killed');
    scene.world.transcripts.append = append;
    await scene.restart();
    const result = await scene.run([finish()]);
    expect(written.filter((path) => path.endsWith('/a'))).toHaveLength(1);
    expect(result).toMatchObject({ turns: 2, paths: ['a'] });
    expect(scene.rows('tool.used')).toHaveLength(1);
    expect(scene.rows('conversation.resumed')).toMatchObject([{ nTurns: 1, nOpen: 1 }]);
  });

  it('does what was asked for and not begun when it was killed', async () => {
    const scene = await modelScene();
    const { append } = scene.world.transcripts;
    scene.world.transcripts.append = async (conversation, message, by) => {
      await append(conversation, message, by);
      if (message.role === 'model') throw new Error('killed');
    };
    await expect(scene.run([write('a', 'x')])).rejects.toThrow('killed');
    expect(await scene.text('a')).toBeUndefined();
    scene.world.transcripts.append = append;
    await scene.restart();
    await scene.run([finish()]);
    expect(await scene.text('a')).toBe('x');
  });

  it('knows of an edit that was done before the kill, though what it replaced is gone', async () => {
    const scene = await modelScene();
    const edit: Turn = [['edit_file', { path: 'requirements.in', old: 'numpy', new: 'numpy>=2' }]];
    const { ledger } = scene.engine;
    const append = ledger.append.bind(ledger);
    ledger.append = async (rows, ...rest) => {
      if (rows.some(({ kind }) => kind === 'effect.done')) throw new Error('killed');
      return append(rows, ...rest);
    };
    await expect(scene.run([edit])).rejects.toThrow('killed');
    await scene.restart();
    await scene.run([finish()]);
    expect(await scene.text('requirements.in')).toContain('numpy>=2\n');
    expect(await scene.text('requirements.in')).not.toContain('numpy>=2>=2');
    const results = scene.messages().flatMap((message) => (message.role === 'tools' ? message.results : []));
    expect(results[0]).toMatchObject({ isError: false, text: 'Edited requirements.in in 1 place.' });
  });

  it.each([
    ['finish', finish(), 'It is whole.'],
    ['words', 'It is whole.', 'It is whole.'],
  ] as const)('that ended by %s before the kill is not asked anything again', async (_, end, summary) => {
    const scene = await modelScene();
    const snapshot = scene.world.store.snapshot;
    let nSnapshots = 0;
    scene.world.store.snapshot = async (...given) => {
      nSnapshots += 1;
      // The second one is taken when the work is over.
      if (nSnapshots === 2) throw new Error('killed');
      return snapshot(...given);
    };
    await expect(scene.run([write('a', 'x'), end])).rejects.toThrow('killed');
    await scene.restart();
    expect(await scene.run([])).toMatchObject({ summary, turns: 2, paths: ['a'] });
  });

  it('asks the same question once more where a model would not and a person said to go on', async () => {
    const scene = await modelScene();
    await faultOf(scene.run([{ stop: 'refused', text: 'I may not.' }]));
    await scene.run([write('a', 'x'), finish()], { attempt: 2 });
    expect(scene.asked[1]?.messages).toEqual(scene.asked[0]?.messages);
  });

  it('ends at once when it is called off', async () => {
    const scene = await modelScene();
    const off = new AbortController();
    const ask: AskModel = async (_engine, _asked, { signal }) => {
      off.abort(new Fault('INTERRUPTED', 'frozen'));
      signal.throwIfAborted();
      throw new Error('it went on');
    };
    expect(await faultOf(scene.run([], { ask, signal: off.signal }))).toMatchObject({ code: 'INTERRUPTED' });
  });
});

describe('an agent without a sign of life', () => {
  /** Never answers, and hears no signal. */
  const deaf: AskModel = () => new Promise(() => {});

  it('is asked once more, then its files are kept and a person is asked', async () => {
    const scene = await modelScene();
    scene.world.files.put(`${scene.slot}/begun.txt`, 'half');
    const fault = await faultOf(scene.run([], { ask: deaf, agent: { silenceMs: 10_000 } }));
    expect(fault).toMatchObject({
      code: 'AGENT_SILENT',
      state: expect.stringContaining('refs/orchestrate/edits/r1.fix#1'),
    });
    expect(scene.rows('conversation.told').map(({ about }) => about)).toEqual(['silence', 'silence']);
    expect(scene.rows('attempt.preserved')).toMatchObject([{ ref: 'refs/orchestrate/edits/r1.fix#1' }]);
  });

  it('goes on where it answers the second time', async () => {
    const scene = await modelScene();
    const answers = scripted([write('a', 'x'), finish()]);
    let n = 0;
    const ask: AskModel = (...given) => {
      n += 1;
      return n === 1 ? deaf(...given) : answers(...given);
    };
    expect(await scene.run([], { ask, agent: { silenceMs: 10_000 } })).toMatchObject({ paths: ['a'] });
  });

  it('lives while tokens come, however long an answer takes', async () => {
    const scene = await modelScene();
    const ask: AskModel = async (engine, asked, { onToken, signal }) => {
      if (asked.messages.length > 1) return answeredWith(finish() as Exclude<Turn, Error>);
      for (let n = 0; n < 20; n += 1) {
        await engine.outside.clock.sleep(800, signal);
        onToken?.();
      }
      return answeredWith([['write_file', { path: 'a', text: 'x' }]]);
    };
    const result = await scene.run([], { ask, agent: { silenceMs: 1_000 } });
    expect([result.paths, scene.rows('conversation.told')]).toEqual([['a'], []]);
  });
});

describe('a tool that takes long', () => {
  const long: Turn = [['shell', { argv: ['ls', '-R'], minutes: 10 }]];
  const agent = { otherTools: ['Bash(ls:*)', 'Write'], silenceMs: 1_000 };

  async function begun(busy: boolean) {
    const scene = await modelScene();
    const { world } = scene;
    world.files.put('/usr/bin/ls', 'program', 0o755);
    world.walls.programs.set('/usr/bin/ls', async ({ stopped }) => {
      await world.clock.sleep(8_000, stopped);
      return stopped.aborted ? 143 : 0;
    });
    const mark = `${world.context.config.id}/r1.fix#1`;
    world.processes.findMarked = async (matches) =>
      matches(mark) ? [{ pid: 77, startTime: '1', mark, argv: ['ls'] }] : [];
    const facts = { residentBytes: 1, openFiles: null, state: 'R' };
    world.machine.process = async () => ({ ...facts, cpuMs: busy ? world.clock.monotonicMs() : 0 });
    const result = await scene.run([long, write('a', 'x'), finish()], { agent });
    const answers = scene.messages().flatMap((message) => (message.role === 'tools' ? message.results : []));
    return { scene, result, first: answers[0] };
  }

  it('goes on while its program computes, though no file and no word comes of it', async () => {
    const { scene, first } = await begun(true);
    expect(first).toMatchObject({ isError: false, text: expect.stringContaining('[it ended with 0]') });
    expect(scene.rows('conversation.told')).toEqual([]);
  });

  it('is stopped where its program does nothing, and the model is told and goes on', async () => {
    const { scene, first, result } = await begun(false);
    expect(first).toMatchObject({ isError: true, text: expect.stringContaining('gave no sign of life') });
    expect(scene.rows('conversation.told')).toMatchObject([{ about: 'silence' }]);
    expect(result.paths).toEqual(['a']);
  });
});
