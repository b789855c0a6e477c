package dev.drover.orchestrator.mall;

import dev.drover.orchestrator.central.CentralLink;
import dev.drover.orchestrator.central.CentralToken;
import dev.drover.orchestrator.store.AckQueue;
import dev.drover.orchestrator.store.EventStatus;
import dev.drover.orchestrator.store.MallSettings;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.orchestrator.uplink.store.UplinkStore;
import dev.drover.proto.Json;
import dev.drover.proto.navign.MallStateAnswer;
import java.util.LinkedHashMap;
import java.util.Map;
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
    Map<String, Number> events = new LinkedHashMap<>();
    for (EventStatus status : EventStatus.values()) {
      events.put(status.wire(), store.events().handled(status));
    }
    events.put("parked", store.events().parked());
    MallStateAnswer answer =
        new MallStateAnswer(
            identity.entityId(),
            identity.orchestratorId(),
            link.token().map(CentralToken::assignedId).orElse(null),
            link.connected(),
            store.settings().get(MallSettings.CURSOR).orElse(null),
            store.settings().get(MallSettings.CONNECTION).orElse(null),
            store.settings().resyncReason().orElse(null),
            events,
            acks.pending() + acks.owed() + uplink.pendingUrgent("event_ack"),
            sync.state());
    exchange.getMessage().setBody(Json.text(answer));
  }
}
