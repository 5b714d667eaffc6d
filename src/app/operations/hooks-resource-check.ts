import { z } from 'zod';

import { bytesText } from '../../domain/plans/amounts.ts';
import { defineOperation } from '../operation.ts';
import { measuredPort } from './_hook-ports.ts';
import { answerHook, hookFields, hookSchema } from './_hooks.ts';

const sorts = ['gpu', 'memory', 'disk', 'ports', 'load'] as const;

/** Less than this is said first, in bytes: an environment of PyTorch takes five times as much. */
const shortOf = { disk: 5e9, memory: 2e9 } as const;

/** `orchestrate hooks resource-check` */
export const hooksResourceCheck = defineOperation({
  name: 'hooks resource-check',
  summary: 'What the machine has free now: graphics card, memory, disk, ports.',
  description: 'All of it is measured when it is asked for; what the machine does not tell is said to be unknown.',
  effect: 'read',
  needs: 'home',
  fromInput: 'event',
  input: z.object({
    type: z
      .string()
      .regex(
        /^\[?["']?(gpu|memory|disk|ports|load|all)(["']?\s*[|,]\s*["']?(gpu|memory|disk|ports|load|all))*["']?\]?$/,
        'has to be of gpu, memory, disk, ports, load, parted by commas',
      )
      .nullable()
      .default(null)
      .describe('`gpu`, `memory`, `disk`, `ports`, `load`, several with commas; all when left out.'),
    ...hookFields,
  }),
  output: hookSchema.extend({
    measured: z
      .object({
        diskFreeBytes: z.number().nullable(),
        memoryFreeBytes: z.number().nullable(),
        load: z.number().nullable(),
        processors: z.number().nullable(),
        gpu: z.string().nullable().describe('`none`, the cards, or why it is not known.'),
        ports: z.array(z.object({ port: z.number(), holder: z.string().nullable().describe('Null: free.') })),
      })
      .describe('Null: not asked for, or not told.'),
  }),
  examples: [
    { command: 'orchestrate hooks resource-check --type gpu,disk', explains: 'The card, and room on the disk.' },
    { command: 'orchestrate hooks resource-check', explains: 'All of it.' },
  ],
  run: (app, input) =>
    answerHook(app, { hook: 'resource-check', events: ['SessionStart'], given: input }, async () => {
      const asked = new Set(input.type?.match(/[a-z]+/g) ?? ['all']);
      const wants = (sort: (typeof sorts)[number]): boolean => asked.has('all') || asked.has(sort);
      const { paths, config, definitions } = await app.installation();
      const { machine, accelerators } = app.outside;
      const [disk, memory, load, card] = await Promise.all([
        wants('disk') ? machine.disk(paths.home) : undefined,
        wants('memory') ? machine.memory() : undefined,
        wants('load') ? machine.load() : undefined,
        wants('gpu') ? accelerators.probe() : undefined,
      ]);
      const numbers = wants('ports')
        ? [...new Set([config.service.port, ...[...definitions.trees.values()].map(({ homePort }) => homePort)])]
        : [];
      const ports = await Promise.all(numbers.map((port) => measuredPort(app, port)));
      const diskFreeBytes = typeof disk === 'object' ? disk.freeBytes : null;
      const gpu = card === undefined ? null : gpuText(card);
      const found = [
        ...(diskFreeBytes !== null && diskFreeBytes < shortOf.disk
          ? ['the disk is nearly full: orchestrate restore prune']
          : []),
        ...(memory !== undefined && memory.availableBytes < shortOf.memory ? ['there is little memory left'] : []),
        ...(wants('disk')
          ? [
              diskFreeBytes === null
                ? 'the disk does not answer'
                : `disk: ${bytesText(diskFreeBytes)} free at ${paths.home}`,
            ]
          : []),
        ...(memory === undefined
          ? []
          : [`memory: ${bytesText(memory.availableBytes)} of ${bytesText(memory.totalBytes)} free`]),
        ...(load === undefined ? [] : [`load: ${load.oneMinute} on ${load.processors} processors`]),
        ...(gpu === null ? [] : [`graphics card: ${gpu}`]),
        ...ports.map(({ port, holder }) => `port ${port}: ${holder ?? 'free'}`),
      ];
      return {
        sentence: `Measured: ${[...asked].join(', ')}.`,
        found,
        measured: {
          diskFreeBytes,
          memoryFreeBytes: memory?.availableBytes ?? null,
          load: load?.oneMinute ?? null,
          processors: load?.processors ?? null,
          gpu,
          ports,
        },
      };
    }),
});

function gpuText(
  card: Awaited<ReturnType<Parameters<typeof measuredPort>[0]['outside']['accelerators']['probe']>>,
): string {
  if (card.kind === 'none') return 'none';
  if (card.kind === 'unknown') return `not known: ${card.reason}`;
  return (
    card.gpus
      .map(({ name, memoryBytes }) => `${name}${memoryBytes === null ? '' : `, ${bytesText(memoryBytes)}`}`)
      .join('; ') || 'none'
  );
}
