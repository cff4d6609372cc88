// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Perl
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Sandbox } from '../support/sandbox.ts'

const migrations = suite('migrations in Perl')

/** A site with a database of its own, and these migrations of it. */
function siteWith(files: Readonly<Record<string, string>>): Sandbox {
  const box = new Sandbox()
  box.must('config set DomainName example.org')
  box.write('/etc/gabarit/db/shop/@item.json', '{"properties": {"status": {"default": "enabled"}}}')
  for (const [name, text] of Object.entries(files)) box.write(`/etc/gabarit/db/shop/migrate/${name}`, text)
  box.must('db shop set old item state on Note x')
  box.must('db shop set gone item')
  return box
}

const OPEN = '{ use esmith::ConfigDB; $DB = esmith::ConfigDB->open($DB_FILENAME) or die "no database"; ""; }\n'

migrations(
  'they run in the order that the old system has, whatever they are called, and with those in JavaScript',
  () => {
    const add = (word: string) =>
      `{ $DB->set_prop('old', 'Ran', ($DB->get_prop('old', 'Ran') || '') . '${word} '); ''; }\n`
    const names = [
      'Zed',
      '9nine',
      'b.ns7',
      'b-ns7',
      'a1',
      'template-end',
      'template-begin',
      '10ten',
      'b_ns7',
      '5313.ns7',
    ]
    const box = siteWith({
      ...Object.fromEntries(names.map(name => [name, add(name)])),
      'template-begin': OPEN + add('template-begin'),
      '60.cjs':
        "module.exports = database => database.setprop('old', { Ran: `${database.getprop('old', 'Ran')}60 ` })\n",
      'table.json': '{ "die": "not run" }',
      'a1.rpmsave': '{ die "not run" }',
    })
    box.must('gabarit initialize-default-databases')
    assert.is(
      box.must('db shop getprop old Ran').trim(),
      'template-begin 10ten 5313.ns7 60 9nine Zed a1 b-ns7 b.ns7 b_ns7 template-end',
    )
    box.remove()
  },
)

migrations('they change their database, and see what others have changed; defaults follow', () => {
  const box = siteWith({
    '00openRW': OPEN,
    '10rename': `{
      foreach my $item ($DB->get_all_by_prop(type => 'item')) {
        my $state = $item->delete_prop('state') or next;
        $item->set_prop('Active', $state eq 'on' ? 'yes' : 'no');
        $item->merge_props(Note => "é=$DomainName", Price => 5);
      }
      $DB->get('gone')->delete;
      ""; }\n`,
    '20new.cjs':
      "module.exports = database => database.set('new', 'item', { From: database.getprop('old', 'Price') })\n",
    '30more':
      '{ $DB->set_prop("new", "Seen", $DB->get_prop("new", "From")); $DB->set_prop("none", "a", 1); $DB->set_value("single", "7"); ""; }\n',
    README: 'nothing to run\n',
  })
  box.must('gabarit initialize-default-databases')
  const lines = box.must('db shop print').trimEnd().split('\n')
  assert.equal(lines, [
    'new=item|From|5|Seen|5|status|enabled',
    'old=item|Active|yes|Note|é=example.org|Price|5|status|enabled',
    'single=7',
  ])
  box.remove()
})

migrations('one that fails changes nothing, and is named with its line', () => {
  const box = siteWith({ '00openRW': OPEN, '10bad': '{\n  $DB->set_prop("old", "Note", "y");\n  die "no more";\n}\n' })
  const { status, stderr } = box.run('gabarit initialize-default-databases')
  assert.is(status, 1)
  assert.match(stderr, /migrate\/10bad:3: no more/)
  assert.match(box.must('db shop print old'), 'Note|x')
  box.remove()
})

migrations('another database stays as it is', () => {
  const box = siteWith({ '10bad': '{ esmith::ConfigDB->open->set_value("DomainName", "example.net"); }\n' })
  const { status, stderr } = box.run('gabarit initialize-default-databases')
  assert.is(status, 1)
  assert.match(stderr, /10bad:1: .* config settype DomainName example.net/)
  assert.is(box.must('config get DomainName'), 'example.org\n')
  box.remove()
})

migrations.run()
