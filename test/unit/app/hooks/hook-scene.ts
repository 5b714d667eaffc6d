import type { App } from '../../../../src/app/app.ts';
import type { Operation } from '../../../../src/app/operation.ts';
import { Fault } from '../../../../src/base/fault.ts';
import type { RequestKind, RequestKinds } from '../../../../src/domain/requests.ts';
import { type Scene, supervised } from '../../engine/supervisor/supervised-scene.ts';

export interface HookScene {
  readonly scene: Scene;
  /** Types a hook as a person, or as the program with this mark; input as far as it is typed. */
  hook(
    operation: Operation<never>,
    input?: object,
    options?: { startedBy?: string; cwd?: string },
  ): Promise<Record<string, never>>;
  text(path: string): Promise<string | undefined>;
}

/** An installation with a supervisor that takes what hooks ask. */
export async function hookScene(): Promise<HookScene> {
  const scene = await supervised();
  const { world } = scene;
  const installation = { ...world.context, ledger: world.ledgers.open() };
  const appAs = ({
    startedBy = null,
    cwd = '/home/anna/comfy-home',
  }: {
    startedBy?: string | null;
    cwd?: string;
  }): App =>
    ({
      cwd,
      outside: { ...world.context.outside, host: { ...world.context.outside.host, startedBy } },
      installation: async () => installation,
      signal: new AbortController().signal,
      narrate: () => {},
      wake: async () => 'was there',
      async ask<Kind extends RequestKind>(kind: Kind, data: RequestKinds[Kind]) {
        const answer = await scene.ask(kind, data);
        if (answer.kind === 'refused') throw Fault.fromRecord(answer.fault);
        return answer;
      },
    }) as unknown as App;
  return {
    scene,
    hook: async (operation, input = {}, options = {}) =>
      (await operation.run(appAs(options), operation.input.parse(input))) as Record<string, never>,
    text: (path) => world.files.readText(path),
  };
}
