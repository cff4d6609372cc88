import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { withPicture } from '../../scripts/map/picture.ts'
import { PROJECT } from '../support/sandbox.ts'

const map = suite('the map in ARCHITECTURE.md')

map('is as the sources are (npm run map draws it)', () => {
  const { before, now } = withPicture(PROJECT)
  assert.match(now, '\n 2 system')
  assert.is(before, now)
})

map.run()
