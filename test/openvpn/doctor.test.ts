import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { TestAuthority } from '../support/authority.ts'
import { healthy, wrong } from '../support/doctor.ts'
import { needsCommands } from '../support/packages.ts'
import { testIf } from '../support/skip.ts'

const doctor = suite('the VPN in gabarit doctor')

testIf(doctor, needsCommands('openssl'), 'the key of another certificate, with which no server starts', () => {
  const box = healthy()
  box.must(
    'config set openvpn service status enabled proto udp port 1194 network 10.8.0.0/24 certFile /vpn/cert.pem keyFile /vpn/privkey.pem',
  )
  const authority = new TestAuthority(box.path('/ca'))
  authority.issue(['vpn'], box.path('/vpn'))
  const said = () => wrong(box).found.map(({ message }) => message)
  assert.not(said().some(message => message.includes('does not match')))
  authority.issue(['vpn'], box.path('/other'))
  box.write('/vpn/privkey.pem', readFileSync(box.path('/other/privkey.pem'), 'utf8'))
  assert.ok(
    said().some(message => message.includes('/vpn/privkey.pem: this private key does not match the certificate')),
  )
  box.remove()
})

doctor.run()
