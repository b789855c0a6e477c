package dev.drover.orchestrator.central;

import dev.drover.engine.sse.SseConnection;
import dev.drover.orchestrator.store.MallStore;
import java.util.Map;
import java.util.Optional;

/** What the event stream's client sends (document 2, step 2), and what becomes of the stream. */
public final class CentralStream implements SseConnection {
  private final CentralLink link;
  private final MallStore store;
  private final StreamLosses losses;
  private final String entityId;
  private volatile CentralToken used;

  /** The stream of one mall. */
  public CentralStream(CentralLink link, MallStore store, StreamLosses losses, String entityId) {
    this.link = link;
    this.store = store;
    this.losses = losses;
    this.entityId = entityId;
  }

  /** Waits until the mall is registered: a request without a token would only be refused. */
  @Override
  public Map<String, String> headers() {
    CentralToken token = link.awaitToken();
    used = token;
    return Map.of(
        "Authorization",
        "Bearer " + token.value(),
        "X-Entity-ID",
        entityId,
        "X-Orchestrator-ID",
        token.assignedId());
  }

  @Override
  public Optional<String> lastEventId() {
    return store.setting(MallStore.CURSOR);
  }

  @Override
  public void connected() {
    link.connected(true);
  }

  @Override
  public void disconnected(String reason) {
    if (link.connected()) {
      link.connected(false);
      losses.add(reason);
    }
  }

  @Override
  public void refused(int status, String body) {
    if (status == 401) {
      link.refused(used);
    }
  }
}
