import { gitRule } from './git-rule.ts';
import type { ProgramRule, WordsRule } from './program-rule.ts';

const paths = (flags: string): WordsRule => ({ flags, operands: 'paths' });
const anything: WordsRule = { flags: '*', operands: 'text' };

/**
 * Programs that look, programs that write in the slot, and programs that run code. Left out on purpose: shells, `env`, `xargs`, `sudo`,
 * `awk` and editors (they start programs), `curl` and its like, `tee`, `dd`, `ln`, `chmod`.
 */
export const programs: readonly ProgramRule[] = [
  gitRule,
  // Without --pre, --pre-glob, --hostname-bin, -z (they start programs), -f and --ignore-file (they read elsewhere), -L.
  {
    program: 'rg',
    effect: 'read',
    before: ['--no-config'],
    words: {
      flags:
        '-n --line-number -N -i --ignore-case -s -S --smart-case -w --word-regexp -x -v --invert-match -c --count -l --files-with-matches --files-without-match -o --only-matching -F --fixed-strings -U --multiline -A= -B= -C= --after-context= --before-context= --context= -m= --max-count= --max-depth= --max-columns= -g= --glob= --iglob= -t= -T= --type= --type-not= -e= --regexp= -u -uu --hidden --no-ignore --no-heading --heading --files --json --stats --sort= --sortr= -q --quiet -a --text --color= --trim --vimgrep --column',
      operands: 'text-then-paths',
      insteadOfFirst: ['-e', '--regexp', '--files'],
    },
  },
  // Without -f (it reads elsewhere) and -R (it follows links).
  {
    program: 'grep',
    effect: 'read',
    words: {
      flags:
        '-n --line-number -r --recursive -i --ignore-case -l --files-with-matches -L -c --count -v --invert-match -w -x -o -E --extended-regexp -F --fixed-strings -G -P -q -s -h -H -a -I -A= -B= -C= -m= --max-count= -e= --regexp= --include= --exclude= --exclude-dir= --color=? -#',
      operands: 'text-then-paths',
      insteadOfFirst: ['-e', '--regexp'],
    },
  },
  // Without -exec, -ok, -delete, -fprint, -fls, -files0-from, -L, -H.
  {
    program: 'find',
    effect: 'read',
    words: {
      flags:
        '-name= -iname= -path= -ipath= -wholename= -regex= -iregex= -type= -size= -mtime= -mmin= -ctime= -atime= -newer=path -maxdepth= -mindepth= -depth -empty -perm= -user= -links= -not -a -o -and -or -prune -true -false -print -print0 -ls -printf= -P -xdev -mount ! ( )',
      operands: 'paths',
      dashWords: true,
    },
  },
  // Scripts without w, e, r and their like (`sed-script.ts`); --sandbox has sed refuse them as well.
  {
    program: 'sed',
    effect: 'write',
    words: {
      flags:
        '-n --quiet --silent -E -r --regexp-extended -s --separate -u -z -i --in-place -e=script --expression=script --posix',
      operands: 'script-then-paths',
      insteadOfFirst: ['-e', '--expression'],
      adds: ['--sandbox'],
    },
  },
  // Without --to-command, --checkpoint-action, -I, -F, --rsh-command, -P, and host:file.
  {
    program: 'tar',
    effect: 'write',
    words: {
      flags:
        '-t --list -x --extract -c --create -f=path --file=path -z --gzip -j -J -v --verbose -C=path --directory=path --strip-components= -k --keep-old-files --exclude= -O --to-stdout',
      operands: 'paths',
      firstIsFlag: true,
      adds: ['--force-local'],
    },
  },
  { program: 'cat', effect: 'read', words: paths('-n -b -A -s -E -T -v --number --show-all') },
  { program: 'head', effect: 'read', words: paths('-n= -c= -q -v --lines= --bytes= -#') },
  // Without -f: it never ends.
  { program: 'tail', effect: 'read', words: paths('-n= -c= -q -v --lines= --bytes= -#') },
  {
    program: 'ls',
    effect: 'read',
    words: paths('-l -a -A -h -R -r -t -S -1 -d -i -n -F -p --all --almost-all --human-readable --recursive'),
  },
  { program: 'wc', effect: 'read', words: paths('-l -w -c -m -L --lines --words --bytes --chars') },
  { program: 'stat', effect: 'read', words: paths('-c= --format= --printf= -t -f') },
  { program: 'du', effect: 'read', words: paths('-s -h -a -c -b -k -m -d= --max-depth= --apparent-size') },
  { program: 'file', effect: 'read', words: paths('-b --brief -i --mime --mime-type') },
  { program: 'diff', effect: 'read', words: paths('-u -U= -r -q -w -b -B -i -y -N --brief --unified=? --color=?') },
  { program: 'cmp', effect: 'read', words: paths('-s -l -b') },
  { program: 'sha256sum', effect: 'read', words: paths('-b -t') },
  { program: 'md5sum', effect: 'read', words: paths('-b -t') },
  // Without -o, --compress-program, -T, --files0-from.
  { program: 'sort', effect: 'read', words: paths('-n -r -u -k= -t= -f -h -V -b -c -s -z --key= --reverse --unique') },
  // Its second operand would be written.
  { program: 'uniq', effect: 'read', words: { ...paths('-c -d -u -i -f= -s= -w= --count'), maxOperands: 1 } },
  {
    program: 'cut',
    effect: 'read',
    words: paths('-d= -f= -c= -b= -s --delimiter= --fields= --complement --output-delimiter='),
  },
  { program: 'tr', effect: 'read', words: { flags: '-d -s -c -C -t --delete', operands: 'text' } },
  // Without -f, -L, --rawfile, --slurpfile: they read elsewhere.
  {
    program: 'jq',
    effect: 'read',
    words: {
      flags:
        '-r -c -s -e -n -S -M -a -j --raw-output --compact-output --slurp --sort-keys --tab --indent= --null-input',
      operands: 'text-then-paths',
    },
  },
  { program: 'echo', effect: 'read', words: { flags: '-n -e -E', operands: 'text' } },
  { program: 'pwd', effect: 'read', words: { flags: '-P -L', operands: 'none' } },
  { program: 'true', effect: 'read', words: { flags: '', operands: 'none' } },
  { program: 'date', effect: 'read', words: { flags: '-u --utc -I=? --iso-8601=?', operands: 'none' } },
  { program: 'basename', effect: 'read', words: { flags: '-a -s= --suffix=', operands: 'text' } },
  { program: 'dirname', effect: 'read', words: { flags: '', operands: 'text' } },
  { program: 'mkdir', effect: 'write', words: paths('-p --parents -v') },
  { program: 'touch', effect: 'write', words: paths('-c -a -m --no-create') },
  // Without -t and --target-directory, -L and -H, --backup with a suffix.
  { program: 'cp', effect: 'write', words: paths('-r -R -a -p -n -f -v -P --recursive --no-clobber') },
  { program: 'mv', effect: 'write', words: paths('-n -f -v --no-clobber --force') },
  { program: 'rm', effect: 'write', words: paths('-f -r -R -v -d --force --recursive --one-file-system') },
  {
    program: 'pip',
    effect: 'read',
    before: ['--isolated', '--no-input', '--disable-pip-version-check'],
    // Without install and download: versions are chosen by an action, with hashes, from one index.
    commands: {
      list: { flags: '--format= --outdated --not-required', operands: 'none' },
      show: { flags: '-f --files', operands: 'text' },
      check: { flags: '', operands: 'none' },
      freeze: { flags: '--all', operands: 'none' },
    },
  },
  { program: 'python', effect: 'code', words: anything },
  { program: 'python3', effect: 'code', words: anything },
  { program: 'pytest', effect: 'code', words: anything },
  { program: 'ruff', effect: 'code', words: anything },
  { program: 'mypy', effect: 'code', words: anything },
  { program: 'node', effect: 'code', words: anything },
  {
    program: 'npm',
    effect: 'code',
    // Without install, exec and publish. What a script does is the slot's own word.
    commands: { test: anything, run: anything, ls: { flags: '--all --depth= --json', operands: 'text' } },
  },
  { program: 'make', effect: 'code', words: anything },
  { program: 'cargo', effect: 'code', commands: { build: anything, check: anything, test: anything } },
  { program: 'go', effect: 'code', commands: { build: anything, test: anything, vet: anything } },
];
