// The checklists for moving from another server, typed as they stand, in a sandbox whose /root has what they ask for.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { needsCommands } from '../support/packages.ts'
import { Sandbox } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { TREE } from '../support/sme-server.ts'
import { textOf } from './markdown.ts'

const checklists = suite('checklists')

/** The commands of the steps of a checklist, in order. */
function commandsOf(name: string): string[] {
  const text = textOf(`docs/guide/${name}.md`)
  const [, steps = text] = /^## Step by step\n(.*?)^## /ms.exec(text) ?? []
  return [...steps.matchAll(/^ {6,8}([a-z].*)$/gm)].map(([, command = '']) => command)
}

/** Types a checklist. @returns what was printed, by command */
function typed(name: string, box: Sandbox): Map<string, string> {
  const said = commandsOf(name).map((command): [string, string] => {
    const here = command.replaceAll(/ \/(root|home)\//g, ` ${box.root}/$1/`)
    const { status, stdout, stderr } = box.run(['sh', '-c', here])
    // It is there to find something.
    const isFine = status === 0 || command.startsWith('gabarit lint')
    assert.ok(isFine, `${command}: exit ${status}\n${stdout}${stderr}`)
    return [command.replace(/ +#.*/, ''), stdout + stderr]
  })
  return new Map(said)
}

testIf(checklists, needsCommands('openssl', 'perl', 'rsync'), 'from SME Server', () => {
  const box = new Sandbox()
  for (const [name, text] of Object.entries(TREE)) box.write(`/root/old/home/e-smith/db/${name}`, text)
  box.write('/root/old/etc/e-smith/templates-custom/etc/hosts/60Own', '{ $OUT = "# $SystemName\\n"; }\n')
  box.write('/root/old/home/e-smith/files/ibays/Primary/html/index.html', 'hello\n')
  box.write('/root/old/var/qmail/control/me', 'server\n')
  const said = typed('moving-from-sme-server', box)
  assert.equal([...said.keys()].length, 10)
  assert.match(said.get('gabarit import --server /root/old --dry-run') ?? '', /^to do: mail: stays behind/)
  assert.match(
    said.get('signal-event --dry-run post-upgrade') ?? '',
    /^\+.*192\.168\.1\.1 server\.example\.org server$/m,
  )
  assert.match(said.get('signal-event post-upgrade') ?? '', 'created /etc/httpd/conf/httpd.conf')
  assert.match(box.read('/etc/hosts'), '# server\n')
  assert.match(box.read('/etc/httpd/conf/httpd.conf'), 'DocumentRoot /home/e-smith/files/ibays/Primary/html')
  assert.is(box.must('gabarit verify'), 'everything matches the databases and templates\n')
  box.remove()
})

testIf(checklists, needsCommands('openssl'), 'from NethServer', () => {
  const box = new Sandbox()
  const old = '/root/old/var/lib/nethserver/db'
  box.write('/root/old/etc/hostname', 'server.example.org\n')
  box.write(`${old}/configuration`, 'httpd=service|access|green,red|status|enabled\n')
  box.write(`${old}/hosts`, 'nas=local|IpAddress|192.168.5.9\n')
  box.write(`${old}/networks`, 'eth0=ethernet|ipaddr|192.168.5.1|netmask|255.255.255.0|role|green\n')
  const said = typed('moving-from-nethserver', box)
  assert.equal([...said.keys()].length, 8)
  assert.match(said.get('signal-event post-install') ?? '', 'created /etc/hosts')
  assert.match(box.read('/etc/hosts'), '192.168.5.9 nas.example.org\n')
  box.remove()
})

checklists.run()
