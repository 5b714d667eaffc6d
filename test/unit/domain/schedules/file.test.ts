import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import { parseSchedules, printSchedules } from '../../../../src/domain/schedules/file.ts';
import { idOfName } from '../../../../src/domain/schedules/schedule.ts';
import { findWithin, withinText } from '../../../../src/domain/schedules/window-text.ts';

const parse = (text: string) =>
  parseSchedules({ file: 'ops/schedules.yaml', text }, { localZone: 'UTC', nowMs: Date.UTC(2026, 0, 1) });
const said = (text: string): string => {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof Fault) return `${error.code} ${error.message} ${error.at?.line}`;
  }
  return 'nothing';
};

describe('ops/schedules.yaml', () => {
  it('declares schedules, which say no yes', () => {
    const [one] = parse('schedules:\n  nightly:\n    cron: "0 3 * * *"\n    playbook: maintenance\n');
    expect(one).toEqual({
      ...{ id: 'nightly', title: 'nightly', cron: '0 3 * * *', zone: 'UTC', goal: 'nightly', playbook: 'maintenance' },
      ...{ inputs: {}, yes: false, overlap: 'skip', catchUpMs: 3_600_000, catchUpMost: 1, jitterMs: 0 },
      ...{ pauseAfter: 3, onlyIf: null, within: null },
    });
    expect(parse('')).toEqual([]);
  });

  it('is what export prints', () => {
    const text = `schedules:
  weekly:
    cron: '0 3 * * SUN'
    zone: Europe/Zurich
    goal: 'upgrade "numpy"'
    inputs: { version: '2.1' }
    overlap: queue
    catch-up: 2h
    catch-up-most: 2
    jitter: 10m
    pause-after: null
    if: 'conditions["env-setup:environment_stable"]'
    within: sun 02:00-05:00
`;
    const schedules = parse(text);
    expect(parse(printSchedules(schedules))).toEqual(schedules);
    expect(printSchedules([])).toBe('schedules: {}\n');
  });

  it.each([
    ['cron: "0 0 31 2 *"', 'never fires', 3],
    ['cron: "0 3 * * *"\n    zone: Europe/Zuerich', 'is no time zone, but Europe/Zurich is one', 4],
    ['cron: "0 3 * * *"\n    yes: true', 'There is no field yes', 4],
    ['cron: "0 3 * * *"\n    if: steps.a.output', 'if', 4],
    ['cron: "*/5 * * * *"\n    jitter: 5m', 'less than the 5m between two fires', 4],
    ['cron: "0 3 * * *"\n    within: whenever', 'has to be times', 4],
  ])('refuses %j with the place', (fields, why, line) => {
    const text = said(`schedules:\n  nightly:\n    ${fields}\n`);
    expect(text).toContain('DEFINITION_INVALID');
    expect(text).toContain(why);
    expect(text.endsWith(` ${line}`)).toBe(true);
  });
});

describe('names and times of the week', () => {
  it('makes an id of a name', () => {
    expect(idOfName('nightly maintenance')).toBe('nightly-maintenance');
    expect(idOfName('3 a.m.: Größe!')).toBe('a-m-gro-e');
    expect(idOfName('夜')).toBe('');
  });

  it('reads times of the week back', () => {
    for (const text of ['sat,sun 02:00-05:00', '22:00-05:00']) {
      const within = findWithin(text, 'UTC');
      expect(within === undefined ? '' : withinText(within)).toBe(text);
    }
    for (const text of ['25:00-26:00', 'xyz 02:00-05:00', '03:00-03:00', 'sat'])
      expect(findWithin(text, 'UTC')).toBeUndefined();
  });
});
