import { z } from 'zod';

import { alertsOf, alertsSchema } from './alerts-config.ts';
import { busOf, busSchema } from './bus-config.ts';
import { checkShape } from './check-shape.ts';
import { computeOf, computeSchema } from './compute-config.ts';
import { idField, portField, titleField, uniqueList } from './fields.ts';
import { logsOf, logsSchema } from './logs-config.ts';
import { monitoringOf, monitoringSchema } from './monitoring-config.ts';
import { parseYaml } from './parse-yaml.ts';
import { policyRuleFields, principalsOf, principalsSchema, rulesOf, unmeetable } from './policy-config.ts';
import { programSchema } from './program.ts';
import { restartFields, restartOf } from './restart-config.ts';
import { type DefinitionSource, type InstallationConfig, templateIds } from './types.ts';
import { durationField, sizeField } from './units.ts';

/**
 * Returns the configuration of `orchestrate.yaml`. Only `id`, `name` and `service` have to be there; the values
 * below are the defaults. Fault: `CONFIG_INVALID`, for its syntax too.
 * ```yaml
 * id: 3f9c2a71
 * name: comfy-home
 * template: comfyui         # service: the program below, in a repository of your own
 * service:
 *   mode: managed            # command: by the two commands below; none: production is started by nobody here
 *   port: 8188
 *   args: []                 # of every start, e.g. [--cpu]
 *   start-command: []        # of mode command: program and arguments, no shell
 *   stop-command: []
 *   start-time: 3m           # longest time until it answers
 *   finish-time: 10m         # longest time that a running prompt is waited for before a stop; 0s interrupts it
 *   watch-time: 5s           # after a switch: a new one that dies or falls silent in it is taken back; 0s: not watched
 *   restart: never           # on-failure: production that died is started again, its prompts with it
 *   restart-most: 3          # so often within restart-within; then it stays down
 *   restart-within: 10m
 *   swarmui: null            # http://127.0.0.1:7801, where SwarmUI starts ComfyUI: service restart asks it (mode none)
 *   memory-max: null         # e.g. 24 GiB: most memory of each service, none of it in swap, where a cgroup v2 is handed to you
 *   user-folder: null        # absolute folders of production
 *   input-folder: null
 *   output-folder: null
 * program:                  # of template service: programs and arguments, no shell; {port} stands for the port
 *   start: [python3, server.py, --port, '{port}']
 *   ready: http://127.0.0.1:{port}/health
 *   setup: [npm, ci]         # in each instance's folder; may be left out
 *   checks: [[npm, test]]    # have to end with 0; may be left out
 *   command-time: 10m        # longest time of set-up and of each check
 * ports: { first: 8191, last: 8290 }
 * python:
 *   program: null            # absolute path; the best on PATH when left out
 *   index: https://pypi.org/simple   # or an absolute folder of wheels
 *   torch-index: null        # address or folder with an index per CUDA family: https://download.pytorch.org/whl
 *   resolver: auto           # pip, uv; auto: uv where it is found
 *   modules: []              # have to import before a service is started
 * policy:
 *   max-download: 10 GiB     # a run that needs more asks first
 *   auto-merge: []           # low, medium
 *   max-slowdown: 1.3
 *   min-age: 14d             # a younger release is not chosen unless it is asked for
 *   borrow-vram: ask         # yes, no: whether a proof may use the graphics card while production holds it
 *   one-generator: true      # a proof draws on the graphics card only while production draws nothing, and gives way to it
 *   keep: { last: 3, younger-than: 14d }   # environments that stay on disk; pinned ones always
 *   # Who approves what, and when (`policy-config.ts`); all may be left out:
 *   risk: [{ when: { package: torch, files-over: 20 }, tier: high, why: every node runs on it }]
 *   review: [{ when: { tier: high }, persons: 2, trees: [ops-maint], agents: [change-reader], ticket: true, signature: true, window: true }]
 *   approval: { carry: never }           # disjoint: goes along when the base moved somewhere else
 *   tickets: { pattern: OPS-*, required: [{ tier: high }] }
 *   windows: [{ days: [sat, sun], from: '03:00', to: '05:00', zone: Europe/Zurich }]
 *   freezes: [{ from: 2026-12-20, to: 2027-01-04, reason: holidays }]
 * principals: []             # [{ name: anna, os-users: [anna], ssh-keys: [ssh-ed25519 AAAA…], trees: [], may-break-glass: true }]
 * merge:
 *   mode: local              # push: the commit goes to the remote first; pull-request: it is proposed there, and home follows
 *   remote: null             # a name in home's git configuration, ssh:// or https:// address, or an absolute folder
 *   branch: null             # on the remote; named as home's when left out
 *   push-tags: false         # restore points go along
 * supervisor: { idle-time: 10m }
 * bus:                       # messages between agents, trees and people
 *   mailbox: 10000           # messages of one mailbox that nobody is done with; one more is refused
 *   attempts: 5              # tries after which a message is dead
 *   keep: 14d                # how long one that is over is kept
 *   groups: { night: [person:anna, agent:repair-technician] }   # group:night; group:<tree> and group:all are there already
 * alerts:                    # who is told, and when; bare `orchestrate` tells them always
 *   targets:                 # least: critical, warning (when left out), informational
 *     - { name: log, kind: file, path: /var/log/orchestrate-alerts.jsonl, least: informational }
 *     - { name: team, kind: webhook, url: https://example.org/hook, secret-from: /home/anna/.alert-secret }   # or env:NAME
 *     - { name: mail, kind: command, argv: [/usr/bin/mail, -s, orchestrate, anna@example.org], least: critical }
 *     - { name: desk, kind: desktop }
 *   waiting-after: 30m       # a question or approval that waits longer is an alert
 *   gather: 10s              # how long an alert is kept back, so that its cause can be told with it
 *   per-hour: 20             # notices to one target at most; more are told together
 * compute:                   # language models; without it none is asked
 *   providers:               # anthropic, openai, zai, zai-coding, bigmodel, openrouter, ollama, llama-cpp, vllm are built in
 *     anthropic: { key: env:ANTHROPIC_API_KEY, max-concurrent: 3, strengths: [code, analysis] }   # or a file of mode 0600
 *     zai: { key: /home/anna/.zai-key, models: [{ id: glm-4.5-air, tier: small, prices: { input: 0.2, output: 1.1, cache-read: 0.03 } }] }   # USD per million tokens
 *     own: { url: 'http://127.0.0.1:8080/v1', dialect: openai-chat, free: true, models: [{ id: qwen3-coder, context: 65536, output: 8192 }] }
 *   plan: anthropic          # who plans and who reviews: a provider, or provider/model
 *   review: zai
 *   rules:                   # task-type: plan, review, work, what an agent's file says; any: all others
 *     - { task-type: config-validation, preferred: zai/glm-4.5-air, fallback: [own, anthropic], tier: small, data-class: internal }
 *   budgets:                 # at the limit the run pauses and asks; agent, provider: each of them in a day
 *     run: { usd: 5, tokens: null }
 *     day: { usd: 25 }
 *   unknown-prices: refuse   # take: models whose price nobody knows are called as well
 *   parallel: { first: 2, most: 8 }   # model-driven agents at once: to begin with, and when all is well
 * memory: { budget: 16 KiB } # what a task is given of memory at most
 * monitoring:
 *   interval: 60s            # how often the installation is measured while a supervisor runs
 *   disk-warning: 10 GiB     # free room below which a disk is told as short; disk-critical: as full
 *   disk-critical: 2 GiB
 *   memory-warning: 0.08     # part of the memory that is available at least
 *   patience: 3              # measurements in a row that have to say so before it is told
 * logs: { size: 64 MiB, keep: 5 }   # of services: a larger one is put away; the first and the newest are kept
 * queue: { ahead: 1 }        # changes proven before it is their turn, where the machine has room; 0: none
 * adopted: null              # { layout: clone, comfyui: /srv/ComfyUI, python: null }: looked at for outside changes
 * ```
 */
