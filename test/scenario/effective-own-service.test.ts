// A service of the site whose probes are descriptions and a few lines of shell: what is asked when, and what a difference does.
import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { outputFileSync } from 'fs-extra/esm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { must, type Outcome, run, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'

const scenario = suite('probes of a service of the site')
const step = stepsOf(scenario, enterNamespace('clock'))
const env = { GABARIT_ROOT: '', GABARIT_SERVICE_MANAGER: 'none', SSH_CONNECTION: '' }
const server = (line: string): string => must(words(line), { env })
const tried = (line: string): Outcome => run(words(line), { env })

function script(file: string, lines: string): void {
  outputFileSync(file, `#!/bin/sh\n${lines}`)
  chmodSync(file, 0o755)
}

/** How often the daemon was asked about its files since the last look. */
function asked(): number {
  const count = existsSync('/run/asked') ? readFileSync('/run/asked', 'utf8').length : 0
  rmSync('/run/asked', { force: true })
  return count
}

/** The event ends with this status and says this. */
function event(status: number, ...said: readonly string[]): void {
  const outcome = tried('signal-event clock-update')
  assert.is(outcome.status, status, outcome.stderr)
  for (const line of said) assert.ok(outcome.stderr.includes(line), outcome.stderr)
}

const RIVAL = '/etc/clock.d/00-rival'

step('a service whose first value in /etc/clock.d wins, which keeps what it read in /run/clock.json', () => {
  const site = '/etc/gabarit'
  const probes = {
    files: {
      when: 'before',
      ask: ['{checkers}/clock', 'files'],
      answer: 'words',
      winner: ['{checkers}/clock', 'winner', '{key}'],
    },
    running: { when: 'after', ask: ['cat', '/run/clock.json'], answer: 'json' },
    unit: {
      when: 'boot',
      ask: ['{checkers}/unit-enabled', '{record}', '', '{property:status}', ''],
      answer: 'differences',
    },
    zone: { when: 'boot', ask: ['{checkers}/clock', 'zone', '{record}', '{property:Zone}'], answer: 'differences' },
  }
  const properties = {
    status: { enum: ['enabled', 'disabled'], default: 'enabled' },
    Log: { format: 'boolean', effective: { key: 'logging' } },
    Servers: { list: ',', effective: { key: 'server', same: { here: '127.0.0.1' } } },
    Key: { secret: true, effective: { key: 'key' } },
    Level: { format: 'integer', effective: { key: 'detail.level', probe: 'running' } },
    Zone: {},
  }
  outputFileSync(`${site}/db/configuration/clock.json`, JSON.stringify({ type: 'service', probes, properties }))
  script(
    `${site}/checkers/clock`,
    `case $1 in
  files) printf x >>/run/asked; awk '!($1 in by) { by[$1] = FILENAME } by[$1] == FILENAME' /etc/clock.d/* |
    tr A-Z a-z | sed 's/ yes$/ on/; s/ no$/ off/' ;;
  winner) grep -Hnim1 "^$2 " /etc/clock.d/* | head -n 1 ;;
  zone) now=$(cat /etc/zone 2>/dev/null) || exit 4
    case $now in broken) echo nonsense; exit 1 ;; esac
    [ "$now" = "$3" ] || printf '%s\\tZone\\t%s\\t%s\\t/etc/zone:1\\tChange that file.\\n' "$2" "$3" "$now" ;;
esac
`,
  )
  script(
    `${site}/services/clock`,
    `case $1 in
  status) ;;
  *) [ -e /run/stubborn ] || echo "{\\"detail\\": {\\"level\\": $(sed -n 's/^Level //p' /etc/clock.d/50-gabarit)}}" >/run/clock.json ;;
esac
`,
  )
  outputFileSync(
    `${site}/templates/etc/clock.d/50-gabarit/10All`,
    `<% const { clock } = config %>
Logging <%= clock.Log %>
Level <%= clock.Level %>
Key <%= clock.Key %>
<% for (const name of list(clock.Servers)) { %>
Server <%= name === 'here' ? '127.0.0.1' : name %>
<% } %>
`,
  )
  outputFileSync(`${site}/templates/etc/clock.d/50-gabarit/template.json`, '{"notify":["clock:reload"]}')
  outputFileSync(`${site}/events/clock-update/templates2expand/etc/clock.d/50-gabarit`, '')
  outputFileSync(`${site}/events/clock-update/services2adjust/clock`, 'reload')
  server('config set DomainName example.org')
  server('config set httpd service status disabled')
  server('signal-event post-install')
  server('config set clock service status enabled Log yes Level 2 Servers b.example.org,here,a.example.org Key k1')
})

step('what is in effect agrees, in whatever form the daemon prints it; it is asked only if a file changes', () => {
  event(0)
  assert.is(asked(), 1)
  event(0)
  assert.is(asked(), 1, 'adjusted without a changed file: asked afterwards')
  server('signal-event post-install')
  assert.is(asked(), 0, 'an event that does not adjust it')
  assert.match(server('gabarit verify --effective'), 'everything matches')
})

