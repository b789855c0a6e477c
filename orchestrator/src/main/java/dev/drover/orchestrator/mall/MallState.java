package dev.drover.orchestrator.mall;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.orchestrator.central.CentralLink;
import dev.drover.orchestrator.central.CentralToken;
import dev.drover.orchestrator.store.AckQueue;
import dev.drover.orchestrator.store.EventStatus;
import dev.drover.orchestrator.store.MallSettings;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.orchestrator.uplink.store.UplinkStore;
import dev.drover.proto.Json;
import org.apache.camel.Exchange;

/** Where the mall stands in central's stream and data, for operators. */
public final class MallState {
  private final MallStore store;
  private final AckQueue acks;
  private final UplinkStore uplink;
  private final CentralLink link;
  private final MallDataOperations sync;
  private final MallIdentity identity;

  /** The state of this mall. */
  public MallState(
      MallStore store,
      AckQueue acks,
      UplinkStore uplink,
      CentralLink link,
      MallDataOperations sync,
      MallIdentity identity) {
    this.store = store;
    this.acks = acks;
    this.uplink = uplink;
    this.link = link;
    this.sync = sync;
    this.identity = identity;
  }

  /** Answers {@code GET /api/orchestrator/state}. */
  public void answer(Exchange exchange) {
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("entity_id", identity.entityId());
    answer.put("orchestrator_id", identity.orchestratorId());
    answer.put("assigned_id", link.token().map(CentralToken::assignedId).orElse(null));
    answer.put("connected", link.connected());
    answer.put("cursor", store.settings().get(MallSettings.CURSOR).orElse(null));
    answer.put("connection_id", store.settings().get(MallSettings.CONNECTION).orElse(null));
    answer.put("resync_needed", store.settings().resyncReason().orElse(null));
    ObjectNode events = answer.putObject("events");
    for (EventStatus status : EventStatus.values()) {
      events.put(status.wire(), store.events().handled(status));
    }
    events.put("parked", store.events().parked());
    answer.put("pending_acks", acks.pending() + acks.owed() + uplink.pendingUrgent("event_ack"));
    answer.set("sync", sync.state());
    exchange.getMessage().setBody(answer.toString());
  }
}
