/** One line for the journal. systemd takes the level from its beginning (sd-daemon(3)). */
export type Log = (level: 'notice' | 'warning', line: string) => void

const LEVELS = { notice: '<5>', warning: '<4>' } as const

/** The journal, or whoever reads what a process says. What strangers sent cannot begin a line of its own. */
export const stderrLog: Log = (level, line) => {
  process.stderr.write(
    `${LEVELS[level]}${line.replace(/[^\x20-\x7e]/g, character => JSON.stringify(character).slice(1, -1))}\n`,
  )
}
