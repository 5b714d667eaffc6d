import { describe, expect, it } from 'vitest';

import { parseListen } from '../../../../src/domain/daemon/listen-address.ts';

const alone = { otherMachines: false, hostName: null };

describe('where serve listens', () => {
  it('is this machine only', () => {
    const names = ['127.0.0.1', 'localhost', '[::1]'];
    expect(parseListen('127.0.0.1:7070', alone)).toEqual({ address: '127.0.0.1', port: 7070, names });
    expect(parseListen('[::1]:0', alone)).toEqual({ address: '::1', port: 0, names });
  });

  it('is reached by other machines only with both settings', () => {
    const both = { otherMachines: true, hostName: 'Box.lan' };
    for (const half of [alone, { ...both, hostName: null }, { ...both, otherMachines: false }])
      for (const address of ['0.0.0.0:7070', '[::]:7070', '192.168.1.5:7070', '128.0.0.1:7070'])
        expect(() => parseListen(address, half)).toThrow(/reached from other machines/);
    expect(parseListen('0.0.0.0:7070', both)).toMatchObject({
      address: '0.0.0.0',
      names: expect.arrayContaining(['box.lan']),
    });
    expect(() => parseListen('127.0.0.1:7070', both)).toThrow('leave out --other-machines');
  });

  it.each(['7070', 'localhost:7070', '127.0.0.1', '127.0.0.1:70707', '127.0.0.300:1', '127.0.0.1:7070/x', ''])(
    'refuses %s',
    (text) => {
      expect(() => parseListen(text, alone)).toThrow('has to be an address and a port');
    },
  );
});
