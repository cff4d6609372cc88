// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Perl and JavaScript
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { translate } from '../../src/customize/perl/translate.ts'
import { Untranslatable } from '../../src/customize/perl/untranslatable.ts'
import type { Known } from '../../src/customize/perl/values.ts'

const twins = suite('twins of fragments in Perl')

const KNOWN: Known = {
  hasItem: false,
  record: name => (name === 'DomainName' ? 'value' : name === 'smtp' ? 'properties' : undefined),
}

function twinOf(source: string, known = KNOWN): string {
  const twin = translate([{ name: '10one', source }], known).get('10one')
  if (twin === undefined || twin instanceof Untranslatable) throw twin ?? new Error('no twin')
  return twin.text
}

const PAIRS: readonly (readonly [what: string, perl: string, twin: string])[] = [
  ['text with braces', `${'zone \\{ }'.replace('}', '\\}')}\n`, '<%/* text */%>\nzone { }\n'],
  ['a property', 'port { $smtp{Port} }\n', "port <%= config.smtp?.Port ?? '' %>\n"],
  ['a record with a dash', "{ ${'httpd-admin'}{TCPPort} }\n", "<%= config['httpd-admin']?.TCPPort ?? '' %>\n"],
  [
    'comments, without what ends a comment or a tag',
    `{\n  # If it's "set"\n  #-----\n  if ($smtp{A} eq "x") {\n    $OUT .= "a\\n"; # a */ %> <%\n    # behind\n  }\n  # end\n}\n`,
    "<% /* If it's \"set\" */ %>\n<% if (config.smtp?.A === 'x') { %>\n  <% /* a * / % > < % */ %>\na\n<% } %>\n<% /* behind */\n   /* end */ %>\n\n",
  ],
  [
    'a comment in a line of text',
    'port { $smtp{Port} # its port\n}\n',
    "port <% /* its port */ %><%= config.smtp?.Port ?? '' %>\n",
  ],
  ['a value', '{ $DomainName }\n', "<%= config.DomainName ?? '' %>\n"],
  ['a default', "{ $smtp{Port} || '25' }\n", "<%= filled(config.smtp?.Port) ?? '25' %>\n"],
  ['a default that is a number', '{ $smtp{Port} || 25 }\n', "<%= filled(config.smtp?.Port) ?? '25' %>\n"],
  [
    'two defaults',
    "{ $smtp{A} || $smtp{B} || 'c' }\n",
    "<%= filled(config.smtp?.A) ?? filled(config.smtp?.B) ?? 'c' %>\n",
  ],
  [
    'a database as a tied hash',
    "{ my %conf; tie %conf, 'esmith::config'; { $OUT .= 'x' . db_get_prop(\\%conf, 'smtp', 'Port') . \"\\n\"; } }",
    "<% { %>\nx<%= config.smtp?.Port ?? '' %>\n<% } %>\n",
  ],
  [
    'another database as a tied hash',
    "{ tie my %users, 'esmith::config', '/home/e-smith/db/accounts'; db_get_type(\\%users, 'bob') }\n",
    "<%= db('accounts').get('bob')?.type ?? '' %>\n",
  ],
  [
    'a last character less',
    '{ my $x = $smtp{Limit} || "10M"; chop $x; $x }\n',
    "<% let x = filled(config.smtp?.Limit) ?? '10M'\n   x = x.slice(0, -1) %>\n<%= x %>\n",
  ],
  [
    'a default that makes no difference',
    "{ $OUT .= 'x' if ($smtp{status} || 'no') eq 'yes'; }",
    "<% if (config.smtp?.status === 'yes') { %>\nx<% } %>",
  ],
  ['$DB', '{ $DB->get_prop("smtp", "Port") }', "<%= config.smtp?.Port ?? '' %>"],
  [
    'early return before text',
    '{ return "# off\\n" if $smtp{status} ne "enabled"; $OUT .= "on\\n"; }end\n',
    "<% if (config.smtp?.status !== 'enabled') return '# off\\nend\\n' %>\non\nend\n",
  ],
  [
    'early return before a program',
    '{ return "" unless $smtp{A}; $OUT .= "on\\n"; }{ $smtp{B} }\n',
    "<% if (filled(config.smtp?.A)) { %>\non\n<% } %>\n<%= config.smtp?.B ?? '' %>\n",
  ],
  [
    'a loop over records, with a database in a variable',
    '{ use esmith::HostsDB; my $db = esmith::HostsDB->open_ro or die; foreach my $h ($db->hosts) { $OUT .= $h->prop("IP") . "\\t" . $h->key . "\\n"; } }',
    "<% for (const h of db('hosts').all('host')) { %>\n<%= h.IP ?? '' %>\t<%= h.key %>\n<% } %>\n",
  ],
  [
    'records by a property: one element of a list is enough',
    '{ foreach (esmith::DB::db->open("x")->get_all_by_prop(role => "green")) { $OUT .= $_->key; } }',
    "<% for (const one of db('x').all().filter(one => one.role?.split(',').includes('green'))) { %>\n<%= one.key %><% } %>",
  ],
  [
    'lists',
    '{ join ", ", map { "<$_>" } grep { $_ ne "root" } sort split(/,/, $smtp{Users}) }\n',
    "<%= fields(config.smtp?.Users, ',').toSorted().filter(one => one !== 'root').map(one => `<${one}>`).join(', ') %>\n",
  ],
  [
    'columns',
    '{ $OUT .= sprintf("%-10s %5s %03d\\n", $smtp{A}, "b", 7); }',
    "<%= pad(config.smtp?.A ?? '', 10) %> <%= 'b'.padStart(5) %> <%= String(Math.trunc(7)).padStart(3, '0') %>\n",
  ],
  [
    'groups of a match',
    '{ $OUT .= $1 if $smtp{A} =~ /^(\\d+)/; }',
    "<% const found = /^(\\d+)/.exec(config.smtp?.A ?? '') %>\n<% if (found) { %>\n<%= found[1] ?? '' %><% } %>",
  ],
  [
    'a replacement',
    '{ my $x = $smtp{A}; $x =~ s/,/ /g; $x }\n',
    "<% let x = config.smtp?.A\n   x = x?.replace(/,/g, ' ') %>\n<%= x ?? '' %>\n",
  ],
  [
    'text in a here-document',
    '{ $OUT .= <<"END";\nDomain $DomainName\nEND\n}',
    "Domain <%= config.DomainName ?? '' %>\n",
  ],
  [
    'a value that nobody sees, because $OUT has one',
    '{ $OUT = ""; $OUT .= "a" if $smtp{A}; return $OUT ? $OUT : "none"; }',
    '<% if (filled(config.smtp?.A)) { %>\na<% } %>',
  ],
  [
    'slices',
    "{ my @a = split /,/, $smtp{A}; my %h = (x => 1); join ' ', @a[0, 1..2], @h{'x', qw(y z)} }",
    "<% const a = fields(config.smtp?.A, ',')\n   const h = new Map([['x', 1]]) %>\n<%= [a[0], a[1], a[2], h.get('x'), h.get('y'), h.get('z')].join(' ') %>",
  ],
  [
    'a slice in a string',
    '{ my @a = split /,/, $smtp{A}; "<@a[0, 1]>" }',
    "<% const a = fields(config.smtp?.A, ',') %>\n<<%= [a[0], a[1]].join(' ') %>>",
  ],
  ['a word that is no function', '# $smtp{TCPPort}\nsee {TCPPort}\n', '# $smtpTCPPort\nsee TCPPort\n'],
  ['the beginning of a tag in the text', '<% { $smtp{A} }\n', "<%= '<' %>% <%= config.smtp?.A ?? '' %>\n"],
  [
    'a list that a hash may not have',
    '{ my %h = (a => [qw(b c)]); $OUT .= "x" if defined $h{$DomainName}; }',
    "<% const h = new Map([['a', ['b', 'c']]]) %>\n<% if (h.get(config.DomainName ?? '') !== undefined) { %>\nx<% } %>",
  ],
  [
    '$OUT as a value',
    '{ $OUT .= "a" if $smtp{A}; $OUT .= length $OUT; }',
    "<% let text\n   if (filled(config.smtp?.A)) text = `${text ?? ''}a`\n   text = `${text ?? ''}${(text ?? '').length}` %>\n<%= text ?? '' %>",
  ],
]

