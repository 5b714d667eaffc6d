import { z } from 'zod';

import { factNames, type PolicyRules, type Principal, type ReviewRule, type When } from '../policy/rules.ts';
import { freezeSpan, weekdays, whenOfFreeze, whenOfTime } from '../policy/windows.ts';
import { isZone } from '../policy/zone.ts';
import { idField, proseField, scopeField, uniqueList } from './fields.ts';
import type { Locator, ValuePath } from './locator.ts';
import { sizeField } from './units.ts';

const oneOrMore = (item: z.ZodType<string, string>) =>
  z.union([item.transform((one) => [one]), uniqueList(item, { least: 1 })]);

/** The rest of a fact, such as a package's name; `*` stands for any characters. */
const factField = z.string().min(1).max(200);
const tierField = z.enum(['low', 'medium', 'high']);

const facts = Object.fromEntries(factNames.map((name) => [name, oneOrMore(factField).optional()])) as Record<
  (typeof factNames)[number],
  z.ZodOptional<ReturnType<typeof oneOrMore>>
>;

const factsWhen = {
  path: oneOrMore(scopeField).optional(),
  ...facts,
  tree: oneOrMore(idField).optional(),
  'files-over': z.number().int().min(0).max(1_000_000).optional(),
  'bytes-over': sizeField({ least: '0 B', most: '100 TiB' }).optional(),
};
const whenSchema = z.strictObject(factsWhen);
const tieredWhenSchema = z.strictObject({
  tier: z.union([tierField.transform((one) => [one]), z.array(tierField).min(1).max(3)]).optional(),
  ...factsWhen,
});

/** Name of a principal: what stands before a key in a list of allowed signers as well. */
const nameField = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'has to be letters, digits, ".", "_" and "-", 64 at most');
const why = proseField.optional();

const riskRuleSchema = z.strictObject({ when: whenSchema, tier: z.enum(['medium', 'high']), why });

const reviewRuleSchema = z
  .strictObject({
    when: tieredWhenSchema.prefault({}),
    trees: uniqueList(idField).default([]),
    agents: uniqueList(idField, { most: 4 }).default([]),
    principals: uniqueList(nameField).default([]),
    persons: z.number().int().min(1).max(20).nullable().default(null),
    ticket: z.boolean().default(false),
    comment: z.boolean().default(false),
    signature: z.boolean().default(false),
    window: z.boolean().default(false),
    why,
  })
  .refine(
    (rule) =>
      rule.trees.length + rule.agents.length + rule.principals.length > 0 ||
      rule.persons !== null ||
      rule.ticket ||
      rule.comment ||
      rule.signature ||
      rule.window,
    { message: 'asks for nothing: name trees, agents, principals, persons, ticket, comment, signature or window' },
  );

const zoneField = z
  .string()
  .max(64)
  .refine((zone) => isZone(zone), 'has to be the name of a time zone such as Europe/Zurich')
  .nullable()
  .default(null);
export const timeField = z.string().refine((text) => whenOfTime(text) !== undefined, 'has to be a time like 03:00');
export const dateField = z
  .string()
  .refine((text) => whenOfFreeze(text) !== undefined, 'has to be a day like 2026-12-20, or 2026-12-20T18:00');

const windowSchema = z
  .strictObject({
    days: z
      .array(z.enum(weekdays))
      .min(1)
      .max(7)
      .default([...weekdays]),
    from: timeField,
    to: timeField,
    zone: zoneField,
  })
  .refine(({ from, to }) => from !== to, { message: 'is the same as from: such a window is never open', path: ['to'] });

const freezeSchema = z
  .strictObject({ from: dateField, to: dateField, zone: zoneField, reason: z.string().min(1).max(500) })
  .superRefine(({ from, to, zone }, context) => {
    if (whenOfFreeze(from) === undefined || whenOfFreeze(to) === undefined) return;
    const { fromMs, toMs } = freezeSpan({ kind: 'freeze', from, to, zone: zone ?? 'UTC' });
    if (fromMs >= toMs)
      context.addIssue({ code: 'custom', message: 'is not after from: nothing would ever be frozen', path: ['to'] });
  });

/** The fields of `policy:` that say who approves what, and when. */
export const policyRuleFields = {
  risk: z.array(riskRuleSchema).max(200).default([]),
  review: z.array(reviewRuleSchema).max(200).default([]),
  approval: z.strictObject({ carry: z.enum(['never', 'disjoint']).default('never') }).prefault({}),
  tickets: z
    .strictObject({
      pattern: z.string().min(1).max(100).nullable().default(null),
      required: z.array(tieredWhenSchema).max(50).default([]),
    })
    .prefault({}),
  windows: z.array(windowSchema).max(50).default([]),
  freezes: z.array(freezeSchema).max(200).default([]),
};
const policyRulesSchema = z.object(policyRuleFields);
type WrittenRules = z.output<typeof policyRulesSchema>;

const publicKeyPattern =
  /^(?:ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp(?:256|384|521)|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) [A-Za-z0-9+/]+={0,3}(?: [^\r\n]*)?$/;

/** A public key as `ssh-keygen` prints it: type, body, comment. */
const publicKey = z
  .string()
  .max(8_000)
  // Its text is not repeated: somebody may have pasted the private one.
  .refine((key) => publicKeyPattern.test(key), 'has to be a public key such as "ssh-ed25519 AAAA…"');

