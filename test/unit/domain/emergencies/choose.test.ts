import { describe, expect, it } from 'vitest';

import { catalogue } from '../../../../src/domain/diagnosis/catalogue.ts';
import { emergencyOfAlert } from '../../../../src/domain/emergencies/by-alert.ts';
import { emergencyOfSignature } from '../../../../src/domain/emergencies/by-signature.ts';
import { chooseEmergency } from '../../../../src/domain/emergencies/choose.ts';
import { emergencies, type Emergency } from '../../../../src/domain/emergencies/emergency.ts';
import type { EmergencyFacts } from '../../../../src/domain/emergencies/facts.ts';

type Alert = EmergencyFacts['alerts'][number];
type Finding = EmergencyFacts['findings'][number];

const nothing: EmergencyFacts = { words: null, alerts: [], findings: [], hang: null, parts: [], switched: null };
const alert = (key: string, more: Partial<Alert> = {}): Alert => ({
  ...{ alert: 'a1', key, severity: 'critical', sentence: `${key}.`, raisedAtMs: 1_000, cause: null, row: 7, ...more },
});
const finding = (signature: string, more: Partial<Finding> = {}): Finding => ({
  ...{ signature, severity: 'critical', sentence: `${signature}.`, because: null, row: 9, atMs: 1_000, ...more },
});
const bad = (part: EmergencyFacts['parts'][number]['part'], state: 'bad' | 'warning' = 'bad') =>
  ({ part, state, sentence: `${part} is ${state}`, evidence: ['#4'], hint: null }) as const;
const hang = (cause: 'worker' | 'silent' | 'queue') => ({ cause, sentence: `hung by ${cause}`, row: 5, atMs: 900 });
const switched = { change: 'c3', atMs: 500, row: 2 };

/** The chosen one, and then what else was possible. */
function ranked(facts: Partial<EmergencyFacts>): readonly Emergency[] {
  const choice = chooseEmergency({ ...nothing, ...facts });
  return choice.kind === 'none' ? [] : [choice.chosen, ...choice.others].map(({ emergency }) => emergency);
}

describe('what is seen', () => {
  it.each<readonly [string, Partial<EmergencyFacts>, readonly Emergency[]]>([
    ['nothing', {}, []],
    ['a dead service', { alerts: [alert('service:down')] }, ['emergency-unresponsive']],
    ['a full disk', { alerts: [alert('disk:full')] }, ['disk-full']],
    ['another full disk', { alerts: [alert('disk:full:models')] }, ['disk-full']],
    ['a disk that is short', { alerts: [alert('disk:short', { severity: 'warning' })] }, ['disk-full']],
    ['full memory', { alerts: [alert('memory:full')] }, ['out-of-memory']],
    [
      'a signature with its culprit',
      { alerts: [alert('signature:s18:pack:foo', { severity: 'warning' })] },
      ['node-import-failed'],
    ],
    ['memory of the card', { alerts: [alert('signature:s01')] }, ['out-of-memory']],
    ['a model that is not listed', { alerts: [alert('signature:s61:model:a.safetensors')] }, ['model-missing']],
    ['a hung queue', { alerts: [alert('service:hung')], hang: hang('queue') }, ['queue-stuck']],
    ['a dead worker', { hang: hang('worker') }, ['queue-stuck']],
    ['a silent server', { alerts: [alert('service:hung')], hang: hang('silent') }, ['emergency-unresponsive']],
    ['a finding that has no alert', { findings: [finding('S08')] }, ['gpu-lost']],
    ['a finding that is no emergency', { findings: [finding('S71', { severity: 'informational' })] }, []],
    ['a person who is waited for', { alerts: [alert('waiting:r3', { severity: 'warning' })] }, []],
    ['a part of health that is bad', { parts: [bad('models')] }, ['model-missing']],
    ['a part of health that is not good', { parts: [bad('models', 'warning')] }, []],
  ])('%s', (_, facts, expected) => expect(ranked(facts)).toEqual(expected));

  it.each<readonly [string, Partial<EmergencyFacts>, readonly Emergency[]]>([
    [
      'what follows from another alert is left out',
      { alerts: [alert('service:down', { alert: 'a2', cause: 'a1' }), alert('disk:full')] },
      ['disk-full'],
    ],
    [
      'what follows from an alert that is no emergency stands for itself',
      { alerts: [alert('service:down', { alert: 'a2', cause: 'a1' }), alert('health:score')] },
      ['emergency-unresponsive'],
    ],
    [
      'what follows from another signature is left out',
      { findings: [finding('S08', { because: 'S01' }), finding('S01')] },
      ['out-of-memory'],
    ],
    [
      'of two that are as bad, the one that may be why',
      { alerts: [alert('service:down'), alert('signature:s09')], hang: hang('queue') },
      ['gpu-lost', 'queue-stuck', 'emergency-unresponsive'],
    ],
    [
      'what is critical comes before what is a warning',
      { alerts: [alert('disk:short', { severity: 'warning' }), alert('service:down')] },
      ['emergency-unresponsive', 'disk-full'],
    ],
    [
      'ten of one are no more than one',
      {
        alerts: [
          alert('service:down'),
          ...Array.from({ length: 10 }, () => alert('signature:s18', { severity: 'warning' })),
        ],
      },
      ['emergency-unresponsive', 'node-import-failed'],
    ],
  ])('%s', (_, facts, expected) => expect(ranked(facts)).toEqual(expected));
});