for (const [what, perl, twin] of PAIRS)
  twins(what, () => {
    assert.is(twinOf(perl), twin)
  })

twins('the values of an item', () => {
  assert.is(twinOf('{ $VhostName }\n', { ...KNOWN, hasItem: true }), "<%= item?.VhostName ?? '' %>\n")
})

twins('a value of an item that the fragment changes', () => {
  assert.is(
    twinOf('{ $From =~ s/,/ /g; $From }\n', { ...KNOWN, hasItem: true }),
    "<% let From = item?.From\n   From = From?.replace(/,/g, ' ') %>\n<%= From ?? '' %>\n",
  )
})

twins('text with line breaks is printed as it is', () => {
  assert.is(
    twinOf('{ my $x = $smtp{A} || ""; $x =~ s/,/\\n/g; $x }\n'),
    "<% let x = filled(config.smtp?.A) ?? ''\n   x = x.replace(/,/g, '\\n') %>\n<%~ x %><%= '' %>\n",
  )
})

twins('variables that fragments share', () => {
  const all = translate(
    [
      { name: '00', source: '{ @names = ("a"); ""; }' },
      { name: '10', source: '{ push @names, $smtp{Name}; ""; }' },
      { name: '20', source: '{ join " ", @names }\n' },
    ],
    KNOWN,
  )
  const texts = [...all.values()].map(twin => (twin instanceof Untranslatable ? twin.message : twin.text))
  assert.equal(texts, [
    "<% vars.names = ['a'] %>\n",
    "<% vars.list('names').push(config.smtp?.Name) %>\n",
    "<%= vars.list('names').join(' ') %>\n",
  ])
})

