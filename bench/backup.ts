import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeEvent, makeHistory, makeRoot, run, write } from './corpus.ts'
import { compare, compareProcessorTime, type Subject } from './measure.ts'
import { NODE, program, RUNS, report } from './report.ts'

const ENTRIES = 1000

/**
 * A backup of many records and a long history, beside `tar | age` of the same files. The start of the program is a multiple of the
 * smaller one, so the larger one shows what the work costs.
 */
export function benchBackup(): void {
  for (const records of [10_000, 100_000]) compareWithTar(records)
}

function compareWithTar(records: number): void {
  const root = makeRoot()
  const hosts = Array.from(
    { length: records },
    (_, at) => `set h${at}.example.org host HostType Remote ExternalIP 192.0.2.1\n`,
  )
  run(root, 'db', ['hosts', 'batch'], hosts.join(''))
  makeEvent(root, { 'etc/bench': '<%= config.DomainName %>\n' })
  run(root, 'signal-event', ['bench'])
  makeHistory(root, ENTRIES)
  // Without them, getent would be asked.
  write(root, 'etc/passwd', 'root:x:0:0::/root:/bin/sh\n')
  write(root, 'etc/group', 'root:x:0:\n')
  const key = join(root, 'key.txt')
  if (spawnSync('age-keygen', ['-o', key]).status !== 0) {
    report('gabarit backup / tar | age', 'not measured: age is not installed', 'at most 2 x')
    return
  }
  const recipient = spawnSync('age-keygen', ['-y', key], { encoding: 'utf8' }).stdout.trim()
  run(root, 'config', ['setprop', 'backup', 'Recipients', recipient])
  const own = program(root, 'gabarit', ['backup', join(root, 'own.tar.age'), '--force'])
  const bare: Subject = {
    command: [
      'sh',
      '-c',
      'tar -C "$1" -c var/lib/gabarit/db var/lib/gabarit/history etc/gabarit | age -r "$2" >"$1/bare.tar.age" && sync "$1/bare.tar.age"',
      'sh',
      root,
      recipient,
    ],
  }
  const what = `backup, ${records} records, ${ENTRIES} entries`
  const wall = compare(own, bare, RUNS)
  report(`${what} / tar | age`, `${wall.ratio.toFixed(2)} x (${wall.a.toFixed(2)} s)`, 'at most 2 x')
  const spent = compareProcessorTime(own, bare, RUNS)
  report(`${what} / tar | age, processor time`, `${spent.toFixed(2)} x`, 'none')
  const started = compareProcessorTime(own, NODE, RUNS)
  report(`${what} / node -e 0, processor time`, `${started.toFixed(2)} x`, 'none')
  rmSync(root, { recursive: true })
}
