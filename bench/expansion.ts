import { rmSync } from 'node:fs'
import { makeDomains } from './corpus.ts'
import { compare, peakMemory } from './measure.ts'
import { NODE, program, RUNS, report } from './report.ts'

/** Apache's configuration with two virtual hosts of eleven fragments for every domain. */
export function benchExpansion(): void {
  const [small, large] = [makeDomains(1000), makeDomains(10_000)]
  const expansion = (root: string) => program(root, 'expand-template', ['/etc/httpd/conf/httpd.conf'])
  const thousand = compare(expansion(small), NODE, RUNS)
  const over = thousand.a - thousand.b
  report('expand httpd.conf, 1,000 domains / node -e 0', `${thousand.ratio.toFixed(2)} x`, 'at most 2 x')
  const tenFold = compare(expansion(large), NODE, Math.ceil(RUNS / 3))
  const growth = (tenFold.a - tenFold.b) / over
  report('the same with 10,000 domains / with 1,000', `${growth.toFixed(1)} x`, 'at most 12 x')
  report('peak memory with 10,000 domains', `${peakMemory(expansion(large)).toFixed(0)} MiB`, 'at most 250 MiB')
  for (const root of [small, large]) rmSync(root, { recursive: true })
}
