import { spawnSync } from 'node:child_process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { EXIT } from '../../src/base/failure.ts'
import { Engine, failureOf } from '../support/engine.ts'

const errors = suite('errors of fragments')

/** Expands a template of one fragment and gives the failure, with `FILE` for the fragment's path. */
function failing(source: string, sub = '') {
  const engine = new Engine({ configuration: { DomainName: ['example.org'], sshd: ['service', { TCPPort: '22' }] } })
  const file = engine.ship('templates/etc/x/10one', source)
  if (sub !== '') engine.ship('templates/etc/x/Sub/20two', sub)
  const { message, status, where, hint } = failureOf(() => engine.expand('etc/x'))
  engine.remove()
  return { message, status, where: where?.replace(file, 'FILE').replace(/^.*Sub\/20two/, 'SUB'), hint }
}

type Case = readonly [name: string, source: string, where: string, message: RegExp]

const CASES: readonly Case[] = [
  [
    'a throw deep in a tag of many lines',
    'a\n<% const x = 1\n  if (x) {\n    throw new Error("oh")\n  } %>\n',
    'FILE:4:11',
    /^oh\n/,
  ],
  ['a throw behind a tag on the same line', 'a <% if (1) { %> b <% null.x } %>\n', 'FILE:1:28', /null/],
  ['a helper that refuses', 'a\n<% net("10.0.0.0/8") %>\n  <%= net("no-address").cidr %>\n', 'FILE:3:7', /no-address/],
  [
    'a helper within a helper',
    '<% const f = () => net("x")\n const g = () => f()\n g() %>\n',
    'FILE:1:20',
    /"x" is not an IP address/,
  ],
  ['an unknown name', 'a\n\n<%= confg.sshd %>\n', 'FILE:3:5', /^confg is not defined\n/],
  [
    'a property of a missing record',
    '<%= config.sshd.TCPPort %>\n<%= config.ssh.TCPPort %>\n',
    'FILE:2:16',
    /undefined/,
  ],
  ['undefined printed', 'Port <%= config.sshd.TCPPrt %>\n', 'FILE:1:10', /<%= %> got undefined/],
  ['null printed', '<%= null %>', 'FILE:1:5', /got null/],
  ['NaN printed', '<%= Number("x") %>', 'FILE:1:5', /got NaN/],
  ['a boolean printed', '<%= 1 > 2 %>', 'FILE:1:5', /got boolean false/],
  ['a list printed', '<%= [1] %>', 'FILE:1:5', /got a list/],
  ['an object printed', '<%= {} %>', 'FILE:1:5', /got an object/],
  ['a record printed', '<%= config.sshd %>', 'FILE:1:5', /got the record "sshd"/],
  ['a function printed', '<%= net %>', 'FILE:1:5', /got a function/],
  ['undefined printed raw', 'a\n<%~ undefined %>\n', 'FILE:2:5', /<%~ %> got undefined/],
  ['a line break printed', '<%= "a\\nb" %>', 'FILE:1:5', /line break or control character in "a\\nb"/],
  ['a vertical line separator printed', '<%= "a\\u2028b" %>', 'FILE:1:5', /control character/],
  ['an escape sequence printed', '<%= "\\x1b[31m" %>', 'FILE:1:5', /control character/],
  [
    'vars: a name that nobody set',
    '<% vars.hostnames = [] %>\n<%= join(vars.hostname) %>\n',
    'FILE:2:15',
    /hostname was not set.*did you mean "hostnames"/,
  ],
  ['a change of a record', '\n<% config.sshd.TCPPort = "23" %>', 'FILE:2:24', /read only/],
  ['a change of the configuration', '<% config.sshd = {} %>', 'FILE:1:16', /config.sshd cannot be changed/],
  ['a new global', '<% leaked = 5 %>', 'FILE:1:11', /leaked is not defined/],
  ['an unknown database', '\n <%= db("hots").keys().length %>', 'FILE:2:6', /there is no database "hots"/],
  ['a file that must be there', '<%~ read("/etc/none") %>', 'FILE:1:5', /\/etc\/none does not exist/],
  ['an unknown fact', '<%= fact("cpu") %>', 'FILE:1:5', /no fact "cpu"/],
  ['a missing sub-template', '<%~ template("Nowhere") %>', 'FILE:1:5', /no template \/?etc\/x\/Nowhere/],
  ['recursion without end', 'a\n<%~ template("/etc/x") %>', 'FILE:2:5', /calls itself endlessly/],
  ['a syntax error', 'a\nb\n<% const = 1 %>\nc\n', 'FILE:3:10', /^Unexpected token\n/],
  ['a syntax error in the third line of a tag', '<% let a\n let b\n let a %>\n', 'FILE:3:6', /already been declared/],
  ['an unclosed brace', 'a\n<% if (1) { %>\nb\n', 'FILE:4:1', /Unexpected|missing/],
  ['an expression with a semicolon', 'a\n<%= 1; %>\n', 'FILE:2:6', /^Unexpected token\n/],
  ['an unclosed tag', 'a\nb <% if (1) {\nc\n', 'FILE:2:3', /tag <% is not closed/],
  ['an unclosed string', 'a\n<% const x = "abc %>\nc\n', 'FILE:2:14', /string in the tag is not closed/],
  ['an unclosed template literal', '<%= `abc %>\n', 'FILE:1:5', /template string .*is not closed/],
  ['an unclosed comment', 'a <% /* abc %>\n', 'FILE:1:6', /comment .*is not closed/],
  ['the end of the process', 'a\n<% process.exit(0) %>\n', 'FILE:2:4', /^process is not defined/],
  ['a function of the process', '<% process.on("exit", () => 1) %>\n', 'FILE:1:4', /^process is not defined/],
  ['the environment', '<% process.env.X = "1" %>\n', 'FILE:1:4', /^process is not defined/],
  ['a timer', 'a\n<% setInterval(() => 1, 9) %>\n', 'FILE:2:4', /^setInterval is not defined/],
  ['code of text', '<% eval("(async () => 1)()") %>\n', 'FILE:1:4', /^Code generation from strings disallowed/],
  ['a function of text', '<% Function("return 1")() %>\n', 'FILE:1:4', /^Code generation from strings disallowed/],
  ['a promise that fails', '\n<% Promise.reject(new Error("late")) %>\n', 'FILE:2:4', /^Promise is not defined/],
  ['a function that waits', '<% const f = async () => 1\n  f() %>\n', 'FILE:1:14', /^this makes a promise/],
  ['a module', '<% import("node:fs") %>\n', 'FILE:1:4', /^this makes a promise/],
  ['a connection', '<% fetch("http://localhost") %>\n', 'FILE:1:4', /^fetch is not defined/],
  [
    'another method of lists',
    '<% Array.prototype.map = () => [] %>\n',
    'FILE:1:24',
    /^Cannot assign to read only .*map/,
  ],
  ['another JSON', '<% JSON.stringify = () => "" %>\n', 'FILE:1:19', /^Cannot assign to read only .*stringify/],
  ['a method of all texts', '\n<% String.prototype.x = 1 %>\n', 'FILE:2:23', /^Cannot add property x/],
  ['a property of everything', '<% Object.prototype.y = 1 %>\n', 'FILE:1:23', /^Cannot add property y/],
  [
    'another toString()',
    '<% Object.prototype.toString = () => "" %>\n',
    'FILE:1:30',
    /^Cannot assign to read only .*toString/,
  ],
  ['other stacks', '<% Error.prepareStackTrace = () => 1 %>\n', 'FILE:1:28', /^Cannot add property prepareStackTrace/],
  ['a global', '<% globalThis.x = 1 %>\n', 'FILE:1:17', /^Cannot add property x/],
  ['another kind of global', '<% Buffer.from = () => "" %>\n', 'FILE:1:16', /^Cannot a/],
  ['a removed record', '<% delete config.sshd %>\n', 'FILE:1:4', /^config.sshd cannot be changed/],
  ['a defined record', '<% Object.defineProperty(config, "a", {}) %>\n', 'FILE:1:11', /^config.a cannot be changed/],
  ['a database', '<% db("configuration").get = () => 1 %>\n', 'FILE:1:28', /^Cannot assign to read only .*get/],
  ['a helper', '<% ip.num = () => 1n %>\n', 'FILE:1:11', /^Cannot assign to read only .*num/],
  ['the event', '<% event.args.push("x") %>\n', 'FILE:1:15', /^Cannot add property 0/],
]

