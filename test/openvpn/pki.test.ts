import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { endingClients } from '../../src/modules/openvpn/expiry.ts'
import { latestByName, listEnd, pkiFolder, readIndex } from '../../src/modules/openvpn/pki.ts'
import { findPlaces } from '../../src/system/places.ts'
import { failureOf } from '../support/engine.ts'
import { Sandbox } from '../support/sandbox.ts'

const test = suite('the index of a PKI')

const INDEX = [
  'V\t290227214517Z\t\t01\tunknown\t/CN=server-openvpn',
  'R\t290227214517Z\t261125214518Z,keyCompromise\t02\tunknown\t/C=CA/CN=vera/emailAddress=v@example.org',
  'V\t20510101000000Z\t\t03\tunknown\t/C=CA/CN=vera',
  'E\t990101000000Z\t\t04\tunknown\t/CN=old',
  'V\t261210000000Z\t\t05\tunknown\t/CN=soon',
  'R\t290227214517Z\t261125214518Z\t06\tunknown\t/CN=soon',
  'something else',
  '',
]

test('names, ends and revocations; the valid certificate of a name counts', () => {
  const box = new Sandbox()
  const places = findPlaces('', {}, box.root)
  assert.equal(readIndex(pkiFolder(places)), [])
  box.write('/etc/openvpn/easy-rsa/pki/index.txt', INDEX.join('\n'))
  assert.match(pkiFolder(places), box.root)
  const latest = latestByName(readIndex(pkiFolder(places)))
  assert.equal([...latest.keys()].sort(), ['old', 'server-openvpn', 'soon', 'vera'])
  assert.is(latest.get('vera')?.serial, '03')
  assert.is(latest.get('vera')?.until.toISOString(), '2051-01-01T00:00:00.000Z')
  assert.is(latest.get('old')?.until.getUTCFullYear(), 1999)
  assert.is(latest.get('soon')?.serial, '05')
  const now = Date.parse('2026-11-25T00:00:00Z')
  assert.equal(endingClients(places, ['vera', 'soon', 'old', 'nobody'], 30, now), ['soon', 'old'])
  assert.equal(endingClients(places, ['vera', 'soon', 'old'], 0, now), ['old'])
  box.remove()
})

test('what is no revocation list is told with its name', () => {
  const box = new Sandbox()
  assert.is(listEnd(box.path('/missing')), undefined)
  const file = box.write('/crl.pem', '-----BEGIN X509 CRL-----\nMAUwAwIBAQ==\n-----END X509 CRL-----\n')
  const failure = failureOf(() => listEnd(file))
  assert.is(failure.where, file)
  assert.match(failure.message, 'not a revocation list')
  box.remove()
})

test.run()
