import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import type { Operation } from '../../../src/app/operation.ts';
import { completedCommand } from '../../../src/app/operations/_completed.ts';
import { bashScript, fishScript, zshScript } from '../../../src/app/operations/_completion-scripts.ts';
import { operations } from '../../../src/app/operations/index.gen.ts';

const operation = (name: string, input: z.ZodType, positional: readonly string[]): Operation =>
  ({ name, summary: "Show it; don't ask.", input, positional }) as unknown as Operation;

const commands = [
  completedCommand(operation('run', z.object({ goal: z.string(), playbook: z.string().nullable() }), ['goal'])),
  completedCommand(operation('runs show', z.object({ run: z.string() }), ['run'])),
  completedCommand(
    operation('runs priority', z.object({ run: z.string(), level: z.enum(['low', 'high']) }), ['run', 'level']),
  ),
  completedCommand(operation('trash empty', z.object({ ids: z.array(z.string()), yes: z.boolean() }), ['ids'])),
];

describe('what a shell is told of an operation', () => {
  it('is which ids an argument or the value of an option is', () => {
    expect(commands.map(({ positional }) => positional.map(({ ids }) => ids))).toEqual([
      [null],
      ['run'],
      ['run', null],
      ['trash'],
    ]);
    expect(commands[0]?.flags.find(({ flag }) => flag === '--playbook')?.value?.ids).toBe('playbook');
    expect(commands[3]?.flags.find(({ flag }) => flag === '--yes')?.value).toBeNull();
    expect(commands[3]?.isRepeated).toBe(true);
  });

  it('is known for each argument that names something of the installation', async () => {
    const loaded = (await Promise.all(Object.values(operations).map((load) => load()))) as unknown as Operation[];
    const named = /^(run|change|point|tree|agent|playbook|subject|id|ids)$/;
    const unknown = loaded.flatMap((one) =>
      completedCommand(one).positional.flatMap(({ ids, choices }, at) =>
        ids === null && choices.length === 0 && named.test(one.positional?.[at] ?? '')
          ? [`${one.name} ${one.positional?.[at]}`]
          : [],
      ),
    );
    expect(unknown).toEqual([]);
  });
});

describe('the scripts', () => {
  it('of bash and zsh are one, through zsh’s bridge', () => {
    expect(zshScript(commands)).toContain('bashcompinit');
    expect(zshScript(commands)).toContain(bashScript(commands).split('\n').slice(1).join('\n'));
  });

  it('of fish asks for ids where they belong', () => {
    const script = fishScript(commands);
    expect(script).toContain(
      "complete -c orchestrate -f -n '__fish_seen_subcommand_from runs; and __fish_seen_subcommand_from show' -a '(__orchestrate_ids run)'",
    );
    expect(script).toContain("-d 'Show it; don\\'t ask.'");
    expect(script).toContain("-l playbook -r -f -a '(__orchestrate_ids playbook)'");
  });
});
