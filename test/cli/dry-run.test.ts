// A dry run is the same code on files in memory: whatever it says, the real run says too, and it writes nothing. Every command
// that has --dry-run has its cases here: one that succeeds and one that fails.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { COMMANDS } from '../../src/cli/table.ts'
import type { Command } from '../../src/terminal/command.ts'
import { Installed } from '../override/package.ts'
import { changeServer } from '../support/change-server.ts'
import { Sandbox, words } from '../support/sandbox.ts'
import { treeChanges, treeState } from '../support/tree-state.ts'

interface Case {
  readonly what: string
  readonly server: () => Sandbox
  readonly command: string
  /** Exit status of both. */
  readonly status: number
  /** The real run needs more than a test here has. */
  readonly onlyLooks?: true
}

const NOTE = '/etc/gabarit/templates/etc/note'
const STATE = '/var/lib/gabarit'

/** A server after two events, with a property that waits and a file edited by hand. */
function server(...more: ((box: Sandbox) => unknown)[]): Sandbox {
  const box = changeServer()
  box.must('signal-event change')
  box.must('config setprop note text two')
  box.must('signal-event change')
  box.must('config setprop note text three')
  for (const change of more) change(box)
  return box
}

const broken = (box: Sandbox) => box.write(NOTE, 'text <%= config.nobody.text %>\n')
const damaged = (name: string) => (box: Sandbox) => box.write(`${STATE}/${name}`, '{')
const edited = (box: Sandbox) => {
  box.write(NOTE, 'greeting\ntext <%= config.note?.text %>\n')
  box.must('signal-event change')
  box.write('/etc/note', 'hello\ntext three\n', 0o640)
}
const waiting = (box: Sandbox) => {
  box.must('signal-event change --confirm-within 1h')
  // Its guard is a process of its own, and writes its lock when it begins.
  box.must(['sh', '-c', `until ls ${box.path(STATE)}/confirmation-guard-*.lock; do sleep 0.05; done`])
  box.must('config setprop note text four')
}
const encrypted = (box: Sandbox) => box.must('gabarit secrets encrypt')
const unsafe = (box: Sandbox) => box.must(['rm', box.path(`${STATE}/secrets/identity.txt`)])
const whole = (...more: ((box: Sandbox) => unknown)[]) => {
  const box = changeServer(true)
  box.must('config setprop note text two')
  for (const change of more) change(box)
  return box
}

/** A server that has a backup, and has changed since. */
function saved(): Sandbox {
  const recipient = 'age1qk463k93ece4xcaxxs6sv50jq5xwfjw4taxpw7cqj8eat6aw53vqcshmae'
  return whole(
    applied,
    box => box.must(`config set backup service Recipients ${recipient}`),
    box => box.must('gabarit backup saved.tar.age'),
    changed,
    applied,
  )
}

const inPerl = (box: Sandbox) =>
  box.write('/etc/gabarit/templates-custom/etc/perl/10Text', '{ $OUT = "text $note{\'text\'}\\n" }\n')

/** The disk of an SME Server, as far as it matters here. */
function oldServer(box: Sandbox): void {
  box.write('/old/home/e-smith/db/configuration', 'DomainName=example.org\nnote=record|text|old\n')
  box.write('/old/home/e-smith/db/sites', 'old=site|title|Old\n')
}

const applied = (box: Sandbox) => box.must('signal-event change')
const changed = (box: Sandbox) => box.must('config setprop note text four')

