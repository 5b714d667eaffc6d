import { afterAll } from 'vitest';

import { createFiles } from '../../src/adapters/files/files.ts';
import { createLanguageModels } from '../../src/adapters/language-models/language-models.ts';
import { builtInProviders } from '../../src/domain/providers/built-in.ts';
import type { Provider } from '../../src/domain/providers/provider.ts';
import { createFakeClock } from '../fakes/fake-clock.ts';
import { createFakeLanguageModels } from '../fakes/fake-language-models.ts';
import { type ModelServer, startModelServer } from '../support/model-server.ts';
import { servedAs } from '../support/served-script.ts';
import { describeLanguageModels, type ModelPlace } from './language-models.contract.ts';

function builtIn(id: string): Provider {
  const found = builtInProviders.find((one) => one.id === id);
  if (found === undefined) throw new Error(`${id} is not built in`);
  return found;
}

describeLanguageModels('the fake', async (): Promise<ModelPlace> => {
  const clock = createFakeClock();
  const models = createFakeLanguageModels(clock);
  const provider = builtIn('anthropic');
  return {
    models,
    provider,
    clock,
    script: (...answers) => models.say(...answers),
    nSent: () => models.asked.length,
    dropKey: () => void models.withoutKey.add(provider.id),
    close: async () => {},
  };
});

const real = [
  ['anthropic', (urls: ModelServer['urls']) => urls.anthropic],
  ['openai', (urls: ModelServer['urls']) => urls.openai],
  ['zai', (urls: ModelServer['urls']) => urls.glm],
] as const;

let server: ModelServer | undefined;
afterAll(() => server?.close());

for (const [id, urlOf] of real)
  describeLanguageModels(`${id} over the network`, async (): Promise<ModelPlace> => {
    server ??= await startModelServer();
    const { urls, calls, say } = server;
    const before = calls.length;
    const clock = createFakeClock();
    const env: Record<string, string> = { KEY_OF_THE_TEST: 'k3y-of-the-test' };
    const provider: Provider = {
      ...builtIn(id),
      url: urlOf(urls),
      key: { kind: 'environment', name: 'KEY_OF_THE_TEST' },
    };
    return {
      models: createLanguageModels({ files: createFiles(), clock, env }),
      provider,
      clock,
      script: (...answers) => say(...answers.map((answer) => servedAs(provider.dialect, answer))),
      nSent: () => calls.length - before,
      dropKey: () => delete env['KEY_OF_THE_TEST'],
      close: async () => {},
    };
  });
