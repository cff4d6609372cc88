/**
 * The script of all pages. Each of them works without it: it only shows progress as it happens, counts down, and folds long
 * differences.
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
for (const button of document.querySelectorAll('[data-fold]')) {
  button.hidden = false
  button.addEventListener('click', () => {
    const all = [...document.querySelectorAll('details.file')]
    const open = all.some(one => !one.open)
    for (const one of all) one.open = open
  })
}
`