twins('who shares a variable with one that stays in Perl stays, too', () => {
  const all = translate(
    [
      { name: '00', source: '{ @names = `ls`; ""; }' },
      { name: '10', source: '{ join " ", @names }\n' },
      { name: '20', source: '{ $smtp{A} }\n' },
    ],
    KNOWN,
  )
  assert.match(String(all.get('10')), /@names, which 00 uses, too, and that stays in Perl/)
  assert.not.ok(all.get('20') instanceof Untranslatable)
})

const REFUSED: readonly (readonly [perl: string, line: number, feature: RegExp])[] = [
  ['a\n{\n  my $x = `date`;\n}', 3, /a command in backquotes/],
  ['{\n while (<F>) { $OUT .= $_ } }', 2, /lines that are read from a file/],
  ['{ join " ", @h{sort @names} }', 1, /a slice whose keys are computed/],
  ['{ sub x { 1 } }', 1, /a function of its own/],
  ['{ $smtp{A} = 1; }', 1, /a change of the record smtp/],
  ['{ $smtp }', 1, /the whole record \$smtp as a text/],
  ['{\n foreach (keys %seen) { $OUT .= $_ } }', 2, /"keys" in the order of a hash/],
  ['{ open(F, "/etc/motd"); }', 1, /the function open/],
  ['{ $x =~ /a\\Qb/ }', 1, /a regular expression with \\Q/],
  ['{ esmith::util::ldapBase($DomainName) }', 1, /the function esmith::util::ldapBase/],
  ['{ $x->frobnicate }', 1, /the method frobnicate/],
  ['{\n my $fw = new NethServer::Firewall(); $fw->x }', 2, /the class NethServer::Firewall/],
  ["{ tie my %x, 'Other::Thing'; }", 1, /this "tie"/],
  ['{ my @a = (1, 2); s/1/2/ foreach @a; }', 1, /a loop that changes the elements of its list/],
  ['{ $OUT .= "a" \n', 1, /a program without its closing brace/],
  ['}', 1, /a closing brace without an opening one/],
]

for (const [perl, line, feature] of REFUSED)
  twins(`refused with its line: ${feature.source}`, () => {
    try {
      twinOf(perl)
    } catch (error) {
      assert.ok(error instanceof Untranslatable, String(error))
      assert.is(error.line, line)
      assert.match(error.feature, feature)
      return
    }
    assert.unreachable(twinOf(perl))
  })

twins.run()
