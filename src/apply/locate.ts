import type { Change } from '../plan/plan.ts'
import type { TracedOutput } from '../template/trace.ts'

/** The ways in which checkers name a line of a file, `{}` standing for the path. */
const FORMS: readonly ((path: string) => RegExp)[] = [
  path => new RegExp(`${path}:(?:\\s*line )?(\\d+)`),
  path => new RegExp(`line (\\d+) of ${path}`),
  path => new RegExp(`${path},? line:? (\\d+)`),
  path => new RegExp(`${path}: syntax error near line (\\d+)`),
]

/**
 * Adds to what a checker said which fragment wrote the line that it complains about.
 * @param trace expands a template again, line by line; called only when a line is named
 */
export function locateInFragments(
  said: string,
  changes: readonly Change[],
  trace: (template: string) => readonly TracedOutput[],
): string {
  const notes: string[] = []
  for (const change of changes) {
    if (change.kind !== 'write' || !said.includes(change.path)) continue
    const path = change.path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    const line = FORMS.map(form => form(path).exec(said)?.[1]).find(found => found !== undefined)
    if (line === undefined) continue
    const traced = trace(change.template).find(({ output }) => output.path === change.path)
    const origin = traced?.origins[Number(line)]
    if (origin === undefined) continue
    const text = traced?.text.split('\n')[Number(line) - 1]?.trim() ?? ''
    notes.push(`${change.path}:${line} "${text}" was made by ${origin.file}:${origin.line}`)
  }
  return [said, ...notes].join('\n')
}
