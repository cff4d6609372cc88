import { basename, dirname, join } from 'node:path'
import { compareBytes } from '../base/byte-order.ts'
import type { TracedOutput } from '../template/trace.ts'

/** Sorts behind what templates usually end with. */
const LAST = '90Own'

/**
 * The file of a new fragment for lines that no present one can take, because code prints those around them: at the end of the
 * output, or where one fragment ends and the next begins.
 * @param at index of the output line that they are put before
 * @returns undefined if there is no such place
 */
export function newFragment(at: number, { text, origins, depths, output }: TracedOutput): string | undefined {
  const isEnd = at === text.split('\n').length - 1
  const [above, below] = [origins[at]?.file, isEnd ? undefined : origins[at + 1]?.file]
  const isOfTemplate = (file: string) => depths.get(file) === 0 && dirname(file).endsWith(`/${output.template}`)
  if (above === undefined || above === below || !isOfTemplate(above)) return undefined
  if (!isEnd && (below === undefined || !isOfTemplate(below))) return undefined
  const former = basename(above)
  const name = isEnd && compareBytes(former, LAST) < 0 ? LAST : `${former}Own`
  const isBetween = isEnd || compareBytes(name, basename(below ?? '')) < 0
  const names = new Set([...depths.keys()].map(file => basename(file)))
  return isBetween && !names.has(name) ? join(dirname(above), name) : undefined
}
