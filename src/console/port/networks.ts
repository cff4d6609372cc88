import { BlockList, isIP } from 'node:net'
import { usageFailure } from '../../base/failure.ts'

/** Who comes from one of some networks. @param networks `192.168.1.0/24`, comma-separated @throws Failure if one is wrong */
export function comesFrom(networks: string): (address: string | undefined) => boolean {
  const known = new BlockList()
  for (const network of networks.split(',')) {
    const [address = '', bits = ''] = network.trim().split('/')
    const family = isIP(address)
    const most = family === 6 ? 128 : 32
    if (family === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > most)
      throw usageFailure(`"${network}" is no network: give it as 192.168.1.0/24`)
    known.addSubnet(address, Number(bits), family === 6 ? 'ipv6' : 'ipv4')
  }
  return address => {
    // An IPv4 address, as a socket for both families tells it.
    const plain = address?.replace(/^::ffff:(?=[\d.]+$)/, '').replace(/%.*$/, '') ?? ''
    const family = isIP(plain)
    return family !== 0 && known.check(plain, family === 6 ? 'ipv6' : 'ipv4')
  }
}
