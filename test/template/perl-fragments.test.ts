// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Perl
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { EXIT } from '../../src/base/failure.ts'
import { PerlChild } from '../../src/system/perl-child.ts'
import { findPlaces } from '../../src/system/places.ts'
import { packWords } from '../../src/system/sync-child.ts'
import { BIN, PROJECT, type RunOptions, Sandbox } from '../support/sandbox.ts'
import { needsRoot, testIf } from '../support/skip.ts'

const perl = suite('fragments in Perl run')

const SETUP = [
  'config set DomainName example.org',
  'config set SystemName box',
  'config set httpd-admin service TCPPort 980 access private status enabled',
  'config set smtp service Limit 5 status disabled',
  'db hosts set b.example.org host IP 192.0.2.2',
  'db hosts set a.example.org host IP 192.0.2.1',
]

/** A site whose event `change` expands these templates, by the path of each fragment: `etc/demo/10one`. */
function siteWith(fragments: Readonly<Record<string, string>>): Sandbox {
  const box = new Sandbox()
  for (const line of SETUP) box.must(line)
  for (const [path, text] of Object.entries(fragments)) {
    box.write(`/etc/gabarit/templates/${path}`, text)
    const name = path.split('/').slice(0, 2).join('/')
    box.write(`/etc/gabarit/events/change/templates2expand/${name}`, '')
  }
  return box
}

/** What a fragment becomes. */
function made(fragment: string, options?: RunOptions): string {
  return together({ '50only': fragment, 'template.json': '{"language": "perl"}' }, options)
}

/** What fragments of one template become. */
function together(fragments: Readonly<Record<string, string>>, options?: RunOptions): string {
  const paths = Object.entries(fragments).map(([name, text]) => [`etc/demo/${name}`, text])
  const box = siteWith({ 'etc/demo/template-begin': '', ...Object.fromEntries(paths) })
  box.must('signal-event change', options)
  const text = box.read('/etc/demo')
  box.remove()
  return text
}

const FORMS: readonly (readonly [what: string, fragment: string, text: string])[] = [
  [
    'hash, scalar, names with a dash',
    "{$DomainName} { $smtp{Limit} } {${'httpd-admin'}{TCPPort}}\n",
    'example.org 5 980\n',
  ],
  ['a record as its line', '{ $smtp }\n', 'service|Limit|5|status|disabled\n'],
  ['type among the properties, in the order of each run', '{ join ",", sort keys %smtp }\n', 'Limit,status,type\n'],
  ['$OUT before the value', '{ $OUT .= "a"; $OUT .= "b"; "value" }\n', 'ab\n'],
  ['the last value', '{ my $x = 3; $x * 2 }\n', '6\n'],
  ['undefined is nothing', '[{ $unknown }{ $smtp{Unknown} }]{ $smtp{type} }\n', '[]service\n'],
  ['braces with a backslash, also in programs', 'a \\{ { "x\\}" . $smtp{Limit} } \\}\n', 'a { x}5 }\n'],
  ['backslashes before braces', '\\\\\\{ \\n \\\\x { $smtp{Limit} }\n', '\\{ \\n \\\\x 5\n'],
  ['nested braces', '{ foreach my $n (1..3) { if ($n != 2) { $OUT .= $n } } }\n', '13\n'],
  ['early return', '{ return "off\\n" if $smtp{status} eq "disabled"; $OUT = "on"; }', 'off\n'],
  ['$OUT is kept by an early return', '{ $OUT = "kept\\n"; return "lost" if 1; }', 'kept\n'],
  ['a heredoc', '{\n  $OUT .= <<"END";\nport $smtp{Limit}\nEND\n}\n', 'port 5\n\n'],
  ['no newline is added', '{ $smtp{Limit} } end', '5 end'],
  [
    'the old functions',
    '{ db_get_prop($confref, "smtp", "Limit") . db_get_type($confref, "DomainName") }',
    '5example.org',
  ],
  [
    'a database as a tied hash',
    "{ tie my %hosts, 'esmith::config', '/home/e-smith/db/hosts'; join(' ', db_get(\\%hosts)) . db_get_prop(\\%hosts, 'a.example.org', 'IP') }",
    'a.example.org b.example.org192.0.2.1',
  ],
  ['$confref and $DB', '{ "$confref->{SystemName} " . $DB->get_prop("smtp", "status") }', 'box disabled'],
  [
    'addresses of networks',
    `{
      use esmith::util;
      my @place = ('192.168.5.7', '255.255.254.0');
      join ' ', esmith::util::computeLocalNetworkShortSpec(@place), esmith::util::computeNetworkAndBroadcast(@place),
        esmith::util::computeHostRange(@place), esmith::util::computeAllLocalNetworkPrefixes(@place),
        esmith::util::computeLocalNetworkReversed(@place), esmith::util::computeNetmaskFromBits(20);
    }`,
    '192.168.4.0/23 192.168.4.0 192.168.5.255 512 192.168.4.0 192.168.5.255 192.168.4 192.168.5 168.192.in-addr.arpa. 255.255.240.0',
  ],
  [
    'a record made of a hash',
    '{ my %copy = %{ $DB->get("smtp") }; (bless \\%copy, "esmith::DB::db::Record")->prop("Limit") }',
    '5',
  ],
  ['bytes of UTF-8', '{ length("é") . "é" . $smtp{Limit} }', '2é5'],
]

