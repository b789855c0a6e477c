// Usage: node eventsource.mjs <url> <token>; prints one line of JSON per event.
import { EventSource } from 'eventsource'

const [url, token] = process.argv.slice(2)
const source = new EventSource(url, {
  fetch: (input, init) =>
    fetch(input, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } }),
})
for (const type of ['connected', 'ping', 'data_update', 'resync_required']) {
  source.addEventListener(type, (event) =>
    console.log(JSON.stringify({ type, id: event.lastEventId, data: JSON.parse(event.data) })))
}
source.addEventListener('error', (event) => console.error('error', event.code, event.message))