for (const [name, source, where, message] of CASES)
  errors(name, () => {
    const failure = failing(source)
    assert.is(failure.where, where, failure.message)
    assert.match(failure.message, message)
    assert.is(failure.status, EXIT.refused)
  })

errors('what a fragment refuses is said without its lines of code', () => {
  const { message, where, hint } = failing('<% if (true)\n  fail("no network") %>')
  assert.equal([message, where], ['no network', undefined])
  assert.match(hint ?? '', /^Refused by \S+:2:3\nNothing was changed\.$/)
  const { message: ofHelper } = failing('<% portsIn({ key: "x", Port: "0" }, "Port") %>')
  assert.match(ofHelper, /^the record "x", property Port: "0" is not a port .*\)$/)
})

errors('a property may have the name of a keyword', () => {
  const engine = new Engine({ configuration: { DomainName: ['example.org'] } })
  const source = '<% const mount = { async: "a", import : "b" } %>\n<%= mount.async + mount?.import %>\n'
  engine.ship('templates/etc/x/10one', source)
  assert.match(engine.text('etc/x'), /^ab$/m)
  engine.remove()
})

errors('what is not there for fragments, and what they cannot change, is said with a way out', () => {
  assert.match(failing('<% process.umask(0) %>').hint ?? '', 'A fragment only computes')
  assert.match(failing('<% Map.prototype.x = 1 %>').hint ?? '', 'the objects of JavaScript are frozen')
  assert.match(failing('<% db("configuration").all().reverse() %>').hint ?? '', 'list.toSorted(…)')
  assert.is(failing('<% proces.umask(0) %>').hint, 'Nothing was changed.')
})

