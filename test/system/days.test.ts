import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { DAY, sayWhen } from '../../src/base/days.ts'

const days = suite('days in words')

days('one is not many, and none is less than one; before and after', () => {
  const found = [3, 2, 1, 0.5, -0.5, -1, -2.5].map(distance => sayWhen(new Date(10 * DAY + distance * DAY), 10 * DAY))
  assert.equal(found, [
    'in 3 days',
    'in 2 days',
    'in 1 day',
    'in less than a day',
    'less than a day ago',
    '1 day ago',
    '2 days ago',
  ])
})

days.run()
