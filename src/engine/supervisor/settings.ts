import { faultRecord } from '../../base/fault.ts';
import { raiseAlert, resolveAlert } from '../alerts/raise.ts';
import type { Engine } from '../engine.ts';
import type { Settings } from './build-engine.ts';

export interface SettingsKeeper {
  /** Reads them anew and applies them. What is wrong with the files is thrown, and those that hold go on holding. */
  read(): Promise<void>;
  /** The same with nobody asking, now and then; what is wrong is told once and never thrown. */
  look(): Promise<void>;
}

/** Reading the files costs some 25 ms of a processor, most of it for the built-in definitions: of ten seconds that is nothing. */
const everyMs = 10_000;
const key = 'settings:invalid';

/** Keeps in force what `orchestrate.yaml` and the definitions of home say now, whether or not anybody asks for something. */
export function createSettingsKeeper(
  engine: Engine,
  { reload, apply }: { readonly reload: () => Promise<Settings>; readonly apply: (settings: Settings) => void },
): SettingsKeeper {
  const { clock, log } = engine.outside;
  let readMs = clock.monotonicMs();
  /** What was wrong at the look before this one, and what was told last. */
  let wrong: string | undefined;
  let told: string | undefined;

  const read = async (): Promise<void> => {
    apply(await reload());
    readMs = clock.monotonicMs();
  };

  return {
    read,
    async look() {
      // What is wrong is read again at each look, so that it is over soon after it was mended.
      if (wrong === undefined && clock.monotonicMs() - readMs < everyMs) return;
      let found: unknown;
      try {
        await read();
      } catch (error) {
        found = error;
      }
      if (found === undefined) {
        wrong = undefined;
        told = undefined;
        return resolveAlert(engine, key, ['all of it was read without a fault']);
      }
      const { code, message, at, hints } = faultRecord(found);
      const place = at === undefined ? '' : `${at.file}:${at.line}:${at.column}: `;
      const sentence = `Settings cannot be read; what was read before holds. ${place}${message}`;
      const before = wrong;
      wrong = sentence;
      // An editor may be in the midst of writing: it counts when it is the same twice.
      if (before !== sentence || told === sentence) return;
      told = sentence;
      log.warn('settings cannot be read; what was read before holds', { code, message, ...(at ? { at } : {}) });
      await raiseAlert(engine, {
        ...({ key, severity: 'warning', because: null } as const),
        sentence,
        evidence: [`${place}${message}`],
        hints: hints.slice(0, 3),
      });
    },
  };
}
