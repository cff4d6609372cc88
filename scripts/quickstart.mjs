// `npm run quickstart`: plays the first job of docs and tests, HTTPS for every name, in a sandbox below this checkout.
// Needs neither root nor a daemon. Plain Node, because it also installs what the rest needs.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = join(dirname(fileURLToPath(import.meta.url)), '..')
const root = join(project, 'sandbox')
const colour = process.stdout.isTTY && !process.env.NO_COLOR
const paint = (code, text) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text)

const PRIMARY = 'micronator-101.org'
const ODOO = 'odoo.micronator-101.org'
const HOSTS = [PRIMARY, ODOO].flatMap(domain =>
  ['ftp', 'mail', 'proxy', 'wpad', 'www'].map(host => `${host}.${domain}`),
)
const VIRTUAL_HOSTS = 'etc/httpd/conf/httpd.conf/VirtualHosts'

/** Ends the tour with what went wrong and what to do. */
function stop(message) {
  process.stderr.write(`\n${paint(31, 'quickstart stopped')}: ${message}\n`)
  process.exit(1)
}

/** Runs a command of the tour's own making, quietly unless it fails. */
function prepare(what, program, ...args) {
  if (what !== undefined) process.stdout.write(`${what} ...\n`)
  const result = spawnSync(program, args, { cwd: project, encoding: 'utf8' })
  if (result.status === 0) return
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`)
  stop(`${[program, ...args].join(' ')} failed: ${result.error?.message ?? `exit status ${result.status}`}`)
}

/** Prints a command as an administrator types it, runs it in the sandbox, and shows what it says. */
function type(command) {
  process.stdout.write(`${paint(1, `$ ${command}`)}\n`)
  const PATH = `${join(project, 'bin')}:${process.env.PATH}`
  const env = { ...process.env, PATH, GABARIT_ROOT: root, GABARIT_SERVICE_MANAGER: 'none' }
  delete env.DBPATH
  const result = spawnSync('sh', ['-c', command], { cwd: project, env, stdio: ['ignore', 'inherit', 'inherit'] })
  if (result.status !== 0) stop(`the command above ended with status ${result.status ?? result.signal}`)
}

function chapter(title) {
  process.stdout.write(`\n${paint(36, `--- ${title}`)}\n`)
}

function setUp() {
  chapter(`A server with two domains, in ${root}`)
  type(`config set DomainName ${PRIMARY}`)
  type('config set SystemName odoo-11')
  type('signal-event post-install')
  type(`db domains set ${ODOO} domain Content Primary`)
  type(`signal-event domain-create ${ODOO}`)
}

function askForCertificates() {
  chapter('HTTPS for every name, first from the test authority')
  type('db hosts show | grep .org')
  type('config setprop letsencrypt configure none')
  for (const domain of [PRIMARY, ODOO]) type(`db domains setprop ${domain} letsencryptSSLcert enabled`)
  type('db domains show')
  for (const host of HOSTS) type(`db hosts setprop ${host} letsencryptSSLcert enabled`)
  type('config setprop letsencrypt email admin@micronator.org')
  type('config setprop letsencrypt keysize 4096')
  type('config setprop letsencrypt ACCEPT_TERMS yes')
  type('config setprop letsencrypt status test')
  chapter('What would change? Nothing is touched yet')
  type('signal-event console-save --dry-run')
  chapter('Do it')
  type('signal-event console-save')
  type('grep CA sandbox/etc/dehydrated/config')
  type('cat sandbox/etc/dehydrated/domains.txt')
}

function overrideForOdoo() {
  chapter('One name goes to Odoo on port 8069, without editing a shipped file')
  const shipped = `templates/${VIRTUAL_HOSTS}/25SSLDirectives`
  const custom = `sandbox/etc/gabarit/templates-custom/${VIRTUAL_HOSTS}`
  type(`mkdir -p ${custom}`)
  type(`cp ${shipped} ${custom}`)
  process.stdout.write(
    '\nThe copy gets a few lines (scripts/odoo-override.sed does here what you would do in an editor):\n\n',
  )
  prepare(undefined, 'sh', '-c', `sed -f scripts/odoo-override.sed ${shipped} >${custom}/25SSLDirectives`)
  type(`diff ${shipped} ${custom}/25SSLDirectives || true`)
  type('expand-template --diff /etc/httpd/conf/httpd.conf')
  type('expand-template /etc/httpd/conf/httpd.conf')
  type("grep 'redirection' sandbox/etc/httpd/conf/httpd.conf")
}

/** Number of the first line of a made file that starts so. */
function lineOf(path, start) {
  const lines = readFileSync(join(root, path), 'utf8').split('\n')
  return lines.findIndex(line => line.startsWith(start)) + 1
}

function tellWhatIsNext() {
  const line = lineOf('etc/dehydrated/config', 'CA=')
  chapter('Your turn')
  process.stdout.write(`Go on in this sandbox from your own shell:

  export GABARIT_ROOT='${root}' PATH='${join(project, 'bin')}':"$PATH"

  config setprop letsencrypt status official       # a mistake: see the message
  config setprop letsencrypt status enabled
  signal-event console-save --dry-run              # switches to the production authority
  gabarit explain /etc/dehydrated/config:${line}        # which fragment and which records made this line
  gabarit impact hosts www.${PRIMARY}    # what depends on this record
  db hosts describe www.${PRIMARY}       # what you can set, and what it means

The documents: docs/README.md
`)
}

/** True when `npm ci` has to run: never did, or not since the lock file changed. */
function dependenciesAreOld() {
  const installed = join(project, 'node_modules/.package-lock.json')
  if (!existsSync(installed)) return true
  return statSync(installed).mtimeMs < statSync(join(project, 'package-lock.json')).mtimeMs
}

function main() {
  if (Number(process.versions.node.split('.')[0]) < 20)
    stop(`Node.js 20 or later is needed, this is ${process.version}`)
  if (dependenciesAreOld()) prepare('npm ci: installing what gabarit needs', 'npm', 'ci', '--no-audit', '--no-fund')
  prepare('npm run build', 'npm', 'run', '--silent', 'build')
  rmSync(root, { recursive: true, force: true })
  mkdirSync(root)
  setUp()
  askForCertificates()
  overrideForOdoo()
  tellWhatIsNext()
}

main()
