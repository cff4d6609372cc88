import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Draft } from '../../src/db/draft.ts'
import { makeRecord } from '../../src/db/record.ts'
import { failureOf } from './fixture.ts'

const test = suite('draft')

const draft = () => new Draft(new Map([['a', makeRecord('a', 't', [['p', '1']])]]))

test('changes a copy and tells what changed', () => {
  const changing = draft()
  changing.set('b', 't', { x: '1' })
  changing.setprop('b', [['y', '2']])
  changing.setprop('a', 'p', '1')
  changing.settype('a', 't')
  assert.equal(changing.changedKeys(), ['b'])
  assert.is(changing.before.size, 1)
  assert.equal(
    [...(changing.records().get('b')?.properties ?? [])],
    [
      ['x', '1'],
      ['y', '2'],
    ],
  )
  changing.delete('b')
  assert.equal(changing.changedKeys(), [])
})

test('renames to a free key only', () => {
  const changing = draft()
  changing.set('b', 't')
  assert.match(failureOf(() => changing.rename('a', 'b')).message, 'already a record "b"')
  changing.rename('a', 'c')
  assert.equal(changing.keys(), ['b', 'c'])
  assert.is(changing.getprop('c', 'p'), '1')
})

test('lists keys of one type', () => {
  const changing = draft()
  changing.set('b', 'other')
  assert.equal(changing.keys('t'), ['a'])
})

test('names the nearest key of a missing record', () => {
  const changing = draft()
  changing.set('letsencrypt', 'service')
  assert.is(
    failureOf(() => changing.setprop('letsencrpt', 'p', 'v')).message,
    'there is no record "letsencrpt"; did you mean "letsencrypt"?',
  )
  changing.delete('letsencrypt')
  assert.is(failureOf(() => changing.settype('letsencrypt', 'x')).message, 'there is no record "letsencrypt"')
})

test('refuses what is not text, as a migration may try to set', () => {
  const number = 22 as unknown as string
  assert.is(
    failureOf(() => draft().setprop('a', 'p', number)).message,
    'the value of property "p" must be text, not number',
  )
  assert.throws(() => draft().set('b', undefined as unknown as string))
  assert.throws(() => draft().set('', 't'))
  assert.throws(() => draft().setprop('a', '', 'v'))
  assert.throws(() => draft().setprop('a', 'p', '\ud800'))
})

test.run()
