import { type DbRecord, makeRecord } from '../record.ts'
import { elements, textIn, type World } from './meaning.ts'
import type { Say } from './remark.ts'

/** One record for each protocol and port of a forward of NethServer, whose key is a number. */
export function forwardsOf(record: DbRecord, { there }: World, say: Say): DbRecord[] {
  const protocols = elements(record, 'Proto').filter(name => name === 'tcp' || name === 'udp')
  const protocol = protocols.length === 1 ? protocols.join() : 'both'
  const ports = elements(record, 'Src')
  const target = addressOf(textIn(record, 'DstHost'), there)
  const to = ports.length > 1 || ports[0]?.includes(':') ? '' : textIn(record, 'Dst')
  const from = textIn(record, 'SrcHost')
  const allow = [...elements(record, 'Allow'), ...(from === '' ? [] : [addressOf(from, there) ?? from])]
  const why =
    target === undefined
      ? `${JSON.stringify(textIn(record, 'DstHost'))} is an object of its firewall, or no address`
      : allow.some(host => !/^[0-9a-fA-F.:/]+$/.test(host))
        ? `${JSON.stringify(allow.join())} are objects of its firewall`
        : undefined
  if (ports.length === 0) {
    say('unsupported', 'stays behind: it forwards all ports')
    return []
  }
  const names = ports.map(port => `pf${record.key}-${port.replace(':', '-')}`)
  const how = `becomes ${names.map(name => `"${name}"`).join(', ')} of portforwards`
  if (why === undefined) say('converted', how)
  else say('closed', `${how}, disabled: ${why}`)
  return ports.map((port, index) =>
    makeRecord(names[index] ?? '', 'portforward', [
      ['status', why === undefined ? textIn(record, 'status') || 'disabled' : 'disabled'],
      ['Protocol', protocol],
      ['Port', port],
      ...(target === undefined ? [] : [['DestHost', target] as const]),
      ['DestPort', to === port ? '' : to],
      ['AllowHosts', why === undefined ? allow.join() : ''],
      ...(textIn(record, 'OriDst') === '' ? [] : [['Address', textIn(record, 'OriDst')] as const]),
      ['Comment', textIn(record, 'Description')],
    ]),
  )
}

/** An address, also of an object `host;NAME`. */
function addressOf(text: string, there: World['there']): string | undefined {
  const [, name] = /^host;(.+)$/.exec(text) ?? []
  const found = name === undefined ? text : there('hosts').get(name)?.properties.get('IpAddress')
  return found !== undefined && /^[0-9a-fA-F.:/]+$/.test(found) ? found : undefined
}
