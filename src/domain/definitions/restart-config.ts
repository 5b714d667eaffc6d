import { z } from 'zod';

import type { RestartRule } from '../services/restart.ts';
import { durationField, durationText } from './units.ts';

/** Fields of `service` about starting production again when it died. */
export const restartFields = {
  restart: z.enum(['never', 'on-failure']).default('never'),
  'restart-most': z.number().int().min(1).max(20).default(3),
  'restart-within': durationField({ least: '1m', most: '24h' }).default(600_000),
};

type Fields = { readonly [Name in keyof typeof restartFields]: z.infer<(typeof restartFields)[Name]> };

/** Returns the rule as the program uses it; nothing where it is `never`. */
export const restartOf = (service: Fields): { readonly restart?: RestartRule } =>
  service.restart === 'never'
    ? {}
    : { restart: { most: service['restart-most'], withinSeconds: service['restart-within'] / 1_000 } };

/** Returns the fields as they are written into `orchestrate.yaml`. */
export const printRestart = (rule: RestartRule | undefined): object =>
  rule === undefined
    ? {}
    : {
        restart: 'on-failure',
        'restart-most': rule.most,
        'restart-within': durationText(Math.round(rule.withinSeconds * 1_000)),
      };