export function parseConfig(source: DefinitionSource): InstallationConfig {
  const parsed = parseYaml(source, { code: 'CONFIG_INVALID' });
  const checked = checkShape(configSchema, parsed, 'CONFIG_INVALID');
  const {
    id,
    name,
    template,
    service,
    program,
    ports,
    python,
    policy,
    principals,
    merge,
    supervisor,
    bus,
    alerts,
    queue,
    adopted,
  } = checked;
  const { locate } = parsed;
  const rules = rulesOf(policy, { locate, path: ['policy'] });
  return {
    id,
    name,
    template,
    program,
    service: {
      mode: service.mode,
      port: service.port,
      args: service.args,
      startCommand: service['start-command'],
      stopCommand: service['stop-command'],
      startSeconds: service['start-time'] / 1000,
      finishSeconds: service['finish-time'] / 1000,
      watchSeconds: service['watch-time'] / 1000,
      ...restartOf(service),
      ...(service.swarmui === null ? {} : { swarmUrl: service.swarmui }),
      ...(service['memory-max'] === null ? {} : { memoryMaxBytes: service['memory-max'] }),
      userDir: service['user-folder'],
      inputDir: service['input-folder'],
      outputDir: service['output-folder'],
    },
    ports,
    python: {
      program: python.program,
      index: indexOf(python.index),
      torchIndex: python['torch-index'] === null ? null : indexOf(python['torch-index']),
      resolver: python.resolver,
      modules: python.modules,
    },
    policy: {
      maxDownloadBytes: policy['max-download'],
      autoMerge: policy['auto-merge'],
      maxSlowdown: policy['max-slowdown'],
      minAgeSeconds: policy['min-age'] / 1000,
      borrowVram: policy['borrow-vram'],
      oneGenerator: policy['one-generator'],
      keep: { last: policy.keep.last, youngerThanSeconds: policy.keep['younger-than'] / 1000 },
      ...(rules === undefined ? {} : { rules }),
    },
    ...(principals.length === 0 ? {} : { principals: principalsOf(principals, { locate, path: ['principals'] }) }),
    merge: { mode: merge.mode, remote: merge.remote, branch: merge.branch, pushTags: merge['push-tags'] },
    supervisor: { idleSeconds: supervisor['idle-time'] / 1000 },
    bus: busOf(bus),
    alerts: alertsOf(alerts),
    ...(checked.compute === null ? {} : { compute: computeOf(checked.compute) }),
    queue,
    memory: { budgetBytes: checked.memory.budget },
    monitoring: monitoringOf(checked.monitoring),
    logs: logsOf(checked.logs),
    adopted,
  };
}