for (const [what, fragment, text] of FORMS)
  perl(what, () => {
    assert.is(made(fragment), text)
  })

perl('databases: all, by property, in byte order', () => {
  const fragment = `{
    use esmith::HostsDB;
    my $hosts = esmith::HostsDB->open_ro or die "no hosts";
    $OUT .= join ' ', map { $_->key . '=' . $_->prop('IP') } $hosts->hosts;
    $OUT .= ' ' . scalar(my @found = $hosts->get_all_by_prop(IP => '192.0.2.2'));
    $OUT .= ' ' . join ',', esmith::ConfigDB->open->services;
    $OUT .= esmith::DB::db->open_ro('nosuch') ? ' found' : ' none';
  }`
  assert.is(made(fragment), 'a.example.org=192.0.2.1 b.example.org=192.0.2.2 1 httpd-admin,smtp none')
})

perl('fragments in Perl share variables, those in JavaScript stand between them in order', () => {
  const text = together({
    '10begin': '{ @names = ("one"); ""; }',
    '20middle': "<% line('eta', config.DomainName) %>\n",
    '30more': '{ push @names, "two"; $DomainName = "changed"; $smtp{Limit}++; $DB = "kept"; ""; }',
    '40end': '{ "@names" } { $DomainName } { $smtp{Limit} } { $DB }\n',
    '50text': 'plain \\{text\\}\n',
    '60other': '{braces}\n',
  })
  assert.is(text, 'eta example.org\none two example.org 6 kept\nplain {text}\n{braces}\n')
})

perl('without JavaScript beside it, all braces are those of Perl', () => {
  assert.is(together({ '10one': '{ $OUT = ""; $name = "x" }', '20two': 'log {{$name}}.log\n' }), 'log x.log\n')
})

perl('a sub-template gets MORE_DATA, with lists; one in JavaScript its texts', () => {
  const text = together({
    '10call': `{
      use esmith::templates;
      foreach my $name ('a', 'b') {
        $OUT .= processTemplate({
          MORE_DATA => { name => $name, ports => [ 80, 443 ], smtp => { Limit => "own" } },
          TEMPLATE_PATH => '/etc/demo/Sub',
          OUTPUT_TYPE => 'string',
          FILTER => sub { $_[0] =~ /^\\s*$/ ? '' : "  $_[0]" },
        });
      }
    }`,
    'Sub/10perl': '{ $name }: { "@ports $smtp{Limit}" }\n\n',
    'Sub/20eta': '<% line(item.name.toUpperCase()) %>\n',
  })
  assert.is(text, '  a: 80 443 own\n  A\n  b: 80 443 own\n  B\n')
})

/** Fragments that fail, and what is said: the place and the reason. */
const FAILING: readonly (readonly [what: string, fragment: string, says: RegExp])[] = [
  ['dies', 'one\n{\n  my $x = 1;\n  die "no route" if $x;\n}\n', /10bad:4: no route\n/],
  ['has a syntax error', 'one\n{\n  my $x = ;\n}\n', /10bad:3: syntax error/],
  ['ends Perl', '{ $OUT .= 1;\n  exit 3; }\n', /10bad:2: exit\(\) is not for a fragment/],
  ['has too many braces', '{ $smtp{Limit} }\n}\n', /10bad:2: this closing brace has no opening one/],
  ['has too few', 'a\n{ $smtp{Limit} }\n{ $OUT .= 1;\n\n', /10bad:3: the program that begins here has no closing/],
  [
    'misses a module',
    '{ use No::Such; $OUT .= 1; }',
    /10bad:1: Can't locate No\/Such.pm in @INC\nBEGIN.*\n.*No::Such is not installed.*\n.*perl\/No\/Such\.pm/,
  ],
  ['writes', '{ $DB->set_prop("smtp", "Limit", "7 x"); }', /10bad:1: .*as a command: config setprop smtp Limit '7 x'/],
  ['writes in silence', '{ eval { $DB->get("smtp")->delete }; $OUT = "x" }', /10bad:1: .* config delete smtp/],
  ['makes no UTF-8', '{ $OUT .= "\\xff" }', /10bad:1: this makes text that is not valid UTF-8/],
  ['kills itself', '{ $OUT .= 1; kill 9, $$ }', /10bad: this has ended Perl/],
]

