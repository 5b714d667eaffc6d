/**
 * Returns the program of the kernel's filter for calls (https://docs.kernel.org/userspace-api/seccomp_filter.html), as bwrap reads it, or
 * undefined on a machine of another kind. Refused with EPERM: namespaces, mounts, ptrace and its like, keys, io_uring, modules, BPF, sockets
 * to a hypervisor. clone3 is not there (ENOSYS): its flags cannot be looked at, and the C libraries fall back to clone.
 */
export function seccompFilter(arch: string): Buffer | undefined {
  const calls = numbers[arch as keyof typeof numbers];
  if (calls === undefined) return undefined;
  const refused = refusedCalls.flatMap((name) => [ifEqual(calls[name], 1), answer(EPERM)]);
  const program = [
    load(at.arch),
    { code: 0x15, jt: 1, jf: 0, k: calls.arch },
    answer(EPERM),
    load(at.nr),
    // Calls of x32 carry this bit and would pass by other numbers.
    ...(arch === 'x64' ? [{ code: 0x35, jt: 0, jf: 1, k: 0x4000_0000 }, answer(EPERM)] : []),
    ifEqual(calls.clone3, 1),
    answer(ENOSYS),
    ...refused,
    ...ifArgument(calls.clone, { code: 0x45, k: namespaces }),
    ...ifArgument(calls.unshare, { code: 0x45, k: namespaces }),
    // AF_VSOCK, and packets past the proxy.
    ...[40, 17].flatMap((family) => ifArgument(calls.socket, { code: 0x15, k: family })),
    { code: 0x06, jt: 0, jf: 0, k: 0x7fff_0000 },
  ];
  const bytes = Buffer.alloc(program.length * 8);
  program.forEach(({ code, jt, jf, k }, index) => {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(jt, index * 8 + 2);
    bytes.writeUInt8(jf, index * 8 + 3);
    bytes.writeUInt32LE(k >>> 0, index * 8 + 4);
  });
  return bytes;
}

/** One instruction of classic BPF. */
interface Instruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

const EPERM = 1;
const ENOSYS = 38;
/** Where `struct seccomp_data` holds what. */
const at = { nr: 0, arch: 4, firstArgument: 16 };
/** CLONE_NEWUSER, NEWNS, NEWPID, NEWNET, NEWIPC, NEWUTS, NEWCGROUP (linux/sched.h). */
const namespaces = 0x1000_0000 | 0x0002_0000 | 0x2000_0000 | 0x4000_0000 | 0x0800_0000 | 0x0400_0000 | 0x0200_0000;

const load = (offset: number): Instruction => ({ code: 0x20, jt: 0, jf: 0, k: offset });
const answer = (errno: number): Instruction => ({ code: 0x06, jt: 0, jf: 0, k: 0x0005_0000 | errno });
/** Goes on with the next one where it is equal, else leaves out `nLeftOut`. */
const ifEqual = (k: number, nLeftOut: number): Instruction => ({ code: 0x15, jt: 0, jf: nLeftOut, k });

/** Refuses a call whose first argument is equal (0x15) or has one of the bits (0x45). */
const ifArgument = (call: number, test: { readonly code: number; readonly k: number }): readonly Instruction[] => [
  ifEqual(call, 4),
  load(at.firstArgument),
  { ...test, jt: 0, jf: 1 },
  answer(EPERM),
  load(at.nr),
];

const refusedCalls = [
  ...(['ptrace', 'process_vm_readv', 'process_vm_writev', 'kcmp', 'add_key', 'request_key', 'keyctl'] as const),
  ...(['io_uring_setup', 'io_uring_enter', 'io_uring_register', 'setns', 'mount', 'umount2', 'pivot_root'] as const),
  ...(['open_tree', 'move_mount', 'fsopen', 'fsconfig', 'fsmount', 'fspick', 'mount_setattr'] as const),
  ...(['bpf', 'perf_event_open', 'userfaultfd', 'open_by_handle_at', 'init_module', 'finit_module'] as const),
  ...(['delete_module', 'kexec_load', 'kexec_file_load', 'reboot', 'swapon', 'swapoff', 'acct', 'quotactl'] as const),
];

/** Numbers above 400 are the same everywhere. */
const common = {
  ...{ io_uring_setup: 425, io_uring_enter: 426, io_uring_register: 427, open_tree: 428, move_mount: 429 },
  ...{ fsopen: 430, fsconfig: 431, fsmount: 432, fspick: 433, clone3: 435, mount_setattr: 442 },
};

/** arch/x86/entry/syscalls/syscall_64.tbl; include/uapi/asm-generic/unistd.h. `arch`: AUDIT_ARCH_* of linux/audit.h. */
const numbers = {
  x64: {
    ...common,
    arch: 0xc000_003e,
    ...{ clone: 56, unshare: 272, socket: 41, ptrace: 101, process_vm_readv: 310, process_vm_writev: 311, kcmp: 312 },
    ...{ add_key: 248, request_key: 249, keyctl: 250, setns: 308, mount: 165, umount2: 166, pivot_root: 155, bpf: 321 },
    ...{ perf_event_open: 298, userfaultfd: 323, open_by_handle_at: 304, init_module: 175, finit_module: 313 },
    ...{ delete_module: 176, kexec_load: 246, kexec_file_load: 320, reboot: 169, swapon: 167, swapoff: 168, acct: 163 },
    quotactl: 179,
  },
  arm64: {
    ...common,
    arch: 0xc000_00b7,
    ...{ clone: 220, unshare: 97, socket: 198, ptrace: 117, process_vm_readv: 270, process_vm_writev: 271, kcmp: 272 },
    ...{ add_key: 217, request_key: 218, keyctl: 219, setns: 268, mount: 40, umount2: 39, pivot_root: 41, bpf: 280 },
    ...{ perf_event_open: 241, userfaultfd: 282, open_by_handle_at: 265, init_module: 105, finit_module: 273 },
    ...{ delete_module: 106, kexec_load: 104, kexec_file_load: 294, reboot: 142, swapon: 224, swapoff: 225, acct: 89 },
    quotactl: 60,
  },
};
