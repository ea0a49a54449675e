// A chat client on the module ws, as Node has it: client.mjs URL NAME TEXT COUNT
// Says TEXT when it is in the room, prints what it is told, and leaves after COUNT messages of others.
import { createRequire } from 'node:module';

// An import does not look in NODE_PATH.
const WebSocket = createRequire(import.meta.url)('ws');
const [url, name, text, count] = process.argv.slice(2);
const socket = new WebSocket(url);
const send = (type, payload) => socket.send(JSON.stringify({ type, payload }));
let heard = 0;
let pongs = 0;

socket.on('open', () => send('connect', { name }));
socket.on('pong', () => { pongs += 1; });
socket.on('message', (data, isBinary) => {
  const { type, payload } = JSON.parse(data);
  console.log(type, isBinary, JSON.stringify(payload));
  if (type === 'connect_ack') {
    socket.ping('are you there');
    send('message', { text });
  }
  if (type === 'message' && payload.sender !== name && (heard += 1) === Number(count)) send('exit', {});
});
socket.on('error', (error) => { console.log('error', error.message); });
socket.on('close', (code, reason) => { console.log('close', code, String(reason), pongs, JSON.stringify(socket.extensions)); });
