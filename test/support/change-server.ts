import { Sandbox } from './sandbox.ts'

const SITE = '/etc/gabarit'

/**
 * A small server of its own with an event `change` that makes: /etc/note (from the record `note`), one /etc/sites/KEY.conf
 * with a link for each enabled record of `sites`, and /etc/vault (0600) with a secret.
 * @param whole also with all that gabarit ships, so that every template can be made
 */
export function changeServer(whole = false): Sandbox {
  const box = new Sandbox()
  const template = (path: string, text: string, metadata: object) => {
    box.write(`${SITE}/templates${path}`, text)
    box.write(`${SITE}/templates${path}.template.json`, JSON.stringify(metadata))
    box.write(`${SITE}/events/change/templates2expand${path}`, '')
  }
  template('/etc/note', 'text <%= config.note?.text %>\n', { notify: ['noted:reload'], mode: '0640' })
  template('/etc/site', 'site <%= item.key %>: <%= item.title %>\n', {
    output: '/etc/sites/{key}.conf',
    link: '/etc/sites-enabled/{key}.conf',
    each: { db: 'sites', type: 'site', where: { status: 'enabled' } },
  })
  template('/etc/vault', 'password <%= config.vault?.Password %>\n', { mode: '0600', format: 'shell' })
  const vault = { type: 'service', properties: { Password: { secret: true }, Hint: {} } }
  box.write(`${SITE}/db/configuration/vault.json`, JSON.stringify(vault))
  box.write(`${SITE}/db/sites/@site.json`, JSON.stringify({ properties: { title: {} } }))
  box.must('config set note record text one')
  box.must('config set vault service Password opensesame')
  box.must('config set noted service status enabled')
  if (!whole) return box
  box.must('config set DomainName example.org')
  box.must('config set SystemName server')
  box.must('signal-event post-install')
  return box
}

/** The newest entry of the history, as `show --json` prints it. */
export function newestEntry(box: Sandbox): Record<string, unknown> & { readonly id: number } {
  const [entry] = JSON.parse(box.must('gabarit history --limit 1 --json'))
  return JSON.parse(box.must(['gabarit', 'show', String(entry.id), '--json']))
}
