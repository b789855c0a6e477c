"""A mall written on grpcio: registers, listens, synchronises, says that it is well.

Usage: python3 grpc_mall.py <host:port> <entity>, with the modules that protoc made on the path.
"""
import base64
import json
import sys

import grpc
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from google.protobuf.json_format import MessageToDict
from navign.orchestrator.sync import sync_pb2, sync_pb2_grpc

address, entity = sys.argv[1:3]
channel = grpc.insecure_channel(address)
central = sync_pb2_grpc.OrchestratorSyncStub(channel)


def say(what, **value):
    print(json.dumps({"what": what, **value}, separators=(",", ":")), flush=True)


def refusal(call):
    try:
        call()
        return {"status": "OK"}
    except grpc.RpcError as e:
        trailers = dict(e.trailing_metadata() or ())
        return {"status": e.code().name, "code": trailers.get("x-error-code")}


key = ec.generate_private_key(ec.SECP256R1())
registration = sync_pb2.RegisterRequest(
    entity_id=entity,
    orchestrator_id="orch-python",
    version="0.1.0",
    capabilities=["task_assignment"],
    public_key=key.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode(),
    heartbeat_interval=60,
    local_address="http://127.0.0.1",
)
# RFC 8785 of an object without numbers beyond whole ones: members by name, no white space
canonical = json.dumps(
    MessageToDict(registration, preserving_proto_field_name=True),
    sort_keys=True,
    separators=(",", ":"),
    ensure_ascii=False,
)
signature = base64.b64encode(key.sign(canonical.encode(), ec.ECDSA(hashes.SHA256()))).decode()
registered = central.Register(registration, metadata=[("x-signature", signature)])
say("registered", assigned_id=registered.assigned_id)
mine = [("authorization", "Bearer " + registered.token)]

full = central.SyncFull(sync_pb2.SyncFullRequest(entity_id=entity), metadata=mine)
proof = central.VerifyChecksum(sync_pb2.ChecksumRequest(entity_id=entity), metadata=mine)
say(
    "full",
    merchants=[json.loads(document)["id"] for document in full.data.merchants],
    verified=getattr(proof.checksums, "global") == full.checksum,
)

heartbeat = sync_pb2.HeartbeatRequest(
    entity_id=entity, status=sync_pb2.ORCHESTRATOR_STATUS_HEALTHY, version="0.1.0"
)
beat = central.Heartbeat(heartbeat, metadata=mine)
say("heartbeat", acknowledged=beat.acknowledged, next=beat.next_heartbeat_seconds)

ours = sync_pb2.SyncFullRequest(entity_id=entity)
theirs = sync_pb2.SyncFullRequest(entity_id="mall-other")
nonsense = channel.unary_unary("/navign.orchestrator.sync.OrchestratorSync/Nonsense")
say("no token", **refusal(lambda: central.SyncFull(ours)))
say("foreign entity", **refusal(lambda: central.SyncFull(theirs, metadata=mine)))
say("too often", **refusal(lambda: central.Heartbeat(heartbeat, metadata=mine)))
say("later", **refusal(lambda: central.QueryLatestFirmware(sync_pb2.FirmwareQuery(), metadata=mine)))
say("unknown", **refusal(lambda: nonsense(b"", metadata=mine)))

stream = central.StreamEvents(sync_pb2.EventsRequest(entity_id=entity), metadata=mine)
say("listening", cursor=dict(stream.initial_metadata())["last-event-id"])
try:
    for event in stream:
        say("event", type=sync_pb2.EventType.Name(event.type), payload=json.loads(event.payload))
        if event.type == sync_pb2.EVENT_TYPE_DATA_UPDATE:
            # a client that knows nothing of cursors asks by the time of its last sync
            since = sync_pb2.SyncDeltaRequest(entity_id=entity, since=full.timestamp)
            delta = central.SyncDelta(since, metadata=mine)
            changes = [
                f"{sync_pb2.ChangeOperation.Name(c.operation)} {c.type} {c.id}" for c in delta.changes
            ]
            say("delta", changes=changes)
    say("end", status="OK")
except grpc.RpcError as e:
    say("end", status=e.code().name)
