import type { AlertTarget } from '../../domain/definitions/alerts-config.ts';
import type { NoticeTarget, SecretSource } from '../../ports/index.ts';

/** Returns the target as the notifier takes it. */
export function noticeTarget(target: AlertTarget): NoticeTarget {
  switch (target.kind) {
    case 'file':
      return { kind: 'file', path: target.path };
    case 'command':
      return { kind: 'command', argv: target.argv };
    case 'desktop':
      return { kind: 'desktop' };
    case 'webhook': {
      const url = target.url === null ? sourceOf(target.urlFrom ?? '') : ({ kind: 'text', text: target.url } as const);
      return { kind: 'webhook', url, secret: sourceOf(target.secretFrom) };
    }
  }
}

const sourceOf = (text: string): SecretSource =>
  text.startsWith('env:') ? { kind: 'environment', name: text.slice(4) } : { kind: 'file', path: text };
