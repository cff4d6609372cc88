import { Sandbox } from './sandbox.ts'

/** A site with one described record, of which a secret is a part, and an event `shop-update` that makes a file from it. */
export function shopSite(): Sandbox {
  const box = new Sandbox()
  const description = { properties: { port: { format: 'port' }, word: { secret: true } } }
  box.write('/etc/gabarit/db/configuration/shop.json', JSON.stringify(description))
  box.write('/etc/gabarit/templates/etc/shop', 'port <%= config.shop.port %>\nword <%= config.shop.word %>\n')
  box.write('/etc/gabarit/events/shop-update/templates2expand/etc/shop', '')
  box.must('config set letsencrypt service status disabled')
  box.must('config set DomainName example.org')
  return box
}
