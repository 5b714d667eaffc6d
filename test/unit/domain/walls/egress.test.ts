import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { helloName } from '../../../../src/domain/walls/client-hello.ts';
import { judgeEgress } from '../../../../src/domain/walls/egress-rules.ts';
import { addressProblem } from '../../../../src/domain/walls/public-address.ts';
import { clientHello } from '../../../support/client-hello.ts';

const rules = { hosts: ['api.example.com'], loopback: [11434] };

describe('what a program may reach', () => {
  it('is a host of the list at port 443, and a port of loopback that was named', () => {
    expect(judgeEgress('api.example.com:443', rules)).toEqual({ kind: 'host', host: 'api.example.com' });
    expect(judgeEgress('API.Example.COM:443', rules)).toEqual({ kind: 'host', host: 'api.example.com' });
    expect(judgeEgress('localhost:11434', rules)).toEqual({ kind: 'loopback', port: 11434 });
  });

  it.each([
    'api.example.com:22',
    'api.example.com:80',
    'api.example.com:443.',
    'api.example.com.:443',
    'api.example.com',
    'x@api.example.com:443',
    'api.example.com:443@evil.com:443',
    'evil.api.example.com:443',
    'api.example.com.evil.com:443',
    'example.com:443',
    '93.184.216.34:443',
    '0x7f.1:443',
    '2130706433:443',
    '[::1]:443',
    '[2606:4700::1]:443',
    '127.0.0.1:443',
    'localhost:22',
    '127.1:11434',
    'api.example.com:0443x',
    'api.example.com:99999',
    'api%2eexample.com:443',
    'api.example.com\u0000:443',
    'аpi.example.com:443',
    '',
    ':443',
  ])('is not %j', (target) => {
    expect(judgeEgress(target, rules).kind).toBe('refused');
  });

  it('is nothing at all where nothing is listed', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(70_000), (host, port) => {
        expect(judgeEgress(`${host}:${port}`, { hosts: [], loopback: [] }).kind).toBe('refused');
      }),
    );
  });
});

describe('an address that a name stands for', () => {
  it.each(['93.184.216.34', '8.8.8.8', '2606:4700:4700::1111', '172.15.0.1', '172.32.0.1', '100.128.0.1'])(
    'may be %s',
    (ip) => {
      expect(addressProblem(ip)).toBeUndefined();
    },
  );

  it.each([
    ...[
      '127.0.0.1',
      '127.255.0.3',
      '0.0.0.0',
      '10.1.2.3',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '169.254.169.254',
    ],
    ...[
      '100.64.0.1',
      '192.0.2.1',
      '198.18.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '::1',
      '::',
      'fe80::1',
      'fc00::1',
      'fd00:ec2::254',
    ],
    ...[
      'ff02::1',
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '64:ff9b::a9fe:a9fe',
      '2002:7f00:1::',
      '2001:db8::1',
      '2001:0::1',
      '::127.0.0.1',
    ],
    ...['fe80::1%eth0', 'nonsense', '1.2.3', '1.2.3.256', '::ffff:8.8.8.8'],
  ])('may not be %s', (ip) => {
    expect(addressProblem(ip)).toBeTypeOf('string');
  });
});

describe('the name that a TLS client asks for', () => {
  const hello = clientHello({ name: 'API.example.com' });

  it('is read, in one piece or byte by byte', () => {
    expect(helloName(hello)).toEqual({ kind: 'name', name: 'api.example.com' });
    for (let n = 0; n < hello.length; n += 7) expect(helloName(hello.subarray(0, n)).kind).toBe('more');
  });

  it('is none where it is missing, hidden, twice, or no TLS is spoken', () => {
    for (const bytes of [
      clientHello({}),
      clientHello({ name: 'a.com', isHidden: true }),
      clientHello({ name: 'a.com', second: 'b.com' }),
      Buffer.from('GET / HTTP/1.1\r\nHost: a.com\r\n\r\n'),
    ])
      expect(helloName(bytes).kind).toBe('none');
  });

  it('never throws, whatever comes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void helloName(bytes)));
    fc.assert(
      fc.property(fc.nat(hello.length - 1), fc.nat(255), (at, byte) => {
        const changed = Buffer.from(hello);
        changed[at] = byte;
        expect(['more', 'name', 'none']).toContain(helloName(changed).kind);
      }),
    );
  });
});