for (const [what, fragment, says] of FAILING)
  perl(`a fragment that ${what} is named, and no file of the event is written`, () => {
    const box = siteWith({ 'etc/demo/10bad': fragment, 'etc/other/10good': 'good\n' })
    const { status, stderr } = box.run('signal-event change')
    assert.match(stderr, says)
    assert.is(status, EXIT.refused)
    assert.is(box.exists('/etc/demo') || box.exists('/etc/other'), false)
    box.remove()
  })

perl('a fragment without an end is stopped', () => {
  const box = siteWith({ 'etc/demo/10bad': '{ 1 while 1; $OUT .= 1 }', 'etc/other/10good': 'good\n' })
  const { status, stderr } = box.run('signal-event change', { env: { GABARIT_FRAGMENT_TIMEOUT: '1' } })
  assert.match(stderr, /10bad: this code did not end within 1 s and was stopped/)
  assert.is(status, EXIT.refused)
  assert.is(box.exists('/etc/demo') || box.exists('/etc/other'), false)
  box.remove()
})

perl('after one was stopped, a new Perl runs the next', () => {
  const box = siteWith({ 'etc/demo/10one': '{ $smtp{Limit} }\n' })
  box.must('signal-event change')
  box.write('/etc/gabarit/templates/etc/demo/10one', '{ 1 while 1; $OUT .= 1 }')
  // It looks at the templates twice.
  const { stdout, stderr } = box.run('gabarit status', { env: { GABARIT_FRAGMENT_TIMEOUT: '1' } })
  assert.match(stdout + stderr, /10one: this code did not end within 1 s and was stopped/)
  box.remove()
})

perl('a process that a fragment has left behind answers nobody', () => {
  const others = Array.from({ length: 20 }, (_, index) => [`etc/demo/${20 + index}`, '{ $smtp{Limit} }\n'] as const)
  const fork = '{ my $pid = fork; exec("/nothing") unless $pid; "one\\n" }'
  const box = siteWith({ 'etc/demo/10one': fork, ...Object.fromEntries(others) })
  // It waited for ever.
  box.must(['timeout', '60', 'signal-event', 'change'])
  assert.match(box.read('/etc/demo'), `one\n${'5\n'.repeat(20)}`)
  box.remove()
})

perl('a program that gets no answer, because a database cannot be read, is not kept', () => {
  const child = new PerlChild(findPlaces(PROJECT, {}, '/'), () => undefined)
  const request = { file: '/x/10one', source: '{ 1 + 1 }', owner: {}, expansion: '1', variables: packWords([]) }
  const answer = () => {
    throw new TypeError('the database is damaged')
  }
  assert.throws(() => child.expand({ ...request, answer }), 'the database is damaged')
  assert.is(child.hasEnded, true)
})

perl('what fragments need most comes along, and the order of a hash is the same each time', () => {
  const box = siteWith({})
  box.must('db networks set 192.168.5.0 network Mask 255.255.255.0')
  const secret = box.write('/secret', 'word\n', 0o600)
  box.write('/etc/gabarit/events/change/templates2expand/etc/demo', '')
  box.write(
    '/etc/gabarit/templates/etc/demo/10one',
    `{
      use esmith::util; use NethServer::Service; use NethServer::TrustedNetworks; use NethServer::Password;
      my $smtp = NethServer::Service->new('smtp');
      my %letters = map { $_ => 1 } 'a' .. 'z';
      join ' ', keys %letters, "\nfound", esmith::util::ldapBase($DomainName), $smtp->is_configured, $smtp->is_enabled,
        NethServer::TrustedNetworks::list_cidr(), NethServer::Password::store('${secret}'), '';
    }\n`,
  )
  box.must('signal-event change')
  assert.match(box.read('/etc/demo'), /^found dc=example,dc=org 1 0 192\.168\.5\.0\/24 word $/m)
  for (let run = 0; run < 2; run++) assert.match(box.must('signal-event --dry-run change'), 'no file would change')
  box.remove()
})

perl('what is printed is told, and in no file', () => {
  const box = siteWith({ 'etc/demo/10one': '{ print "aside\\n"; warn "careful"; $OUT .= "text\\n" }' })
  const { status, stdout, stderr } = box.run('signal-event change')
  assert.is(status, 0)
  assert.match(stdout + stderr, /10one: printed, but in no file: aside/)
  assert.match(stdout + stderr, /10one:1: careful/)
  assert.match(box.read('/etc/demo'), /^text$/m)
  box.remove()
})