step('a file of somebody else that comes first: refused, with what decides; not shown if it is secret', () => {
  outputFileSync(RIVAL, '# mine\nLogging no\nKey stolen\n')
  server('config setprop clock Level 3')
  const before = readFileSync('/etc/clock.d/50-gabarit', 'utf8')
  event(
    3,
    `clock Log: yes is wanted, but off would hold: ${RIVAL}:2:Logging no decides. Change that, or take the property out: config delprop clock Log`,
    `clock Key: the secret of the record is wanted, but another one would hold: ${RIVAL}:3 decides.`,
    'Nothing was changed.',
  )
  assert.is(readFileSync('/etc/clock.d/50-gabarit', 'utf8'), before)
  assert.not.match(tried('gabarit verify --effective').stdout, /k1|stolen/)
  rmSync(RIVAL)
  event(0)
  for (const [line, status] of [
    ['Server 127.0.0.1 b.example.org a.example.org', 0],
    ['Server a.example.org', 3],
    ['Server 127.0.0.1 b.example.org a.example.org c.example.org', 3],
  ] as const) {
    outputFileSync(RIVAL, `${line}\n`)
    server(`config setprop clock Level ${status}`)
    event(status, ...(status === 0 ? [] : ['clock Servers: b.example.org,here,a.example.org is wanted, but']))
  }
  rmSync(RIVAL)
})

step('a fragment of the site may say something else than the record: that is only told', () => {
  const custom = '/etc/gabarit/templates-custom/etc/clock.d/50-gabarit/05Mine'
  outputFileSync(custom, 'Logging no\n')
  server('config setprop clock Level 4')
  event(0, 'warning: clock Log: yes is wanted, but off on would hold: /etc/clock.d/50-gabarit:')
  rmSync(custom)
})

step('what the running daemon does not do makes the event fail; what only the next start brings is a warning', () => {
  server('config setprop clock Level 5 Zone UTC')
  outputFileSync('/run/stubborn', '')
  event(1, 'clock Level: 5 is wanted, but 4 holds. ')
  rmSync('/run/stubborn')
  outputFileSync('/etc/zone', 'CET')
  event(
    0,
    'warning: clock Zone: UTC is wanted, but CET will hold after the next start of the machine: /etc/zone:1 decides. Change that file.',
  )
  const doctor = JSON.parse(tried('gabarit doctor --json').stdout)
  assert.is(doctor.find((row: { id: string }) => row.id === 'effective').level, 'warning')
  outputFileSync('/etc/zone', 'broken')
  event(
    0,
    'warning: what is in effect is not known: clock: /etc/gabarit/checkers/clock zone clock UTC: this is not a difference',
  )
  assert.is(tried('gabarit verify --effective').status, 1, 'who cannot answer has not said yes')
  rmSync('/etc/zone')
})

step('what systemd starts is compared with the status', () => {
  const [unit = '', link = ''] = ['', 'multi-user.target.wants/'].map(
    folder => `/etc/systemd/system/${folder}clock.service`,
  )
  outputFileSync(unit, '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n')
  outputFileSync('/run/systemd/system/here', '')
  const said = () => tried('gabarit verify --effective').stdout
  const way = 'will hold after the next start of the machine. To change that: systemctl'
  assert.match(
    said(),
    `clock status: enabled is wanted, but the unit clock.service is disabled ${way} enable clock.service`,
  )
  must(['ln', '-s', unit, link])
  assert.not.match(said(), 'clock')
  server('config setprop clock status disabled')
  assert.match(
    said(),
    `clock status: disabled is wanted, but the unit clock.service is enabled ${way} disable clock.service`,
  )
  server('config setprop clock status enabled')
  for (const path of [link, unit, '/run/systemd']) rmSync(path, { recursive: true })
})

step('a disabled service is not asked, and a malformed description is named', () => {
  outputFileSync(RIVAL, 'Logging no\n')
  server('config setprop clock status disabled')
  event(0)
  assert.match(server('gabarit verify --effective'), 'everything matches')
  const file = '/etc/gabarit/db/configuration/other.json'
  for (const [description, said] of [
    [{ probes: { x: { when: 'befor', ask: ['x'], answer: 'words' } } }, '"x" "when" is not one of before, after, boot'],
    [
      { probes: { x: { when: 'after', ask: ['x'], answer: 'json', winer: [] } } },
      '"winer" is not a keyword; did you mean "winner"?',
    ],
    [{ properties: { a: { effective: { kye: 'x' } } } }, '"kye" is not a keyword; did you mean "key"?'],
  ] as const) {
    outputFileSync(file, JSON.stringify({ type: 'service', ...description }))
    const { status, stdout } = tried('gabarit lint')
    assert.is(status, 1)
    assert.ok(stdout.includes(said), stdout)
  }
})

scenario.run()