errors('own names may be those of JavaScript, and what only computes is there', () => {
  const engine = new Engine()
  const lines = [
    '<% const seen = {}',
    '   for (const word of ["constructor", "toString", "a"]) seen[word] = 1',
    '   class Wrong extends TypeError { constructor() { super("x"); this.name = "Wrong"; this.message = "y" } } %>',
    '<%= Object.keys(seen).join() %> <%= String(new Wrong()) %> <%= new Wrong() instanceof Error ? 1 : 0 %>',
    '<%= Buffer.from("a").toString("base64") %> <%= new URL("http://a/b").pathname %> <%= encodeURIComponent("ü") %>',
    '<%= /x/ + "" %> <%= [{ a: 1 }].map(({ a }) => a + 0.5)[0].toLocaleString("de") %> <%= list("b a").toSorted()[0] %>',
  ]
  engine.ship('templates/one', `${lines.join('\n')}\n`)
  const text = 'constructor,toString,a Wrong: y 1\nYQ== /b %C3%BC\n/x/ 1,5 a\n'
  assert.is(engine.text('one'), text)
  engine.remove()
})

/** Code that never ends, with its line. */
const ENDLESS = [
  ['a loop', 'a\n<% if (0) { %>\nb\n<% } %>\n<% else { %>\n<% for (;;); } %>\n', 6],
  ['a regular expression', '<% const t = "a".repeat(40) %>\n<%= /^(a+)+$/.test(t + "b") ? 1 : 2 %>\n', 2],
  ['a wait', 'a\n<% Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0) %>\n', 2],
] as const

