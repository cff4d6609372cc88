import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compareAddresses, ip, net } from '../../src/template/network.ts'

const network = suite('networks and addresses')

const NETWORKS: readonly (readonly [args: [string, string?], expected: readonly string[]])[] = [
  [
    ['192.168.1.7', '255.255.255.0'],
    ['192.168.1.0/24', '255.255.255.0', '192.168.1.1', '192.168.1.254', '192.168.1.255'],
  ],
  [['192.168.1.7/24'], ['192.168.1.0/24', '255.255.255.0', '192.168.1.1', '192.168.1.254', '192.168.1.255']],
  [
    ['10.1.2.3', '8'],
    ['10.0.0.0/8', '255.0.0.0', '10.0.0.1', '10.255.255.254', '10.255.255.255'],
  ],
  [['10.0.0.1'], ['10.0.0.1/32', '255.255.255.255', '10.0.0.1', '10.0.0.1', '10.0.0.1']],
  [['10.1.2.3  255.0.0.0'], ['10.0.0.0/8', '255.0.0.0', '10.0.0.1', '10.255.255.254', '10.255.255.255']],
  [['10.0.0.1/31'], ['10.0.0.0/31', '255.255.255.254', '10.0.0.0', '10.0.0.1', '10.0.0.1']],
  [['10.0.0.1/0'], ['0.0.0.0/0', '0.0.0.0', '0.0.0.1', '255.255.255.254', '255.255.255.255']],
  [
    ['255.255.255.255/30'],
    ['255.255.255.252/30', '255.255.255.252', '255.255.255.253', '255.255.255.254', '255.255.255.255'],
  ],
  [
    ['2001:DB8::1/64'],
    ['2001:db8::/64', '64', '2001:db8::', '2001:db8::ffff:ffff:ffff:ffff', '2001:db8::ffff:ffff:ffff:ffff'],
  ],
  [['::1'], ['::1/128', '128', '::1', '::1', '::1']],
  [['::ffff:10.0.0.1/96'], ['::ffff:0:0/96', '96', '::ffff:0:0', '::ffff:ffff:ffff', '::ffff:ffff:ffff']],
]
for (const [args, expected] of NETWORKS)
  network(`net(${args.join(', ')})`, () => {
    const { cidr, mask, first, last, broadcast } = net(...args)
    assert.equal([cidr, mask, first, last, broadcast], expected)
  })

network('has', () => {
  const lan = net('192.168.1.0/24')
  assert.equal(['192.168.1.0', '192.168.1.255', '192.168.2.0', '::1'].map(lan.has), [true, true, false, false])
})

network('what is no network', () => {
  for (const address of [
    '',
    'x',
    '1.2.3',
    '1.2.3.4.5',
    '256.0.0.1',
    '10.0.0.1/33',
    '10.0.0.1/x',
    '10.0.0.1/-1',
    '10.0.0.1/24/8',
    '::1/129',
    'fe80::1%eth0',
    '10.0.0.1/',
    ' 10.0.0.1',
  ])
    assert.throws(() => net(address), /is not/, address)
  for (const mask of ['255.0.255.0', '0.0.0.255', '33', '', 'x'])
    assert.throws(() => net('10.0.0.1', mask), /is not a netmask/, mask)
})

network('arithmetic', () => {
  assert.is(ip.add('192.168.1.255', 1), '192.168.2.0')
  assert.is(ip.add('192.168.1.0', -1), '192.168.0.255')
  assert.is(ip.add('::ffff', 1), '::1:0')
  assert.is(ip.num('0.0.1.0'), 256n)
  assert.throws(() => ip.add('255.255.255.255', 1), /no address/)
  assert.throws(() => ip.add('0.0.0.0', -1), /no address/)
})

network('private addresses', () => {
  const yes = [
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '127.0.0.1',
    '169.254.1.1',
    '::1',
    'fd00::1',
    'fe80::1',
  ]
  const no = ['172.32.0.1', '8.8.8.8', '192.169.0.1', '2001:db8::1']
  for (const address of yes) assert.ok(ip.isPrivate(address), address)
  for (const address of no) assert.not(ip.isPrivate(address), address)
})

network('IPv6 in its short form (RFC 5952)', () => {
  const forms = {
    '2001:0db8:0:0:0:0:0:1': '2001:db8::1',
    '1:0:0:2:0:0:0:3': '1:0:0:2::3',
    '::': '::',
    '0:1:0:1:0:1:0:1': '0:1:0:1:0:1:0:1',
    '1::': '1::',
    'a:b:0:0:0:0:10:0': 'a:b::10:0',
    '10:0:0:1::2': '10:0:0:1::2',
  }
  for (const [long, short] of Object.entries(forms)) assert.is(net(long).first, short, long)
})

network('order', () => {
  assert.equal(['::1', '10.0.0.10', 'x', '9.0.0.1', '10.0.0.9'].sort(compareAddresses), [
    '9.0.0.1',
    '10.0.0.9',
    '10.0.0.10',
    '::1',
    'x',
  ])
})

network.run()