/** A package whose fragment has changed, beside an override that was edited. */
function overridden(mine: string, theirs: string): Installed {
  const box = new Installed()
  box.upgrade('etc/ours/10one', 'one\ntwo\nthree\nfour\nfive\n')
  box.must('gabarit customize /etc/ours 10one')
  box.write('/etc/gabarit/templates-custom/etc/ours/10one', mine)
  box.upgrade('etc/ours/10one', theirs)
  return box
}

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'signal-event': [
    { what: 'a change', server, command: 'signal-event change', status: 0 },
    { what: 'a window', server, command: 'signal-event change --confirm-within 1h', status: 0 },
    { what: 'a broken fragment', server: () => server(broken), command: 'signal-event change', status: 3 },
    { what: 'damaged pins', server: () => server(damaged('pins.json')), command: 'signal-event change', status: 3 },
    { what: 'a change that waits', server: () => server(waiting), command: 'signal-event change', status: 3 },
    { what: 'no way back yet', server: changeServer, command: 'signal-event change --confirm-within 9m', status: 3 },
  ],
  'expand-template': [
    { what: 'a change', server, command: 'expand-template /etc/note', status: 0 },
    { what: 'a copy', server, command: 'expand-template /etc/note --output /etc/copy', status: 0 },
    { what: 'a broken fragment', server: () => server(broken), command: 'expand-template /etc/note', status: 3 },
    { what: 'a change that waits', server: () => server(waiting), command: 'expand-template /etc/note', status: 3 },
  ],
  apply: [
    { what: 'a change', server: whole, command: 'gabarit apply', status: 0 },
    { what: 'a damaged manifest', server: () => whole(damaged('manifest.json')), command: 'gabarit apply', status: 3 },
    { what: 'a change that waits', server: () => whole(waiting), command: 'gabarit apply', status: 3 },
  ],
  'backup restore': [
    { what: 'a former state', server: saved, command: 'gabarit backup restore saved.tar.age', status: 0 },
    { what: 'no backup', server: saved, command: 'gabarit backup restore etc/note', status: 3 },
  ],
  customize: [
    {
      what: 'a fragment in Perl',
      server: () => whole(inPerl),
      command: 'gabarit customize --translate /etc/perl',
      status: 0,
    },
    { what: 'none there', server: whole, command: 'gabarit customize --translate /etc/perl', status: 3 },
  ],
  import: [
    { what: 'an old server', server: () => whole(oldServer), command: 'gabarit import --server old', status: 0 },
    { what: 'no server', server: whole, command: 'gabarit import --server etc', status: 1 },
  ],
  // What begins a roll-out needs etcd: test/fleet/release.test.ts.
  ...Object.fromEntries(
    ['publish', 'resume', 'back 1', 'halt', 'pull', 'adopt www1'].map(verb => [
      `fleet ${verb.split(' ')[0]}`,
      [{ what: 'no fleet', server: whole, command: `gabarit fleet ${verb}`, status: 3 }],
    ]),
  ),
  // What is fetched needs a provider: test/sso/refresh.test.ts.
  'sso refresh': [{ what: 'no address', server: whole, command: 'gabarit sso refresh', status: 3 }],
  rollback: [
    { what: 'two steps back', server, command: 'gabarit rollback 1', status: 0 },
    { what: 'no such entry', server, command: 'gabarit rollback 9', status: 2 },
    {
      what: 'a damaged database',
      server: () => server(damaged('db/sites.json')),
      command: 'gabarit rollback',
      status: 1,
    },
  ],
  revert: [
    { what: 'one entry', server: () => whole(applied), command: 'gabarit revert 2', status: 0 },
    {
      what: 'one that others depend on',
      server: () => whole(applied, changed),
      command: 'gabarit revert 2',
      status: 3,
    },
  ],
  act: [
    {
      what: 'a certificate',
      server: whole,
      command: 'gabarit act make-self-signed-certificate console-save',
      status: 0,
    },
    { what: 'no such action', server, command: 'gabarit act nothing console-save', status: 2 },
  ],
  discard: [
    { what: 'a property', server, command: 'gabarit discard', status: 0 },
    { what: 'no event yet', server: changeServer, command: 'gabarit discard', status: 1 },
    { what: 'damage', server: () => server(damaged('database-changes.json')), command: 'gabarit discard', status: 3 },
  ],
  adopt: [
    { what: 'an edit', server: () => server(edited), command: 'gabarit adopt /etc/note', status: 0 },
    { what: 'no edit', server: () => server(), command: 'gabarit adopt /etc/vault', status: 3 },
  ],
  restore: [
    { what: 'an edit', server: () => server(edited), command: 'gabarit restore /etc/note', status: 0 },
    { what: 'a file of nobody', server, command: 'gabarit restore /etc/nobody', status: 3 },
  ],
  'fragment write': [
    { what: 'an empty one', server, command: 'gabarit fragment write /etc/note note', status: 0 },
    {
      what: 'damaged pins',
      server: () => server(damaged('pins.json')),
      command: 'gabarit fragment write /etc/note note',
      status: 3,
    },
  ],
  'fragment remove': [
    {
      what: 'an own one',
      server: () => server(box => box.write('/etc/gabarit/templates-custom/etc/note', 'mine\n')),
      command: 'gabarit fragment remove /etc/note note',
      status: 0,
    },
    { what: 'none', server, command: 'gabarit fragment remove /etc/note note', status: 3 },
  ],
  overrides: [
    {
      what: 'changes at different places',
      server: () => overridden('mine\ntwo\nthree\nfour\nfive\n', 'one\ntwo\nthree\nfour\ntheirs\n'),
      command: 'gabarit overrides merge',
      status: 0,
    },
    {
      what: 'a clash',
      server: () => overridden('mine\ntwo\nthree\nfour\nfive\n', 'theirs\ntwo\nthree\nfour\nfive\n'),
      command: 'gabarit overrides merge',
      status: 1,
    },
    {
      what: 'what is merged is no fragment',
      server: () => overridden('<% if ( %>\ntwo\nthree\nfour\nfive\n', 'one\ntwo\nthree\nfour\ntheirs\n'),
      command: 'gabarit overrides merge',
      status: 1,
    },
  ],
  prune: [
    { what: 'an entry', server, command: 'gabarit prune --keep 1', status: 0 },
    {
      what: 'a damaged entry',
      server: () => server(damaged('history/000002.json')),
      command: 'gabarit prune --keep 1',
      status: 1,
    },
  ],
  setup: [
    {
      what: 'a new server',
      server: () => new Sandbox(),
      command: 'gabarit setup --domain example.org --name mine',
      status: 0,
    },
    { what: 'nobody knows the domain', server: () => new Sandbox(), command: 'gabarit setup', status: 2 },
  ],
  'initialize-default-databases': [
    { what: 'none yet', server: () => new Sandbox(), command: 'gabarit initialize-default-databases', status: 0 },
    {
      what: 'a damaged database',
      server: () => server(damaged('db/hosts.json')),
      command: 'gabarit initialize-default-databases',
      status: 1,
    },
  ],
  'letsencrypt setup': [
    {
      what: 'one authority for both: nobody is asked for a test',
      server: () =>
        whole(box => {
          for (const [property, value] of Object.entries({
            ...{ ACCEPT_TERMS: 'yes', email: 'a@example.org', API: '2' },
            ...{ TestCA: 'https://ca.example.org/directory', ProductionCA: 'https://ca.example.org/directory' },
          }))
            box.must(['config', 'setprop', 'letsencrypt', property, value])
          box.must('db domains setprop example.org letsencryptSSLcert enabled')
        }),
      command: 'gabarit letsencrypt setup',
      status: 0,
      onlyLooks: true,
    },
    { what: 'settings are missing', server: whole, command: 'gabarit letsencrypt setup', status: 3 },
  ],
  'secrets encrypt': [
    { what: 'secrets in clear', server, command: 'gabarit secrets encrypt', status: 0 },
    { what: 'a change that waits', server: () => server(waiting), command: 'gabarit secrets encrypt', status: 3 },
  ],
  'secrets decrypt': [
    { what: 'encrypted ones', server: () => server(encrypted), command: 'gabarit secrets decrypt', status: 0 },
    { what: 'no identity', server: () => server(encrypted, unsafe), command: 'gabarit secrets decrypt', status: 3 },
  ],
  'web enable': [
    { what: 'the console', server: whole, command: 'gabarit web enable alice', status: 0 },
    {
      what: 'no web server',
      server: () => whole(box => box.must('config setprop httpd status disabled')),
      command: 'gabarit web enable alice',
      status: 3,
    },
  ],
  'web disable': [
    { what: 'the console', server: whole, command: 'gabarit web disable', status: 0 },
    { what: 'damaged pins', server: () => whole(damaged('pins.json')), command: 'gabarit web disable', status: 3 },
  ],
}