const absolutePath = z
  .string()
  .regex(/^\/(?:(?!\.{1,2}(?:\/|$))[^/]+(?:\/(?!$)|$))*$/, 'has to be an absolute path without "." or ".."');

/** Arguments that orchestrate sets, or that would open the service to others. argparse takes a beginning for the whole. */
const ownArguments = [
  '--listen',
  '--port',
  '--base-directory',
  '--user-directory',
  '--temp-directory',
  '--input-directory',
  '--output-directory',
  '--database-url',
  '--enable-cors-header',
];

const argument = z
  .string()
  .min(1)
  .max(400)
  .refine(
    (text) => !isOwn(text.split('=')[0] ?? ''),
    'is set by orchestrate or through the fields of service, not as an argument',
  );

/** `--lis` means `--listen` to argparse. */
function isOwn(name: string): boolean {
  return name === '--' || (name.length > 2 && ownArguments.some((own) => own.startsWith(name)));
}

const indexField = z.string().superRefine((text, context) => {
  if (absolutePath.safeParse(text).success) return;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    context.addIssue({ code: 'custom', message: 'has to be an https:// address or an absolute folder' });
  } else if (url.username !== '' || url.password !== '') {
    context.addIssue({ code: 'custom', message: 'has a user name or password in it, and this file is kept in git' });
  }
});

/** A program by its absolute path, and its arguments. No shell reads them. */
const command = z.array(z.string().min(1).max(1000)).max(64).default([]);

const serviceSchema = z
  .strictObject({
    mode: z.enum(['managed', 'command', 'none']),
    port: portField.default(8188),
    args: z.array(argument).max(64).default([]),
    'start-command': command,
    'stop-command': command,
    'start-time': durationField({ least: '1s', most: '1h' }).default(180_000),
    'finish-time': durationField({ least: '0s', most: '24h' }).default(600_000),
    'watch-time': durationField({ least: '0s', most: '10m' }).default(5_000),
    ...restartFields,
    swarmui: z
      .string()
      .regex(
        /^http:\/\/(?:127\.0\.0\.1|localhost):\d{1,5}$/,
        'has to be an address of this machine like http://127.0.0.1:7801',
      )
      .nullable()
      .default(null),
    'memory-max': sizeField({ least: '64 MiB', most: '100 TiB' }).nullable().default(null),
    'user-folder': absolutePath.nullable().default(null),
    'input-folder': absolutePath.nullable().default(null),
    'output-folder': absolutePath.nullable().default(null),
  })
  .superRefine((service, context) => {
    for (const name of ['start-command', 'stop-command'] as const) {
      const [program] = service[name];
      if (service.mode === 'command' && program === undefined)
        context.addIssue({ code: 'custom', message: 'is needed where mode is command', path: [name] });
      if (program !== undefined && !absolutePath.safeParse(program).success)
        context.addIssue({
          code: 'custom',
          message: 'has to begin with the absolute path of a program',
          path: [name, 0],
        });
    }
  });

