import { rmSync } from 'node:fs'
import { makeRoot, run } from './corpus.ts'
import { compare, compareProcessorTime, type Subject } from './measure.ts'
import { NODE, program, RUNS, report } from './report.ts'

/** One property read, one written, ten thousand written. */
export function benchDatabases(): void {
  const root = makeRoot()
  run(root, 'config', ['setdefault', 'bench', 'bench'])
  let count = 0
  // Each run must change something, or nothing would be written.
  const setprop: Subject = {
    ...program(root, 'config', []),
    get command() {
      return program(root, 'config', ['setprop', 'bench', 'count', String(count++)]).command
    },
  }
  const batch: Subject = {
    ...program(root, 'config', ['batch']),
    get input() {
      const line = (_: unknown, index: number) => `setprop bench p${index % 100} ${count++}`
      return Array.from({ length: 10_000 }, line).join('\n')
    },
  }
  const getprop = program(root, 'config', ['getprop', 'letsencrypt', 'status'])
  for (const [name, subject] of Object.entries({ getprop, setprop })) {
    const processor = compareProcessorTime(subject, NODE, RUNS)
    report(`config ${name} / node -e 0, processor time`, `${processor.toFixed(2)} x`, 'at most 0.15 x')
    report('the same, wall clock', `${compare(subject, NODE, RUNS).ratio.toFixed(2)} x`, 'none given')
  }
  const many = compare(batch, setprop, RUNS)
  report('10,000 setprop in one batch / one setprop', `${many.ratio.toFixed(2)} x`, 'at most 3 x')
  const alone = compareProcessorTime(batch, NODE, RUNS)
  report('the same batch / node -e 0, processor time', `${alone.toFixed(2)} x`, 'at most 1 x (executable)')
  rmSync(root, { recursive: true })
}
