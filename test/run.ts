// Runs every test file as a process of its own: `node --import tsx test/run.ts [FILTER…]`, where a filter is a part
// of a file's path. The last line is `N passed, N failed, N skipped`.
import { readdirSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { installPackages } from './support/packages.ts'
import { type FileResult, runTestFile } from './support/test-process.ts'

const folder = import.meta.dirname
const AT_ONCE = 2
const LIMIT_SECONDS = 300
const SCENARIO_LIMIT_SECONDS = 600

/** All test files below this folder that match one of the filters, in byte order. */
function findTestFiles(filters: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.test.ts'))
    .filter(name => filters.length === 0 || filters.some(filter => `test/${name}`.includes(filter)))
    .sort()
    .map(name => resolve(folder, name))
}

/** Runs the files, so many at once, and reports each as it ends. */
async function runAll(files: readonly string[], atOnce: number, limitSeconds: number): Promise<FileResult[]> {
  const waiting = [...files]
  const results: FileResult[] = []
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const result = await runTestFile(file, limitSeconds)
      report(result)
      results.push(result)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}

/** One line for a file that passed; everything it said for one that did not. */
function report(result: FileResult): void {
  const { passed, failed, skipped, seconds, problem } = result
  const counts = [`${passed} passed`, failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped`]
  const name = relative(process.cwd(), result.file)
  const line = `${failed > 0 ? 'FAIL' : 'ok  '} ${name}: ${counts.filter(Boolean).join(', ')} (${seconds.toFixed(1)} s)`
  process.stdout.write(`${line}${problem === undefined ? '' : `: ${problem}`}\n`)
  if (failed > 0) process.stdout.write(`${result.output.trimEnd().replace(/^/gm, '    ')}\n`)
}

/** Every skipped test with its reason: one that gives none is named too. */
function reportSkips(results: readonly FileResult[]): void {
  for (const { file, skipped, reasons } of results) {
    const name = relative(process.cwd(), file)
    for (const reason of reasons) process.stdout.write(`skipped ${name}: ${reason}\n`)
    const silent = skipped - reasons.length
    if (silent > 0) process.stdout.write(`skipped ${name}: ${silent} without a reason (suite.skip or suite.only)\n`)
  }
}

const isScenario = (file: string) => file.includes('/test/scenario/')
const sum = (results: readonly FileResult[], count: 'passed' | 'failed' | 'skipped') =>
  results.reduce((total, result) => total + result[count], 0)

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130))
installPackages()
const files = findTestFiles(process.argv.slice(2))
if (files.length === 0) process.stdout.write('no test file matches\n')
const results = [
  ...(await runAll(
    files.filter(file => !isScenario(file)),
    AT_ONCE,
    LIMIT_SECONDS,
  )),
  // Scenarios come last, in namespaces of their own: they start a dozen daemons each, and mostly wait for them.
  ...(await runAll(files.filter(isScenario), AT_ONCE, SCENARIO_LIMIT_SECONDS)),
]
reportSkips(results)
const failed = sum(results, 'failed')
process.stdout.write(`${sum(results, 'passed')} passed, ${failed} failed, ${sum(results, 'skipped')} skipped\n`)
process.exitCode = failed > 0 || files.length === 0 ? 1 : 0
