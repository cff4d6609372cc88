import { colourDiff, describeAttributes, textDiff } from '../plan/diff.ts'
import type { FileRecord, FileVersion } from '../state/history/entry.ts'
import { History } from '../state/history/history.ts'
import { showMasked } from '../state/history/masking.ts'
import type { Invocation } from '../terminal/command.ts'
import { changeLines, numberOf, summary } from './history.ts'

/** `gabarit show ID` */
export async function run({ args, flag, colour, places, answer }: Invocation): Promise<number> {
  const history = new History(places)
  const entry = history.entry(numberOf(args[0] ?? '', 'the number of an entry'))
  const files = history.files(entry)
  const data = { ...entry, files }
  // Contents are only read for the text.
  if (flag('json')) return answer(data, '')
  const text = (version: FileVersion | null) =>
    version === null || 'link' in version ? undefined : showMasked(history.objects.get(version.sha256).toString('utf8'))
  const diffs = files.map(file => fileDiff(file, text))
  const services = entry.adjustments.map(
    ({ service, command, problem }) => `service ${service}: ${command}${problem === null ? '' : `: ${problem}`}`,
  )
  const checks = entry.validators.map(command => `checked: ${command}`)
  return answer(
    data,
    [
      summary(entry),
      `  via: ${entry.via}`,
      ...entry.problems.map(problem => `  problem: ${problem}`),
      ...changeLines(entry.properties),
      ...(entry.lasting ?? []).map(what => `  lasting: ${what}`),
      ...(entry.folders ?? []).map(folder => `folder ${folder}`),
      ...diffs.map(diff => (colour ? colourDiff(diff) : diff).trimEnd()),
      ...checks,
      ...services,
    ].join('\n'),
  )
}

function fileDiff(
  { path, before, after }: FileRecord,
  text: (version: FileVersion | null) => string | undefined,
): string {
  const linkOf = (version: FileVersion | null) => (version !== null && 'link' in version ? version.link : undefined)
  const links = [linkOf(before), linkOf(after)]
  if (links.some(link => link !== undefined)) return `link ${path}: ${links.map(link => link ?? 'none').join(' -> ')}`
  const [old, made] = [text(before), text(after)]
  if (old === made && before !== null && after !== null && 'mode' in before && 'mode' in after) {
    const [was, is] = [describeAttributes(before), describeAttributes(after)]
    return was === is ? `${path}: only a secret value differs` : `attributes ${path}: ${was} -> ${is}`
  }
  return textDiff(path, old, made)
}
