import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isSensitive } from '../../src/plan/sensitive.ts'
import { Sandbox } from '../support/sandbox.ts'

const sensitive = suite('files that can shut you out')

/** One of each kind, of the Debian and of the Red Hat family. */
const FILES = [
  '/etc/ssh/sshd_config.d/site.conf',
  '/etc/sysconfig/sshd',
  '/etc/systemd/system/ssh.socket.d/port.conf',
  '/etc/hosts.deny',
  '/etc/network/interfaces',
  '/etc/netplan/01-lan.yaml',
  '/etc/systemd/network/10-lan.network',
  '/etc/systemd/networkd.conf.d/site.conf',
  '/etc/NetworkManager/system-connections/lan.nmconnection',
  '/etc/sysconfig/network-scripts/ifcfg-eth0',
  '/etc/sysconfig/network',
  '/etc/iptables/rules.v4',
  '/etc/sysconfig/iptables',
  '/etc/nftables.conf',
  '/etc/nftables/site.nft',
  '/etc/sysconfig/nftables.conf',
  '/etc/firewalld/zones/public.xml',
  '/etc/sysctl.conf',
]

sensitive('a file of each kind is one; others whose names begin alike are not', () => {
  assert.equal(
    FILES.filter(path => !isSensitive(path)),
    [],
  )
  const others = [
    '/etc/hosts',
    '/etc/networks',
    '/etc/sysconfig/httpd',
    '/etc/systemd/system/nginx.service',
    '/srv/etc/ssh/x',
  ]
  assert.equal(others.filter(isSensitive), [])
})

sensitive('each is left alone when it was edited, until it is named; a remote shell is advised', () => {
  const box = new Sandbox()
  for (const path of FILES) {
    box.write(`/etc/gabarit/templates${path}`, 'word <%= config.word %>\n')
    box.write(`/etc/gabarit/templates${path}.template.json`, '{"comment": "none"}')
    box.write(`/etc/gabarit/events/probe/templates2expand${path}`, '')
  }
  box.must('config set word 1')
  box.must('signal-event probe')
  for (const path of FILES) box.write(path, 'edited\n')
  box.must('config set word 2')
  const { status, stderr } = box.run('signal-event probe', { env: { SSH_CONNECTION: 'x' } })
  assert.is(status, 3)
  for (const path of FILES)
    assert.match(stderr, `${path} was edited by hand since gabarit wrote it, and overwriting it could lock you out`)
  assert.match(stderr, `${FILES.length - 1} more may cut off this remote shell`)
  for (const path of FILES) assert.is(box.read(path), 'edited\n')
  box.must(['signal-event', 'probe', '--overwrite', FILES.join(',')])
  for (const path of FILES) assert.is(box.read(path), 'word 2\n')
  box.remove()
})

sensitive.run()
