import type { MachineHost, MachineView } from './host.ts';

/** Resolves with the machine's view as soon as `isSettled` holds; rejects when the signal aborts. */
export function settle(
  host: MachineHost,
  subject: string,
  isSettled: (view: MachineView) => boolean,
  signal?: AbortSignal,
): Promise<MachineView> {
  return new Promise((resolve, reject) => {
    const look = (view: MachineView | undefined): boolean => {
      if (view?.subject !== subject || !isSettled(view)) return false;
      stop();
      resolve(view);
      return true;
    };
    const onAbort = (): void => {
      stop();
      reject(signal?.reason as Error);
    };
    const stop = host.onMoved((view) => void look(view));
    if (look(host.find(subject))) return;
    if (signal?.aborted) return onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
