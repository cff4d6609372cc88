import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Architecture } from './architecture.ts'
import type { Disk } from './disk.ts'

/** What the steps said. */
export interface Counts {
  passed: number
  failed: number
  skipped: number
}

/** The emulator, since KVM is not everywhere: a start takes a minute or more. The card leads to nobody. */
const MACHINE = [
  ...'-accel tcg,thread=multi -smp 2 -m 1536 -display none -monitor none -snapshot'.split(' '),
  ...'-netdev user,id=lan,restrict=on -device virtio-net-pci,netdev=lan'.split(' '),
  // A terminal that every kind of machine has: what the steps say.
  ...'-chardev stdio,id=steps -device virtio-serial-pci -device virtconsole,chardev=steps'.split(' '),
]

/**
 * Starts the machine and counts what its steps say, until it is off.
 * @param console file for what the kernel and systemd say
 */
export async function runMachine(
  architecture: Architecture,
  disk: Disk,
  tape: string,
  console: string,
  limitSeconds: number,
): Promise<Counts> {
  const command = [
    ...architecture.machine,
    ...MACHINE,
    ...['-kernel', disk.kernel, '-initrd', disk.initrd, '-append', `root=/dev/vda rw console=${architecture.terminal}`],
    ...['-drive', `file=${disk.image},format=raw,if=virtio`, '-drive', `file=${tape},format=raw,if=virtio`],
    ...['-serial', `file:${console}`],
  ]
  const emulator = spawn(architecture.emulator, command, { stdio: ['ignore', 'pipe', 'inherit'] })
  const killed = new Promise<void>(resolve => emulator.once('close', () => resolve()))
  const limit = setTimeout(() => emulator.kill('SIGKILL'), limitSeconds * 1000)
  const counts = { passed: 0, failed: 0, skipped: 0 }
  let ended = false
  for await (const raw of createInterface({ input: emulator.stdout })) {
    const line = raw.trimEnd()
    process.stdout.write(`${line}\n`)
    if (line.startsWith('ok ')) counts.passed++
    if (line.startsWith('not ok ')) counts.failed++
    if (line.startsWith('skip ')) counts.skipped++
    if (line === 'end of the steps') ended = true
  }
  await killed
  clearTimeout(limit)
  if (!ended) {
    process.stdout.write(`not ok the machine did not come to the end of its steps: ${console}\n`)
    counts.failed++
  }
  return counts
}
