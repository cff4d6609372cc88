import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { BIN, makeRoot } from './corpus.ts'
import { compare, peakMemory, type Subject } from './measure.ts'

/** `npm run bench`: whole processes against a bare Node in the same run. The goals are those of docs/performance.md. */

const RUNS = Number(process.env.BENCH_RUNS ?? 15)
const NODE: Subject = { command: ['node', '-e', '0'] }
const HTTPD = '/etc/httpd/conf/httpd.conf'

function program(root: string, name: string, args: readonly string[], input = ''): Subject {
  return { command: ['node', join(BIN, name), ...args], input, env: { GABARIT_ROOT: root } }
}

function report(what: string, figure: string, goal: string): void {
  console.log(`${what.padEnd(58)} ${figure.padEnd(34)} goal: ${goal}`)
}

const small = makeRoot(1000)
const large = makeRoot(10_000)
try {
  let count = 0
  const getprop = compare(program(small, 'config', ['getprop', 'letsencrypt', 'status']), NODE, RUNS)
  report('config getprop / node -e 0', `${getprop.ratio.toFixed(2)} x`, 'at most 1.25 x')
  const setprop = () => program(small, 'config', ['setprop', 'bench', 'count', String(count++)])
  compare(program(small, 'config', ['setdefault', 'bench', 'bench']), NODE, 1)
  const changing = {
    get command() {
      return setprop().command
    },
    env: { GABARIT_ROOT: small },
  }
  const oneSetprop = compare(changing, NODE, RUNS)
  report('config setprop / node -e 0', `${oneSetprop.ratio.toFixed(2)} x`, 'at most 1.25 x')
  const lines = () =>
    Array.from({ length: 10_000 }, (_, index) => `setprop bench p${index % 100} ${count++}`).join('\n')
  const batch = {
    command: ['node', join(BIN, 'config'), 'batch'],
    get input() {
      return lines()
    },
    env: { GABARIT_ROOT: small },
  }
  const tenThousand = compare(batch, changing, RUNS)
  report('10,000 setprop in one batch / one setprop', `${tenThousand.ratio.toFixed(2)} x`, 'at most 3 x')

  const expansion = (root: string) => program(root, 'expand-template', [HTTPD])
  const thousand = compare(expansion(small), NODE, RUNS)
  const over = thousand.a - thousand.b
  report(
    'expand httpd.conf, 1,000 domains, over node -e 0',
    `${over.toFixed(3)} s (${thousand.ratio.toFixed(2)} x)`,
    'at most 0.15 s',
  )
  const tenFold = compare(expansion(large), NODE, Math.ceil(RUNS / 3))
  report(
    'the same with 10,000 domains / with 1,000',
    `${((tenFold.a - tenFold.b) / over).toFixed(1)} x`,
    'at most 12 x',
  )
  report('peak memory with 10,000 domains', `${peakMemory(expansion(large)).toFixed(0)} MiB`, 'at most 300 MiB')
} finally {
  for (const root of [small, large]) rmSync(root, { recursive: true, force: true })
}
