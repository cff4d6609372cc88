import { getDomain, parse } from 'tldts'

/**
 * The part of a name that was registered, by the public suffix list: `example.co.uk` for `www.example.co.uk`. A name that is
 * itself a public suffix stands for itself, as Let's Encrypt counts it.
 * @param name may begin with `*.`
 */
export function registeredDomain(name: string): string {
  const plain = name.replace(/^\*\./, '')
  return getDomain(plain, { allowPrivateDomains: true }) ?? plain
}

/** Whether a name can exist on the internet: under a suffix of the ICANN part of the list, and no address. */
export function isPublicName(name: string): boolean {
  const { isIcann, isIp, domain } = parse(name.replace(/^\*\./, ''))
  return isIcann === true && isIp !== true && domain !== null
}
