// What the console may run is a field of the tables: this is the list of all of it. A new command is not allowed until
// somebody decides so, here and there.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { VERBS } from '../../src/cli/db/verbs.ts'
import { COMMANDS } from '../../src/cli/table.ts'
import { permitOf } from '../../src/console/helper/allowed.ts'
import type { Access } from '../../src/terminal/command.ts'

const allowed = suite('what the console may run')

const COMMAND_LINES: Readonly<Record<Access, readonly string[]>> = {
  read: [
    ...[
      'status',
      'services',
      'verify',
      'diff',
      'managed',
      'explain',
      'impact',
      'events',
      'templates',
      'lint',
      'modules',
      'doctor',
    ],
    ...['history', 'show', 'log', 'letsencrypt status', 'letsencrypt check', 'letsencrypt list', 'letsencrypt limits'],
    ...['vpn clients', 'vpn status', 'proxy check', 'proxy log', 'databases', 'fragment show'],
    ...['site log', 'sso check', 'sso metadata', 'sso sessions', 'secrets status', 'backup list', 'fleet hosts'],
    ...['fleet diff', 'fleet status'],
  ],
  change: [
    ...['signal-event', 'apply', 'discard', 'confirm', 'rollback', 'revert', 'pin', 'unpin'],
    ...['letsencrypt setup', 'letsencrypt renew', 'letsencrypt use', 'vpn kill', 'vpn restart', 'web sessions'],
    ...['sso end', 'backup now', 'backup verify', 'fleet adopt', 'fleet halt', 'fleet pull'],
  ],
  dangerous: [
    'customize',
    'adopt',
    'vpn profile',
    'web users',
    'web passkeys',
    'fragment write',
    'fragment remove',
    'overrides',
    ...['restore', 'backup restore'],
    'sso refresh',
    'sso roll-keys',
    ...['fleet publish', 'fleet resume', 'fleet back'],
  ],
}

/** The commands and subcommands with an access, by their access. */
function listed(access: Access): string[] {
  const all = COMMANDS.flatMap(command => [
    { words: command.name, console: command.console },
    ...(command.verbs ?? []).map(verb => ({ words: `${command.name} ${verb.name}`, console: verb.console })),
  ])
  return all.filter(({ console }) => console === access).map(({ words }) => words)
}

for (const access of ['read', 'change', 'dangerous'] as const)
  allowed(`commands: ${access}`, () => assert.equal(listed(access).sort(), [...COMMAND_LINES[access]].sort()))

allowed('verbs of databases', () => {
  const of = (access: Access) => Object.keys(VERBS).filter(name => VERBS[name]?.console === access)
  assert.equal(of('read').sort(), ['describe', 'getjson', 'keys', 'log', 'printjson'])
  assert.equal(of('change'), ['batch'])
  assert.equal(of('dangerous'), [])
})

allowed('a dry run only reads; a plan is only made real with its name', () => {
  const permit = (line: string) => permitOf(line.split(' '), { commands: COMMANDS, verbs: VERBS })
  assert.is(permit('gabarit apply --dry-run --json')?.access, 'read')
  assert.is(permit('gabarit apply'), undefined)
  const [shown, done] = ['--dry-run --json', '--json-lines --plan 0123'].map(how => permit(`gabarit apply ${how}`))
  assert.equal([done?.access, done?.long, done?.plan], ['change', true, '0123'])
  assert.is(shown?.deed, done?.deed)
  assert.is.not(permit('gabarit apply --all --dry-run --json')?.deed, done?.deed)
})

allowed('a list only reads; what it lists is removed as the table says', () => {
  const access = (line: string) => permitOf(line.split(' '), { commands: COMMANDS, verbs: VERBS })?.access
  assert.is(access('gabarit web users --json'), 'read')
  assert.is(access('gabarit web users remove alice'), 'dangerous')
  assert.is(access('gabarit web sessions end alice'), 'change')
  assert.is(access('gabarit overrides --json'), 'read')
  assert.is(access('gabarit overrides keep /etc/hosts 30Hosts'), 'dangerous')
  assert.is(access('gabarit fragment --dry-run --json write /etc/hosts 30Hosts'), 'read')
  assert.is(access('gabarit fragment write /etc/hosts 30Hosts'), undefined, 'without its plan')
  assert.is(access('gabarit fragment --plan 0123 write /etc/hosts 30Hosts'), 'dangerous')
  assert.is(access('gabarit letsencrypt check --drop-failing'), undefined)
  assert.is(access('gabarit vpn profile anna --output /etc/x'), undefined)
})

allowed.run()
