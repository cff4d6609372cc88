// Backups on another machine, by the real sshd: data and settings through restic's sftp, settings by scp, with a key of root.
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Daemons } from '../support/daemons.ts'
import { enterNamespace } from '../support/namespace.ts'
import { findCommand, needsCommands } from '../support/packages.ts'
import { must, run } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'
import { SavedServer } from './support.ts'

const ssh = suite('a backup on another machine')
const step = stepsOf(
  ssh,
  needsCommands('restic', 'age-keygen', 'sshd', 'ssh-keygen', 'mount') ?? enterNamespace('gate'),
)

const SECRET = 'correct-horse-battery'
const PAGE = '/srv/ibays/Primary/html/index.html'
const [SETTINGS, REPOSITORY] = ['/srv/nas/settings', '/srv/nas/restic']
/** restic itself, if it ends before it has passed on what ssh said. */
const SFTP_ENDED = /sftp:.* unable to start the sftp session/

const daemons = new Daemons()
let server: SavedServer

ssh.after(async () => {
  await daemons.stopAll()
  server?.remove()
})

const startSshd = () =>
  daemons.start('sshd', [findCommand('sshd') ?? '', '-D', '-e', '-f', '/etc/ssh/nas_config'], () =>
    daemons.output('sshd').includes('Server listening'),
  )

/** A key of the machine that plays the other one, and what root here knows of it. */
function makeHostKey(): void {
  for (const end of ['', '.pub']) rmSync(`/etc/ssh/nas_key${end}`, { force: true })
  must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', '/etc/ssh/nas_key'])
}

step('the other machine lets root in with a key', async () => {
  // In a private namespace: neither the keys of this machine nor its known hosts take part.
  must(['mount', '-t', 'tmpfs', '-o', 'mode=0700', 'tmpfs', '/root'])
  mkdirSync('/root/.ssh', { mode: 0o700 })
  must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', '/root/.ssh/id_ed25519'])
  makeHostKey()
  writeFileSync('/root/.ssh/known_hosts', `nas.lan ${readFileSync('/etc/ssh/nas_key.pub', 'utf8')}`)
  appendFileSync('/etc/hosts', '127.0.0.1 nas.lan\n')
  mkdirSync('/run/sshd', { mode: 0o755 })
  for (const folder of [SETTINGS, REPOSITORY]) mkdirSync(folder, { recursive: true })
  const lines = ['ListenAddress 127.0.0.1', 'HostKey /etc/ssh/nas_key', 'Subsystem sftp internal-sftp', 'UsePAM no']
  writeFileSync('/etc/ssh/nas_config', [...lines, 'AuthorizedKeysFile /root/.ssh/id_ed25519.pub', ''].join('\n'))
  await startSshd()
  server = new SavedServer().setUp()
  server.write(PAGE, 'first page\n')
  server.must(
    `db backups set nas data Folders /srv/ibays Repository sftp:root@nas.lan:${REPOSITORY} Password ${SECRET}`,
  )
})

step('data by sftp: saved, verified, a file comes back', () => {
  assert.match(server.must('gabarit backup --data nas'), /^nas: 1 file, 1 new or changed/)
  assert.ok(readdirSync(REPOSITORY).includes('snapshots'))
  assert.not(readFileSync('/root/.ssh/known_hosts', 'utf8').includes(SECRET))
  server.must('gabarit backup verify --data nas')
  rmSync(server.path(PAGE))
  const said = server.must(['gabarit', 'restore', '--data', 'nas', PAGE, '--to', server.safe.path('back')])
  assert.is(readFileSync(said.trim(), 'utf8'), 'first page\n')
})

step('the settings by scp, and into the repository', () => {
  server.must(['config', 'setprop', 'backup', 'CopyTo', `root@nas.lan:${SETTINGS}`])
  assert.match(server.must('gabarit backup'), `copied to root@nas.lan:${SETTINGS}/`)
  const [copy = ''] = readdirSync(SETTINGS)
  assert.match(server.must(['gabarit', 'backup', 'verify', `${SETTINGS}/${copy}`]), 'whole')
  server.must('config setprop backup CopyTo restic:nas')
  assert.match(server.must('gabarit backup'), 'copied to restic:nas')
  const env = { RESTIC_PASSWORD: SECRET }
  assert.match(
    must(['restic', '--no-cache', '-r', REPOSITORY, 'ls', 'latest', '--tag', 'gabarit-settings'], { env }),
    '.tar.age',
  )
})

step('the other machine has another key, or is gone: told, without a question; the backup here stays', async () => {
  const all = ['gabarit backup', 'gabarit backup --data nas']
  const fails = (why: RegExp) => {
    for (const target of ['restic:nas', `root@nas.lan:${SETTINGS}`]) {
      server.must(['config', 'setprop', 'backup', 'CopyTo', target])
      for (const command of all) {
        const { status, stderr } = server.run(command)
        assert.is(status, 3, `${command}: ${stderr}`)
        assert.ok(why.test(stderr) || SFTP_ENDED.test(stderr), `${command}, ${target}: ${stderr}`)
      }
    }
  }
  await daemons.stopAll()
  fails(/Connection refused/)
  makeHostKey()
  await startSshd()
  fails(/Host key verification failed/)
  assert.match(server.must('gabarit backup verify'), 'whole')
  assert.is(run(['sh', '-c', 'ls "$1"/*.tar.age | wc -l', 'sh', server.path('/var/backups/gabarit')]).status, 0)
})

ssh.run()
