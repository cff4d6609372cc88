import { getDomain, parse } from 'tldts'

/**
 * The registered part of a name according to the public suffix list: `example.co.uk` for `www.example.co.uk`. A name that is
 * itself a public suffix is returned unchanged, as Let's Encrypt counts it.
 * @param name may begin with `*.`
 */
export function registeredDomain(name: string): string {
  const plain = name.replace(/^\*\./, '')
  return getDomain(plain, { allowPrivateDomains: true }) ?? plain
}

/** Whether a name can exist on the internet: not an address, and under a suffix in the ICANN part of the list. */
export function isPublicName(name: string): boolean {
  const { isIcann, isIp, domain } = parse(name.replace(/^\*\./, ''))
  return isIcann === true && isIp !== true && domain !== null
}
