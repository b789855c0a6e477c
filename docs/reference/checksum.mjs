// The checksum sha256-jcs-256 in 40 lines of JavaScript (Node, no packages); see checksums.md.
// node checksum.mjs < full-sync-answer.json   prints the five checksums of the answer's data.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const COLLECTIONS = ['areas', 'beacons', 'merchants', 'connections'];
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

// RFC 8785: members sorted by UTF-16 code units, numbers and strings as JSON.stringify writes them.
export function canonical(value) {
  if (Array.isArray(value)) return '[' + value.map(canonical).join(',') + ']';
  if (value !== null && typeof value === 'object') {
    return '{' + Object.keys(value).sort().map((name) => JSON.stringify(name) + ':' + canonical(value[name])).join(',') + '}';
  }
  return JSON.stringify(value);
}

export const itemHash = (item) => sha256(canonical(item));
export const idOf = (item) => String('id' in item ? item.id : item._id);
export const bucketOf = (id) => sha256(id)[0];

export function bucketHashes(items) {
  const buckets = Array.from({ length: 256 }, () => []);
  for (const item of items) {
    const id = Buffer.from(idOf(item), 'utf8');
    buckets[bucketOf(id)].push([id, itemHash(item)]);
  }
  return buckets.map((bucket) => bucket.length === 0
    ? Buffer.alloc(32)
    : sha256(...bucket.sort((a, b) => Buffer.compare(a[0], b[0])).flatMap(([id, hash]) => [id, Buffer.of(0), hash])));
}

export function checksums(data) {
  const roots = COLLECTIONS.map((name) => [name, sha256(...bucketHashes(data[name] ?? [])).toString('hex')]);
  const global = sha256(roots.map(([name, hex]) => `${name}:${hex}\n`).join('')).toString('hex');
  return Object.fromEntries([...roots, ['global', global]].map(([name, hex]) => [name, `sha256:${hex}`]));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const answer = JSON.parse(readFileSync(0, 'utf8'));
  console.log(JSON.stringify(checksums(answer.data ?? answer), null, 2));
}
