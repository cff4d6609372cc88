import { MAGIC } from '../../archive/magic.ts'
import { usageFailure } from '../../base/failure.ts'
import { CHANGE_OPTIONS, CHECK_OPTION } from '../../terminal/change-options.ts'
import { type Command, flag, type Invocation, JSON_OPTION, keysOf, paths, value } from '../../terminal/command.ts'
import type { Module } from '../../terminal/module.ts'

const KEY_OPTIONS = [
  value('identity FILE', 'a key that opens it, as age-keygen writes one', { complete: paths }),
  value('passphrase-file FILE', 'the passphrase that opens it', { complete: paths }),
]

const data = (describe: string) => flag('data', describe)

/** A job of the database. */
const jobs = keysOf('backups')

/** `gabarit backup restore FILE`, which `gabarit restore FILE` runs, too. */
const RESTORE: Command = {
  name: 'restore',
  console: 'dangerous',
  summary: 'restore a backup: show the plan, then change databases and files together',
  usage: 'FILE | --data JOB PATH...',
  arity: [1, Number.POSITIVE_INFINITY],
  options: [
    flag('dry-run', 'print the plan, change nothing'),
    CHECK_OPTION,
    value('only DATABASE[,DATABASE]...', 'only these databases, with the files that their records name'),
    value('replace OLD=NEW[,OLD=NEW]...', 'other interfaces or addresses, on another machine'),
    ...KEY_OPTIONS,
    data('files of a backup of data, by their paths: JOB PATH...'),
    value('to FOLDER', 'with --data: the folder below which they are written', { complete: paths }),
    ...CHANGE_OPTIONS,
  ],
  examples: [
    ['gabarit backup restore gate.tar.age --dry-run', 'what would change'],
    ['gabarit backup restore gate.tar.age --identity backup-key.txt --replace eth0=ens18', 'on another machine'],
    ['gabarit backup restore gate.tar.age --only hosts,vpn', 'only a part'],
    ['gabarit backup restore --data nas /srv/ibays/shop --to /root/restored', 'a folder, as it was saved last'],
  ],
  complete: paths,
  run: async invocation =>
    invocation.flag('data')
      ? (await import('./data.apart.ts')).restoreData(invocation)
      : (await import('./restore.apart.ts')).restore(oneFile(invocation)),
}

/** @throws Failure (usage) for more than the file */
function oneFile(invocation: Invocation): Invocation {
  const more = invocation.args.slice(1)
  if (more.length > 0) throw usageFailure(`too many arguments: ${more.join(' ')}`, 'Files of data: --data JOB PATH...')
  return invocation
}

/** The subcommands of `gabarit backup`. */
const VERBS: readonly Command[] = [
  {
    name: 'now',
    console: 'change',
    summary: 'write a backup into the folder of the record, as gabarit backup without a file does',
    options: [JSON_OPTION],
    examples: [['gabarit backup now', 'what the timer does, too']],
    run: async invocation => (await import('./backup.apart.ts')).make(invocation),
  },
  {
    name: 'list',
    console: 'read',
    summary: 'list the backups in the folder of the record, and when each was verified',
    options: [JSON_OPTION],
    examples: [['gabarit backup list', 'the newest first']],
    run: async invocation => (await import('./backup.apart.ts')).list(invocation),
  },
  {
    name: 'verify',
    console: 'change',
    summary: 'decrypt a backup, and compare every part with its list of contents; default: the newest',
    usage: '[FILE]',
    options: [...KEY_OPTIONS, data('read the whole repository of this backup of data, or of all'), JSON_OPTION],
    examples: [['gabarit backup verify', 'is the newest one whole?']],
    complete: paths,
    run: async invocation =>
      invocation.flag('data')
        ? (await import('./data.apart.ts')).verifyData(invocation)
        : (await import('./backup.apart.ts')).verify(invocation),
  },
  RESTORE,
]

export const BACKUP: Command = {
  name: 'backup',
  summary: 'save databases, overrides, keys and certificates into one encrypted file',
  usage: '[FILE | --data [JOB]]',
  arity: [0, 1],
  options: [
    flag('force', 'overwrite the file'),
    data('save folders by restic: this record of the database backups, or all'),
    flag('new-repository', 'with --data: make a new repository where there was one before'),
    JSON_OPTION,
  ],
  examples: [
    ['gabarit backup', 'into the folder of the record backup'],
    ['gabarit backup /media/usb/gate.tar.age', 'into this file'],
    ['gabarit backup --data', 'the contents of i-bays and other folders'],
  ],
  verbs: VERBS,
  complete: async (args, places) => [...(await jobs(args, places)), ...paths(args)],
  run: async invocation =>
    invocation.flag('data')
      ? (await import('./data.apart.ts')).backupData(invocation)
      : (await import('./backup.apart.ts')).make(invocation),
}

export const MODULE: Module = {
  name: 'backup',
  commands: [BACKUP],
  archives: { begin: MAGIC, name: /\.age$/, option: 'data', restore: RESTORE },
  checks: [
    {
      id: 'backup',
      mend: 'gabarit backup',
      run: async patient => (await import('./doctor.ts')).backupIsFresh(patient),
    },
    {
      id: 'backup-data',
      mend: 'gabarit backup --data',
      run: async patient => (await import('./doctor.ts')).dataIsFresh(patient),
    },
  ],
}
