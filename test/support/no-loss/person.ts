import * as fs from 'node:fs';
import * as path from 'node:path';

import { tryGit } from '../../contract/git/support.ts';
import type { PersonAct, Place } from './commands.ts';
import { commitRefused } from './refused-commit.ts';
import type { RealWorld } from './world.ts';

export const slotName = (slot: 1 | 2): string => (slot === 1 ? 'env-setup' : 'env-setup@2');

/** The person: files, and an ordinary git that obeys whatever it finds. What cannot be done is given up. */
export class Person {
  readonly #world: RealWorld;
  #serial = 0;

  constructor(world: RealWorld) {
    this.#world = world;
  }

  /** Folders in which the person acts. */
  dir(place: Place): string {
    const { dir, homeDir } = this.#world;
    if (place === 'home') return homeDir;
    return place === 'mine' ? path.join(dir, 'mine') : path.join(homeDir, 'trees', slotName(place === 'slot' ? 1 : 2));
  }

  act(act: PersonAct): void {
    if ('at' in act) {
      const dir = this.dir(act.at);
      if (fs.existsSync(dir)) this.#in(dir, act);
      return;
    }
    const { homeDir, processes, dir } = this.#world;
    const home = (...args: string[]): number | null => tryGit(homeDir, args);
    switch (act.kind) {
      case 'gc':
        return void home('gc', '--quiet', '--prune=now');
      case 'repack':
        return void home('repack', '-a', '-d', '--quiet');
      case 'pack-refs':
        return void home('pack-refs', '--all', '--prune');
      case 'branch -D':
        return void home('branch', '-D', 'other');
      case 'tag -d':
        return void home('tag', '-d', `restore/${this.#someTag()}`);
      case 'worktree add':
        return void home('worktree', 'add', '--quiet', '--detach', path.join(dir, 'mine'));
      case 'worktree remove':
        return void home('worktree', 'remove', '--force', path.join(dir, 'mine'));
      case 'worktree prune':
        return void home('worktree', 'prune', '--expire=now');
      case 'lock slot':
        return void home('worktree', 'lock', '--reason', 'mine for now', this.dir('slot'));
      case 'unlock slot':
        return void home('worktree', 'unlock', this.dir('slot'));
      case 'rm -rf slot':
        return fs.rmSync(this.dir('slot'), { recursive: true, force: true });
      case 'shell in slot':
        return void processes.strangersInside.push({ pid: 4711, argv: ['bash'], by: 'cwd', dir: this.dir('slot') });
      case 'shell leaves':
        processes.strangersInside.length = 0;
    }
  }

  #in(dir: string, act: Extract<PersonAct, { at: Place }>): void {
    const git = (...args: string[]): number | null => tryGit(dir, args);
    switch (act.kind) {
      case 'write':
        return this.#write(dir, act.name);
      case 'remove':
        return fs.rmSync(path.join(dir, act.name), { recursive: true, force: true });
      case 'add':
        return void git('add', '--all', '--', act.name);
      case 'commit':
        return void git('commit', '--quiet', '--message', `by hand ${++this.#serial}`);
      case 'commit refused':
        // In home it would be the branch's, and orchestrate says no to everything.
        if (act.at.startsWith('slot') && git('rev-parse', '--verify', '--quiet', 'HEAD') === 0)
          commitRefused(dir, `refused ${++this.#serial}`);
        return;
      case 'commit all':
        git('add', '--all');
        return void git('commit', '--quiet', '--message', `by hand ${++this.#serial}`);
      case 'amend':
        return void git('commit', '--quiet', '--amend', '--message', `amended ${++this.#serial}`);
      case 'new branch':
        return void git('checkout', '--quiet', '-b', 'other');
      case 'switch main':
        return void (git('switch', '--quiet', 'main') === 0 || git('checkout', '--quiet', '--detach', 'main'));
      case 'detach':
        return void git('checkout', '--quiet', '--detach');
      case 'reset --hard':
        return void git('reset', '--hard', '--quiet');
      case 'reset --hard ~1':
        return void git('reset', '--hard', '--quiet', 'HEAD~1');
      case 'rebase':
        return void (git('rebase', '--quiet', 'main') === 0 || git('rebase', '--abort'));
      case 'merge other':
        return void (git('merge', '--quiet', '--no-edit', 'other') === 0 || git('merge', '--abort'));
      case 'stash':
        return void git('stash', 'push', '--quiet', '--include-untracked');
      case 'stash pop':
        return void git('stash', 'pop', '--quiet');
      case 'clean':
        return void git('clean', '-fdq');
    }
  }

  #write(dir: string, name: string): void {
    try {
      fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
      fs.writeFileSync(path.join(dir, name), `content ${++this.#serial} of ${name}\n`);
    } catch {
      // A file stands where a folder would have to be, or the other way round: the person gives up.
    }
  }

  #someTag(): string {
    const dir = path.join(this.#world.homeDir, '.git/refs/tags/restore');
    return fs.existsSync(dir) ? (fs.readdirSync(dir)[0] ?? 'none') : 'none';
  }
}
