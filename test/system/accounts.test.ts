import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { accountId } from '../../src/system/accounts.ts'
import { failureOf } from '../support/engine.ts'
import { Sandbox } from '../support/sandbox.ts'

const accounts = suite('users and groups')
const box = new Sandbox()
box.write('/etc/passwd', 'root:x:0:0::/:/bin/sh\nwebby:x:4321:99::/:/bin/false\n')
box.write('/etc/group', 'webbies:x:4322:webby\n')
accounts.after(() => box.remove())

accounts('by the files of the root tree, then by those of the machine; a number is itself', () => {
  assert.is(accountId('passwd', 'webby', box.root), 4321)
  assert.is(accountId('group', 'webbies', box.root), 4322)
  assert.is(accountId('passwd', 'daemon', box.root), 1)
  assert.is(accountId('passwd', '77', box.root), 77)
  assert.is(accountId('passwd', 'root', '/'), 0)
})

accounts('an unknown one is refused, with the nearest; a strange one too', () => {
  const { message, status } = failureOf(() => accountId('passwd', 'weby', box.root))
  assert.is(message, 'there is no user "weby"; did you mean "webby"?')
  assert.is(status, 3)
  for (const name of ['', '-x', '--help', '$(id)', 'a b', 'root:x', '*', 'x\0y']) {
    assert.match(failureOf(() => accountId('group', name, box.root)).message, 'there is no group', JSON.stringify(name))
  }
})

accounts.run()
