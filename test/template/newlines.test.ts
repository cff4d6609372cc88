import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { render } from '../support/engine.ts'

const newlines = suite('newlines of fragments')

type Case = readonly [name: string, source: string, expected: string]

/** `X` is a value, `L` a text of two lines. */
const HEAD = `<% const X = 'X', L = 'l1\\nl2\\n', N = '', T = true, F = false %>\n`

const LINES: readonly Case[] = [
  ['values at the end of lines', 'p <%= X %>\nq <%= X %>\nr', 'p X\nq X\nr'],
  ['a tag line leaves nothing', 'a\n<% if (T) { %>\nb\n<% } %>\nc', 'a\nb\nc'],
  ['nor does one that is indented', 'a\n  <% if (T) { %>\n    b\n  <% } %>\nc', 'a\n    b\nc'],
  ['a loop of lines', '<% for (const h of [1, 2]) { %>\nserver <%= h %>\n<% } %>\n', 'server 1\nserver 2\n'],
  ['real blank lines stay', 'a\n\n<% if (T) { %>\n\nb\n<% } %>\n\nc\n', 'a\n\n\nb\n\nc\n'],
  ['a condition that fails leaves nothing', 'a\n<% if (F) { %>\nb\n<% } %>\nc\n', 'a\nc\n'],
  ['several tags on a line', 'a\n<% if (T) { %> <% if (T) { %>\nb\n<% } %>\t<% } %>\nc\n', 'a\nb\nc\n'],
  ['tags around text on one line', 'a<% if (T) { %> b<% } %> c\nd\n', 'a b c\nd\n'],
  ['the same without the text', 'a<% if (F) { %> b<% } %> c\nd\n', 'a c\nd\n'],
  ['a tag behind text keeps the line', 'a <% if (T) { %>\nb\n<% } %>\n', 'a \nb\n'],
  ['text behind a tag keeps the line', '<% if (T) { %> a\n<% } %>b\n', ' a\nb\n'],
  ['a tag of several lines', 'a\n<% if (T) {\n  const y = 1\n%>\nb\n<% } %>\nc\n', 'a\nb\nc\n'],
  ['two such tags in a row', '<%\nlet y = 1\n%>\n<%\ny++\n%>\n<%= y %>\n', '2\n'],
  ['blanks behind a tag', 'a\n<% if (T) { %>  \t\nb\n<% } %> \nc', 'a\nb\nc'],
  ['a tag at the very end', 'a\n<% if (T) { %>\nb\n<% } %>', 'a\nb\n'],
  ['a tag at the very start', '<% if (T) { %>a<% } %>\n', 'a\n'],
  ['no final newline', 'a <%= X %>', 'a X'],
  ['only a tag', '<% const q = 1 %>', ''],
  ['only blanks and a tag', '\n \n<% const q = 1 %>\n', '\n \n'],
  ['a number', 'port <%= 80 %>\n', 'port 80\n'],
  ['two values on a line', '<%= X %><%= X %> <%= X %>\n', 'XX X\n'],
  ['a value alone on its line', '<%= X %>\n<%= X %>\n', 'X\nX\n'],
  ['an empty value alone on its line keeps it', 'a\n<%= N %>\nb\n', 'a\n\nb\n'],
]

const RAW: readonly Case[] = [
  ['lines alone end in one newline', 'a\n<%~ L %>\nb\n', 'a\nl1\nl2\nb\n'],
  ['a text without newline gets one', 'a\n<%~ X %>\nb\n', 'a\nX\nb\n'],
  ['several newlines become one', `a\n<%~ L + '\\n\\n' %>\nb\n`, 'a\nl1\nl2\nb\n'],
  ['an empty one vanishes', 'a\n<%~ N %>\nb\n', 'a\nb\n'],
  ['so does an empty one that is indented', 'a\n   <%~ N %>  \nb\n', 'a\nb\n'],
  ['at the end without newline', 'a\n<%~ X %>', 'a\nX\n'],
  ['within a line nothing is added or taken', 'a <%~ L %> b\n', 'a l1\nl2\n b\n'],
  ['two of them on a line', '<%~ X %><%~ X %>\n', 'XX\n'],
  ['leading newlines stay', `<%~ '\\n' + X %>\n`, '\nX\n'],
  ['over several lines of code', 'a\n<%~ [X,\n  X].join(\n"-") %>\nb\n', 'a\nX-X\nb\n'],
]

