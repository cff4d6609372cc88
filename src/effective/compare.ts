import { formatAddress, parseAddress } from '../base/address.ts'
import type { ProbedProperty } from './probes.ts'

/** Whether what holds is what the property says. */
export function agrees({ value, description, effective }: ProbedProperty, held: readonly string[]): boolean {
  const { list, format = '' } = description
  const { same = {}, among = false, ignoreCase = false } = effective
  const plain = (text: string) => {
    const named = (Object.hasOwn(same, text) ? same[text] : undefined) ?? text
    if (format === 'boolean') return BOOLEANS.get(named.toLowerCase()) ?? named
    if (/^-?\d+$/.test(named)) return String(Number(named))
    const address = parseAddress(named)
    if (address !== undefined) return formatAddress(address)
    return ignoreCase ? named.toLowerCase() : named.replace(/\s+/g, ' ')
  }
  const parts = (texts: readonly string[], separator: RegExp) =>
    new Set(
      texts
        .flatMap(text => text.split(separator))
        .filter(text => text !== '')
        .map(plain),
    )
  const wanted = list === undefined ? new Set([plain(value)]) : parts([value], list === ',' ? /[,\s]+/ : /\s+/)
  const present = list === undefined ? new Set(held.map(plain)) : parts(held, /[,\s]+/)
  return [...wanted].every(one => present.has(one)) && (among || present.size === wanted.size)
}

const BOOLEANS: ReadonlyMap<string, string> = new Map([
  ...['yes', 'on', 'true', '1', 'enabled'].map(word => [word, 'yes'] as const),
  ...['no', 'off', 'false', '0', 'disabled'].map(word => [word, 'no'] as const),
])
