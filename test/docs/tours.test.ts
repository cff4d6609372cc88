// The tours in the documents are typed in a shell, and print byte for byte what they show.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { needsCommands } from '../support/packages.ts'
import { testIf } from '../support/skip.ts'
import { TOURS, typeTour } from './tour.ts'

const tours = suite('tours')

for (const name of TOURS)
  testIf(tours, needsCommands('openssl'), `${name} prints what it shows (npm run tours updates it)`, () => {
    let count = 0
    for (const { command, shown, printed } of typeTour(name)) {
      count++
      assert.is(printed, shown, command)
    }
    assert.ok(count >= 6, `${count} commands`)
  })

tours.run()
