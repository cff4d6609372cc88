/** One stretch of a comparison: lines that are kept, removed or added. */
export interface Stretch {
  readonly sign: ' ' | '-' | '+'
  readonly lines: readonly string[]
}

/** How far two texts may diverge before what is in between counts as replaced. */
const REACH = 60
/** This many equal lines in a row mean that the texts match again. */
const TOGETHER = 3

/**
 * Compares long texts with thousands of differences in linear time: walks through both at once and looks ahead for the nearest
 * position where they match again. The result is correct, though not always the shortest.
 */
export function resync(old: readonly string[], made: readonly string[]): Stretch[] {
  const stretches: { sign: ' ' | '-' | '+'; lines: string[] }[] = []
  const put = (sign: ' ' | '-' | '+', lines: readonly string[]) => {
    if (lines.length === 0) return
    const last = stretches.at(-1)
    if (last?.sign === sign) last.lines.push(...lines)
    else stretches.push({ sign, lines: [...lines] })
  }
  let a = 0
  let b = 0
  while (a < old.length || b < made.length) {
    if (a < old.length && old[a] === made[b]) {
      put(' ', [old[a] ?? ''])
      a++
      b++
      continue
    }
    const { skipOld, skipMade } = nearestMeeting(old, made, a, b)
    put('-', old.slice(a, a + skipOld))
    put('+', made.slice(b, b + skipMade))
    a += skipOld
    b += skipMade
  }
  return stretches
}

function nearestMeeting(old: readonly string[], made: readonly string[], a: number, b: number) {
  for (let distance = 1; distance <= REACH; distance++)
    for (let skipOld = 0; skipOld <= distance; skipOld++) {
      const skipMade = distance - skipOld
      if (meet(old, made, a + skipOld, b + skipMade)) return { skipOld, skipMade }
    }
  return { skipOld: Math.min(REACH, old.length - a), skipMade: Math.min(REACH, made.length - b) }
}

function meet(old: readonly string[], made: readonly string[], a: number, b: number): boolean {
  if (a > old.length || b > made.length) return false
  for (let ahead = 0; ahead < TOGETHER; ahead++) if (old[a + ahead] !== made[b + ahead]) return false
  return true
}

/** The stretches as the hunks of a unified diff, with that many lines of context. */
export function formatHunks(stretches: readonly Stretch[], context: number): string {
  const hunks: { old: number; made: number; lines: string[] }[] = []
  let old = 1
  let made = 1
  let open: { old: number; made: number; lines: string[] } | undefined
  for (const [index, { sign, lines }] of stretches.entries()) {
    if (sign === ' ') {
      const close = open !== undefined && (lines.length > 2 * context || index === stretches.length - 1)
      if (open !== undefined) open.lines.push(...lines.slice(0, close ? context : undefined).map(line => ` ${line}`))
      if (close) open = undefined
      old += lines.length
      made += lines.length
      continue
    }
    if (open === undefined) {
      const before = stretches[index - 1]?.lines.slice(-context) ?? []
      open = { old: old - before.length, made: made - before.length, lines: before.map(line => ` ${line}`) }
      hunks.push(open)
    }
    for (const line of lines) open.lines.push(sign + line)
    if (sign === '-') old += lines.length
    else made += lines.length
  }
  return hunks.map(formatHunk).join('')
}

function formatHunk({ old, made, lines }: { old: number; made: number; lines: readonly string[] }): string {
  const range = (first: number, other: string) => {
    const count = lines.filter(line => line[0] !== other).length
    return count === 0 ? '0,0' : `${first},${count}`
  }
  return `@@ -${range(old, '+')} +${range(made, '-')} @@\n${lines.join('\n')}\n`
}