const oneWord = z
  .string()
  .min(1)
  .max(1000)
  .regex(/^[^\p{Cc}\s-][^\p{Cc}\s]*$/u, 'has to be without blanks, and not to begin with "-"');

const mergeSchema = z
  .strictObject({
    mode: z.enum(['local', 'push', 'pull-request']).default('local'),
    remote: oneWord.nullable().default(null),
    branch: oneWord.nullable().default(null),
    'push-tags': z.boolean().default(false),
  })
  .refine(({ mode, remote }) => mode === 'local' || remote !== null, {
    message: 'is needed where mode is not local',
    path: ['remote'],
  })
  .prefault({});

const fieldsSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'has to be lower-case letters, digits and "-", 64 at most'),
    name: titleField,
    template: z.enum(templateIds).default('comfyui'),
    service: serviceSchema,
    program: programSchema.nullable().default(null),
    ports: z
      .strictObject({ first: portField, last: portField })
      .refine(({ first, last }) => first <= last, { message: 'is below ports.first', path: ['last'] })
      .default({ first: 8191, last: 8290 }),
    python: z
      .strictObject({
        program: absolutePath.nullable().default(null),
        index: indexField.default('https://pypi.org/simple'),
        'torch-index': indexField.nullable().default(null),
        resolver: z.enum(['auto', 'pip', 'uv']).default('auto'),
        modules: uniqueList(
          z.string().regex(/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/, 'has to be the name of a Python module'),
        ).default([]),
      })
      .prefault({}),
    principals: principalsSchema,
    policy: z
      .strictObject({
        ...policyRuleFields,
        'max-download': sizeField({ least: '0 B', most: '100 TiB' }).default(10 * 1024 ** 3),
        'auto-merge': z
          .array(z.enum(['low', 'medium']))
          .max(2)
          .default([]),
        'max-slowdown': z.number().min(1).max(100).default(1.3),
        'min-age': durationField({ least: '0s', most: '3650d' }).default(1_209_600_000),
        'borrow-vram': z.enum(['ask', 'yes', 'no']).default('ask'),
        'one-generator': z.boolean().default(true),
        keep: z
          .strictObject({
            last: z.number().int().min(1).max(1000).default(3),
            'younger-than': durationField({ least: '0s', most: '3650d' }).default(1_209_600_000),
          })
          .prefault({}),
      })
      .prefault({}),
    merge: mergeSchema,
    supervisor: z
      .strictObject({ 'idle-time': durationField({ least: '1s', most: '365d' }).default(600_000) })
      .prefault({}),
    bus: busSchema,
    alerts: alertsSchema,
    compute: computeSchema.nullable().default(null),
    monitoring: monitoringSchema,
    logs: logsSchema,
    memory: z.strictObject({ budget: sizeField({ least: '0 B', most: '10 MiB' }).default(16 * 1024) }).prefault({}),
    queue: z.strictObject({ ahead: z.number().int().min(0).max(4).default(1) }).prefault({}),
    adopted: z
      .strictObject({ layout: idField, comfyui: absolutePath, python: absolutePath.nullable().default(null) })
      .nullable()
      .default(null),
  })
  .superRefine(({ policy, principals }, context) => {
    const names = new Set(principals.map(({ name }) => name));
    policy.review.forEach((rule, index) => {
      rule.principals.forEach((name, at) => {
        if (names.has(name)) return;
        const path = ['policy', 'review', index, 'principals', at];
        context.addIssue({ code: 'custom', message: 'is no name of principals', path });
      });
      unmeetable(rule, principals).forEach(({ field, message }) => {
        context.addIssue({ code: 'custom', message, path: ['policy', 'review', index, field] });
      });
    });
  });

/** Schema of `orchestrate.yaml`: the fields, what a template needs, and what is of another one. */
export const configSchema = fieldsSchema.superRefine(({ template, program, service }, context) => {
  const isService = template === 'service';
  const issue = (message: string, ...path: string[]): void => context.addIssue({ code: 'custom', message, path });
  if (isService && program === null) issue('is needed where template is service', 'program');
  if (!isService && program !== null) issue('is of template service', 'program');
  if (isService && service.mode === 'command')
    issue(
      'is of template comfyui: orchestrate starts the program itself (managed), or nobody here does (none)',
      'service',
      'mode',
    );
});

function indexOf(text: string): InstallationConfig['python']['index'] {
  return text.startsWith('/') ? { kind: 'folder', path: text } : { kind: 'url', url: text };
}
