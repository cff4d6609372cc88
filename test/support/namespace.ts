import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findCommand, needsCommands } from './packages.ts'
import { PROJECT } from './sandbox.ts'
import { needsRoot } from './skip.ts'

const INSIDE = 'GABARIT_TEST_NAMESPACE'

/** Said when a namespace is as it should be. */
const READY = '(ready)'

/** Below /etc: what an administrator of this machine may have put beside the files of packages, gabarit's own among it. */
const LOCAL = [
  'gabarit',
  'nginx/conf.d',
  'nginx/sites-enabled',
  'ssh/sshd_config.d',
  'sudoers.d',
  'dehydrated/conf.d',
  'cron.d',
  'httpd',
]

/** Below /etc: files of packages that an administrator changes, each as a package has it, in a word. */
const CHANGED = {
  'nginx/nginx.conf': String.raw`events {}\nhttp { include /etc/nginx/conf.d/*.conf; }\n`,
  'ssh/sshd_config': String.raw`Include /etc/ssh/sshd_config.d/*.conf\n`,
  sudoers: String.raw`root ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n`,
  'dehydrated/config': String.raw`BASEDIR=/var/lib/dehydrated\nWELLKNOWN=/var/lib/dehydrated/acme-challenges\n`,
}

/**
 * Makes this machine one without anything of its own, in memory: /etc is a copy without what is local, /var has folders but no
 * files, /srv and /run are empty. So nothing reaches the machine, not even its service manager, and nothing of it reaches
 * the tests. It brings the loopback up and runs the rest of its arguments, whose standard error is our descriptor 3. The shell
 * stays as the namespace's process 1: it collects daemons that nobody waits for, and when it ends the kernel kills whatever
 * still runs.
 */
const SETUP = `set -e
stage=$1; project=$2; host=$3; shift 3
mount -t tmpfs -o mode=0755 tmpfs "$stage"
cp -a /etc "$stage/etc"
cd "$stage/etc"
for place in ${LOCAL.join(' ')}; do [ ! -e $place ] || find $place -mindepth 1 -delete; done
${Object.entries(CHANGED)
  .map(([file, text]) => `[ ! -e ${file} ] || printf '${text}' > ${file}`)
  .join('\n')}
find /var -xdev -maxdepth 3 ! -path "/var/lib/gabarit*" "(" -type d -o -type l ")" -print0 |
  tar -c --null --no-recursion -T - 2>/dev/null | tar -x -C "$stage"
mkdir "$stage/srv"
case $project in /var/* | /srv/*)
  mkdir -p "$stage$project"
  mount --rbind "$project" "$stage$project"
esac
cd "$OLDPWD"
for folder in /etc /var /srv; do mount --rbind "$stage$folder" "$folder"; done
mount -t tmpfs -o mode=0755 tmpfs /run
mkdir -m 1777 /run/lock
ip link set lo up
echo "$host" > /proc/sys/kernel/hostname
set +e
printf %s '${READY}' >&2
exec 2>&3 3>&-
"$@"
exit $?`

/** True when this process already runs in a namespace made by {@link enterNamespace}. */
export function insideNamespace(): boolean {
  return process.env[INSIDE] !== undefined
}

/**
 * Runs this test file again in private mount, network, process and host name namespaces, and ends this process with its
 * status. Does nothing inside the namespace.
 * @param hostname name of the machine inside
 * @returns why it is not possible here; undefined inside
 */
export function enterNamespace(hostname: string): string | undefined {
  if (insideNamespace()) return undefined
  const reason = needsRoot() ?? needsCommands('unshare', 'mount', 'ip', 'tar')
  if (reason !== undefined) return reason
  const { status, signal, stderr } = unshare(hostname)
  const said = String(stderr)
  if (!said.includes(READY)) return `no private namespaces here: ${said.trim()}`
  process.exit(signal === null ? (status ?? 1) : 1)
}

/** Runs this program again in namespaces. @returns how it ended, and what was said on the way in */
function unshare(hostname: string) {
  const stage = mkdtempSync(join(tmpdir(), 'gabarit-namespace-'))
  const flags = ['--mount', '--net', '--uts', '--ipc', '--pid', '--fork', '--kill-child=KILL', '--mount-proc']
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  const script = ['sh', '-c', SETUP, 'sh', stage, PROJECT, hostname, ...again]
  try {
    // No proxy reaches in here, so nobody shall ask one.
    const env = { ...process.env, [INSIDE]: '1', no_proxy: '*', NO_PROXY: '*' }
    return spawnSync(findCommand('unshare') ?? 'unshare', [...flags, ...script], {
      env,
      stdio: ['inherit', 'inherit', 'pipe', 2],
    })
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}
