/** The style of all pages. Colours are chosen for a contrast of at least 4.5 to 1 in both schemes. */
export const STYLE = `
:root { color-scheme: light dark; --ground: #f6f7f9; --card: #fff; --ink: #1b2230; --soft: #566073; --line: #d5dae3;
  --main: #0b57a4; --on-main: #fff; --ok: #1a6b34; --warn: #8a4b00; --bad: #a81c1c; --warn-ground: #fff3dc;
  --bad-ground: #fdeaea; --ok-ground: #e6f5ea; --add: #e2f5e6; --del: #fde6e6; --code: #eef1f5 }
@media (prefers-color-scheme: dark) { :root { --ground: #12161d; --card: #1b212b; --ink: #e6eaf1; --soft: #a3aec0;
  --line: #364052; --main: #8ec2ff; --on-main: #0b1420; --ok: #86d79c; --warn: #f3bd6b; --bad: #ff9f9f;
  --warn-ground: #3a2b10; --bad-ground: #401b1b; --ok-ground: #173322; --add: #173822; --del: #432020; --code: #262e3b } }
* { box-sizing: border-box }
html { font: 16px/1.5 system-ui, sans-serif; background: var(--ground); color: var(--ink) }
body { margin: 0; min-height: 100vh }
a { color: var(--main) } h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 1rem; overflow-wrap: anywhere }
h2 { font-size: 1.1rem; margin: 0 0 .6rem; overflow-wrap: anywhere } h3 { font-size: 1rem; margin: 1rem 0 .3rem } p { margin: .4rem 0; overflow-wrap: anywhere }
:focus-visible { outline: 3px solid var(--main); outline-offset: 2px; border-radius: 3px }
.skip { position: absolute; left: -99rem } .skip:focus { left: .5rem; top: .5rem; background: var(--card); padding: .5rem; z-index: 2 }
.top { display: flex; flex-wrap: wrap; gap: .3rem 1rem; align-items: center; padding: .5rem 1rem; background: var(--card); border-bottom: 1px solid var(--line) }
.top .name { font-weight: 700; color: inherit; text-decoration: none; margin-right: auto } .top .name span { font-weight: 400; margin-left: .3rem }
.top button, .opener { padding: .2rem .7rem; min-height: 2rem } .top .opener { display: none } .way { margin: 0 0 .3rem }
.top form { display: inline }
.frame { display: grid; grid-template-columns: 13rem minmax(0, 1fr); max-width: 100rem; margin: 0 auto }
nav.main { padding: 1rem .5rem } nav.main ul { list-style: none; margin: 0 0 .8rem; padding: 0 } nav.main p { margin: 0; padding: 0 .75rem; font-weight: 600 }
nav.main a { display: block; padding: .3rem .75rem; border-radius: 6px; text-decoration: none; color: var(--ink) }
nav.main a:hover { background: var(--code) } nav.main a[aria-current] { background: var(--main); color: var(--on-main) }
main { padding: 1.25rem 1rem 3rem; min-width: 0 } .narrow { max-width: 30rem; margin: 2rem auto }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem; margin: 0 0 1rem; min-width: 0 }
main > :is(p, .act, .acts, code) + :is(.card, .plan, form) { margin-top: .8rem } .grid { display: grid; align-items: start; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); margin: 0 0 1rem } .grid .card { margin: 0 }
.bar { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; background: var(--warn-ground); color: var(--ink);
  border-bottom: 1px solid var(--line); padding: .5rem 1rem } .bar .button, .bar button { padding: .2rem .8rem; min-height: 2rem } .bar form { display: inline-block; margin: 0 } .bar b { color: var(--warn) }
.note, .note.bad, .note.warn, .note.ok { color: var(--ink) } .note { border-left: 4px solid var(--main); background: var(--code); padding: .6rem .8rem; margin: 0 0 1rem; border-radius: 4px; overflow-wrap: anywhere }
.note.bad { border-color: var(--bad); background: var(--bad-ground) } .note.warn { border-color: var(--warn); background: var(--warn-ground) }
.note.ok { border-color: var(--ok); background: var(--ok-ground) } .note.bad b { color: var(--bad) } .note.warn b { color: var(--warn) } .note ul { margin: .3rem 0; padding-left: 1.2rem }
.soft { color: var(--soft) } .small { font-size: .875rem } .ok { color: var(--ok) } .warn { color: var(--warn) } .bad { color: var(--bad) }
.state { font-weight: 600 } .right { text-align: right }
button, .button { font: inherit; border: 1px solid var(--main); background: var(--main); color: var(--on-main); border-radius: 6px;
  padding: .4rem .9rem; cursor: pointer; text-decoration: none; display: inline-block; min-height: 2.4rem }
button.quiet, .button.quiet { background: transparent; color: var(--main) } button.danger { background: transparent; border-color: var(--bad); color: var(--bad) }
p > .button { margin: .2rem 0 } button:hover, .button:hover { filter: brightness(1.1) } .act { margin: .6rem 0 } .act > code { display: block; width: fit-content; max-width: 100%; margin-top: .3rem }
.acts { display: flex; flex-wrap: wrap; gap: .5rem 1.2rem; align-items: flex-start }
code, pre, kbd { font: .875em/1.45 ui-monospace, monospace } .act > code, .card > code, main > code { font-size: .78em; color: var(--soft); background: none; padding: 0 } code { background: var(--code); border-radius: 4px; padding: .1rem .35rem; overflow-wrap: anywhere }
pre { background: var(--code); border-radius: 6px; padding: .6rem; overflow-x: auto; margin: .4rem 0; white-space: pre }
pre.wrap { white-space: pre-wrap; overflow-wrap: anywhere }
.diff span { display: block; min-height: 1.4em } .diff .add { background: var(--add) } .diff .del { background: var(--del) } .diff .at { color: var(--soft) }
.both { container-type: inline-size; font: .8125em/1.45 ui-monospace, monospace; background: var(--code); border-radius: 6px; padding: .6rem; margin: .4rem 0 }
.both span { white-space: pre-wrap; overflow-wrap: anywhere } .both [aria-hidden] { display: none }
@container (min-width: 38rem) { .both :is(.same, .changed) { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .8rem } .both [aria-hidden] { display: block } }
details { margin: .4rem 0 } summary { cursor: pointer; padding: .2rem 0; overflow-wrap: anywhere }
.scroll { overflow-x: auto } table { border-collapse: collapse; width: 100% } caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
th, td { text-align: left; vertical-align: top; padding: .4rem .7rem .4rem 0; border-bottom: 1px solid var(--line); overflow-wrap: break-word }
th { font-weight: 600; color: var(--soft); font-size: .875rem } tbody th { color: var(--ink); font-size: 1rem } thead th::first-letter { text-transform: uppercase }
td form, td .act { display: inline-block; margin: 0 .4rem .2rem 0 } td button, td .button { padding: .1rem .6rem; min-height: 1.9rem } tbody tr:last-child > * { border-bottom: 0 } .pair { margin-right: .5rem; overflow-wrap: anywhere }
.line { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: 0 0 1rem } .line input { max-width: 20rem }
.plan { display: grid; grid-template-columns: minmax(0, 1fr) minmax(15rem, 18rem); gap: 1rem; align-items: start } .plan > .card { position: sticky; top: 1rem } .plan .acts { display: block }
label { font-weight: 600 } .field > label { display: block } .field { margin: 0 0 1.1rem; padding: 0; border: 0; min-width: 0 } .field .hint { color: var(--soft); font-size: .875rem; margin: .1rem 0 .3rem }
.field .error { color: var(--bad); font-weight: 600; margin: .2rem 0 }
input, select, textarea { font: inherit; width: 100%; max-width: 36rem; padding: .45rem .6rem; border: 1px solid var(--soft); border-radius: 6px;
  background: var(--card); color: var(--ink); min-height: 2.5rem }
textarea { min-height: 6rem } textarea.code { font: .875em/1.45 ui-monospace, monospace; max-width: none; white-space: pre; overflow: auto } .diff i { color: var(--soft); font-style: normal } .diff a { color: inherit } [aria-invalid=true] { border-color: var(--bad); border-width: 2px }
input[type=checkbox] { appearance: none; width: 2.8rem; height: 1.5rem; min-height: 0; border-radius: 1rem; padding: 0; position: relative; background: var(--card); cursor: pointer; vertical-align: middle; margin: 0 .5rem 0 0 }
input[type=checkbox]::after { content: ''; position: absolute; width: 1rem; height: 1rem; border-radius: 50%; background: var(--soft); left: .2rem; top: .17rem }
input[type=checkbox]:checked { background: var(--main); border-color: var(--main) } input[type=checkbox]:checked::after { left: 1.5rem; background: var(--on-main) }
:checked ~ .off, input:not(:checked) ~ .on { display: none }
.steps { list-style: none; margin: 0; padding: 0 } .steps li { padding: .25rem 0 .25rem 1.6rem; position: relative; overflow-wrap: anywhere }
.steps li::before { content: '\\2022'; position: absolute; left: .4rem; color: var(--soft) } .steps .ok::before { content: '\\2713'; color: var(--ok) }
.steps .bad::before { content: '\\2715'; color: var(--bad) } .steps .warn::before { content: '!'; color: var(--warn); font-weight: 700 }
.qr svg { width: min(100%, 14rem); height: auto; background: #fff; padding: .5rem; border-radius: 6px }
.qr.large svg { width: min(100%, 44rem) }
.secret { letter-spacing: .05em } .count { font-variant-numeric: tabular-nums }
@media (max-width: 60rem) { .plan { grid-template-columns: minmax(0, 1fr) } .plan > .card { position: static } }
@media (max-width: 48rem) { .frame { grid-template-columns: minmax(0, 1fr) } nav.main { display: none } nav.main:target { display: block } .top .opener { display: inline-block } .top .name span { display: block; margin: 0 }
  main { padding: 1rem .75rem 2rem } thead { display: none } tr, tbody th, td { display: block; border: 0; padding: 0 0 .15rem; overflow-wrap: anywhere } tr { border-bottom: 1px solid var(--line); padding: .5rem 0 }
  td:empty { display: none } td[data-head]:not([data-head=""])::before { content: attr(data-head) ': '; color: var(--soft); font-size: .875rem } }
@media print { nav, .bar, .top form, button { display: none } }
@media (prefers-reduced-motion: no-preference) { .busy::after { content: ' \\2026'; animation: blink 1s steps(2) infinite } @keyframes blink { 50% { opacity: 0 } } }
`
