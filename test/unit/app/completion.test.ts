import { describe, expect, it } from 'vitest';

import { bashScript, fishScript, zshScript } from '../../../src/app/operations/_completion-scripts.ts';

const commands = [
  { words: ['run'], summary: "Carry out a goal; don't ask.", flags: ['--yes', '--json'] },
  { words: ['runs', 'list'], summary: 'List runs.', flags: ['--json'] },
  { words: ['runs', 'show'], summary: 'Show a run.', flags: ['--json'] },
];

describe('completion', () => {
  it('for bash', () => {
    expect(bashScript(commands)).toMatchInlineSnapshot(`
      "# Completion of orchestrate for bash: eval "$(orchestrate completion bash)"
      _orchestrate() {
        local words="\${COMP_WORDS[*]:1:COMP_CWORD-1}" current="\${COMP_WORDS[COMP_CWORD]}" list
        case "$words" in
          "") list="run runs" ;;
          "runs") list="list show" ;;
          "run" | "run "*) list="--yes --json" ;;
          "runs list" | "runs list "*) list="--json" ;;
          "runs show" | "runs show "*) list="--json" ;;
        esac
        COMPREPLY=($(compgen -W "$list" -- "$current"))
      }
      complete -o default -F _orchestrate orchestrate
      "
    `);
  });

  it('for zsh is that of bash through its bridge', () => {
    expect(zshScript(commands)).toContain('bashcompinit');
    expect(zshScript(commands)).toContain(bashScript(commands).split('\n').slice(1).join('\n'));
  });

  it('for fish', () => {
    expect(fishScript(commands)).toMatchInlineSnapshot(`
      "# Completion of orchestrate for fish: orchestrate completion fish | source
      complete -c orchestrate -f -n '__fish_use_subcommand' -a runs
      complete -c orchestrate -f -n '__fish_use_subcommand' -a run -d 'Carry out a goal; don\\'t ask.'
      complete -c orchestrate -n '__fish_seen_subcommand_from run' -l yes
      complete -c orchestrate -n '__fish_seen_subcommand_from run' -l json
      complete -c orchestrate -f -n '__fish_seen_subcommand_from runs' -a list -d 'List runs.'
      complete -c orchestrate -n '__fish_seen_subcommand_from runs; and __fish_seen_subcommand_from list' -l json
      complete -c orchestrate -f -n '__fish_seen_subcommand_from runs' -a show -d 'Show a run.'
      complete -c orchestrate -n '__fish_seen_subcommand_from runs; and __fish_seen_subcommand_from show' -l json
      "
    `);
  });
});
