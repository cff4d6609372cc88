import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'

/** The Debian packages that the tests and `npm run check` need, each with a command or a file that shows it is there. */
export const PACKAGES: Readonly<Record<string, string>> = {
  apache2: 'apache2',
  dehydrated: 'dehydrated',
  pebble: 'pebble',
  curl: 'curl',
  openssl: 'openssl',
  bsdextrautils: 'hexdump',
  s6: 's6-svscan',
  supervisor: 'supervisord',
  iproute2: 'ip',
  'util-linux': 'unshare',
  procps: 'ps',
  nginx: 'nginx',
  'libnginx-mod-stream': '/usr/lib/nginx/modules/ngx_stream_module.so',
  'php8.2-fpm': 'php-fpm8.2',
  'testssl.sh': 'testssl',
  'openssh-server': 'sshd',
  sudo: 'visudo',
  busybox: 'busybox',
  git: 'git',
  rsync: 'rsync',
  iptables: 'iptables-restore',
  'iputils-ping': 'ping',
  openvpn: 'openvpn',
  'easy-rsa': 'make-cadir',
  qrencode: 'qrencode',
  'dnsmasq-base': 'dnsmasq',
  'bind9-dnsutils': 'dig',
  shellcheck: 'shellcheck',
  debhelper: 'dh',
  'dpkg-dev': 'dpkg-buildpackage',
  lintian: 'lintian',
  logrotate: 'logrotate',
  zsh: 'zsh',
  fish: 'fish',
  'man-db': 'man',
  age: 'age',
  restic: 'restic',
  'etcd-server': 'etcd',
  'etcd-client': 'etcdctl',
  'chromium-headless-shell': 'chromium-headless-shell',
  'python3-lasso': '/usr/lib/python3/dist-packages/lasso.py',
  'liblemonldap-ng-portal-perl': '/usr/share/perl5/Lemonldap/NG/Portal.pm',
  'liblasso-perl': '/usr/share/doc/liblasso-perl/copyright',
  'libstring-random-perl': '/usr/share/perl5/String/Random.pm',
  'libxml-simple-perl': '/usr/share/perl5/XML/Simple.pm',
}

/** Set by the runner for the test files: why packages could not be installed. */
const REASON_VARIABLE = 'GABARIT_TEST_NO_PACKAGES'
const POLICY = '/usr/sbin/policy-rc.d'
const FOLDERS = [...(process.env.PATH ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin']

/** The full path of a command, also of one in sbin that an ordinary user's PATH does not have. */
export function findCommand(name: string): string | undefined {
  if (isAbsolute(name)) return existsSync(name) ? name : undefined
  return FOLDERS.filter(folder => folder !== '')
    .map(folder => join(folder, name))
    .find(isExecutable)
}

/** Why a test that needs these commands cannot run. */
export function needsCommands(...names: string[]): string | undefined {
  const missing = names.filter(name => findCommand(name) === undefined)
  if (missing.length === 0) return undefined
  return `not installed: ${missing.join(', ')} (${process.env[REASON_VARIABLE] ?? 'run npm test as root on Debian'})`
}

/** Installs what is missing, as root on Debian; elsewhere the tests that need it skip, and say why. */
export function installPackages(): void {
  const missing = missingPackages()
  if (missing.length === 0) return
  const problem = cannotInstall() ?? install(missing)
  if (problem === undefined) return
  process.env[REASON_VARIABLE] = problem
  const still = missingPackages().join(' ')
  process.stdout.write(`not installed: ${still}: ${problem}; the tests that need them are skipped\n`)
}

function missingPackages(): string[] {
  return Object.entries(PACKAGES)
    .filter(([, command]) => findCommand(command) === undefined)
    .map(([name]) => name)
}

function cannotInstall(): string | undefined {
  if (findCommand('apt-get') === undefined) return 'packages are installed on Debian only'
  return process.getuid?.() === 0 ? undefined : 'packages are installed by root only'
}

function install(packages: readonly string[]): string | undefined {
  process.stdout.write(`installing Debian packages that the tests need: ${packages.join(' ')}\n`)
  return withoutStartingDaemons(() => {
    const update = apt('update')
    const together = aptInstall(packages)
    if (together === undefined) return undefined
    // One that this release does not have must not keep the others out.
    const problems = packages.map(name => aptInstall([name])).filter(problem => problem !== undefined)
    return problems.length === 0 ? undefined : (update ?? problems[0])
  })
}

function aptInstall(packages: readonly string[]): string | undefined {
  return apt('install', '-y', '--no-install-recommends', '-o', 'Dpkg::Options::=--force-confold', ...packages)
}

/** Runs apt-get and gives its last error line when it fails. */
function apt(...args: string[]): string | undefined {
  const options = [
    '-q',
    '-o',
    'DPkg::Lock::Timeout=120',
    '-o',
    'Acquire::Retries=1',
    '-o',
    'APT::Update::Error-Mode=any',
  ]
  const result = spawnSync('apt-get', [...options, ...args], {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: 600_000,
  })
  if (result.status === 0) return undefined
  const said = `${result.stdout}\n${result.stderr}`.split('\n').filter(line => /^(E:|dpkg: error|Err:)/.test(line))
  return `apt-get ${args[0]} failed: ${said.at(-1) ?? result.error?.message ?? `status ${result.status}`}`
}

/**
 * Debian starts a daemon as soon as its package is installed, unless policy-rc.d forbids it. The tests start their
 * own; a web server on the machine's port 80 is not theirs to leave behind.
 */
function withoutStartingDaemons<Result>(run: () => Result): Result {
  if (existsSync(POLICY)) return run()
  const text = '#!/bin/sh\nexit 101\n'
  writeFileSync(POLICY, text, { mode: 0o755 })
  try {
    return run()
  } finally {
    if (readFileSync(POLICY, 'utf8') === text) rmSync(POLICY)
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
