import type { Invocation } from '../../../terminal/command.ts'

/** What a verb needs that actions of events use, too. */
export type Speaking = Pick<Invocation, 'args' | 'flag' | 'places' | 'print' | 'printError'>

/** `1.5 MiB` */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(Math.floor(Math.log2(Math.max(count, 1)) / 10), units.length - 1)
  return `${power === 0 ? count : (count / 1024 ** power).toFixed(1)} ${units[power]}`
}
