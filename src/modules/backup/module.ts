import { CHANGE_OPTIONS, CHECK_OPTION } from '../../terminal/change-options.ts'
import { type Command, flag, JSON_OPTION, paths, value } from '../../terminal/command.ts'
import type { Module } from '../../terminal/module.ts'
import { MAGIC } from './magic.ts'

const KEY_OPTIONS = [
  value('identity FILE', 'a key that opens it, as age-keygen writes one', { complete: paths }),
  value('passphrase-file FILE', 'the passphrase that opens it', { complete: paths }),
]

/** `gabarit backup restore FILE`, which `gabarit restore FILE` runs, too. */
const RESTORE: Command = {
  name: 'restore',
  summary: 'restore a backup: show the plan, then change databases and files together',
  usage: 'FILE',
  options: [
    flag('dry-run', 'print the plan, change nothing'),
    CHECK_OPTION,
    value('only DATABASE[,DATABASE]...', 'only these databases, with the files that their records name'),
    value('replace OLD=NEW[,OLD=NEW]...', 'other interfaces or addresses, on another machine'),
    ...KEY_OPTIONS,
    ...CHANGE_OPTIONS,
  ],
  examples: [
    ['gabarit backup restore gate.tar.age --dry-run', 'what would change'],
    ['gabarit backup restore gate.tar.age --identity backup-key.txt --replace eth0=ens18', 'on another machine'],
    ['gabarit backup restore gate.tar.age --only hosts,vpn', 'only a part'],
  ],
  complete: paths,
  run: async invocation => (await import('./restore.apart.ts')).restore(invocation),
}

/** The subcommands of `gabarit backup`. */
const VERBS: readonly Command[] = [
  {
    name: 'verify',
    summary: 'decrypt a backup, and compare every part with its list of contents; default: the newest',
    usage: '[FILE]',
    options: [...KEY_OPTIONS, JSON_OPTION],
    examples: [['gabarit backup verify', 'is the newest one whole?']],
    complete: paths,
    run: async invocation => (await import('./backup.apart.ts')).verify(invocation),
  },
  RESTORE,
]

export const MODULE: Module = {
  name: 'backup',
  commands: [
    {
      name: 'backup',
      summary: 'save databases, overrides, keys and certificates into one encrypted file',
      usage: '[FILE]',
      options: [flag('force', 'overwrite the file'), JSON_OPTION],
      examples: [
        ['gabarit backup', 'into the folder of the record backup'],
        ['gabarit backup /media/usb/gate.tar.age', 'into this file'],
      ],
      verbs: VERBS,
      complete: paths,
      run: async invocation => (await import('./backup.apart.ts')).make(invocation),
    },
  ],
  archives: { begin: MAGIC, name: /\.age$/, restore: RESTORE },
  checks: [
    {
      id: 'backup',
      mend: 'gabarit backup',
      run: async patient => (await import('./doctor.ts')).backupIsFresh(patient),
    },
  ],
}
