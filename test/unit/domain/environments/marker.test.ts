import { expect, it } from 'vitest';

import { markerApplies } from '../../../../src/domain/environments/marker.ts';

const linux = { version: '3.12.4', platform: 'linux-x86_64' };
const mac = { version: '3.13.0', platform: 'macosx-14.0-arm64' };

it.each([
  ['sys_platform == "win32"', false, false],
  ["sys_platform == 'linux'", true, false],
  ['sys_platform != "win32"', true, true],
  ['platform_system == "Darwin"', false, true],
  ['platform_machine == "x86_64"', true, false],
  ['python_version < "3.13"', true, false],
  ['python_version >= "3.9"', true, true],
  ['python_full_version == "3.12.4"', true, false],
  ['os_name == "nt" or python_version >= "3.13"', false, true],
  ['(sys_platform == "linux" or sys_platform == "darwin") and python_version > "3.12"', false, true],
  ['sys_platform in "linux darwin"', true, true],
  ['sys_platform not in "linux"', false, true],
  ['extra == "dev"', false, false],
  ['implementation_name == "cpython"', true, true],
  ['platform_release >= "6"', undefined, undefined],
  ['sys_platform ==', undefined, undefined],
  ['(sys_platform == "linux"', undefined, undefined],
  ['', undefined, undefined],
])('%s', (marker, onLinux, onMac) => {
  expect([markerApplies(marker, linux), markerApplies(marker, mac)]).toEqual([onLinux, onMac]);
});
