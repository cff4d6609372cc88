// The example of a translation in the guide.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { translate } from '../../src/customize/perl/translate.ts'
import { Untranslatable } from '../../src/customize/perl/untranslatable.ts'
import { textOf } from './markdown.ts'

const translation = suite('the example of a translation')

translation('is what the command writes', () => {
  const section = textOf('docs/guide/overriding.md').split('## Translate a fragment in Perl')[1] ?? ''
  const [perl = '', shown] = [...section.matchAll(/```text\n(.*?)```/gs)].map(([, text]) => text)
  const known = { hasItem: false, record: () => undefined }
  const twin = translate([{ name: '20Users', source: perl }], known).get('20Users')
  if (twin === undefined || twin instanceof Untranslatable) throw twin ?? new Error('no twin')
  assert.is(twin.text, shown)
})

translation.run()
