/**
 * The script of all pages. Each of them works without it: it only shows progress as it happens, counts down, folds long
 * differences, and asks for passkeys.
 */
export const SCRIPT = `
'use strict'
const run = document.querySelector('[data-run]')
if (run) {
  const address = run.dataset.run
  const tabs = new BroadcastChannel(address)
  let next = Number(run.dataset.next)
  // The web server may be the one that restarts.
  const reload = async () => {
    const answer = await fetch(location.href).catch(() => undefined)
    if (answer?.ok) location.reload()
    else setTimeout(reload, 1000)
  }
  const take = ({ at, line }) => {
    if (line === undefined || at > next) return reload()
    if (at < next) return
    next = at + 1
    run.insertAdjacentHTML('beforeend', line)
    run.lastElementChild?.scrollIntoView({ block: 'nearest' })
  }
  tabs.onmessage = event => take(event.data)
  const listen = () => {
    const source = new EventSource(address + '?from=' + next)
    const tell = data => { tabs.postMessage(data); take(data) }
    source.addEventListener('line', event => tell({ at: Number(event.lastEventId), line: event.data }))
    source.addEventListener('end', () => { source.close(); tell({}) })
    source.addEventListener('error', () => {
      // The browser gives up when a web server that restarts answers with an error.
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, 1000)
    })
  }
  // One tab listens for all: without HTTP/2 a browser has six connections to a server, and streams keep them.
  navigator.locks.request(address, () => new Promise(listen))
}
for (const clock of document.querySelectorAll('[data-until]')) {
  const until = Date.now() + Number(clock.dataset.until) * 1000
  const show = () => {
    const left = Math.max(0, Math.round((until - Date.now()) / 1000))
    clock.textContent = Math.floor(left / 60) + ':' + String(left % 60).padStart(2, '0')
    if (left === 0) clearInterval(timer)
  }
  const timer = setInterval(show, 1000)
  show()
}
if (window.PublicKeyCredential?.parseRequestOptionsFromJSON) for (const form of document.querySelectorAll('[data-passkey]')) {
  form.hidden = false
  form.addEventListener('submit', async event => {
    event.preventDefault()
    const options = JSON.parse(form.dataset.passkey)
    try {
      const credential = await (options.user
        ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }))
      form.elements.signature.value = JSON.stringify(credential)
      form.submit()
    } catch (error) {
      form.querySelector('output').textContent = error.message
    }
  })
}
for (const button of document.querySelectorAll('[data-fold]')) {
  button.hidden = false
  button.addEventListener('click', () => {
    const all = [...document.querySelectorAll('details.file')]
    const open = all.some(one => !one.open)
    for (const one of all) one.open = open
  })
}
`
