import type { Notice, NoticeTarget, Notifier } from '../../src/ports/index.ts';

/** Keeps what people would have been told. */
export function createFakeNotifier(): Notifier & {
  readonly sent: { readonly target: NoticeTarget; readonly notice: Notice }[];
  /** Thrown by the next sends, in order. */
  readonly faults: Error[];
} {
  const sent: { target: NoticeTarget; notice: Notice }[] = [];
  const faults: Error[] = [];
  return {
    sent,
    faults,
    async send(target, notice) {
      const fault = faults.shift();
      if (fault !== undefined) throw fault;
      sent.push({ target, notice });
    },
  };
}
