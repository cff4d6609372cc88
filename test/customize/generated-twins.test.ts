// Small programs in Perl, made by chance from a seed: what Perl prints, the twins print, over many databases.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { judgeTwins } from '../../src/customize/judge-twins.ts'
import { translate } from '../../src/customize/perl/translate.ts'
import { Untranslatable } from '../../src/customize/perl/untranslatable.ts'
import { vocabularyOf } from '../../src/customize/perl/vocabulary.ts'
import { makeRecord, sortedMap } from '../../src/db/record.ts'
import { makeContext } from '../../src/plan/context.ts'
import { findPlaces } from '../../src/system/places.ts'
import { RealSystem } from '../../src/system/real-system.ts'
import { PROJECT, Sandbox } from '../support/sandbox.ts'

const generated = suite('twins of generated programs')

const FRAGMENTS = 60
const DATABASES = 60

/** Numbers that look like chance and are the same in each run. */
function chance(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Writes programs of the subset. */
class Writer {
  readonly #below: (below: number) => number
  #depth = 0
  #names = 0

  constructor(seed: number) {
    this.#below = chance(seed)
  }

  #one(...choices: readonly (() => string)[]): string {
    return choices[this.#below(choices.length)]?.() ?? ''
  }

  program(): string {
    const count = 1 + this.#below(4)
    const body = Array.from({ length: count }, () => this.#statement()).join('\n  ')
    const end = this.#one(
      () => `$OUT .= "end\\n";`,
      () => `return ${this.#text()};`,
      () => "'';",
      () => `return "# off\\n" unless ${this.#test()};\n  $OUT .= ${this.#text()};`,
    )
    return `{\n  ${body}\n  ${end}\n}\n`
  }

  #statement(): string {
    if (++this.#depth > 3) return this.#flat()
    try {
      return this.#one(
        () => this.#flat(),
        () => `if (${this.#test()}) { ${this.#statement()} } elsif (${this.#test()}) { ${this.#statement()} }`,
        () => `unless (${this.#test()}) { ${this.#statement()} } else { ${this.#statement()} }`,
        () =>
          `foreach my $one (${this.#list()}) { next if $one eq ${this.#constant()}; $OUT .= "<$one>"; ${this.#statement()} }`,
        () => this.#variable(),
      )
    } finally {
      this.#depth--
    }
  }

  #flat(): string {
    return this.#one(
      () => `$OUT .= ${this.#text()};`,
      () => `$OUT .= ${this.#text()} . "\\n" if ${this.#test()};`,
      () => `$OUT .= sprintf("%-8s|%3d\\n", ${this.#text()}, ${this.#number()});`,
    )
  }

  #variable(): string {
    const name = `v${++this.#names}`
    return this.#one(
      () => `my $${name} = ${this.#text()}; $${name} .= "+" if ${this.#test()}; $OUT .= "$${name}\\n";`,
      () => `my @${name} = ${this.#list()}; push @${name}, ${this.#text()}; $OUT .= scalar(@${name}) . ":@${name}\\n";`,
      () => `my $${name} = ${this.#text()}; $${name} =~ s/[aeb]+/-/g; $OUT .= $${name};`,
      () =>
        `my %${name} = (a => 1, b => ${this.#text()}); $OUT .= join(",", map { "$_=$${name}{$_}" } sort keys %${name});`,
      () => `my $${name} = $DB->get('one') or return ${this.#text()}; $OUT .= $${name}->prop('A') || 'none';`,
    )
  }

  #property(): string {
    const [record, name] = [
      this.#one(
        () => 'one',
        () => 'a-b',
        () => 'none',
      ),
      this.#one(
        () => 'A',
        () => 'B',
        () => 'status',
      ),
    ]
    return this.#one(
      () => `$\{'${record}'}{${name}}`,
      () => `$DB->get_prop('${record}', '${name}')`,
    )
  }

  #text(): string {
    return this.#one(
      () => this.#constant(),
      () => `(${this.#property()} || ${this.#constant()})`,
      () => `lc(${this.#property()} || 'X')`,
      () => `(${this.#test()} ? ${this.#constant()} : ${this.#property()})`,
      () => `join(${this.#constant()}, ${this.#list()})`,
      () => `"[$one{A}$SystemName]"`,
    )
  }

  #list(): string {
    return this.#one(
      () => `split(/,/, ${this.#property()} || '')`,
      () => `(sort (split(/[, ]+/, ${this.#property()} || 'c,a,b')))`,
      () => `(grep { $_ ne ${this.#constant()} } qw(a b a))`,
      () => `(map { $_->key } esmith::HostsDB->open_ro->hosts)`,
      () => `('x', ${this.#text()})`,
    )
  }

  #test(): string {
    return this.#one(
      () => this.#property(),
      () => `${this.#property()} eq ${this.#constant()}`,
      () => `(${this.#property()} || 'disabled') ne 'enabled'`,
      () => `!${this.#property()}`,
      () => `defined ${this.#property()}`,
      () =>
        `${this.#number()} ${this.#one(
          () => '==',
          () => '<',
          () => '>=',
          () => '!=',
        )} ${this.#below(12)}`,
      () => `(${this.#property()} || '') =~ /^[a-c,]+$/`,
      () => `(${this.#property()} && ${this.#property()})`,
    )
  }

  #number(): string {
    return this.#one(
      () => `(${this.#property()} || 0)`,
      () => `scalar(split(/,/, ${this.#property()} || 'a,b'))`,
      () => `${this.#below(20)} + (${this.#property()} || 3)`,
    )
  }

  #constant(): string {
    return this.#one(
      () => "'enabled'",
      () => "'0'",
      () => "''",
      () => "'a'",
      () => '"7"',
      () => "'it\\'s'",
    )
  }
}

