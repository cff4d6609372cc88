import { closeSync, openSync, readFileSync, readSync } from 'node:fs'

const PIECE = 1 << 20

/** Which of some texts are in the writable memory of a process, as UTF-8, UTF-16 or base64. Needs root. */
export function foundInMemory(pid: number, texts: readonly string[]): string[] {
  const found = new Set<string>()
  const forms = texts.map(text => {
    const bytes = Buffer.from(text)
    const alike = [bytes, Buffer.from(text, 'utf16le'), Buffer.from(bytes.toString('base64').slice(0, -4))]
    return { text, alike }
  })
  const overlap = Math.max(...forms.flatMap(({ alike }) => alike.map(form => form.length)))
  const memory = openSync(`/proc/${pid}/mem`, 'r')
  const piece = Buffer.alloc(PIECE + overlap)
  try {
    for (const [, from = '', to = ''] of readFileSync(`/proc/${pid}/maps`, 'utf8').matchAll(/^(\w+)-(\w+) rw/gm))
      for (let at = Number.parseInt(from, 16); at < Number.parseInt(to, 16); at += PIECE) {
        const length = Math.min(piece.length, Number.parseInt(to, 16) - at)
        const read = readable(() => readSync(memory, piece, 0, length, at))
        const part = piece.subarray(0, read)
        for (const { text, alike } of forms) if (alike.some(form => part.includes(form))) found.add(text)
      }
  } finally {
    closeSync(memory)
  }
  return [...found]
}

/** Some areas are the kernel's own, and some are gone meanwhile. */
function readable(read: () => number): number {
  try {
    return read()
  } catch {
    return 0
  }
}

/** The memory of a process in MiB. What it shares with others counts in part (proc(5), Pss). */
export function memoryOf(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) / 1024
}
