import { EXIT, refusal, usageFailure } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { makeExpander } from '../plan/run.ts'
import { below } from '../system/places.ts'
import { readText } from '../system/read-files.ts'
import { candidateTemplates } from '../template/candidates.ts'
import type { Read } from '../template/databases.ts'
import { type LineOrigin, type TracedOutput, traceTemplate } from '../template/trace.ts'
import { type Layer, listTemplates } from '../template/tree.ts'
import type { Invocation } from '../terminal/command.ts'
import { contextOf } from '../terminal/run-context.ts'

/** `gabarit explain FILE[:LINE]` */
export async function run(invocation: Invocation): Promise<number> {
  const { args, flag, places, system, print, printError } = invocation
  const [, path = '', lineText] = /^(.*?)(?::(\d+))?$/.exec(args[0] ?? '') ?? []
  const context = contextOf(invocation)
  const traced = findOutput(path, name => traceTemplate(trace => makeExpander(context, trace), name), context.layers)
  const real = below(places, path)
  const onDisk = system.state(real)?.kind === 'file' ? system.read(real).toString('utf8') : undefined
  const differs = onDisk !== traced.text
  if (differs)
    printError(
      onDisk === undefined
        ? `note: ${path} does not exist yet; this is what would be made`
        : `note: ${path} differs from what would be made now (expand-template --diff /${traced.output.template})`,
    )
  if (lineText === undefined) print(flag('json') ? fileAsJson(traced) : fileAsText(traced))
  else print(lineOf(traced, Number(lineText), flag('json')))
  return EXIT.done
}

/** The output of that path: of the template of that name, else of one whose metadata moves it there. */
function findOutput(path: string, trace: (name: string) => TracedOutput[], layers: readonly Layer[]): TracedOutput {
  const names = listTemplates(layers)
  for (const name of candidateTemplates(path, names, layers)) {
    const found = trace(name).find(({ output }) => output.path === path)
    if (found !== undefined) return found
  }
  throw refusal(
    `no template makes ${path}${didYouMean(
      path,
      names.map(name => `/${name}`),
    )}`,
  )
}

function readWords(reads: readonly Read[] = []): string[] {
  const wholes = new Set(reads.filter(({ key }) => key === undefined).map(({ database }) => database))
  const records = reads.filter(({ database, key }) => key !== undefined && !wholes.has(database))
  return [
    ...[...wholes].map(name => `${name} (all records)`),
    ...records.map(({ database, key }) => `${database} ${key}`),
  ]
}

/** How many lines a fragment made; behind the last line break there is none. */
function countLines({ text, origins }: TracedOutput, file: string): number {
  return origins.slice(0, text.endsWith('\n') ? -1 : undefined).filter(origin => origin?.file === file).length
}

function fileAsText(traced: TracedOutput): string {
  const { output, reads, depths } = traced
  const { each } = output.metadata
  const record = each === undefined || output.record === undefined ? '' : ` for ${each.db} ${output.record.key}`
  const lines = [`${output.path} is made by the template /${output.template}${record}:`]
  for (const [file, list] of reads) {
    const count = countLines(traced, file)
    const words = readWords(list)
    // A fragment of a sub-template stands further in, below the one that called it.
    const indent = '  '.repeat(1 + (depths.get(file) ?? 0))
    lines.push(`${indent}${file} (${count} line${count === 1 ? '' : 's'})`)
    if (words.length > 0) lines.push(`${indent}  reads ${words.join(', ')}`)
  }
  return lines.join('\n')
}

function fileAsJson(traced: TracedOutput): string {
  const { output, reads, depths } = traced
  const fragments = [...reads].map(([file, list]) => ({
    file,
    depth: depths.get(file) ?? 0,
    lines: countLines(traced, file),
    reads: list.map(({ database, key }) => ({ database, key: key ?? null })),
  }))
  return JSON.stringify({ path: output.path, template: `/${output.template}`, fragments }, null, 2)
}

function lineOf({ output, text, origins, reads }: TracedOutput, line: number, json: boolean): string {
  const lines = text.replace(/\n$/, '').split('\n')
  if (line < 1 || line > lines.length) throw usageFailure(`${output.path} has ${lines.length} lines, not ${line}`)
  const origin: LineOrigin | undefined = origins[line]
  const read = origin === undefined ? [] : readWords(reads.get(origin.file))
  const others = origin === undefined ? [] : passedOn(origin.file, reads).filter(word => !read.includes(word))
  if (json) {
    const fragment = origin === undefined ? null : { ...origin, reads: read, passedOn: others }
    return JSON.stringify({ path: output.path, line, text: lines[line - 1], fragment }, null, 2)
  }
  if (origin === undefined) return `line ${line} of ${output.path} is the banner that gabarit writes`
  return [
    `${line}: ${lines[line - 1]}`,
    `made by ${origin.file}:${origin.line}`,
    ...(read.length === 0 ? [] : [`which reads ${read.join(', ')}`]),
    ...(others.length === 0 ? [] : [`and may have got from other fragments of the file: ${others.join(', ')}`]),
  ].join('\n')
}

/** What other fragments read and may have handed over: a caller by `item`, an earlier one in `vars`. */
function passedOn(file: string, reads: TracedOutput['reads']): string[] {
  if (!/\b(item|vars)\b/.test(readText(file))) return []
  return [...new Set(readWords([...reads.values()].flat()))]
}
