// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Perl
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { EXIT } from '../../src/base/failure.ts'
import { Sandbox } from '../support/sandbox.ts'

const translation = suite('customize --translate')

const CUSTOM = '/etc/gabarit/templates-custom'
const PORT = '# port\nPort { $sshd{TCPPort} || 22 }\n'
const USERS = `{
  foreach my $user (sort split(/,/, $sshd{Users} || '')) {
    $OUT .= "AllowUsers $user\\n" unless $user eq 'root';
  }
}`
const TWIN = `<% for (const user of fields(filled(config.sshd?.Users) ?? '', ',').toSorted()) { %>
  <% if (user !== 'root') { %>
AllowUsers <%= user %>
  <% } %>
<% } %>
`

/** A site whose template /etc/demo has these fragments in Perl. */
function siteWith(fragments: Readonly<Record<string, string>>): Sandbox {
  const box = new Sandbox()
  box.must('config set DomainName example.org')
  box.must('config set sshd service TCPPort 2222 Users root,bob,alice')
  for (const [name, text] of Object.entries(fragments)) box.write(`/etc/gabarit/templates/etc/demo/${name}`, text)
  box.write('/etc/gabarit/events/change/templates2expand/etc/demo', '')
  box.must('signal-event change')
  return box
}

translation('twins are written beside the fragments in Perl, the file stays the same', () => {
  const box = siteWith({ '10port': PORT, '20users': USERS })
  const body = () => box.read('/etc/demo').replace(/^# .*\n/gm, '')
  const before = body()
  assert.match(
    box.must('gabarit customize --translate --dry-run /etc/demo'),
    "+Port <%= filled(config.sshd?.TCPPort) ?? '22' %>",
  )
  assert.not.ok(box.exists(CUSTOM))
  assert.match(box.must('gabarit customize --translate /etc/demo'), 'translated: 10port 20users')
  assert.is(box.read(`${CUSTOM}/etc/demo/20users`), TWIN)
  assert.is(box.read('/etc/gabarit/templates/etc/demo/20users'), USERS)
  assert.is(body(), before)
  assert.match(box.must('gabarit overrides'), 'in step')
  box.must('gabarit rollback')
  assert.not.ok(box.exists(`${CUSTOM}/etc/demo/10port`))
  box.remove()
})

translation('an override in Perl is replaced; going back brings it back', () => {
  const box = siteWith({ '10port': '# shipped\n' })
  box.write(`${CUSTOM}/etc/demo/10port`, PORT)
  box.must('signal-event change')
  box.must('gabarit customize --translate /etc/demo 10port')
  assert.match(box.read(`${CUSTOM}/etc/demo/10port`), 'filled(')
  box.must('gabarit rollback')
  assert.is(box.read(`${CUSTOM}/etc/demo/10port`), PORT)
  box.remove()
})

translation('what cannot be translated stays, with its line; what makes something else, too', () => {
  const box = siteWith({
    '10port': PORT,
    '20bad': 'x\n{\n  $OUT .= "y\\n";\n  sub helper { 1 }\n}\n',
    // Bytes in Perl, characters in JavaScript.
    '30other': '{ length($sshd{Users}) }\n',
  })
  box.must(['config', 'setprop', 'sshd', 'Users', 'bjørn'])
  const { status, stdout, stderr } = box.run('gabarit customize --translate /etc/demo')
  assert.is(status, 0)
  assert.match(stdout, /translated: 10port$/m)
  assert.match(stderr, /stays in Perl: .*\/20bad:4: a function of its own/)
  assert.match(stderr, /stays in Perl: .*\/30other: the twin makes something else with the present databases/)
  assert.not.ok(box.exists(`${CUSTOM}/etc/demo/30other`))
  const alone = box.run('gabarit customize --translate --json /etc/demo 20bad')
  assert.is(alone.status, EXIT.refused)
  const { translated, inPerl } = JSON.parse(alone.stdout)
  assert.equal(translated, [])
  assert.equal([inPerl[0].fragment, inPerl[0].line, inPerl[0].why], ['20bad', 4, 'a function of its own'])
  box.remove()
})

translation('variables that fragments share: together or not at all', () => {
  const box = siteWith({
    '00names': '{ @names = (); ""; }',
    '10own': '{ push @names, $DomainName; ""; }',
    '20list': 'names { join " ", @names }\n',
  })
  const alone = box.run('gabarit customize --translate /etc/demo 20list')
  assert.is(alone.status, EXIT.refused)
  assert.match(alone.stderr, /20list:1: @names, which \w+ uses, too, and that stays in Perl/)
  assert.match(box.must('gabarit customize --translate /etc/demo'), 'translated: 00names 10own 20list')
  assert.match(box.must('expand-template --stdout /etc/demo'), /^names example\.org$/m)
  box.remove()
})

translation('a sub-template in Perl is judged in the file that it is a part of', () => {
  const box = siteWith({
    '10call': `{
      use esmith::templates;
      foreach my $name ('a', 'b') {
        $OUT .= processTemplate({ MORE_DATA => { Name => $name }, TEMPLATE_PATH => '/etc/demo/Sub', OUTPUT_TYPE => 'string' });
      }
    }`,
    'Sub/10name': 'name { $Name } { $sshd{TCPPort} }\n',
  })
  box.must('gabarit customize --translate /etc/demo/Sub 10name')
  assert.is(
    box.read(`${CUSTOM}/etc/demo/Sub/10name`),
    "name <%= item?.Name ?? '' %> <%= config.sshd?.TCPPort ?? '' %>\n",
  )
  assert.match(box.must('expand-template --stdout /etc/demo'), 'name a 2222\nname b 2222\n')
  box.remove()
})

translation('refused: nothing in Perl, an unknown fragment, a template that fails now, options that do not fit', () => {
  const box = siteWith({ '10text': 'text\n' })
  const none = box.run('gabarit customize --translate /etc/demo')
  assert.is(none.status, EXIT.refused)
  assert.match(none.stderr, 'no fragment of /etc/demo is in Perl')
  assert.match(box.run('gabarit customize --translate /etc/demo 10tex').stderr, 'did you mean "10text"?')
  assert.is(box.run('gabarit customize --dry-run /etc/demo 10text').status, EXIT.usage)
  assert.is(box.run('gabarit customize /etc/demo').status, EXIT.usage)
  box.write('/etc/gabarit/templates/etc/demo/20bad', '{ $OUT .= 1; die "no route" if $sshd{TCPPort}; }\n')
  const failing = box.run('gabarit customize --translate /etc/demo')
  assert.is(failing.status, EXIT.refused)
  assert.match(failing.stderr, 'no route')
  box.remove()
})

translation.run()
