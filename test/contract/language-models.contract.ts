import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Fault } from '../../src/base/fault.ts';
import type { Provider } from '../../src/domain/providers/provider.ts';
import type { LanguageModels, ModelCall, ModelFailure } from '../../src/ports/index.ts';
import type { FakeClock } from '../fakes/fake-clock.ts';
import type { ScriptedAnswer } from '../fakes/fake-language-models.ts';
import { faultOf } from './support/fault-of.ts';

/** Language models, a provider of theirs, and who says what it answers. */
export interface ModelPlace {
  readonly models: LanguageModels;
  readonly provider: Provider;
  readonly clock: FakeClock;
  script(...answers: readonly ScriptedAnswer[]): void;
  /** Calls that went out. */
  nSent(): number;
  /** The key is not there any more. */
  dropKey(): void;
  close(): Promise<void>;
}

const noSignal = (): AbortSignal => new AbortController().signal;

/** What all language models must do, whoever is asked. */
export function describeLanguageModels(name: string, open: () => Promise<ModelPlace>): void {
  describe(`language models, ${name}`, () => {
    let place: ModelPlace;
    beforeEach(async () => {
      place = await open();
    });
    afterEach(() => place.close());

    const call = (given: Partial<ModelCall> = {}): ModelCall => ({
      provider: place.provider,
      model: place.provider.models[0]?.id ?? '',
      system: 'You look after an installation.',
      tools: [
        {
          name: 'read_file',
          description: 'Reads a file.',
          schema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
        },
      ],
      messages: [{ role: 'user', text: 'What is in requirements.in?' }],
      maxOutputTokens: 1000,
      silenceMs: 60_000,
      ...given,
    });

    it('hand text on as it comes, and give it whole in the end', async () => {
      const text = 'It holds numpy and torch.';
      place.script({ text, usage: { inputUncached: 10, output: 6 } });
      const heard: string[] = [];
      let nTokens = 0;
      const answer = await place.models.ask(call(), {
        signal: noSignal(),
        onText: (part) => heard.push(part),
        onToken: () => (nTokens += 1),
      });
      expect(answer).toMatchObject({ text, calls: [], stop: 'end' });
      expect(heard.join('')).toBe(text);
      expect(nTokens).toBeGreaterThan(0);
      expect(answer.firstTokenMs).toBeLessThanOrEqual(answer.durationMs);
    });

    it('hand on what the model asks for as it wrote it, JSON or not', async () => {
      const calls = [
        { id: 'a1', name: 'read_file', arguments: '{"path":"requirements.in"}' },
        { id: 'a2', name: 'read_file', arguments: '{"path": "requ' },
      ];
      place.script({ calls });
      const answer = await place.models.ask(call(), { signal: noSignal() });
      expect(answer.stop).toBe('tools');
      expect(answer.calls).toEqual(calls);
    });

    it('take a conversation with calls and results, broken ones too', async () => {
      place.script({ text: 'Done.' });
      const answer = await place.models.ask(
        call({
          messages: [
            { role: 'user', text: 'Look.' },
            {
              role: 'model',
              text: 'I look.',
              calls: [
                { id: 'a1', name: 'read_file', arguments: '{"path":"x"}' },
                { id: 'a2', name: 'read_file', arguments: '{"path": "requ' },
              ],
            },
            {
              role: 'tools',
              results: [
                { id: 'a1', isError: false, text: 'numpy' },
                { id: 'a2', isError: true, text: 'no JSON' },
              ],
            },
          ],
        }),
        { signal: noSignal() },
      );
      expect(answer.text).toBe('Done.');
    });

    it('count each token once', async () => {
      place.script({ text: 'x', usage: { inputUncached: 100, cacheRead: 5000, cacheWrite5m: 700, output: 50 } });
      const { usage, rawUsage } = await place.models.ask(call(), { signal: noSignal() });
      expect(usage).toEqual({
        inputUncached: 100,
        cacheRead: 5000,
        cacheWrite5m: 700,
        cacheWrite1h: 0,
        output: 50,
        reasoning: 0,
      });
      expect(Object.keys(rawUsage).length).toBeGreaterThan(0);
    });

    it('say which model answered', async () => {
      place.script({ text: 'x', model: 'another-one' });
      expect((await place.models.ask(call(), { signal: noSignal() })).model).toBe('another-one');
    });

    it.each(['length', 'refused'] as const)('say that an answer was %s', async (stop) => {
      place.script({ text: 'It', stop });
      expect((await place.models.ask(call(), { signal: noSignal() })).stop).toBe(stop);
    });

    it.each<ModelFailure>([
      'rate-limit',
      'overload',
      'quota',
      'auth',
      'context',
      'content',
      'invalid',
      'unknown-model',
      'network',
    ])('fail with the reason %s, once', async (reason) => {
      place.script({ fails: reason });
      const fault = await faultOf(place.models.ask(call(), { signal: noSignal() }));
      expect(fault.code).toBe('MODEL_FAILED');
      expect(fault.data).toMatchObject({
        reason,
        retryAfterMs: null,
        provider: place.provider.id,
        model: place.provider.models[0]?.id,
        streamed: false,
      });
      expect(place.nSent()).toBe(1);
      expect(JSON.stringify(fault.toRecord())).not.toContain('k3y-of-the-test');
    });

    it('say for how long not to ask again', async () => {
      place.script(
        { fails: 'rate-limit', retryAfterMs: 7000 },
        { fails: 'overload', status: 529, retryAfterMs: 90_000 },
      );
      const first = await faultOf(place.models.ask(call(), { signal: noSignal() }));
      expect(first.data).toMatchObject({ reason: 'rate-limit', retryAfterMs: 7000 });
      const second = await faultOf(place.models.ask(call(), { signal: noSignal() }));
      expect(second.data).toMatchObject({ reason: 'overload', retryAfterMs: 90_000 });
    });

    it('do not take a stream that broke off for an answer', async () => {
      place.script({ fails: 'cut', after: 'It holds numpy, torch' });
      const heard: string[] = [];
      const fault = await faultOf(place.models.ask(call(), { signal: noSignal(), onText: (text) => heard.push(text) }));
      expect(fault.data).toMatchObject({ reason: 'cut', streamed: true });
      expect(heard.join('').length).toBeGreaterThan(0);
    });

    it('give up when nothing comes for the time', async () => {
      place.script({ fails: 'timeout', takesMs: 120_000 });
      const asked = faultOf(place.models.ask(call({ silenceMs: 30_000 }), { signal: noSignal() }));
      await until(() => place.nSent() === 1);
      await place.clock.advance(30_000);
      expect((await asked).data).toMatchObject({ reason: 'timeout', streamed: false });
    });

    it('end with the reason of whoever calls them off', async () => {
      place.script({ fails: 'timeout', takesMs: 120_000 });
      const off = new AbortController();
      const ended = place.models.ask(call(), { signal: off.signal }).catch((reason: unknown) => reason);
      await until(() => place.nSent() === 1);
      off.abort('frozen');
      expect(await ended).toBe('frozen');
      expect(place.clock.nSleepers).toBe(0);
    });

    it('send nothing without the key', async () => {
      expect(await place.models.hasKey(place.provider)).toBe(true);
      place.dropKey();
      expect(await place.models.hasKey(place.provider)).toBe(false);
      const fault = await faultOf(place.models.ask(call(), { signal: noSignal() }));
      expect(fault).toBeInstanceOf(Fault);
      expect(fault.code).toBe('MODEL_KEY_MISSING');
      expect(place.nSent()).toBe(0);
    });
  });
}

/** Resolves when it holds; the test's own time limit ends it otherwise. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
