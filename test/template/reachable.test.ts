import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { failureOf, render } from '../support/engine.ts'

const reachable = suite('ports, networks and interfaces in properties')

/** What one of the functions makes of a property, its parts with blanks between. */
const parts = (call: string, value: string) =>
  render(`<% line(...${call}) %>\n`, { configuration: { odd: ['service', { P: value }] } }).trimEnd()

const CASES: Readonly<Record<string, { good: readonly (readonly [string, string])[]; bad: readonly string[] }>> = {
  "portsIn(config.odd, 'P')": {
    good: [
      ['80', '80'],
      ['80, 443;6000:6010', '80 443 6000:6010'],
      ['', ''],
      ['7:7', '7:7'],
    ],
    bad: ['0', '65536', '080', '80-90', '5:1', '1:2:3', ':80', '80:', '-j', '80\n-A INPUT', '８０', '8e1', '1.5'],
  },
  "networksIn(config.odd, 'P').map(n => n.cidr + '=' + n.family)": {
    good: [
      ['10.0.0.7', '10.0.0.7/32=4'],
      ['10.0.0.0/8 2001:DB8::/32', '10.0.0.0/8=4 2001:db8::/32=6'],
    ],
    bad: [
      'host.example',
      '10.0.0.0/33',
      '! 10.0.0.1',
      '10.0.0.1/24/8',
      'fe80::1%eth0',
      '::/129',
      '10.0.0.7/8',
      '-s',
      '10.0.0.0/',
    ],
  },
  "interfacesIn(config.odd, 'P')": {
    good: [
      ['eth0, tun+', 'eth0 tun+'],
      ['br-lan eth0.100 wg_0', 'br-lan eth0.100 wg_0'],
    ],
    bad: ['averyveryverylongname', '!tun0', '-i', '+', 'e+h', 'eth0/1', 'eth0$x', '"eth0"', 'é'],
  },
}

for (const [call, { good, bad }] of Object.entries(CASES)) {
  for (const [value, expected] of good)
    reachable(`${call}: ${JSON.stringify(value)}`, () => assert.is(parts(call, value), expected))
  for (const value of bad)
    reachable(`${call}: ${JSON.stringify(value)} is refused with record and property`, () => {
      assert.match(failureOf(() => parts(call, value)).describe(), 'the record "odd", property P: ')
    })
}

reachable.run()
