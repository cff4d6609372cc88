/**
 * The script of all pages. Each of them works without it: it only shows progress as it happens, counts down, folds long
 * differences, and asks for passkeys.
 */
export const SCRIPT = `
'use strict'
const run = document.querySelector('[data-run]')
if (run) {
  let next = Number(run.dataset.next)
  const listen = () => {
    const source = new EventSource(run.dataset.run + '?from=' + next)
    source.addEventListener('line', event => {
      next = Number(event.lastEventId) + 1
      run.insertAdjacentHTML('beforeend', event.data)
      run.lastElementChild?.scrollIntoView({ block: 'nearest' })
    })
    source.addEventListener('end', () => { source.close(); location.reload() })
    source.addEventListener('error', () => {
      // The browser gives up when a web server that restarts answers with an error.
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, 1000)
    })
  }
  listen()
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
