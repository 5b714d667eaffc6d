import type { ProgramRule, WordsRule } from './program-rule.ts';

/** Without --output, --ext-diff, --textconv, --no-index, -O and -S's files: they write, start programs or read elsewhere. */
const diffFlags =
  '-p --patch -u -U= --unified= --stat --numstat --shortstat --name-only --name-status --summary --raw -M --find-renames -C -w -b --ignore-all-space --ignore-space-change --word-diff --color=? --no-color -S= -G= --diff-filter= -R --check -z --abbrev=? --full-index --exit-code --quiet';
const logFlags = `${diffFlags} --oneline --graph --decorate=? --all --branches --tags --format= --pretty= --since= --until= --after= --before= --author= --committer= --grep= -i -E -F -n= --max-count= --skip= -# --first-parent --merges --no-merges --follow --reverse --date= --abbrev-commit --left-right --topo-order -L=`;

const noPrograms = ['--no-ext-diff', '--no-textconv'];
const revisions = (flags: string, adds: readonly string[] = []): WordsRule => ({ flags, operands: 'revisions', adds });

/**
 * git's reading sub-commands. Words before the sub-command (`-c`, `-C`, `--exec-path`, `--git-dir`) are none, and so refused; ours take
 * away what a repository's own configuration could have started.
 */
export const gitRule: ProgramRule = {
  program: 'git',
  effect: 'read',
  before: [
    ...['--no-pager', '--no-replace-objects', '--no-optional-locks'],
    ...['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'core.pager=cat'],
    ...['-c', 'core.sshCommand=/bin/false', '-c', 'credential.helper=', '-c', 'protocol.allow=never'],
    ...['-c', 'log.showSignature=false', '-c', 'gpg.program=/bin/false', '-c', 'submodule.recurse=false'],
  ],
  commands: {
    log: revisions(logFlags, noPrograms),
    show: revisions(logFlags, noPrograms),
    diff: revisions(`${diffFlags} --cached --staged --merge-base`, noPrograms),
    'diff-tree': revisions(`${diffFlags} -r --root --no-commit-id`, noPrograms),
    status: { flags: '-s --short -b --branch --porcelain=? -u=? -z --ignored', operands: 'paths' },
    'ls-files': {
      flags: '-z -s --stage -m -d -o -c --others --cached --modified --exclude-standard',
      operands: 'paths',
    },
    'ls-tree': revisions('-r -t -d -l -z --name-only --full-tree --long'),
    'cat-file': revisions('-t -s -p -e'),
    'rev-parse': revisions('--short=? --verify --abbrev-ref --show-toplevel --show-prefix --quiet -q'),
    'rev-list': revisions('--count --all -n= --max-count= --first-parent --since= --until= --reverse --no-merges -#'),
    'merge-base': revisions('--all --is-ancestor --fork-point'),
    // Without -O (it starts a pager) and -f.
    grep: {
      flags: '-n -i -w -l -L -c -o -v -E -F -P -G -h -H --count --cached -e= -A= -B= -C= --heading --break -p',
      operands: 'text-then-paths',
      insteadOfFirst: ['-e'],
    },
    blame: revisions('-L= -w -M -C -s -e -l --line-porcelain --porcelain'),
    shortlog: revisions('-s -n -e --summary --numbered --since= --until='),
    describe: revisions('--tags --always --long --abbrev= --match= --exact-match'),
    branch: { flags: '-a -r -v -vv --all --list --show-current', operands: 'none' },
    tag: { flags: '-l --list', operands: 'none' },
  },
};