const RETURN: readonly Case[] = [
  ['keeps what was printed', 'a\n<% return %>\nb\n', 'a\n'],
  ['within a loop', 'a\n<% for (;;) { %>\nb\n<% return } %>\nc\n', 'a\nb\n'],
  ['appends its text, with a newline', `a\n<% if (T) return '# off' %>\nb\n`, 'a\n# off\n'],
  ['and not a second one', `a\n<% return '# off\\n' %>\n`, 'a\n# off\n'],
  ['an empty text is nothing', `a\n<% return '' %>\nb\n`, 'a\n'],
  ['behind text on the line', `a <% return 'b' %>`, 'a b\n'],
  [
    'continue goes across text',
    '<% for (const h of [1, 2]) { if (h === 1) continue %>\n\n[<%= h %>]\n<% } %>\n',
    '\n[2]\n',
  ],
]

const JAVASCRIPT: readonly Case[] = [
  ['an apostrophe in a line comment', `<% // don't\n const z = 1 %>\n<%= z %>\n`, '1\n'],
  ['a comment up to the end of the tag', `<% if (T) { // isn't it %>\nb\n<% } // it's over %>\nc\n`, 'b\nc\n'],
  ['an apostrophe in a block comment', `<% /* don't %> do */ %>\nb\n`, 'b\n'],
  ['a comment tag', `<%/* don't\n do it */%>\nb\n`, 'b\n'],
  ['quotes in a regular expression', `<%= 'a"b'.replace(/"/g, '') %>\n`, 'ab\n'],
  ['an apostrophe in a regular expression', `<%= "a'b".replace(/'/, '-') %>\n`, 'a-b\n'],
  ['the closing mark in a string', `<%= '%>' %>\n<%= "%>" %>\n`, '%>\n%>\n'],
  ['the closing mark in a regular expression', `<%= 'a%>b'.replace(/%>/, '-') %>\n`, 'a-b\n'],
  ['the opening mark in a string', `<%= '<%' %>\n`, '<%\n'],
  ['a template literal', `<%= \`a\${X}b\` %>\n<%= \`%>'"\${\`\${X}\`}\` %>\n`, 'aXb\n%>\'"X\n'],
  ['a template literal of several lines', `<%~ \`a\n\${X}\n\` %>\nb\n`, 'a\nX\nb\n'],
  ['escaped quotes', `<%= 'it\\'s' + "\\"" %>\n`, `it's"\n`],
  ['a division', '<%= 8 / 2 / 2 %>\n', '2\n'],
  ['a backslash in a string', `<%= 'a\\\\b' %>\n`, 'a\\b\n'],
  [
    'text needs no escapes',
    `{ } $ \\ %h "%>s" \${x} \` ' %{HTTP:Upgrade}\n<%= X %>\n`,
    `{ } $ \\ %h "%>s" \${x} \` ' %{HTTP:Upgrade}\nX\n`,
  ],
  ['a quote in text behind a tag', `<%= X %> isn't <%= X %>\n`, `X isn't X\n`],
]

for (const [title, cases] of Object.entries({ LINES, RAW, RETURN, JAVASCRIPT }))
  for (const [name, source, expected] of cases)
    newlines(`${title.toLowerCase()}: ${name}`, () => assert.is(render(HEAD + source), expected))

newlines('CR LF stays in text, and a tag line leaves nothing', () => {
  assert.is(render('a\r\n<% if (true) {\r\n %>\r\nb <%= 1 %>\r\n<% } %>\r\nc\r\n'), 'a\r\nb 1\r\nc\r\n')
})

newlines('a fragment without tags is untouched', () => {
  for (const text of ['', '\n', 'a', 'a\r\nb\0\n\n', '\ufeffa % > <\n']) assert.is(render(text), text)
})

newlines('private-use characters in the source stay what they are', () => {
  const characters = '\uf500\uf501\uf507\uf508'
  assert.is(render(`${characters} <%= '${characters}' /* ' */ %>\n`), `${characters} ${characters}\n`)
})

newlines.run()
