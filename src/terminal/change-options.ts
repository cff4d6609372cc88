import { flag, JSON_LINES_OPTION, JSON_OPTION, MAKES_PLANS, type Option, value } from './command.ts'

/** The edited files that a command may overwrite. */
export const OVERWRITE_OPTION = value(
  'overwrite FILE[,FILE]...',
  'manually edited sshd, network and firewall files to overwrite, comma-separated',
  { complete: async (...typed) => (await import('./sensitive-files.ts')).sensitiveFiles(...typed) },
)

export const CHECK_OPTION = flag('check', 'like --dry-run, but also run the site’s checks and the daemons’ checkers')

/** What the history records with a run. */
export const NOTE_OPTION = value('comment TEXT', 'a note for the history')

/** Options of every command that changes files and services according to a plan. */
export const CHANGE_OPTIONS: readonly Option[] = [
  OVERWRITE_OPTION,
  NOTE_OPTION,
  flag('confirm', 'show what would happen and ask before doing it'),
  value(
    'confirm-within TIME',
    'roll back automatically unless confirmed within this time (10m, 90s …); "no" disables it',
    {
      complete: () => ['no', '5m', '10m', '30m', '1h'],
    },
  ),
  value(`${MAKES_PLANS} ID`, 'only if the plan still has this id, which --dry-run --json shows'),
  JSON_OPTION,
  JSON_LINES_OPTION,
]