for (const [name, source, line] of ENDLESS)
  errors(`${name} without an end is stopped by a time limit`, () => {
    process.env.GABARIT_FRAGMENT_TIMEOUT = '0.2'
    const { where, message, status } = failing(source)
    delete process.env.GABARIT_FRAGMENT_TIMEOUT
    assert.is(message, 'this code did not end within 0.2 s and was stopped')
    assert.equal([where, status], [`FILE:${line}`, EXIT.refused])
  })

errors('a file of more than 64 MiB is refused', () => {
  const MiB = 2 ** 20
  const engine = new Engine()
  engine.ship('templates/one', `<%= "x".repeat(${64 * MiB}) %>`)
  assert.is(engine.text('one').length, 64 * MiB)
  engine.remove()
  const tooLarge = [
    [`a\n<%= "x".repeat(${64 * MiB}) %>`, 'FILE:2:5'],
    [`\n <%~ "x".repeat(${65 * MiB}) %>`, 'FILE:2:6'],
    [`<% for (let i = 0; i < ${MiB}; i++) { %>\n${'x'.repeat(70)}\n<% } %>`, 'FILE'],
    [`<% return "x".repeat(${65 * MiB}) %>`, 'FILE'],
    ['<% for (let text = "x"; ; text += text) { %><%= text %><% } %>', 'FILE:1:49'],
  ] as const
  for (const [source, place] of tooLarge) {
    const { where, message, status } = failing(source)
    assert.equal([where, status], [place, EXIT.refused], source)
    assert.match(message, /^this would make a file of more than 64 MiB/)
  }
})

errors('what is no file is not read: it may have no end', () => {
  const engine = new Engine()
  engine.write('/etc/keep', '')
  spawnSync('mkfifo', [engine.path('/etc/pipe')])
  engine.link('pipe', '/etc/link')
  for (const path of ['/etc/pipe', '/etc/link']) {
    engine.ship('templates/etc/x', `<%~ read("${path}") %>\n`)
    assert.match(failureOf(() => engine.expand('etc/x')).message, `${path} is not a file`)
  }
  engine.remove()
})

errors('an unclosed brace says what to look for', () => {
  assert.match(failing('<% if (1) { %>').hint ?? '', 'every { ( [')
})

errors('the lines around are shown, with a caret', () => {
  const { message } = failing('one\ntwo\n  <%= nope %>\nfour\nfive\nsix\n')
  assert.is(
    message,
    [
      'nope is not defined',
      '      1 | one',
      '      2 | two',
      '>>    3 |   <%= nope %>',
      '        |       ^',
      '      4 | four',
      '      5 | five',
    ].join('\n'),
  )
})

errors('an error in a sub-template names the sub-template', () => {
  const { where, message } = failing('a\n<%~ template("Sub", { x: 1 }) %>\n', 'b\nc <%= item.y %>\n')
  assert.is(where, 'SUB:2:7')
  assert.match(message, '<%= item.y %>')
})

errors('a function that the caller handed over is named where it is written', () => {
  const { where } = failing('a\n<%~ template("Sub", () => { throw new Error("oh") }) %>\n', '<% item() %>\n')
  assert.is(where, 'FILE:2:35')
})

errors('a syntax error in a sub-template names it too', () => {
  assert.is(failing('<%~ template("Sub") %>\n', 'b\n<% ( %>\n').where, 'SUB:3:1')
})

errors('what is no Error is shown as it is, with the fragment', () => {
  const { message, where } = failing('a\n<% throw "some text" %>\n')
  assert.match(message, 'some text')
  assert.match(where ?? '', /^FILE/)
})

errors('a warning does not stop the expansion', () => {
  const engine = new Engine()
  engine.ship('templates/one', 'a\n<% warn("look out") %>\nb\n')
  assert.is(engine.text('one'), 'a\nb\n')
  assert.equal(engine.warnings, ['look out'])
  engine.remove()
})

errors.run()
