import fc from 'fast-check';

/** Where somebody acts: in home, in a slot, in a work tree of the person's own. */
export type Place = 'home' | 'slot' | 'slot2' | 'mine';
const places = ['home', 'home', 'home', 'slot', 'slot', 'slot2', 'mine'] as const;

const names = [
  'a',
  'a/b',
  'd/x',
  'd',
  'k.ignored',
  '.github/x',
  '.gitkeep',
  'ops/alerts.yaml',
  'docs/env-setup/notes.md',
  'docs/env-setup/new.md',
] as const;

/** What a person or an agent does by hand, with files and an ordinary git. */
export type PersonAct =
  | { readonly kind: 'write' | 'remove' | 'add'; readonly at: Place; readonly name: (typeof names)[number] }
  | {
      readonly kind:
        | 'commit'
        | 'commit refused'
        | 'commit all'
        | 'amend'
        | 'new branch'
        | 'switch main'
        | 'detach'
        | 'reset --hard'
        | 'reset --hard ~1'
        | 'rebase'
        | 'merge other'
        | 'stash'
        | 'stash pop'
        | 'clean';
      readonly at: Place;
    }
  | {
      readonly kind:
        | 'gc'
        | 'repack'
        | 'pack-refs'
        | 'branch -D'
        | 'tag -d'
        | 'worktree add'
        | 'worktree remove'
        | 'worktree prune'
        | 'lock slot'
        | 'unlock slot'
        | 'rm -rf slot'
        | 'shell in slot'
        | 'shell leaves';
    };

/** What orchestrate does, by the engine's own functions. */
export type OurAct =
  | { readonly kind: 'prepare' | 'snapshot' | 'merge' | 'abandon'; readonly slot: 1 | 2 }
  | { readonly kind: 'undo' | 'reconcile' }
  | { readonly kind: 'restore'; readonly pick: number }
  | { readonly kind: 'clean slots'; readonly toTrash: boolean; readonly slot: 1 | 2; readonly isKilled: boolean }
  | { readonly kind: 'trash restore'; readonly pick: number; readonly isOwn: boolean; readonly isKilled: boolean }
  | { readonly kind: 'trash empty'; readonly pick: number };

export type Act = ({ readonly who: 'person' } & PersonAct) | ({ readonly who: 'ours' } & OurAct);

const slot = fc.constantFrom<1 | 2>(1, 1, 1, 2);
const at = fc.constantFrom<Place>(...places);

const byHand: fc.Arbitrary<PersonAct> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom('write', 'write', 'write', 'remove', 'add'),
      at,
      name: fc.constantFrom(...names),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'commit',
        'commit refused',
        'commit all',
        'commit all',
        'amend',
        'new branch',
        'switch main',
        'switch main',
        'detach',
        'reset --hard',
        'reset --hard ~1',
        'rebase',
        'merge other',
        'stash',
        'stash pop',
        'clean',
      ),
      at,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'gc',
        'gc',
        'repack',
        'pack-refs',
        'branch -D',
        'tag -d',
        'worktree add',
        'worktree remove',
        'worktree prune',
        'lock slot',
        'unlock slot',
        'rm -rf slot',
        'shell in slot',
        'shell leaves',
      ),
    }),
  },
) as fc.Arbitrary<PersonAct>;

const byUs: fc.Arbitrary<OurAct> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('prepare', 'prepare', 'merge', 'merge', 'snapshot', 'abandon'),
      slot,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('undo', 'reconcile') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restore'), pick: fc.nat(20) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('clean slots'), toTrash: fc.boolean(), slot, isKilled: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('trash restore'),
      pick: fc.nat(20),
      isOwn: fc.boolean(),
      isKilled: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('trash empty'), pick: fc.nat(20) }) },
) as fc.Arbitrary<OurAct>;

const one: fc.Arbitrary<readonly Act[]> = fc
  .oneof(
    { weight: 3, arbitrary: byHand.map((act): Act => ({ who: 'person', ...act })) },
    { weight: 2, arbitrary: byUs.map((act): Act => ({ who: 'ours', ...act })) },
  )
  .map((act) => [act]);

const writes = (place: Place, most: number): fc.Arbitrary<readonly Act[]> =>
  fc.array(
    fc.constantFrom(...names).map((name): Act => ({ who: 'person', kind: 'write', at: place, name })),
    { minLength: 1, maxLength: most },
  );

/** Work as it mostly goes: an agent writes in a slot while the person writes in home, and it merges or is undone. */
const round: fc.Arbitrary<readonly Act[]> = fc
  .tuple(writes('slot', 3), writes('home', 2), fc.boolean(), fc.boolean())
  .map(([agent, person, isFirst, isUndone]): readonly Act[] => [
    { who: 'ours', kind: 'prepare', slot: 1 },
    ...agent,
    ...(isFirst ? [] : person),
    { who: 'ours', kind: 'merge', slot: 1 },
    ...(isFirst ? person : []),
    ...(isUndone ? [{ who: 'ours', kind: 'undo' } as const] : []),
  ]);

/** A commit that no strict import takes in, and the slot that it alone is named by is used again or taken away. */
const refused: fc.Arbitrary<readonly Act[]> = fc.boolean().map((isCleaned): readonly Act[] => [
  { who: 'ours', kind: 'prepare', slot: 1 },
  { who: 'person', kind: 'commit refused', at: 'slot' },
  ...(isCleaned
    ? ([
        { who: 'ours', kind: 'abandon', slot: 1 },
        { who: 'ours', kind: 'clean slots', slot: 1, toTrash: true, isKilled: false },
      ] as const)
    : ([{ who: 'ours', kind: 'prepare', slot: 1 }] as const)),
]);

/** A slot is made, then anybody does anything: most sequences have something to lose by their third act. */
export const sequences: fc.Arbitrary<readonly Act[]> = fc
  .array(fc.oneof({ weight: 12, arbitrary: one }, { weight: 2, arbitrary: round }, { weight: 1, arbitrary: refused }), {
    minLength: 5,
    maxLength: 14,
  })
  .map((parts): readonly Act[] => [{ who: 'ours', kind: 'prepare', slot: 1 }, ...parts.flat()]);
