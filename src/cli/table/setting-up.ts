import { type Command, flag, JSON_OPTION, paths, value } from '../../terminal/command.ts'

/** Commands for setting up. */
export const SETUP_COMMANDS: readonly Command[] = [
  {
    name: 'setup',
    summary: 'set up this server: ask for its names, show what that makes, and make it',
    options: [
      value('domain DOMAIN', 'its domain, such as example.org'),
      value('name NAME', 'its own name in that domain'),
      value('email ADDRESS', 'contact address at the certificate authority'),
      flag('dry-run', 'print the plan, change nothing'),
    ],
    examples: [
      ['gabarit setup', 'answer the questions; what is found on the machine is suggested'],
      ['gabarit setup --domain example.org --name server', 'without a terminal'],
    ],
    run: async invocation => (await import('../setup.ts')).run(invocation),
  },
  {
    name: 'initialize-default-databases',
    summary: 'migrate the databases and fill in defaults and forced values',
    options: [flag('dry-run', 'print what would change, write nothing'), JSON_OPTION],
    examples: [['gabarit initialize-default-databases', 'a second run changes nothing']],
    run: async invocation => (await import('../initialize.ts')).run(invocation),
  },
  {
    name: 'import',
    summary: 'bring in an SME Server, a NethServer 7 or a package for them',
    usage: '--server FOLDER | --tree FOLDER',
    arity: [0, 0],
    options: [
      value('server PATH', 'root of an old server, a backup of one (an archive, or unpacked), or a package', {
        complete: paths,
      }),
      value('tree FOLDER', 'only its databases: a folder of flat files, such as /home/e-smith/db', { complete: paths }),
      flag('dry-run', 'print what would become of each thing, change nothing'),
      JSON_OPTION,
    ],
    examples: [
      ['gabarit import --server /mnt/old --dry-run', 'a line for each thing of an old disk'],
      ['gabarit import --server /mnt/old', 'the same for real; a second time changes nothing'],
      ['gabarit import --tree /home/e-smith/db', 'every file there becomes a database'],
    ],
    run: async invocation => (await import('../import.ts')).run(invocation),
  },
  {
    name: 'completion',
    forEverybody: true,
    summary: 'print the completion script for bash, zsh or fish',
    usage: '[bash|zsh|fish]',
    examples: [
      ['eval "$(gabarit completion)"', 'complete commands, keys and values in this bash'],
      ['gabarit completion fish | source', 'the same in this fish'],
    ],
    complete: args => (args.length > 1 ? [] : ['bash', 'zsh', 'fish']),
    run: async invocation => (await import('../completion.ts')).run(invocation),
  },
]
