// Files, PHP and sockets behind nginx, and the site of names that nobody has: the real nginx and the real PHP-FPM, on `/`, in
// private namespaces.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { throughNginx } from '../support/front.ts'
import { must, run, words } from '../support/sandbox.ts'

const { tests: folders, step, front } = throughNginx('folders behind nginx', 'php-fpm8.2')

const APP = 'app.example.com'
const get = (path: string, ...options: string[]) => {
  const { status, body } = front.visit(`https://${APP}${path}`, ...options)
  return `${status} ${body.includes('<html>') ? 'nginx' : body.trim()}`
}

step('a server behind nginx, and a folder', async () => {
  await front.start({ '3001': 'plex' })
  for (const folder of ['/srv/app/in', '/srv/app/.git', '/srv/secret']) mkdirSync(folder, { recursive: true })
  for (const [file, text] of Object.entries({
    '/srv/app/index.html': 'start',
    '/srv/app/in/page.html': 'page',
    '/srv/app/.git/config': 'hidden',
    '/srv/secret/page.html': 'secret',
    '/srv/app/echo.php':
      '<?php echo "php " . $_SERVER["REQUEST_URI"] . " " . ($_SERVER["HTTPS"] ?? "off") . " " . $_SERVER["SERVER_NAME"];',
  }))
    writeFileSync(file, text)
})

step('the files of a folder, without hidden ones and those beside it', () => {
  front.record('files', 'location', { Folder: '/srv/app', Path: '/files', Headers: 'X-Site: files' })
  front.record(APP, 'proxy', { Folder: '/srv/app/', Locations: 'files', DeniedNetworks: '127.0.0.8' })
  front.apply()
  for (const path of ['', '/files']) {
    assert.is(get(`${path}/`), '200 start')
    assert.is(get(`${path}/in/page.html`), '200 page')
    assert.is(get(`${path}/.git/config`), '404 nginx')
    assert.is(get(`${path}/none`), '404 nginx')
    assert.is(get(`${path}/in/page.html`, '--interface', '127.0.0.8'), '403 nginx')
  }
  assert.equal(front.visit(`https://${APP}/files`).header('Location'), ['/files/'])
  assert.equal(front.visit(`https://${APP}/files/`).header('X-Site'), ['files'])
  assert.is(get('/files../secret/page.html', '--path-as-is'), '404 nginx')
  assert.is(get('/../secret/page.html', '--path-as-is'), '400 nginx')
  front.record(APP, 'proxy', { Folder: '/srv/app', Upstreams: 'http://127.0.0.1:3001' })
  front.refused(/app\.example\.com has both Upstreams and Folder/)
  assert.is(run(['db', 'proxies', 'setprop', APP, 'Folder', 'srv']).status, 3)
  const alone = run(['db', 'proxies', 'set', APP, 'proxy', 'FastCGI', 'unix:/run/php.sock'])
  assert.is(alone.status, 0)
  assert.match(alone.stderr, 'Folder')
  assert.is(run(['signal-event', 'proxy-modify', APP]).status, 3)
})

step('PHP in a folder, by a socket: files, and index.php for what is no file', async () => {
  const conf = join(front.folder, 'fpm.conf')
  const pool = `[www]\nlisten=/run/php.sock\nlisten.owner=www-data\nuser=www-data\ngroup=www-data\npm=static\npm.max_children=2`
  writeFileSync(conf, `[global]\nerror_log=${front.folder}/fpm.log\ndaemonize=no\n${pool}\n`)
  await front.daemons.start(
    'fpm',
    ['php-fpm8.2', '-F', '-y', conf],
    () => run(['test', '-S', '/run/php.sock']).status === 0,
  )
  front.record('files', 'location', { Folder: '/srv/app', Path: '/files', FastCGI: 'unix:/run/php.sock' })
  const php = { Folder: '/srv/app', FastCGI: 'unix:/run/php.sock', DeniedNetworks: '127.0.0.8', Locations: 'files' }
  front.record(APP, 'proxy', php)
  front.apply()
  for (const path of ['', '/files']) {
    assert.is(get(`${path}/echo.php?a=1`), `200 php ${path}/echo.php?a=1 on ${APP}`)
    assert.is(get(`${path}/in/page.html`), '200 page')
    assert.is(get(`${path}/none.php`), '404 nginx')
    assert.is(get(`${path}/in/page.html/x.php`), '404 nginx', 'only files ending in .php are run')
    assert.is(get(`${path}/echo.php`, '--interface', '127.0.0.8'), '403 nginx')
    assert.is(get(`${path}/pretty/url`), '404 nginx', 'without an index.php')
  }
  writeFileSync('/srv/app/index.php', '<?php echo "index " . $_SERVER["REQUEST_URI"];')
  for (const path of ['', '/files']) {
    assert.is(get(`${path}/pretty/url?b=2`), `200 index ${path}/pretty/url?b=2`)
    assert.is(get(`${path}/`), `200 index ${path}/`)
    assert.is(get(`${path}/.git/config`), '404 nginx')
  }
})

step('a server behind on a socket', async () => {
  const server = 'server { listen unix:/run/app.sock; return 200 "socket $request_uri"; }'
  await front.startNginx('socket', server, () => run(['test', '-S', '/run/app.sock']).status === 0)
  front.record(APP, 'proxy', { Upstreams: 'http://unix:/run/app.sock max_fails=2', UpstreamPath: '/v2' })
  front.apply()
  assert.is(get('/a'), '200 socket /v2/a')
  assert.is(run(['gabarit', 'proxy', 'check', APP]).status, 0)
})

step('a proxy answers for names that nobody has', () => {
  front.record('Plex.example.com', 'proxy', { Upstreams: 'http://127.0.0.1:3001' })
  must(words('config setprop nginx DefaultSite Plex.example.com'))
  front.apply()
  assert.is(front.seen('https://nobody.example.net/').name, 'plex')
  assert.is(front.visit('http://nobody.example.net/a').header('Location').join(), 'https://nobody.example.net/a')
  must(['db', 'proxies', 'setprop', 'Plex.example.com', 'Certificate', 'none'])
  front.apply()
  assert.is(front.seen('http://nobody.example.net/').name, 'plex')
  assert.throws(() => front.visit('https://nobody.example.net/'), /curl (52|92|56|16)/)
  assert.is(run(words('config setprop nginx DefaultSite nobody.example.net')).status, 3)
})

folders.run()