perl('what it reads is noted', () => {
  const box = siteWith({ 'etc/demo/10one': 'first\n{ $smtp{Limit} }\n', 'etc/other/10all': '{ $OUT = $DB->keys }' })
  box.must('signal-event change')
  const explained = box.must('gabarit explain /etc/demo')
  assert.match(explained, /reads configuration smtp\n/)
  assert.match(box.must('gabarit explain /etc/demo:9'), '10one:2')
  const touched = box.must('gabarit impact configuration smtp')
  assert.match(touched, '/etc/demo')
  assert.match(touched, '/etc/other')
  assert.not.match(box.must('gabarit impact configuration SystemName'), '/etc/demo')
  box.remove()
})

testIf(perl, needsRoot(), 'it can write no file, and sees no network', () => {
  const box = siteWith({
    'etc/demo/10one': `{
      $OUT .= open(my $file, '>', '$FOLDER/left') ? "open " : "shut ";
      system("touch $FOLDER/touched 2>/dev/null");
      $OUT .= join ',', map { s/:.*//r =~ s/\\s//gr } grep { /:/ } do { open my $f, '<', '/proc/self/net/dev'; <$f> };
    }`.replaceAll('$FOLDER', '/tmp'),
  })
  const folder = box.path('/out')
  box.write('/out/here', '')
  const fragment = box.read('/etc/gabarit/templates/etc/demo/10one').replaceAll('/tmp', folder)
  box.write('/etc/gabarit/templates/etc/demo/10one', fragment)
  box.must('signal-event change')
  assert.match(box.read('/etc/demo'), /^shut lo$/m)
  assert.is(box.exists('/out/touched') || box.exists('/out/left'), false)
  box.remove()
})

perl('modules of the site come first, unless others can change them', () => {
  const box = siteWith({ 'etc/demo/10one': '{ use My::Words; My::Words::greeting() }\n' })
  const module = box.write('/etc/gabarit/perl/My/Words.pm', 'package My::Words; sub greeting { "hello" } 1;\n')
  box.must('signal-event change')
  assert.match(box.read('/etc/demo'), /^hello$/m)
  box.write('/etc/gabarit/perl/My/Words.pm', 'package My::Words; sub greeting { "other" } 1;\n', 0o666)
  const { status, stderr } = box.run('signal-event change')
  assert.is(status, EXIT.refused)
  assert.match(stderr, module)
  box.remove()
})

perl('without perl, the event names the package, and no source gets into a file', () => {
  const box = siteWith({ 'etc/demo/10one': '{ $smtp{Limit} }\n' })
  for (const name of ['node', 'sh', 'mkfifo', 'unshare', 'true'])
    box.write(
      `/bin/${name}`,
      `#!/bin/sh\nexec ${name === 'node' ? process.execPath : `/usr/bin/${name}`} "$@"\n`,
      0o755,
    )
  const { status, stderr } = box.run([join(BIN, 'signal-event'), 'change'], { env: { PATH: box.path('/bin') } })
  assert.is(status, EXIT.refused)
  assert.match(stderr, 'apt-get install perl')
  assert.is(box.exists('/etc/demo'), false)
  box.remove()
})

perl('it is started only for a fragment in Perl', () => {
  const box = siteWith({ 'etc/demo/10one': '<%= config.DomainName %>\n', 'etc/demo/20two': 'text {braces}\n' })
  box.write('/bin/perl', `#!/bin/sh\n: >${box.path('/started')}\nexec /usr/bin/perl "$@"\n`, 0o755)
  const env = { PATH: `${box.path('/bin')}:${BIN}:${process.env.PATH}` }
  box.must('signal-event change', { env })
  assert.not.ok(box.exists('/started'))
  box.write('/etc/gabarit/templates/etc/demo/30three', '{ $smtp{Limit} }\n')
  box.must('signal-event change', { env })
  assert.ok(box.exists('/started'))
  box.remove()
})

perl('template.json can say that fragments are in Perl, or that they are not', () => {
  const box = siteWith({ 'etc/demo/10one': 'a { 1 + 1 } b\n', 'etc/other/10one': '{ $smtp{Limit} }\n' })
  box.write('/etc/gabarit/templates/etc/demo/template.json', '{"language": "perl"}')
  box.write('/etc/gabarit/templates/etc/other/template.json', '{"language": "text"}')
  box.must('signal-event change')
  assert.match(box.read('/etc/demo'), /^a 2 b$/m)
  assert.match(box.read('/etc/other'), '{ $smtp{Limit} }')
  box.remove()
})

perl.run()
