// Usage: node websocket.mjs <url> <token>; prints each frame, acknowledges each event, pings once.
import WebSocket from 'ws'

const [url, token] = process.argv.slice(2)
const socket = new WebSocket(url, { headers: { Authorization: `Bearer ${token}` } })
socket.on('open', () => socket.send(JSON.stringify({ type: 'ping' })))
socket.on('message', (text) => {
  console.log(text.toString())
  const frame = JSON.parse(text)
  if (frame.type === 'event' && frame.event === 'data_update') {
    socket.send(JSON.stringify({ type: 'ack', event_ids: [frame.id] }))
  }
})
socket.on('error', (error) => console.error('error', error.message))
