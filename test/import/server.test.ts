// An old server comes over as one entry of the history: looked at, taken, taken back, taken again.
import { chmodSync, readlinkSync, statSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { OLD, oldFiles, oldLink, oldProgram, SMALL } from '../support/old-server.ts'
import { needsCommands } from '../support/packages.ts'
import { Sandbox } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { treeState } from '../support/tree-state.ts'

const server = suite<{ box: Sandbox }>('gabarit import --server')
server.before.each(context => {
  context.box = new Sandbox()
  oldFiles(context.box, SMALL)
})
server.after.each(({ box }) => box.remove())

const both = needsCommands('openssl', 'perl')

/** What is in the files and links of a folder, with their modes. */
function contents(box: Sandbox, folder: string): [path: string, what: string][] {
  return [...treeState(box.path(folder))]
    .filter(([, facts]) => !facts.startsWith('4'))
    .map(([path, facts]) => [path, `${facts.split(' ')[0]} ${facts.split(' ').at(-1)}`])
}

/** Imports the old server. @returns what is printed */
function imported(box: Sandbox, ...options: string[]): string {
  return box.must(['gabarit', 'import', '--server', box.path(OLD), ...options])
}

testIf(server, both, 'a dry run has a line for each thing and changes nothing', ({ box }) => {
  const said = imported(box, '--dry-run')
  for (const line of [
    'converted: configuration httpd-e-smith: becomes "httpd", with its access, status and TCPPort',
    'closed: configuration modSSL: gets access private, as httpd-e-smith has it',
    'converted: networks 192.168.1.0: Router "default" is dropped: the network is reached directly',
    'Perl: /etc/e-smith/templates-custom/etc/ftp.conf: 1 fragment, run in Perl',
    'taken: /etc/e-smith/templates/etc/ftp.conf: 1 fragment',
    'converted: /etc/e-smith/templates.metadata/etc/ftp.conf: becomes etc/ftp.conf.template.json: mode 0640, owner root, group root, filter sub',
    'to do: /etc/e-smith/templates.metadata/etc/ftp.conf: MORE_DATA is not supported: write its values into the fragments',
    'Perl: /etc/e-smith/db/configuration/migrate/banner.ns7: runs as /etc/gabarit/db/configuration/migrate/banner.ns7',
    'taken: /home/e-smith/db/domains: 2 records',
    'SME Server: would bring in ',
  ])
    assert.ok(`\n${said}`.includes(`\n${line}`), `${line}\n${said}`)
  assert.not(box.exists('/etc'))
  assert.not(box.exists('/var/lib/gabarit/db'))
})

testIf(server, both, 'what came in works: records, defaults, migrations, templates, events', ({ box }) => {
  imported(box)
  box.must('signal-event post-upgrade')
  box.must('signal-event ftp-update')
  assert.is(
    box.must('config show ftp'),
    'ftp=service\n    Anonymous=no\n    Banner=hi\n    Marker=on\n    TCPPort=21\n    access=private\n    status=enabled\n',
  )
  assert.is(box.must('config get MinUid'), '1000\n')
  assert.match(box.read('/etc/ftp.conf'), /\nbanner hi\nplain yes\n$/)
  assert.match(box.read('/etc/hosts'), '# own server\n')
  assert.match(box.read('/etc/hosts'), '192.168.1.1 shop.org\n')
  assert.ok(box.exists('/var/lib/gabarit/db/macs.json'))
  assert.is(box.must('gabarit verify'), 'everything matches the databases and templates\n')
})

testIf(server, both, 'a second import changes nothing, also after the administrator has changed things', ({ box }) => {
  imported(box)
  box.must('signal-event post-upgrade')
  box.must('config setprop ftp Banner mine TCPPort 2121')
  box.must('db hosts set nas.example.org host HostType Local InternalIP 192.168.1.9')
  box.must('db domains delete shop.org')
  box.write('/etc/gabarit/templates-custom/etc/hosts/60Own', '# mine\n')
  const look = () => [contents(box, '/etc'), contents(box, '/var/lib/gabarit')]
  const before = look()
  const said = imported(box)
  assert.match(said, 'SME Server: everything is here already')
  assert.match(said, 'templates-custom/etc/hosts/60Own: kept as it is: there is another one already')
  assert.equal(look(), before)
})

testIf(server, both, 'it is one entry, which is rolled back as a whole, and can be taken again', ({ box }) => {
  box.must('config set DomainName example.net')
  box.must('config set SystemName new')
  box.must('signal-event post-install')
  const before = contents(box, '/etc')
  const databases = box.must('config print')
  imported(box)
  const [entry] = JSON.parse(box.must('gabarit history --json'))
  assert.is(entry.command, 'import')
  assert.is(box.must('config get DomainName'), 'example.org\n')
  box.must('gabarit rollback')
  assert.equal(contents(box, '/etc'), before)
  assert.is(box.must('config print'), databases)
  imported(box)
  assert.is(box.must('config get DomainName'), 'example.org\n')
})

testIf(
  server,
  both,
  'a fragment that cannot run, and a migration that fails, stay behind: no event stops',
  ({ box }) => {
    oldFiles(box, {
      '/etc/e-smith/templates-custom/etc/hosts/70Bad': '{ use NethServer::Nothing; $OUT = "x"; }\n',
      '/etc/e-smith/templates-custom/etc/hosts/30Hosts': 'nothing\n',
      '/etc/e-smith/db/configuration/migrate/fails': '{ die "no way"; }\n',
      '/etc/e-smith/db/configuration/migrate/zones': '{ $DB->set_prop("sshd", "access", "green"); "" }\n',
    })
    box.write(
      `${OLD}/home/e-smith/db/configuration`,
      `${SMALL['/home/e-smith/db/configuration']}sshd=service|status|enabled\n`,
    )
    const said = imported(box)
    for (const line of [
      /to do: \S+hosts\/70Bad: not taken, because \/etc\/hosts could not be made: .*NethServer\/Nothing\.pm/,
      /to do: \S+etc\/hosts: 30Hosts is not taken: it replaces a fragment/,
      /to do: \S+migrate\/fails: not taken: .*no way/,
      /to do: \S+migrate\/zones: not taken: it changes records that gabarit describes: sshd/,
    ])
      assert.match(said, line)
    box.must('signal-event post-upgrade')
    box.must('signal-event console-save')
  },
)

testIf(server, both, 'files of the old machine, and its events that are here too, stay behind', ({ box }) => {
  oldFiles(box, {
    '/etc/e-smith/templates/etc/fstab/10Disks': '/dev/sda1 / ext4\n',
    '/etc/e-smith/templates/etc/ssh/sshd_config/10Root': 'PermitRootLogin yes\n',
    '/etc/e-smith/templates/etc/hosts/10Stock': 'stock\n',
    '/etc/e-smith/templates.metadata/etc/sudoers': 'PERMS=0440\n',
    '/etc/e-smith/events/ibay-create/templates2expand/etc/ftp.conf': '',
    '/etc/samba/smb.conf': 'x',
  })
  oldProgram(box, '/etc/e-smith/events/console-save/S50danger', '#!/bin/sh\nexit 1\n')
  const said = imported(box)
  for (const line of [
    'to do: Samba: stays behind',
    '/etc/e-smith/templates/etc/fstab: not taken: it starts the old machine',
    '/etc/e-smith/templates/etc/ssh/sshd_config: not taken: it says who can log in',
    '/etc/e-smith/templates/etc/hosts: not taken: gabarit makes /etc/hosts from templates of its own',
    '/etc/e-smith/templates.metadata/etc/sudoers: not taken: it says who can log in',
    '/etc/e-smith/events/ibay-create: not taken; instead: signal-event ibay-modify NAME',
    '/etc/e-smith/events/console-save: not taken: gabarit has this event',
  ])
    assert.match(said, line)
  const first = said.split('\n')[0]
  assert.is(first, 'to do: Samba: stays behind: gabarit has no file shares')
  box.must('signal-event console-save')
  for (const path of ['etc/fstab', 'etc/ssh', 'etc/sudoers.template.json', 'etc/hosts'])
    assert.not(box.exists(`/etc/gabarit/templates/${path}`), path)
})

testIf(
  server,
  needsCommands('openssl', 'perl', 'rsync'),
  'contents come over by the command that it says',
  ({ box }) => {
    assert.match(imported(box, '--dry-run'), 'to do: /home/e-smith/files/ibays: not there: Primary, shop. To copy from')
    oldFiles(box, { '/home/e-smith/files/ibays/shop/html/index.html': 'shop\n' })
    chmodSync(oldProgram(box, '/home/e-smith/files/ibays/Primary/html/tool', 'x'), 0o6755)
    oldLink(box, '/home/e-smith/files/ibays/Primary/html/start', 'tool')
    oldLink(box, '/home/e-smith/files/ibays/Primary/html/out', '/etc/shadow')
    const said = imported(box)
    const [, command = ''] = /ibays: not copied: Primary, shop \(4 files\): (.*)/.exec(said) ?? []
    assert.not.match(said, 'not there: ')
    box.must(['sh', '-c', command.replaceAll(' /home/', ` ${box.path('/home')}/`)])
    const home = '/home/e-smith/files/ibays'
    assert.is(box.read(`${home}/shop/html/index.html`), 'shop\n')
    assert.is(readlinkSync(box.path(`${home}/Primary/html/start`)), 'tool')
    assert.not(box.exists(`${home}/Primary/html/out`))
    assert.is(statSync(box.path(`${home}/Primary/html/tool`)).mode & 0o7777, 0o640)
    assert.is(statSync(box.path(`${home}/shop`)).uid, 0)
  },
)

testIf(server, both, 'an old server on this very machine comes in where it is', ({ box }) => {
  for (const [path, text] of Object.entries(SMALL)) box.write(path, text)
  box.write('/home/e-smith/files/ibays/Primary/html/index.html', 'x')
  const said = box.must(['gabarit', 'import', '--server', box.root])
  assert.not.match(said, 'not copied: ')
  assert.match(said, 'files/ibays: not there: shop.')
  box.must('signal-event post-upgrade')
  box.must('signal-event ftp-update')
  assert.match(box.read('/etc/ftp.conf'), /\nbanner hi\nplain yes\n$/)
  assert.match(box.must(['gabarit', 'import', '--server', box.root]), 'SME Server: everything is here already')
})

testIf(server, both, 'no link leads out of the old server', ({ box }) => {
  const secret = box.write('/root/secret', 'secret of this machine\n')
  oldLink(box, '/etc/e-smith/templates-custom/etc/ftp.conf/30Out', secret)
  oldLink(box, '/etc/e-smith/templates-custom/etc/ftp.conf/40Up', `${'../'.repeat(20)}${secret}`)
  oldLink(box, '/etc/e-smith/templates-custom/etc/ftp.conf/50Loop', '50Loop')
  oldLink(box, '/home/e-smith/db/hosts', box.write('/root/hosts', 'secret.example.org=host|HostType|Self\n'))
  oldLink(box, '/etc/e-smith/templates-custom/etc/ftp.conf/60In', '/etc/e-smith/templates/etc/ftp.conf/20Plain')
  assert.match(imported(box), 'etc/ftp.conf/30Out: not taken: a link that leads nowhere')
  assert.is(box.run('db hosts keys').stdout, '')
  assert.not(box.exists('/etc/gabarit/templates-custom/etc/ftp.conf/30Out'))
  assert.not(box.exists('/etc/gabarit/templates-custom/etc/ftp.conf/40Up'))
  assert.is(box.read('/etc/gabarit/templates-custom/etc/ftp.conf/60In'), 'plain yes\n')
})

testIf(server, both, 'old actions find our commands, and what is there already stays', ({ box }) => {
  for (const name of ['db', 'config', 'signal-event', 'expand-template'])
    box.write(`/usr/sbin/${name}`, '#!/bin/sh\n', 0o755)
  box.write('/sbin/e-smith/db', 'theirs\n')
  const said = imported(box)
  assert.match(said, 'to do: /sbin/e-smith/db: kept as it is')
  assert.is(box.read('/sbin/e-smith/db'), 'theirs\n')
  assert.is(readlinkSync(box.path('/sbin/e-smith/config')), '/usr/sbin/config')
})

testIf(server, both, 'certificates, the account and the authority of the VPN come over, for root only', ({ box }) => {
  oldFiles(box, {
    '/home/e-smith/ssl.crt/own.crt': 'the certificate\n',
    '/home/e-smith/ssl.key/own.key': 'the private key\n',
    '/etc/dehydrated/accounts/abc/account_key.pem': 'the account\n',
    '/etc/openvpn/easy-rsa/pki/private/ca.key': 'the authority\n',
    '/etc/shadow': 'passwords\n',
  })
  box.write(
    `${OLD}/home/e-smith/db/configuration`,
    `${SMALL['/home/e-smith/db/configuration']}modSSL=service|crt|/home/e-smith/ssl.crt/own.crt|key|/home/e-smith/ssl.key/own.key|CertificateChainFile|/etc/shadow|status|enabled\n`,
  )
  const said = imported(box)
  assert.match(said, 'taken: /home/e-smith/ssl.key/own.key: the certificate of modSSL')
  assert.match(said, 'taken: /etc/dehydrated/accounts: the account at the certificate authority: 1 file')
  assert.match(
    said,
    'taken: /etc/openvpn/easy-rsa/pki: the authority of the VPN, so clients keep their profiles: 1 file',
  )
  assert.match(said, 'to do: /etc/shadow: not taken')
  for (const [path, text] of [
    ['/home/e-smith/ssl.key/own.key', 'the private key\n'],
    ['/etc/dehydrated/accounts/abc/account_key.pem', 'the account\n'],
    ['/etc/openvpn/easy-rsa/pki/private/ca.key', 'the authority\n'],
  ] as const) {
    assert.is(box.read(path), text)
    assert.is(statSync(box.path(path)).mode & 0o777, 0o600)
  }
  assert.not(box.exists('/etc/shadow'))
  const kept = box.run(['grep', '-rl', 'the private key', box.path('/var/lib/gabarit')])
  assert.is(kept.stdout, '')
})

testIf(server, both, 'JSON has the same lines, with how many of each kind', ({ box }) => {
  const data = JSON.parse(imported(box, '--dry-run', '--json'))
  assert.is(data.system, 'SME Server')
  assert.is(data.dryRun, true)
  for (const [fate, count] of Object.entries(data.counts))
    assert.is(data.lines.filter((line: { fate: string }) => line.fate === fate).length, count, fate)
  assert.ok(data.files.length > 5)
})

server('a folder that holds no old server is told', ({ box }) => {
  const { status, stderr } = box.run(['gabarit', 'import', '--server', box.path('/mnt')])
  assert.is(status, 1)
  assert.match(stderr, 'this is neither an SME Server, a NethServer 7 nor a package for one of them')
})

testIf(server, needsCommands('openssl'), 'the names of a NethServer come from its host name', ({ box }) => {
  box.write('/mnt/neth/etc/hostname', 'gate.example.com\n')
  box.write('/mnt/neth/var/lib/nethserver/db/configuration', 'sysconfig=configuration|ProductName|NethServer\n')
  box.write(
    '/mnt/neth/var/lib/nethserver/db/networks',
    'eth0=ethernet|ipaddr|192.168.7.1|netmask|255.255.255.0|role|green\n',
  )
  const said = box.must(['gabarit', 'import', '--server', box.path('/mnt/neth')])
  assert.match(said, 'NethServer: brings in')
  assert.is(box.must('config get SystemName'), 'gate\n')
  assert.is(box.must('config get DomainName'), 'example.com\n')
  box.must('signal-event post-install')
})

testIf(server, both, 'a package comes with the actions of its events', ({ box }) => {
  box.write('/mnt/package/root/etc/e-smith/templates/etc/tiny.conf/10Name', 'name { $SystemName }\n')
  box.write('/mnt/package/root/etc/e-smith/events/console-save/templates2expand/etc/tiny.conf', '')
  box.write('/mnt/package/root/etc/e-smith/events/actions/tiny', '#!/bin/sh\necho done\n', 0o755)
  box.write('/mnt/package/root/etc/e-smith/events/console-save/services2adjust/tiny', 'reload\n')
  const link = { link: '/../package/root/etc/e-smith/events/console-save/S60tiny', target: '../actions/tiny' }
  oldLink(box, link.link, link.target)
  box.must(['gabarit', 'import', '--server', box.path('/mnt/package')])
  box.must('config set DomainName example.org')
  box.must('config set SystemName server')
  const { status, stderr } = box.run('signal-event console-save')
  assert.is(status, 0, stderr)
  assert.match(stderr, 'S60tiny: done')
  assert.match(box.read('/etc/tiny.conf'), '\nname server\n')
})

testIf(server, both, 'of a package, a template that cannot be made stops no event', ({ box }) => {
  const home = '/mnt/package/etc/e-smith'
  box.write(`${home}/templates/etc/tiny.conf/10Name`, '{ use NethServer::Nothing; $OUT = "x"; }\n')
  box.write(`${home}/templates/etc/log.conf/10Format`, 'format "<%d> {}" \n<%\n')
  box.write(`${home}/templates/etc/log.conf/20Perl`, '<% {$OUT .= $DomainName} %>\n')
  box.write(`${home}/templates/etc/old.conf/10Latin`, 'x')
  writeFileSync(box.path(`${home}/templates/etc/old.conf/10Latin`), Buffer.from([0x63, 0xe9, 0x0a]))
  for (const name of ['tiny', 'log', 'old'])
    box.write(`${home}/events/console-save/templates2expand/etc/${name}.conf`, '')
  const said = box.must(['gabarit', 'import', '--server', box.path('/mnt/package')])
  assert.match(said, /templates2expand\/etc\/tiny\.conf: not taken: \/etc\/tiny\.conf cannot be made: .*NethServer/)
  assert.match(said, 'etc/old.conf/10Latin: not taken: it is not valid UTF-8')
  box.must('config set DomainName example.org')
  const { status, stderr } = box.run('signal-event console-save')
  assert.is(status, 0, stderr)
  assert.match(box.read('/etc/log.conf'), /\nformat "<%d> \{\}" \n<%\n<% example\.org %>\n$/)
  assert.not(box.exists('/etc/tiny.conf'))
})

testIf(
  server,
  both,
  'a migration sees the other databases as they will be, so a second import takes no more',
  ({ box }) => {
    oldFiles(box, {
      '/etc/e-smith/db/configuration/migrate/shares':
        '{ use esmith::ConfigDB; my $a = esmith::ConfigDB->open_ro("accounts") or die "none"; $DB->set_prop("ftp", "Shares", scalar $a->get_all); "" }\n',
      '/etc/e-smith/db/routes/migrate/empty':
        '{ use esmith::ConfigDB; esmith::ConfigDB->open_ro("routes") or die "none"; "" }\n',
    })
    assert.match(imported(box), 'Perl: /etc/e-smith/db/configuration/migrate/shares')
    assert.ok(box.exists('/var/lib/gabarit/db/routes.json'))
    assert.match(imported(box), 'SME Server: everything is here already')
    box.must('signal-event post-upgrade')
    assert.is(box.must('config getprop ftp Shares'), '2\n')
  },
)

testIf(server, both, 'modules in Perl that fragments and actions use come over, if they do no harm', ({ box }) => {
  const [system, own] = ['/usr/share/perl5/vendor_perl', '/usr/local/share/perl5']
  oldFiles(box, {
    '/etc/e-smith/templates-custom/etc/hosts/61Zones': '{ use NethServer::Zones; $OUT = NethServer::Zones::line() }',
    '/etc/e-smith/templates-custom/etc/hosts/62Bad': '{ use NethServer::Harm; $OUT = "harm\\n" }',
    '/etc/e-smith/templates-custom/etc/hosts/63Db': '{ use esmith::HostsDB; $OUT = "# hosts\\n" }',
    '/etc/e-smith/db/configuration/migrate/uses': '{ require NethServer::Migrate; NethServer::Migrate::run($DB); "" }',
    [`${system}/NethServer/Zones.pm`]:
      'package NethServer::Zones; use My::Names; sub line { "# " . My::Names::zone() . "\\n" } 1;',
    [`${own}/My/Names.pm`]: 'package My::Names; use Data::Dumper; sub zone { "zone" } 1;',
    [`${own}/Data/Dumper.pm`]: 'die "the old one"',
    [`${system}/NethServer/Harm.pm`]: 'package NethServer::Harm; open my $f, ">", "/etc/harm" or die "no harm: $!"; 1;',
    [`${system}/NethServer/Migrate.pm`]:
      'package NethServer::Migrate; sub run { $_[0]->set_prop("ftp", "Module", "yes") } 1;',
    [`${system}/NethServer/Unused.pm`]: 'package NethServer::Unused; 1;',
    [`${system}/NethServer/Act.pm`]: 'package NethServer::Act; sub run { $_[0]->set_prop("ftp", "Acted", "yes") } 1;',
    '/etc/e-smith/events/ftp-update/S50act':
      '#!/usr/bin/perl\nuse esmith::ConfigDB; use NethServer::Act;\nNethServer::Act::run(esmith::ConfigDB->open);\n',
    [`${system}/esmith/HostsDB.pm`]: 'die "the old one"',
  })
  chmodSync(box.path(`${OLD}/etc/e-smith/events/ftp-update/S50act`), 0o755)
  const said = imported(box)
  assert.match(
    said,
    `Perl: ${system}/NethServer/Zones.pm: fragments or actions use it: becomes /etc/gabarit/perl/NethServer/Zones.pm`,
  )
  assert.match(said, `Perl: ${own}/My/Names.pm: fragments or actions use it`)
  assert.match(said, /to do: \S+NethServer\/Harm\.pm: not taken: no harm: Read-only file system/)
  assert.match(said, /to do: \S+hosts\/62Bad: not taken, because \/etc\/hosts could not be made/)
  assert.not.match(said, /gabarit-\w{6}/)
  assert.equal(
    [...contents(box, '/etc/gabarit/perl')]
      .map(([path]) => path.split('/perl/')[1])
      .filter(path => path?.includes('.pm')),
    ['My/Names.pm', 'NethServer/Act.pm', 'NethServer/Migrate.pm', 'NethServer/Zones.pm'],
  )
  box.must('signal-event post-upgrade')
  box.must('signal-event console-save')
  assert.match(box.read('/etc/hosts'), /^# zone\n# hosts$/m)
  assert.is(box.must('config getprop ftp Module'), 'yes\n')
  box.must('signal-event ftp-update')
  assert.is(box.must('config getprop ftp Acted'), 'yes\n')
  assert.match(imported(box), 'SME Server: everything is here already')
})

testIf(server, both, 'all braces of an old template are those of Perl, those of its sub-templates too', ({ box }) => {
  oldFiles(box, {
    '/etc/e-smith/templates/etc/fax.conf/10User':
      "user fax@{$DomainName}\n{ use esmith::templates; processTemplate({ TEMPLATE_PATH => '/etc/fax.conf/Sub', OUTPUT_TYPE => 'string' }) }",
    '/etc/e-smith/templates/etc/fax.conf/Sub/10User': 'fax@{$DomainName}\n',
    '/etc/e-smith/templates/etc/plain.conf': 'fax@{$DomainName}\n',
    '/etc/e-smith/templates/etc/lines.conf/10First': 'one\n',
    '/etc/e-smith/templates/etc/lines.conf/without-a-number': 'fax@{$DomainName}\n',
    '/etc/e-smith/events/ftp-update/templates2expand/etc/fax.conf': '',
  })
  assert.match(imported(box), 'etc/fax.conf/Sub: is in Perl: becomes etc/fax.conf/Sub/template.json')
  assert.match(box.read('/etc/gabarit/templates/etc/lines.conf/template.json'), '"language": "perl"')
  box.must('signal-event post-upgrade')
  box.must('signal-event ftp-update')
  assert.match(box.read('/etc/fax.conf'), /\nuser fax@example\.org\nfax@example\.org\n$/)
  assert.match(box.must('gabarit templates'), '/etc/hosts')
})

testIf(server, both, 'on a server without a history, too, it is taken back as a whole', ({ box }) => {
  imported(box)
  box.must('gabarit rollback')
  assert.is(box.run('config print').stdout, '')
  assert.equal(contents(box, '/etc'), [])
  assert.match(imported(box), 'SME Server: brings in')
  assert.is(box.must('config get DomainName'), 'example.org\n')
})

server.run()
