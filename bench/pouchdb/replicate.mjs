// What one changed document costs PouchDB: a source behind HTTP, a target that has replicated it, one change, again.
// Usage: node replicate.mjs BEFORE AFTER, answers of full syncs. Prints the bytes of both directions and the requests.
import express from 'express';
import expressPouch from 'express-pouchdb';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import PouchDB from 'pouchdb';
import memory from 'pouchdb-adapter-memory';

PouchDB.plugin(memory);
const Memory = PouchDB.defaults({ adapter: 'memory' });
const merchants = (file) => JSON.parse(readFileSync(file, 'utf8')).data.merchants;
const document = (merchant) => ({ _id: merchant.id, ...merchant });

let requests = [];
const app = express();
app.use((request, answer, next) => {
  requests.push(`${request.method} ${request.url.split('?')[0]}`);
  next();
});
app.use('/', expressPouch(Memory, { mode: 'minimumForPouchDB', inMemoryConfig: true, logPath: '/dev/null' }));
const server = http.createServer(app);
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));

let bytes = 0;
const relay = net.createServer((client) => {
  const upstream = net.connect(server.address().port, '127.0.0.1');
  for (const [from, to] of [[client, upstream], [upstream, client]]) {
    from.on('data', (part) => (bytes += part.length));
    from.on('error', () => to.destroy());
    from.pipe(to);
  }
});
await new Promise((ready) => relay.listen(0, '127.0.0.1', ready));

const before = merchants(process.argv[2]);
const source = new Memory('source');
for (let at = 0; at < before.length; at += 1000) {
  await source.bulkDocs(before.slice(at, at + 1000).map(document));
}
const target = new Memory('target');
const remote = new PouchDB(`http://127.0.0.1:${relay.address().port}/source`);

async function replicate(what) {
  bytes = 0;
  requests = [];
  const begun = Date.now();
  const result = await PouchDB.replicate(remote, target, { batch_size: 1000 });
  console.log(
    `PouchDB ${what}: ${result.docs_written} documents, ${bytes} bytes, ${requests.length} requests, ${(Date.now() - begun) / 1000} s`,
  );
}

await replicate('first replication');
const old = new Map(before.map((merchant) => [merchant.id, JSON.stringify(merchant)]));
for (const merchant of merchants(process.argv[3])) {
  if (old.get(merchant.id) !== JSON.stringify(merchant)) {
    const { _rev } = await source.get(merchant.id);
    await source.put({ ...document(merchant), _rev });
  }
}
await replicate('after the change');
console.log(requests.join('\n'));
process.exit(0);
