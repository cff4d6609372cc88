import type { Plan } from '../plan/plan.ts'
import type { TracedOutput } from '../template/trace.ts'

/** The ways in which checkers name a line of a file, `{}` standing for the path. */
const FORMS: readonly ((path: string) => RegExp)[] = [
  path => new RegExp(`${path}:(?:\\s*line )?(\\d+)`),
  path => new RegExp(`line (\\d+) of ${path}`),
  path => new RegExp(`${path},? line:? (\\d+)`),
  path => new RegExp(`${path}: syntax error near line (\\d+)`),
]

/**
 * Adds to what a checker said which fragment wrote the line that it complains about, and for which record. A daemon that
 * reads a folder of links names the link.
 * @param trace expands a template again, line by line; called only when a line is named
 */
export function locateInFragments(
  said: string,
  { changes, manifest }: Pick<Plan, 'changes' | 'manifest'>,
  trace: (template: string) => readonly TracedOutput[],
): string {
  const notes: string[] = []
  for (const change of changes) {
    if (change.kind !== 'write') continue
    const line = lineOf(change.path, said) ?? lineOf(manifest.get(change.path)?.link, said)
    if (line === undefined) continue
    const traced = trace(change.template).find(({ output }) => output.path === change.path)
    const origin = traced?.origins[Number(line)]
    if (origin === undefined) continue
    const text = traced?.text.split('\n')[Number(line) - 1]?.trim() ?? ''
    const { record, metadata } = traced?.output ?? {}
    const reason = record === undefined ? '' : ` for the record ${record.key} of ${metadata?.each?.db}`
    notes.push(`${change.path}:${line} "${text}" was made by ${origin.file}:${origin.line}${reason}`)
  }
  return [said, ...notes].join('\n')
}

/** The line of a path that a checker names. */
function lineOf(path: string | undefined, said: string): string | undefined {
  // Thousands of files may have changed, and a message names one.
  if (path === undefined || !said.includes(path)) return undefined
  const escaped = path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return FORMS.map(form => form(escaped).exec(said)?.[1]).find(found => found !== undefined)
}
