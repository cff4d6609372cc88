// Runs every test file as a process of its own: `node --import tsx test/run.ts [PATTERN…]`, where a pattern is a part of a
// file's path. The last line is `N passed, N failed, N skipped`.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { bundleTests } from './support/bundle.ts'
import { DISK, moveToMemory, temporaryFolder } from './support/memory.ts'
import { installPackages } from './support/packages.ts'
import { type FileResult, runTestFile } from './support/test-process.ts'

/** Test files wait half of their time, for daemons and for time limits. */
const AT_ONCE = Math.max(4, 2 * availableParallelism())
/** For a file; many kills take hours. */
const LIMIT_SECONDS = process.env.GABARIT_TEST_KILLS === undefined ? 900 : 14_400

/** Those that take longest, the longest first: begun late, they would keep everything waiting for them alone. */
const LONG = [
  'scenario/',
  'browser/',
  'faults/',
  'confirm/',
  'apply/go-back',
  'services/openvpn',
  'services/vpn-clients',
  'service/',
  'cli/db-kill',
  'event/foretold',
  'packaging/',
  'console/hostile',
  'fleet/rollout',
  'modules/removed',
]

/** Kills at random moments: some shall come while a disk is at work. */
const ON_DISK = ['cli/db-kill', 'faults/kill-random']

interface Result extends FileResult {
  readonly name: string
}

/** All test files, `test/cli/help.test.ts`, that have one of the patterns in their path. */
function findTestFiles(patterns: readonly string[]): string[] {
  const names = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .map(name => `test/${name}`)
    .filter(name => name.endsWith('.test.ts'))
  for (const pattern of patterns)
    if (!names.some(name => name.includes(pattern))) process.stdout.write(`no test file has "${pattern}" in its path\n`)
  const rank = (name: string) => {
    const found = LONG.findIndex(start => name.startsWith(`test/${start}`))
    return found === -1 ? LONG.length : found
  }
  return names
    .filter(name => patterns.length === 0 || patterns.some(pattern => name.includes(pattern)))
    .sort()
    .sort((a, b) => rank(a) - rank(b))
}

/** Runs the files, so many at once, and reports each as it ends. */
async function runAll(names: readonly string[], scriptOf: (name: string) => string): Promise<Result[]> {
  const waiting = [...names]
  const results: Result[] = []
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const onDisk = ON_DISK.some(start => name?.startsWith(`test/${start}`))
      const result = await runTestFile(scriptOf(name), LIMIT_SECONDS, onDisk ? DISK : temporaryFolder())
      results.push({ ...result, name })
      report({ ...result, name }, `${results.length} of ${names.length}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return results
}

/** One line for a file that passed; everything it said for one that did not. */
function report({ name, passed, failed, skipped, seconds, problem, output }: Result, place: string): void {
  const counts = [`${passed} passed`, failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped`]
  const line = `${place} ${failed > 0 ? 'FAIL' : 'ok  '} ${name}: ${counts.filter(Boolean).join(', ')} (${seconds.toFixed(1)} s)`
  process.stdout.write(`${line}${problem === undefined ? '' : `: ${problem}`}\n`)
  if (failed > 0) process.stdout.write(`${output.trimEnd().replace(/^/gm, '    ')}\n`)
}

/** Every skipped test with its reason: one that gives none is named too. */
function reportSkips(results: readonly Result[]): void {
  for (const { name, skipped, reasons } of results) {
    for (const reason of reasons) process.stdout.write(`skipped ${name}: ${reason}\n`)
    const silent = skipped - reasons.length
    if (silent > 0) process.stdout.write(`skipped ${name}: ${silent} without a reason (suite.skip or suite.only)\n`)
  }
}

const sum = (results: readonly FileResult[], count: 'passed' | 'failed' | 'skipped') =>
  results.reduce((total, result) => total + result[count], 0)

await moveToMemory()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130))
const names = findTestFiles(process.argv.slice(2))
if (names.length > 0) installPackages()
const bundles = mkdtempSync(join(temporaryFolder(), 'gabarit-bundles-'))
process.on('exit', () => rmSync(bundles, { recursive: true }))
const results = await runAll(names, await bundleTests(names, bundles))
reportSkips(results)
const failed = sum(results, 'failed')
process.stdout.write(`${sum(results, 'passed')} passed, ${failed} failed, ${sum(results, 'skipped')} skipped\n`)
process.exitCode = failed > 0 || names.length === 0 ? 1 : 0
