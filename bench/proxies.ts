import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { makeRoot, run, write } from './corpus.ts'
import { compare, median, type Subject, seconds } from './measure.ts'
import { program, RUNS, report } from './report.ts'

const COUNT = 10_000
const FOLDER = 'etc/nginx/conf.d/sites-available'

/** Writes and syncs as many files as there are proxies, as large as theirs; reads them. */
const WRITE = `const fs=require("fs"),[f,n,s]=process.argv.slice(2),t="x".repeat(s);fs.mkdirSync(f,{recursive:true});
for(let i=0;i<n;i++)fs.writeFileSync(f+"/"+i,t,{flush:true})`
const READ = 'const fs=require("fs"),f=process.argv[2];for(const n of fs.readdirSync(f))fs.readFileSync(f+"/"+n)'

/** 10,000 proxies of nginx: the first expansion, and one record changed, against bare writing and reading. */
export function benchProxies(): void {
  const root = makeRoot()
  run(root, 'config', ['setprop', 'nginx', 'status', 'enabled', 'LogDir', root, 'PidFile', join(root, 'nginx.pid')])
  const name = (index: number) => `p${String(index).padStart(5, '0')}.example.org`
  const record = (index: number) =>
    `set ${name(index)} proxy status enabled Upstreams http://10.0.0.1:${8000 + (index % 100)}`
  run(root, 'db', ['proxies', 'batch'], Array.from({ length: COUNT }, (_, index) => record(index)).join('\n'))
  const templates = ['/etc/nginx/conf.d/sites-available', '/etc/nginx/nginx.conf', '/etc/nginx/snippets/tls.conf']
  templates.push('/etc/nginx/snippets/proxy-headers.conf', '/etc/nginx/snippets/security-headers.conf')
  for (const path of templates) write(root, `etc/gabarit/events/bench/templates2expand${path}`, '')

  const first = seconds(program(root, 'signal-event', ['bench']))
  write(root, 'write.cjs', WRITE)
  write(root, 'read.cjs', READ)
  const size = '2500'
  const written = median(
    [0, 1, 2].map(index =>
      seconds({ command: ['node', join(root, 'write.cjs'), join(root, `bare${index}`), String(COUNT), size] }),
    ),
  )
  report(
    '10,000 proxies, first event / writing and syncing 10,000 files',
    figure(first, first / written),
    'at most 10 x',
  )

  let count = 0
  const one: Subject = {
    ...program(root, 'signal-event', ['bench']),
    get input() {
      run(root, 'db', ['proxies', 'setprop', name(count++), 'Upstreams', `http://10.1.0.1:${count}`])
      return ''
    },
  }
  const read: Subject = { command: ['node', join(root, 'read.cjs'), join(root, FOLDER)] }
  const changed = compare(one, read, Math.ceil(RUNS / 5))
  report('the same, one record changed / reading 10,000 files', figure(changed.a, changed.ratio), 'at most 3 x')
  judge(root)
  rmSync(root, { recursive: true })
}

/** nginx reads a copy whose certificate lies below the root. */
function judge(root: string): void {
  if (spawnSync('nginx', ['-v']).status !== 0) {
    report('nginx -t of the 10,000', 'not installed', 'none given')
    return
  }
  run(root, resolve(import.meta.dirname, '../events/actions/make-self-signed-certificate'), ['bench'])
  cpSync(join(root, 'etc/nginx'), join(root, 'copy'), { recursive: true, verbatimSymlinks: true })
  for (const file of ['nginx.conf', ...readdirSync(join(root, FOLDER)).map(name => `conf.d/sites-available/${name}`)]) {
    const path = join(root, 'copy', file)
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('/var/lib/gabarit', join(root, 'var/lib/gabarit')))
  }
  const time = seconds({ command: ['nginx', '-t', '-q', '-c', join(root, 'copy/nginx.conf')] })
  report('nginx -t of the 10,000', `${time.toFixed(2)} s`, 'none given')
}

const figure = (time: number, ratio: number) => `${ratio.toFixed(1)} x (${time.toFixed(2)} s)`
