// A mall written on @grpc/grpc-js: registers, listens, synchronises, says that it is well.
// Usage: node grpc.mjs <directory of the .proto files> <host:port> <entity>
import crypto from 'node:crypto'
import grpc from '@grpc/grpc-js'
import loader from '@grpc/proto-loader'

const [directory, address, entity] = process.argv.slice(2)
const definition = loader.loadSync('navign/orchestrator/sync/sync.proto', {
  includeDirs: [directory],
  keepCase: true,
  longs: Number,
  enums: String,
  defaults: true,
})
const service = grpc.loadPackageDefinition(definition).navign.orchestrator.sync.OrchestratorSync
const client = new service(address, grpc.credentials.createInsecure())
const say = (what, value) => console.log(JSON.stringify({ what, ...value }))
const bearer = (token) => {
  const metadata = new grpc.Metadata()
  if (token) metadata.set('authorization', `Bearer ${token}`)
  return metadata
}
const call = (method, request, metadata) =>
  new Promise((resolve, reject) =>
    client[method](request, metadata, (error, answer) => (error ? reject(error) : resolve(answer))),
  )
const refusal = (promise) =>
  promise.then(
    () => ({ status: grpc.status[0] }),
    (error) => ({ status: grpc.status[error.code], code: error.metadata.get('x-error-code')[0] }),
  )

// RFC 8785 of an object without numbers beyond whole ones: members by name, no white space
const canonical = (object) =>
  JSON.stringify(Object.fromEntries(Object.keys(object).sort().map((name) => [name, object[name]])))

const { privateKey, publicKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' })
const registration = {
  entity_id: entity,
  orchestrator_id: 'orch-node',
  version: '0.1.0',
  capabilities: ['task_assignment'],
  public_key: publicKey.export({ type: 'spki', format: 'pem' }),
  heartbeat_interval: 60,
  local_address: 'http://127.0.0.1',
}
const signature = crypto.sign('sha256', Buffer.from(canonical(registration)), {
  key: privateKey,
  dsaEncoding: 'ieee-p1363',
})
const signed = new grpc.Metadata()
signed.set('x-signature', signature.toString('base64'))
const { token, assigned_id } = await call('Register', registration, signed)
say('registered', { assigned_id })
const mine = bearer(token)

const full = await call('SyncFull', { entity_id: entity, include: ['areas', 'merchants'] }, mine)
const { checksums } = await call('VerifyChecksum', { entity_id: entity }, mine)
say('full', {
  merchants: full.data.merchants.map((bytes) => JSON.parse(bytes).id),
  verified: checksums.global === full.checksum,
})

const heartbeat = {
  entity_id: entity,
  orchestrator_id: 'orch-node',
  status: 'ORCHESTRATOR_STATUS_HEALTHY',
  version: '0.1.0',
}
const beat = await call('Heartbeat', heartbeat, mine)
say('heartbeat', { acknowledged: beat.acknowledged, next: beat.next_heartbeat_seconds })

say('no token', await refusal(call('SyncFull', { entity_id: entity }, bearer())))
say('foreign entity', await refusal(call('SyncFull', { entity_id: 'mall-other' }, mine)))
say('too often', await refusal(call('Heartbeat', heartbeat, mine)))
say('later', await refusal(call('QueryLatestFirmware', {}, mine)))
say(
  'unknown',
  await refusal(
    new Promise((resolve, reject) =>
      client.makeUnaryRequest(
        `/${definition['navign.orchestrator.sync.OrchestratorSync'].Register.path.split('/')[1]}/Nonsense`,
        (x) => x,
        (x) => x,
        Buffer.alloc(0),
        mine,
        (error) => (error ? reject(error) : resolve()),
      ),
    ),
  ),
)

const stream = client.StreamEvents({ entity_id: entity, orchestrator_id: 'orch-node' }, mine)
stream.on('metadata', (metadata) => say('listening', { cursor: metadata.get('last-event-id')[0] }))
stream.on('data', async (event) => {
  say('event', { type: event.type, payload: JSON.parse(event.payload) })
  if (event.type === 'EVENT_TYPE_DATA_UPDATE') {
    const delta = await call('SyncDelta', { entity_id: entity, cursor: full.cursor }, mine)
    say('delta', { changes: delta.changes.map((c) => `${c.operation} ${c.type} ${c.id}`) })
  }
})
stream.on('error', (error) => {
  say('end', { status: grpc.status[error.code] })
  process.exit(0)
})
stream.on('end', () => say('end', { status: 'OK' }))