const dryRun = suite('a dry run is the real run')

dryRun('every command that has one has its cases', () => {
  const names = (commands: readonly Command[], before = ''): string[] =>
    commands.flatMap(({ name, options = [], verbs = [] }) => [
      ...(options.some(option => [option.name, ...(option.alias ?? [])].includes('dry-run')) ? [before + name] : []),
      ...names(verbs, `${before}${name} `),
    ])
  assert.equal(names(COMMANDS).sort(), Object.keys(CASES).sort())
})

for (const [name, cases] of Object.entries(CASES))
  for (const { what, server: prepare, command, status, onlyLooks } of cases)
    dryRun(`${name}: ${what}`, () => {
      const box = prepare()
      const before = treeState(box.root)
      const dry = box.run([...words(command), '--dry-run'])
      assert.equal(treeChanges(before, treeState(box.root)), [], 'nothing is written')
      assert.is(dry.status, status, dry.stdout + dry.stderr)
      if (onlyLooks) assert.not.match(dry.stdout, 'test authority')
      else {
        const real = box.run(words(command))
        assert.is(real.status, status, real.stdout + real.stderr)
        assert.is(inFewWords(dry.stderr.replaceAll(/would need your attention: /g, '')), inFewWords(real.stderr))
      }
      box.remove()
    })

/** Without what is said only if checkers are asked, which a dry run does not do by itself, and where a merge waits for a person. */
function inFewWords(text: string): string {
  return text
    .replace('not merged, nothing in effect has changed: ', '')
    .replaceAll(/^ {2}\d\. .*\n|^warning: not checked below .*\n/gm, '')
}

dryRun('what a commit that was cut off has left is put in order in memory only', () => {
  const box = server()
  const entries = [{ real: box.path('/etc/note'), backup: box.path('/etc/.note.gabarit-before') }]
  box.write('/etc/.note.gabarit-before', 'text one\n')
  box.write(`${STATE}/journal.json`, JSON.stringify({ phase: 'prepared', entries, folders: [] }))
  const before = treeState(box.root)
  const { status, stderr, stdout } = box.run('signal-event change --dry-run')
  assert.is(status, 0)
  assert.match(stderr, 'would be done first: undid an earlier commit of 1 file')
  assert.match(stdout, '-text one')
  assert.equal(treeChanges(before, treeState(box.root)), [])
  box.remove()
})

dryRun.run()
