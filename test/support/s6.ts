import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Daemons } from './daemons.ts'
import { must, run } from './sandbox.ts'

/** Starts s6-svscan on a folder of services. It takes them all down when it is stopped. */
export async function startS6(daemons: Daemons, scan: string): Promise<void> {
  mkdirSync(scan, { recursive: true })
  await daemons.start('s6-svscan', ['s6-svscan', scan], () => run(['s6-svscanctl', '-a', scan]).status === 0)
}

/** Adds a service, down until somebody asks for it. */
export function addS6Service(scan: string, name: string, script: string): void {
  const folder = join(scan, name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'run'), script, { mode: 0o755 })
  writeFileSync(join(folder, 'down'), '')
  must(['s6-svscanctl', '-a', scan])
  // The supervisor makes its control pipe when it has seen the folder.
  must(['timeout', '5', 'sh', '-c', 'until s6-svok "$1"; do sleep 0.02; done', 'sh', folder])
}
