import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** From this many imports on, a folder is mainly built on another one. */
const MANY = 10

const PICTURE = /(<!-- npm run map draws this -->\n)[\s\S]*?(<!-- end of the map -->)/

/**
 * ARCHITECTURE.md as it is, and with the picture as it should be.
 * @param project the checkout
 */
export function withPicture(project: string): { file: string; before: string; now: string } {
  const file = join(project, 'docs/ARCHITECTURE.md')
  const before = readFileSync(file, 'utf8')
  const floors: string[] = JSON.parse(readFileSync(join(project, 'scripts/floors.json'), 'utf8'))
  const picture = `\`\`\`text\n${drawn(floors, importsOf(project))}\n\`\`\`\n`
  return { file, before, now: before.replace(PICTURE, (_, start: string, end: string) => `${start}${picture}${end}`) }
}

/** How many imports lead from one folder to another, by `plan db`. */
function importsOf(project: string): Map<string, number> {
  const program = join(project, 'node_modules/.bin/depcruise')
  const options = { cwd: project, encoding: 'utf8', maxBuffer: Number.POSITIVE_INFINITY } as const
  const { stdout, stderr } = spawnSync(program, ['src', '--output-type', 'json'], options)
  if (stdout === '') throw new Error(`depcruise: ${stderr}`)
  const { modules }: { modules: { source: string; dependencies: { resolved: string }[] }[] } = JSON.parse(stdout)
  const counts = new Map<string, number>()
  for (const { source, dependencies } of modules)
    for (const { resolved } of dependencies) {
      const pair = [source, resolved].map(path => /^src\/([^/]+)\//.exec(path)?.[1] ?? '').join(' ')
      counts.set(pair, (counts.get(pair) ?? 0) + 1)
    }
  return counts
}

function drawn(floors: readonly string[], counts: ReadonlyMap<string, number>): string {
  const width = Math.max(...floors.map(name => name.length))
  const rows = floors.map((name, row) => {
    const marks = floors.slice(0, row).map(below => mark(counts.get(`${name} ${below}`) ?? 0).padStart(4))
    return `${String(row + 1).padStart(2)} ${name.padEnd(width)}${marks.join('')}`.trimEnd()
  })
  const numbers = floors.slice(0, -1).map((_, index) => String(index + 1).padStart(4))
  return [`${' '.repeat(width + 3)}${numbers.join('')}`, ...rows].join('\n')
}

function mark(count: number): string {
  return count === 0 ? '' : count < MANY ? '·' : '●'
}