describe('what a person says', () => {
  it('a cause that he names comes before what is seen', () => {
    expect(ranked({ words: 'the disk is full', alerts: [alert('signature:s09')] })).toEqual(['disk-full', 'gpu-lost']);
  });
  it('what he feels comes after something critical that may be why, and before a warning', () => {
    const words = 'the server does not answer';
    expect(ranked({ words, alerts: [alert('disk:full')] })).toEqual(['disk-full', 'emergency-unresponsive']);
    expect(ranked({ words, alerts: [alert('disk:short', { severity: 'warning' })] })).toEqual([
      'emergency-unresponsive',
      'disk-full',
    ]);
  });
  it('since when it is so comes before all else', () => {
    expect(ranked({ words: 'out of memory since the update' })).toEqual(['bad-upgrade', 'out-of-memory']);
  });
  it('words that say nothing leave the choice to what is seen, or to him', () => {
    expect(ranked({ words: 'help', alerts: [alert('service:down')] })).toEqual(['emergency-unresponsive']);
    expect(chooseEmergency({ ...nothing, words: 'help', parts: [bad('models', 'warning')] })).toMatchObject({
      kind: 'none',
      words: 'help',
      hints: [{ emergency: 'model-missing', sentence: 'health, models: models is warning', rows: [4] }],
    });
  });
});

it('malware is told, and answered by nothing', () => {
  const malware = [finding('S34', { sentence: 'ComfyUI found malware.' })];
  expect(chooseEmergency({ ...nothing, findings: malware })).toMatchObject({
    ...{ kind: 'none', isUnanswered: true, hints: [{ emergency: null, sentence: 'S34: ComfyUI found malware.' }] },
  });
  // Nor is what follows from it by itself a reason to start anything: the playbook that is chosen refuses it.
  expect(ranked({ findings: malware, alerts: [alert('service:down')] })).toEqual(['emergency-unresponsive']);
  expect(chooseEmergency(nothing)).toMatchObject({ kind: 'none', isUnanswered: false, hints: [] });
});

describe('a switch of production', () => {
  it.each<readonly [string, Partial<EmergencyFacts>, readonly Emergency[]]>([
    ['packs that fail since', { alerts: [alert('signature:s18')], switched }, ['bad-upgrade', 'node-import-failed']],
    [
      'a service that dies since',
      { alerts: [alert('service:down')], switched },
      ['bad-upgrade', 'emergency-unresponsive'],
    ],
    [
      'what was so before it',
      { alerts: [alert('signature:s18', { raisedAtMs: 400 })], switched },
      ['node-import-failed'],
    ],
    [
      'a service that dies hours later',
      { alerts: [alert('service:down', { raisedAtMs: 500 + 3_600_001 })], switched },
      ['emergency-unresponsive'],
    ],
    ['a full disk is not blamed on it', { alerts: [alert('disk:full')], switched }, ['disk-full']],
    ['a switch alone is no emergency', { switched }, []],
  ])('%s', (_, facts, expected) => expect(ranked(facts)).toEqual(expected));

  it('is named with its row', () => {
    expect(chooseEmergency({ ...nothing, alerts: [alert('signature:s18')], switched })).toMatchObject({
      chosen: {
        why: [
          {
            sentence: 'first seen after production was switched to c3: a1 signature:s18: signature:s18.',
            rows: [2, 7],
          },
        ],
      },
    });
  });
});

it('says of every known failure which emergency it is, or that it is none', () => {
  const none = catalogue.map(({ id }) => id).filter((id) => emergencyOfSignature(id) === undefined);
  expect(none.join(' ')).toBe(
    'S02 S11 S13 S29 S30 S31 S32 S33 S34 S35 S41 S49 S50 S51 S52 S53 S54 S58 S59 S62 S63 S64 S66 S67 S68 S70 S71 S72 S73 S74 S75 S76 S77 S79 S80',
  );
  const known = new Set(catalogue.map((one) => emergencyOfSignature(one.id)));
  expect(emergencies.filter((id) => !known.has(id))).toEqual([]);
  for (const { id } of catalogue)
    expect(emergencyOfAlert(`signature:${id.toLowerCase()}:pack:x`)).toBe(emergencyOfSignature(id));
});
