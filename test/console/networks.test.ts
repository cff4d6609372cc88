// Who may come in by the own port of the console.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { comesFrom } from '../../src/console/port/networks.ts'

const networks = suite('networks of the own port')

networks('an address counts however the socket tells it', () => {
  const isLocal = comesFrom('127.0.0.0/8,192.168.1.0/24,fd00::/8,::1/128')
  for (const address of ['127.0.0.1', '::1', '192.168.1.7', '::ffff:192.168.1.7', 'fd12::1', 'fd12::1%eth0'])
    assert.is(isLocal(address), true, address)
  for (const address of ['192.168.2.7', '::ffff:203.0.113.9', '2001:db8::1', '', 'x', undefined])
    assert.is(isLocal(address), false, String(address))
})

networks('what is no network is refused, so that none is left out without a word', () => {
  for (const wrong of ['', '192.168.1.0', '192.168.1.0/33', '192.168.1.0/-1', 'x/8', '10.0.0.0/8,', '::/129', '::/'])
    assert.throws(() => comesFrom(wrong), 'is no network')
})

networks.run()