generated('print what Perl prints', () => {
  const box = new Sandbox()
  const writer = new Writer(15)
  const sources = Array.from({ length: FRAGMENTS }, (_, index) => ({
    name: `${String(index).padStart(3, '0')}one`,
    source: `{ use esmith::HostsDB; '' }${writer.program()}`,
  }))
  for (const { name, source } of sources) box.write(`/etc/gabarit/templates/etc/demo/${name}`, source)
  box.write('/etc/gabarit/templates/etc/demo/template.json', '{"comment": "none"}')
  const records = [
    makeRecord('SystemName', 'box'),
    makeRecord('one', 'service', [
      ['A', 'b,a'],
      ['B', '5'],
      ['status', 'enabled'],
    ]),
    makeRecord('a-b', 'service', [
      ['A', '0'],
      ['status', 'disabled'],
    ]),
  ]
  const hosts = [makeRecord('h.example.org', 'host'), makeRecord('a', 'host'), makeRecord('z', 'other')]
  const replaced = new Map([
    ['configuration', sortedMap(records.map(record => [record.key, record] as const))],
    ['hosts', sortedMap(hosts.map(record => [record.key, record] as const))],
  ])
  const known = {
    hasItem: false,
    record: (name: string) =>
      (name === 'SystemName' ? 'value' : records.some(({ key }) => key === name) ? 'properties' : undefined) as
        | 'value'
        | 'properties'
        | undefined,
  }
  const twins = [...translate(sources, known)].flatMap(([name, twin]) =>
    twin instanceof Untranslatable ? [] : [{ name, twin }],
  )
  assert.ok(twins.length > FRAGMENTS / 2, `${twins.length} twins`)
  const context = {
    ...makeContext(findPlaces(PROJECT, {}, box.root), new RealSystem(box.root), () => undefined),
    replaced,
  }
  const groups = twins.map(({ name, twin }) => new Map([[`etc/demo/${name}`, twin.text]]))
  const verdict = judgeTwins(
    context,
    ['/etc/demo'],
    groups,
    vocabularyOf(sources.map(({ source }) => source)),
    DATABASES,
  )
  const wrong = [...verdict.different].map(([group, what]) =>
    [
      what,
      ...[...group].map(([path, twin]) => `${sources.find(({ name }) => path.endsWith(name))?.source}---\n${twin}`),
    ].join('\n'),
  )
  assert.is(wrong.join('\n===\n'), '')
  assert.ok(verdict.tried > DATABASES / 2)
  box.remove()
})

generated.run()
