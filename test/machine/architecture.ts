/** What differs between the kinds of processor that Debian names. */
export interface Architecture {
  readonly name: 'amd64' | 'arm64'
  readonly emulator: string
  /** The options of the emulator that choose the machine. */
  readonly machine: readonly string[]
  /** Where the kernel writes its messages. */
  readonly terminal: string
}

/** Bun 1.4.5 crashes on the emulator's own kind of arm64 (`max`), and runs on one that exists. */
export const ARCHITECTURES: readonly Architecture[] = [
  { name: 'amd64', emulator: 'qemu-system-x86_64', machine: ['-cpu', 'max'], terminal: 'ttyS0' },
  {
    name: 'arm64',
    emulator: 'qemu-system-aarch64',
    machine: ['-machine', 'virt', '-cpu', 'cortex-a72'],
    terminal: 'ttyAMA0',
  },
]
