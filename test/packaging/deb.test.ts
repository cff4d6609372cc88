import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { arch, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { versionOf } from '../../src/system/places.ts'
import { needsCommands } from '../support/packages.ts'
import { must, PROJECT, run } from '../support/sandbox.ts'
import { needsRoot, testIf } from '../support/skip.ts'

const bin = process.env.GABARIT_BIN
const notMade = 'first npm run package, then GABARIT_BIN=packaging/out npm test'
const reason =
  bin === undefined
    ? notMade
    : (needsRoot() ?? needsCommands('dnsmasq', 'dpkg-buildpackage', 'dh', 'lintian', 'unshare'))
const deb = suite('the Debian package')
const test = (name: string, body: () => void) => testIf(deb, reason, name, body)
const made = resolve(PROJECT, bin ?? '')
const MODULE = `gabarit-dnsmasq_${versionOf(PROJECT)}_all.deb`
const name = `gabarit_${versionOf(PROJECT)}_${arch() === 'arm64' ? 'arm64' : 'amd64'}`

test('made again in another folder, executable and package are the same to the byte', () => {
  const other = mkdtempSync(join(tmpdir(), 'gabarit-package-'))
  must(['node', join(PROJECT, 'packaging/executable.mjs'), arch(), other], { timeoutSeconds: 600 })
  must(['cmp', join(made, 'gabarit'), join(other, 'gabarit')])
  must(['node', '--import', 'tsx', join(PROJECT, 'packaging/deb.ts'), arch(), other], { timeoutSeconds: 600 })
  for (const file of [`${name}.deb`, MODULE]) must(['cmp', join(made, file), join(other, file)])
  rmSync(other, { recursive: true })
})

test('lintian finds no error', () => {
  const { stdout, status } = run(['lintian', join(made, `${name}.changes`)], { timeoutSeconds: 600 })
  assert.is(status, 0, stdout)
  assert.not.match(stdout, /^E:/m)
})

/** What an administrator types on a machine without Node; each answer begins with a line `== NAME`. */
const SESSION = `
export PATH=/usr/sbin:/usr/bin:/sbin:/bin GABARIT_SERVICE_MANAGER=none DEBIAN_FRONTEND=noninteractive
rm -rf $(command -v -p node) /usr/local/bin/node /usr/bin/node /var/lib/gabarit /etc/gabarit
find /etc -type f -newer /mnt/gabarit.deb > /mnt/before
echo == install; dpkg -i /mnt/gabarit.deb
echo == changed; find /etc -type f -newer /mnt/gabarit.deb | grep -vxFf /mnt/before
echo == node; command -v node
echo == new; gabarit status 2>&1
config set DomainName example.org
mkdir -p /etc/gabarit/templates-custom/etc/dehydrated/config
echo '# of this site' > /etc/gabarit/templates-custom/etc/dehydrated/config/90Site
mkdir -p /run/log # as journald makes it
echo == event; signal-event post-install
echo == custom; grep 'of this site' /etc/dehydrated/config
echo == upgrade; dpkg -i /mnt/gabarit.deb
echo == custom again; grep 'of this site' /etc/dehydrated/config
echo == module; dpkg -i /mnt/gabarit-dnsmasq.deb
echo == module event; signal-event post-upgrade; cat /etc/dnsmasq.d/gabarit.conf
echo == module starts; signal-event console-save; /usr/share/gabarit/modules/dnsmasq/services/dnsmasq status && echo it runs
echo == module gone; dpkg -r gabarit-dnsmasq; ls /usr/share/gabarit/modules
echo == module next; signal-event host-modify; ls /etc/dnsmasq.d/gabarit.conf
echo == console; gabarit web enable; getent passwd gabarit-web; gabarit web sessions
config setprop backup Passphrase 'four random words indeed'
echo 'four random words indeed' > /mnt/passphrase
kept='/etc/httpd/conf/httpd.conf /etc/dehydrated/config /etc/gabarit/templates-custom/etc/dehydrated/config/90Site'
signal-event console-save > /dev/null; sha256sum $kept /var/lib/gabarit/ssl/* > /mnt/sums
echo == backup; gabarit backup /mnt/gate.tar.age
touch /etc/systemd/system/gabarit-site.timer /etc/cron.d/gabarit-site
echo == remove; dpkg -r gabarit; ls /etc/cron.d/gabarit-* /etc/systemd/system/*.wants/gabarit-* /usr/lib/gabarit /usr/share/gabarit 2>&1
mkdir /var/lib/gabarit/letsencrypt # a setup makes it, with the certificates that Apache serves
mkdir /sbin/e-smith; ln -s /usr/sbin/db /usr/sbin/config /opt/other /sbin/e-smith # as an import does, but one
echo == purge; dpkg -P gabarit; ls /var/lib/gabarit /etc/gabarit; echo == links; ls /sbin/e-smith; echo == units; ls /etc/systemd/system | grep ^gabarit
rm -rf /etc/gabarit /etc/httpd /etc/dehydrated /var/lib/gabarit # a new disk
echo == fresh; dpkg -i /mnt/gabarit.deb > /dev/null; gabarit restore /mnt/gate.tar.age --passphrase-file /mnt/passphrase
echo == restored; sha256sum --quiet -c /mnt/sums && config get DomainName; gabarit history
`

test('installed, set up, upgraded, with a module, removed and purged on a machine without Node', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gabarit-install-'))
  copyFileSync(join(made, `${name}.deb`), join(folder, 'gabarit.deb'))
  copyFileSync(join(made, MODULE), join(folder, 'gabarit-dnsmasq.deb'))
  writeFileSync(join(folder, 'session'), SESSION)
  // The machine's own files are below, and stay as they are.
  const script = `set -e
    mount -t tmpfs tmpfs /mnt && mkdir /mnt/upper /mnt/work /mnt/root
    mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
    cp '${folder}'/* /mnt/root/mnt && mount -t proc proc /mnt/root/proc && mount --bind /dev /mnt/root/dev
    exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot /mnt/root sh /mnt/session 2>&1`
  const said = run(['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script], {
    timeoutSeconds: 600,
  }).stdout
  rmSync(folder, { recursive: true })
  const answers = new Map(said.split(/^== /m).map(part => [part.split('\n')[0], part.split('\n').slice(1).join('\n')]))
  const answer = (key: string) => answers.get(key) ?? `no answer to "${key}": ${said}`
  assert.match(answer('install'), 'To set up this server: gabarit setup')
  assert.is(answer('changed'), '')
  assert.is(answer('node'), '')
  assert.match(answer('new'), 'gabarit setup does both')
  assert.match(answer('event'), 'created /etc/httpd/conf/httpd.conf', said)
  assert.is(answer('custom'), '# of this site\n')
  assert.match(answer('upgrade'), 'no file would change')
  assert.match(answer('upgrade'), 'To apply it: signal-event post-upgrade')
  assert.is(answer('custom again'), '# of this site\n')
  for (const event of ['module', 'module gone']) {
    assert.match(answer(event), 'What the modules that were installed or removed would change:')
    assert.match(answer(event), 'To apply it: signal-event post-upgrade, then signal-event console-save')
  }
  assert.match(answer('module'), /^\+port=53$/m)
  assert.match(answer('module event'), /^created \/etc\/dnsmasq\.d\/gabarit\.conf \(module dnsmasq\)$/m)
  assert.match(answer('module event'), /^port=53$/m)
  assert.match(answer('module starts'), /^it runs$/m)
  assert.match(answer('module gone'), "cannot access '/usr/share/gabarit/modules'")
  assert.match(answer('module next'), /^removed \/etc\/dnsmasq\.d\/gabarit\.conf/m)
  assert.match(answer('module next'), "cannot access '/etc/dnsmasq.d/gabarit.conf'")
  assert.match(answer('console'), 'https://example.org/server-manager/welcome/')
  assert.match(answer('console'), /^gabarit-web:x:\d+:\d+::\/nonexistent:\/usr\/sbin\/nologin$/m)
  // What the site itself made stays.
  assert.match(answer('remove'), /^\/etc\/cron\.d\/gabarit-site$/m)
  for (const path of ['/etc/systemd/system/*.wants/gabarit-*', '/usr/lib/gabarit', '/usr/share/gabarit'])
    assert.match(answer('remove'), `cannot access '${path}'`)
  assert.match(answer('purge'), 'Kept: /etc/gabarit')
  assert.match(answer('purge'), '/etc/gabarit:\ntemplates-custom\n')
  assert.match(answer('purge'), /\/var\/lib\/gabarit:\nletsencrypt\nreplaced\n(replaced-until-\S+\n)?ssl\n/)
  assert.is(answer('links'), 'other\n')
  assert.is(answer('units'), 'gabarit-site.timer\n')
  assert.match(answer('backup'), '/mnt/gate.tar.age: ')
  assert.match(answer('restored'), /^example\.org\n.*restore/s, said)
})

deb('remove and purge name each unit and cron file that a template makes', () => {
  const made = ['systemd/system', 'cron.d'].flatMap(folder => readdirSync(join(PROJECT, 'templates/etc', folder)))
  const names = made.filter(name => name.startsWith('gabarit-') && !name.endsWith('.json'))
  const [prerm, postrm] = ['prerm', 'postrm'].map(name =>
    readFileSync(join(PROJECT, `packaging/debian/gabarit.${name}`), 'utf8'),
  )
  for (const name of names) {
    const wanted = name.includes('.') ? name : ` ${name.replace('gabarit-', '')}`
    assert.match(prerm ?? '', wanted)
    if (name.includes('.')) assert.match(postrm ?? '', wanted)
  }
})

deb.run()
