import { describe, expect, it } from 'vitest';

import { readInclude } from '../../../../src/domain/templates/include.ts';
import { maskSecrets, secretsOf } from '../../../../src/domain/templates/mask-secrets.ts';
import { programEnvironment } from '../../../../src/domain/templates/program-environment.ts';
import { readinessProblem, readyPath, readyUrl } from '../../../../src/domain/templates/readiness.ts';

describe('a readiness address', () => {
  it.each(['http://127.0.0.1:{port}/health', 'http://localhost:{port}', 'http://[::1]:{port}/?deep=1'])(
    'of this machine is one: %s',
    (text) => expect(readinessProblem(text)).toBeUndefined(),
  );

  it.each([
    ['http://example.org:{port}/', 'only this machine'],
    ['http://0.0.0.0:{port}/', 'only this machine'],
    ['https://127.0.0.1:{port}/', 'http://'],
    ['http://anna:pw@127.0.0.1:{port}/', 'user name or password'],
    ['http://127.0.0.1:8080/', 'the port as {port}'],
    ['http://127.0.0.1/{port}', 'the port as {port}'],
    ['127.0.0.1:{port}', 'is no address'],
    ['health', 'is no address'],
  ])('of another kind is refused: %s', (text, reason) => expect(readinessProblem(text)).toContain(reason));

  it('is asked on the port of each instance', () => {
    expect(readyUrl('http://127.0.0.1:{port}/health', 8191)).toBe('http://127.0.0.1:8191/health');
    expect(readyPath('http://127.0.0.1:{port}/health?x=1')).toBe('/health');
  });
});

describe('.worktreeinclude', () => {
  it('is patterns in the syntax of gitignore; what leads out or takes everything is refused with its reason', () => {
    const text = '# keys\n.env\n\n/config/local.yaml\n!config/x\n../secret\na/../../b\n~/.ssh/id\n.git/config\n**\n*\n';
    const { patterns, refused } = readInclude(text);
    expect(patterns).toBe('.env\n/config/local.yaml\n!config/x\n');
    expect(refused.map(({ path, why }) => `${path}: ${why}`)).toEqual([
      '../secret: leads out of the repository',
      'a/../../b: leads out of the repository',
      '~/.ssh/id: names a home folder: only files of the repository are given',
      '.git/config: names what belongs to git or orchestrate',
      '**: names everything that git ignores',
      '*: names everything that git ignores',
    ]);
  });

  it('is read up to a limit', () => {
    const text = Array.from({ length: 201 }, (_, index) => `file-${index}`).join('\n');
    expect(readInclude(text).refused).toEqual([{ path: 'file-200', why: 'more than 200 patterns are not read' }]);
  });
});

describe('what a settings file holds', () => {
  const text = [
    '# comment',
    'API_KEY=s3cr3t-value',
    'export TOKEN="with spaces inside"  # why',
    'PORT=8080',
    '"json-key": "json-value-1",',
    'yaml: plain-value',
    'ssh-ed25519AAAAC3NzaC1lZDI1NTE5',
  ].join('\n');

  it('is found, but for words that every log has', () => {
    const secrets = secretsOf(text);
    for (const secret of [
      's3cr3t-value',
      'with spaces inside',
      'json-value-1',
      'plain-value',
      'ssh-ed25519AAAAC3NzaC1lZDI1NTE5',
    ])
      expect(secrets).toContain(secret);
    expect(secrets).not.toContain('8080');
  });

  it('is not told by a log, the rest of it is', () => {
    const lines = ['key is s3cr3t-value!', 'TOKEN=with spaces inside', 'on port 8080'];
    expect(maskSecrets(lines, secretsOf(text))).toEqual(['key is •••!', 'TOKEN=•••', 'on port 8080']);
  });
});

it('the environment of a program has its port, its session, and nothing else', () => {
  const env = programEnvironment({
    dir: '/i/i4',
    port: 8191,
    searchPath: ['/usr/bin', '/bin'],
    session: { HOME: '/home/anna', LANG: 'de_DE.UTF-8' },
  });
  expect(env).toEqual({
    LANG: 'de_DE.UTF-8',
    HOME: '/home/anna',
    PATH: '/usr/bin:/bin',
    TMPDIR: '/i/i4/tmp',
    PORT: '8191',
  });
});
