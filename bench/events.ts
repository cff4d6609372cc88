import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeEvent, makeHistory, makeRoot, run, write } from './corpus.ts'
import { compare, type Subject } from './measure.ts'
import { NODE, program, RUNS, report } from './report.ts'

const RECORDS = 10_000

/** Events in which nothing or little changes, and a long history. */
export function benchEvents(): void {
  benchQuietEvent()
  benchConsoleSave()
  benchOneRecordOfMany()
  benchHistory()
}

function benchQuietEvent(): void {
  const root = makeRoot()
  const fragment = '<% for (const host of db("hosts").all()) { %>\n<%= host.key %>\n<% } %>\n<%= config.DomainName %>\n'
  makeEvent(root, Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`etc/bench/${index}.conf`, fragment])))
  run(root, 'signal-event', ['bench'])
  const quiet = compare(program(root, 'signal-event', ['bench']), NODE, RUNS)
  report('event of 40 templates, nothing changed / node -e 0', `${quiet.ratio.toFixed(2)} x`, 'at most 1.5 x')
  rmSync(root, { recursive: true })
}

function benchConsoleSave(): void {
  const root = makeRoot()
  run(root, 'gabarit', ['setup', '--domain', 'example.org', '--name', 'server'])
  run(root, 'signal-event', ['console-save'])
  const quiet = compare(program(root, 'signal-event', ['console-save']), NODE, RUNS)
  report('console-save, nothing changed / node -e 0', `${quiet.ratio.toFixed(2)} x`, 'at most 3 x')
  rmSync(root, { recursive: true })
}

/** Against a loop that does no more than read the files. */
function benchOneRecordOfMany(): void {
  const root = makeRoot()
  const name = (index: number) => `c${String(index).padStart(5, '0')}`
  run(
    root,
    'db',
    ['clients', 'batch'],
    Array.from({ length: RECORDS }, (_, index) => `set ${name(index)} client ip 10.0.0.1`).join('\n'),
  )
  makeEvent(root, {
    'etc/bench/client': 'address <%= item.ip %>\n'.repeat(10),
    'etc/bench/client.template.json': JSON.stringify({ each: { db: 'clients' }, output: '/etc/bench/ccd/{key}' }),
  })
  run(root, 'signal-event', ['bench'])
  let count = 0
  const one: Subject = {
    ...program(root, 'signal-event', ['bench']),
    get input() {
      run(root, 'db', ['clients', 'setprop', name(count++), 'ip', `10.1.0.${count}`])
      return ''
    },
  }
  write(
    root,
    'read.cjs',
    'const fs=require("fs"),f=process.argv[2];for(const n of fs.readdirSync(f))fs.readFileSync(f+"/"+n)',
  )
  const loop: Subject = { command: ['node', join(root, 'read.cjs'), join(root, 'etc/bench/ccd')] }
  const figure = compare(one, loop, Math.ceil(RUNS / 3))
  report(
    '10,000 files by record, one changed / reading the files',
    `${figure.ratio.toFixed(1)} x (${figure.a.toFixed(2)} s)`,
    'none given',
  )
  rmSync(root, { recursive: true })
}

function benchHistory(): void {
  const root = makeRoot()
  makeHistory(root, 1000)
  const history = compare(program(root, 'gabarit', ['history', '--limit', '1000']), NODE, RUNS)
  report('gabarit history, 1,000 entries, over node -e 0', `${(history.a - history.b).toFixed(3)} s`, 'at most 0.1 s')
  rmSync(root, { recursive: true })
}