const loginField = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[^\s,:"]+$/, 'has to be a login without spaces, commas or colons');

export const principalsSchema = z
  .array(
    z.strictObject({
      name: nameField,
      'os-users': uniqueList(loginField).default([]),
      'ssh-keys': uniqueList(publicKey).default([]),
      trees: uniqueList(idField).default([]),
      'may-break-glass': z.boolean().default(false),
    }),
  )
  .max(200)
  .default([])
  .superRefine((principals, context) => {
    const once = (items: readonly { readonly text: string; readonly path: ValuePath }[]): void => {
      const seen = new Set<string>();
      for (const { text, path } of items) {
        if (seen.has(text)) context.addIssue({ code: 'custom', message: 'is there twice', path: [...path] });
        seen.add(text);
      }
    };
    once(principals.map(({ name }, index) => ({ text: name, path: [index, 'name'] })));
    // One key for two persons would let each pass for the other.
    once(
      principals.flatMap((one, index) =>
        one['ssh-keys'].map((key, at) => ({ text: keyOf(key), path: [index, 'ssh-keys', at] })),
      ),
    );
    principals.forEach((one, index) => {
      if (one['os-users'].length + one['ssh-keys'].length === 0)
        context.addIssue({
          code: 'custom',
          message: 'has neither os-users nor ssh-keys: nobody could ever be it',
          path: [index],
        });
    });
  });
type WrittenPrincipals = z.output<typeof principalsSchema>;

/** Returns what a rule asks for that nobody could ever give, or nobody could tell whether it was given. */
export function unmeetable(
  { persons, signature }: Pick<z.output<typeof reviewRuleSchema>, 'persons' | 'signature'>,
  principals: WrittenPrincipals,
): readonly { readonly field: 'persons' | 'signature'; readonly message: string }[] {
  return [
    ...(persons !== null && persons > 1 && principals.length === 0
      ? [
          {
            field: 'persons',
            message: 'needs principals: without them every login counts, and nobody knows how many persons that are',
          } as const,
        ]
      : []),
    ...(signature && principals.every((one) => one['ssh-keys'].length === 0)
      ? [{ field: 'signature', message: 'needs a principal with ssh-keys: nobody could sign' } as const]
      : []),
  ];
}

/** Type and body of a public key, without its comment. */
const keyOf = (key: string): string => key.split(' ').slice(0, 2).join(' ');

interface Place {
  readonly locate: Locator;
  /** Where the part stands in the whole. */
  readonly path: ValuePath;
}

/** Returns the rules with their places, or undefined where none is written. */
export function rulesOf(written: WrittenRules, { locate, path }: Place): PolicyRules | undefined {
  const at = (...below: ValuePath): string => placeText(locate, [...path, ...below]);
  const rules: PolicyRules = {
    risk: written.risk.map(({ when, tier, why: reason }, index) => ({
      when: whenOf(when),
      tier,
      why: reason ?? '',
      at: at('risk', index),
    })),
    review: [
      ...written.review.map(({ when, why: reason, ...rule }, index): ReviewRule => ({
        ...rule,
        when: whenOf(when),
        why: reason ?? '',
        at: at('review', index),
      })),
      ...written.tickets.required.map((when, index) => ({
        ...nothing,
        when: whenOf(when),
        ticket: true,
        why: '',
        at: at('tickets', 'required', index),
      })),
    ],
    carry: written.approval.carry,
    ticketPattern: written.tickets.pattern,
    windows: written.windows.map((one, index) => ({ kind: 'window', ...one, at: at('windows', index) })),
    freezes: written.freezes.map((one, index) => ({ kind: 'freeze', ...one, at: at('freezes', index) })),
  };
  return isEmpty(rules) ? undefined : rules;
}

const isEmpty = ({ risk, review, carry, ticketPattern, windows, freezes }: PolicyRules): boolean =>
  risk.length + review.length + windows.length + freezes.length === 0 && carry === 'never' && ticketPattern === null;

const nothing = {
  trees: [],
  agents: [],
  principals: [],
  persons: null,
  ticket: false,
  comment: false,
  signature: false,
  window: false,
} as const;

/** Returns the principals with their places. */
export const principalsOf = (written: WrittenPrincipals, { locate, path }: Place): readonly Principal[] =>
  written.map((one, index) => ({
    name: one.name,
    osUsers: one['os-users'],
    sshKeys: one['ssh-keys'].map(keyOf),
    trees: one.trees,
    mayBreakGlass: one['may-break-glass'],
    at: placeText(locate, [...path, index]),
  }));

function placeText(locate: Locator, path: ValuePath): string {
  const { file, line } = locate.value(path);
  return `${file}:${line}`;
}

function whenOf(written: z.output<typeof tieredWhenSchema>): When {
  return {
    tiers: written.tier ?? [],
    paths: written.path ?? [],
    facts: Object.fromEntries(factNames.flatMap((name) => (written[name] ? [[name, written[name]]] : []))),
    trees: written.tree ?? [],
    filesOver: written['files-over'] ?? null,
    bytesOver: written['bytes-over'] ?? null,
  };
}
