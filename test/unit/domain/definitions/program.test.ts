import { describe, expect, it } from 'vitest';

import { parseConfig } from '../../../../src/domain/definitions/config.ts';
import { printServiceConfig } from '../../../../src/domain/definitions/print-service-config.ts';

const parse = (text: string) => parseConfig({ file: 'orchestrate.yaml', text, origin: 'installation' });
const base = (extra = '', service = 'mode: managed') => `id: demo
name: shop
template: service
service: { ${service} }
program:
  start: [python3, server.py, --port, '{port}']
  ready: http://127.0.0.1:{port}/health
  checks: [[python3, -m, unittest]]
${extra}`;

describe('orchestrate.yaml of template service', () => {
  it('says what is started, asked and checked', () => {
    const { template, program } = parse(base());
    expect(template).toBe('service');
    expect(program).toEqual({
      start: ['python3', 'server.py', '--port', '{port}'],
      ready: 'http://127.0.0.1:{port}/health',
      setup: [],
      checks: [['python3', '-m', 'unittest']],
      commandSeconds: 600,
    });
  });

  it('is printed and read back as the same', () => {
    const config = parse(base('  setup: [npm, ci]\n  command-time: 90s\n'));
    const { program } = config;
    if (program === null) throw new Error('there is a program');
    expect(parse(printServiceConfig({ ...config, program }))).toEqual(config);
  });

  it.each([
    ['without a program', 'id: demo\nname: shop\ntemplate: service\nservice: { mode: managed }\n', 'program is needed'],
    ['a program of ComfyUI', base().replace('template: service\n', ''), 'program is of template service'],
    ['mode command', base('', 'mode: command, start-command: [/a], stop-command: [/b]'), 'is of template comfyui'],
    ['another host', base().replace('127.0.0.1', 'example.org'), 'only this machine is asked'],
    ['an empty check', base('  setup: []\n').replace('[[python3, -m, unittest]]', '[[]]'), 'checks'],
    ['an unknown template', base().replace('template: service', 'template: django'), 'template'],
  ])('refuses %s', (_, text, reason) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(reason) as string }),
    );
  });
});
