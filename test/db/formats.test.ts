import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { FORMATS, seconds, withAsciiNames } from '../../src/db/formats.ts'

const test = suite('formats')

const CASES: Readonly<Record<string, { readonly good: readonly string[]; readonly bad: readonly string[] }>> = {
  hostname: {
    good: ['www', 'www.example.org', 'odoo-11', '3com.com', 'xn--caf-dma.fr'],
    bad: ['', '-a', 'a-', 'a..b', 'a_b', 'é.fr', 'a b', 'example.org.', `${'a'.repeat(64)}.org`, 'a\n'],
  },
  wildcard: {
    good: ['www.example.org', '*.example.org', '*.org'],
    bad: ['', '*', '*.', '*.*.org', 'www.*.org', '*a.org', 'a_b', '*.a_b'],
  },
  ip: { good: ['192.168.1.1', '::1'], bad: ['192.168.1', '1.2.3.256', 'x'] },
  ipv4: { good: ['0.0.0.0', '255.255.255.255'], bad: ['01.2.3.4', '1.2.3.4.5', '::1', '1.2.3.4\n'] },
  ipv6: {
    good: ['::', '::1', 'fe80::1', '2001:db8:0:0:0:0:0:1', '::ffff:10.0.0.1', '1:2:3:4:5:6:7::'],
    bad: ['', ':', ':::', '1::2::3', '12345::', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', 'fe80::1%eth0', '::g'],
  },
  cidr: {
    good: ['10.0.0.0/8', '::/0', '192.168.0.0/32'],
    bad: [
      '10.0.0.0',
      '10.0.0.0/33',
      '10.0.0.0/',
      'a/8',
      '::/129',
      '192.168.1.5/24',
      'fd00::5/64',
      '10.0.0.0/255.0.0.0',
    ],
  },
  subnet: {
    good: ['10.8.0.0/24', '10.8.0.0/255.255.255.0', '10.8.0.0 255.255.255.0', 'fd00:8::/64', '0.0.0.0/0', '::/0'],
    bad: ['10.8.0.0', '10.8.0.1/24', '10.8.0.0/33', '10.8.0.0/255.0.255.0', 'fd00::1/64', 'fd00::/129', '/24', ''],
  },
  subnet4: { good: ['192.168.4.0/22', '10.0.0.1/32'], bad: ['192.168.5.0/22', 'fd00::/64', '10.0.0.0/ 8'] },
  subnet6: {
    good: ['fd00:8::/64', '2001:db8::8000:0:0:0/65', '::10.0.0.0/120', 'fd00::1/128'],
    bad: ['10.0.0.0/8', 'fd00:8::/24', '::ffff:10.0.0.0/120', 'fd00::/255.255.255.0', 'fd00::'],
  },
  netmask: { good: ['255.255.255.0', '0.0.0.0', '255.255.255.255'], bad: ['255.0.255.0', '0.0.0.255', '255.255.255'] },
  network: {
    good: ['10.0.0.0', 'fd00::/64', '10.0.0.0/8'],
    bad: ['', '10.0.0.0/33', 'lan', '10.0.0.0 ', 'fd00::/129', '192.168.1.5/24'],
  },
  networks: {
    good: ['10.0.0.0', 'fd00::/64', '/etc/gabarit/lists/office'],
    bad: ['', 'lan', 'lists/office', '/a b', '/a\n', '/a;', '192.168.1.5/24'],
  },
  mask: { good: ['255.255.255.0', '24', '64', '0'], bad: ['', '/24', '129', '255.0.255.0', '024'] },
  interface: {
    good: ['eth0', 'tun+', 'eth0.100', 'br-lan', 'a'.repeat(15)],
    bad: ['', '+', 'eth 0', '-i', 'a'.repeat(16), 'eth0/1', 'e+h', '!eth0', 'eth0\n'],
  },
  ports: { good: ['80', '6000:6010', '65535'], bad: ['', '0', '65536', '6010:6000', '1:2:3', '80,81', '80-90', ':80'] },
  mac: {
    good: ['00:1a:2B:3c:4d:5e', '00-1a-2b-3c-4d-5e'],
    bad: ['00:1a:2b:3c:4d', '00:1a-2b:3c:4d:5e', '001a2b3c4d5e'],
  },
  port: { good: ['1', '443', '65535'], bad: ['0', '65536', '080', '-1', '22 ', ''] },
  integer: { good: ['0', '-5', '4096'], bad: ['', '1.5', '01', '1e3', '+1', ' 1'] },
  number: { good: ['0', '-5.25', '4096'], bad: ['', '1.', '.5', '1e3', 'NaN'] },
  boolean: { good: ['yes', 'no'], bad: ['Yes', 'true', ''] },
  enabled: { good: ['enabled', 'disabled'], bad: ['enable', 'on', ''] },
  email: {
    good: ['admin@micronator.org', "o'neil+tag@a-b.example"],
    bad: ['', 'admin', '@a.org', 'a@', 'a b@c.org', 'a..b@c.org', 'a@b@c', 'a@b_c.org', 'a@b.org\n'],
  },
  path: { good: ['/', '/etc/hosts', '/a b/…'], bad: ['', 'etc', '/a/../b', '/..', '/a\n', '/a\u0000b'] },
  url: {
    good: ['https://example.org/', 'http://localhost:8069/x?y=1#z', 'https://[::1]:14000/dir'],
    bad: ['', 'example.org', 'https://', 'https://a b/', 'https://a/"', 'javascript:alert(1)', 'http://a/\n'],
  },
  duration: { good: ['90', '90s', '15m', '2h', '7d', '0'], bad: ['', '1w', '-5', '1.5h', 'm', '2 h'] },
  date: { good: ['2026-12-31', '2024-02-29'], bad: ['', '2026-02-29', '2026-13-01', '31.12.2026', '2026-1-1'] },
  user: { good: ['www-data', '_apt', 'a'], bad: ['', 'Root', '1a', '-a', 'a b', 'a'.repeat(33)] },
  key: { good: ['www.example.org', 'a_b-c', '*.example.org'], bad: ['', '-a', '.a', 'a b', 'a/b', 'a|b', '#a'] },
}

for (const [name, format] of Object.entries(FORMATS))
  test(name, () => {
    const cases = CASES[name]
    assert.ok(cases, `format ${name} has no cases here`)
    for (const value of cases?.good ?? []) assert.ok(format.accepts(value), `accepts ${JSON.stringify(value)}`)
    for (const value of cases?.bad ?? []) assert.not.ok(format.accepts(value), `refuses ${JSON.stringify(value)}`)
    for (const value of format.values ?? []) assert.ok(format.accepts(value))
  })

test('what was probably meant: the network of an address, the ASCII form of a name', () => {
  const meant = (name: string, value: string) => FORMATS[name]?.meant?.(value)
  assert.is(meant('cidr', '192.168.1.5/24'), '192.168.1.0/24')
  assert.is(meant('subnet', '10.8.0.1/255.255.255.0'), '10.8.0.0/24')
  assert.is(meant('network', 'fd00::5/64'), 'fd00::/64')
  assert.is(meant('cidr', '10.0.0.0/33'), undefined)
  assert.is(meant('network', '::ffff:10.0.0.1'), '10.0.0.1')
  assert.is(meant('cidr', '::ffff:10.0.0.1/104'), '10.0.0.0/8')
  assert.is(meant('cidr', '::ffff:10.0.0.1/64'), undefined)
  assert.is(meant('network', 'fd00::1'), undefined)
  assert.is(meant('hostname', 'exämple.org'), 'xn--exmple-cua.org')
  assert.is(meant('wildcard', '*.exämple.org'), '*.xn--exmple-cua.org')
  assert.is(meant('hostname', 'Example.org.'), 'example.org')
  assert.is(
    withAsciiNames('http://a.exämple.org:80 weight=2, https://b.org'),
    'http://a.xn--exmple-cua.org:80 weight=2, https://b.org',
  )
  for (const path of ['/é', '/aé/b', 'http://a.org/é']) assert.is(withAsciiNames(path), path)
  for (const value of ['a b.org', 'a_b.org', 'é b', 'é/x'])
    assert.not.ok(FORMATS.hostname?.accepts(meant('hostname', value) ?? ''))
})

test('seconds of a duration', () => {
  assert.equal(['90', '90s', '15m', '2h', '7d'].map(seconds), [90, 90, 900, 7200, 604800])
})

test.run()
