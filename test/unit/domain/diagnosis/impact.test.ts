import { describe, expect, it } from 'vitest';

import { findSignature } from '../../../../src/domain/diagnosis/catalogue.ts';
import type { Diagnosed } from '../../../../src/domain/diagnosis/diagnose.ts';
import { impacts, impactText, type Installed } from '../../../../src/domain/diagnosis/impact.ts';

const installed: Installed = {
  workflows: [
    { name: 'portrait', classes: ['FaceFix', 'KSampler'], models: ['sdxl/base.safetensors'] },
    { name: 'upscale', classes: ['KSampler', 'Upscale'], models: ['4x.pth'] },
    { name: 'plain', classes: ['KSampler'], models: [] },
  ],
  packs: [{ pack: 'faces', nodeClasses: ['FaceFix', 'FaceFind'] }],
};
const found = (signature: string, culprit: string | null, chain: readonly string[] = []): Diagnosed => {
  const severity = findSignature(signature)?.severity;
  return { finding: { signature, culprit, severity }, chain: [signature, ...chain] } as unknown as Diagnosed;
};
const hit = (...all: readonly Diagnosed[]) => impacts(all, (id) => findSignature(id)?.stage, installed);

describe('who is hit by a failure', () => {
  it('is told by the pack, the node or the model that is to blame', () => {
    const [pack, node, model] = hit(
      found('S18', 'pack:faces'),
      found('S69', 'node:FaceFind'),
      found('S56', 'model:/models/checkpoints/sdxl/base.safetensors'),
    );
    expect(pack).toMatchObject({ scope: 'named', workflows: ['portrait'], packs: ['faces'] });
    expect(node).toMatchObject({ scope: 'named', workflows: [], packs: ['faces'] });
    expect(model).toMatchObject({ workflows: ['portrait'], models: ['/models/checkpoints/sdxl/base.safetensors'] });
    expect([pack, node].map((one) => one && impactText(one))).toEqual([
      'It hits 1 of 3 declared workflows: portrait.',
      'It hits no declared workflow.',
    ]);
    expect(hit(found('S61', 'model:4x.pth'))[0]?.workflows).toEqual(['upscale']);
  });

  it('says that it is not known of a pack that no proof had', () => {
    const [one] = hit(found('S18', 'pack:other'));
    expect(one).toMatchObject({ scope: 'named', workflows: [], unproven: ['other'] });
    expect(one && impactText(one)).toBe('Which workflows need other is not known: no proof had its nodes.');
  });

  it('is everybody where the service ends or its computer fails, and nobody that is known where it is only slow', () => {
    const [killed, driver, slow] = hit(found('S10', null), found('S07', null), found('S01', null));
    expect([killed, driver, slow].map((one) => one?.scope)).toEqual(['service', 'service', 'unknown']);
    expect(killed && impactText(killed)).toBe('It hits all 3 declared workflows.');
    expect(slow && impactText(slow)).toBeNull();
  });

  it('goes up to the root: a package hits who needs the pack that fails without it', () => {
    const [root, follows] = hit(found('S17', 'package:insightface'), found('S18', 'pack:faces', ['S17']));
    expect([root?.workflows, root?.packs]).toEqual([['portrait'], ['faces']]);
    expect(follows?.workflows).toEqual(['portrait']);
    // Control: without what follows from it nobody can tell.
    expect(hit(found('S17', 'package:insightface'))[0]?.scope).toBe('unknown');
  });

  it('lists a bounded number and counts them all, and says of whom it does not know', () => {
    const many = Array.from({ length: 50 }, (_, n) => ({ name: `w${n}`, classes: ['FaceFix'], models: [] }));
    const of = (one: Diagnosed) =>
      impacts([one, found('S18', 'pack:other', ['S17'])], (id) => findSignature(id)?.stage, {
        ...installed,
        workflows: many,
      })[0];
    expect(of(found('S18', 'pack:faces'))).toMatchObject({ nHit: 50, workflows: { length: 20 } });
    expect(of(found('S10', null))).toMatchObject({ scope: 'service', nHit: 50, workflows: { length: 20 } });
    const both = impacts(
      [found('S17', 'package:x'), found('S18', 'pack:faces', ['S17']), found('S18', 'pack:other', ['S17'])],
      (id) => findSignature(id)?.stage,
      installed,
    )[0];
    expect(both && impactText(both)).toBe(
      'It hits 1 of 3 declared workflows: portrait. Which workflows need other is not known: no proof had its nodes.',
    );
  });

  it('has nothing to say where no workflow is declared', () => {
    const [one] = impacts([found('S10', null)], (id) => findSignature(id)?.stage, { workflows: [], packs: [] });
    expect(one && impactText(one)).toBeNull();
  });

  it('counts the prompts that need it now once each, and whose they are', () => {
    const face = { classes: ['FaceFix'], models: [] };
    const waiting = [
      { client: 'page-1', ...face },
      { client: 'page-1', classes: ['KSampler'], models: ['4x.pth'] },
      { client: 'page-2', classes: ['FaceFind'], models: ['4x.pth'] },
      { client: null, classes: ['KSampler'], models: [] },
    ];
    const told = (...all: readonly Diagnosed[]) =>
      impacts(all, (id) => findSignature(id)?.stage, { ...installed, waiting }).map(impactText);
    expect(told(found('S18', 'pack:faces'))).toEqual([
      'It hits 1 of 3 declared workflows: portrait. 2 prompts of 2 clients need it now.',
    ]);
    expect(told(found('S18', 'pack:faces'), found('S61', 'model:4x.pth', ['S18']))[0]).toContain(
      '3 prompts of 2 clients need it now.',
    );
    expect(told(found('S10', null))[0]).toContain('4 prompts of 2 clients need it now.');
    expect(told(found('S01', null))).toEqual([null]);
    expect(told(found('S18', 'pack:other'))[0]).not.toContain('need it now');
  });
});
