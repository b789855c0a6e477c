package dev.drover.orchestrator.event;

import dev.drover.engine.health.Conditions;
import dev.drover.engine.health.Severity;
import dev.drover.engine.sse.SseConnection;
import dev.drover.orchestrator.central.AnswerParts;
import dev.drover.orchestrator.central.CentralLink;
import dev.drover.orchestrator.central.CentralToken;
import dev.drover.orchestrator.store.MallSettings;
import dev.drover.orchestrator.store.MallStore;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** What the event stream's client sends (document 2, step 2), and what becomes of the stream. */
public final class CentralStream implements SseConnection {
  private static final String PART = "central-stream";
  private static final String CHECK = "central_server_connection";
  private static final String REMEDY =
      "the mall tries again by itself; look at the line, at CENTRAL_SERVER_URL and at central";

  private final CentralLink link;
  private final MallStore store;
  private final StreamLosses losses;
  private final String entityId;
  private final Conditions conditions;
  private volatile CentralToken used;

  /** The stream of one mall. */
  public CentralStream(
      CentralLink link,
      MallStore store,
      StreamLosses losses,
      String entityId,
      Conditions conditions) {
    this.link = link;
    this.store = store;
    this.losses = losses;
    this.entityId = entityId;
    this.conditions = conditions;
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
    return store.settings().get(MallSettings.CURSOR);
  }

  /** A ping moves no cursor. */
  @Override
  public boolean durable(String type) {
    return !type.equals("ping");
  }

  @Override
  public void connected() {
    link.connected(true);
    conditions.well(PART);
  }

  @Override
  public void disconnected(String reason) {
    conditions.fails(PART, CHECK, Severity.UNHEALTHY, "event stream: " + reason, REMEDY);
    if (link.connected()) {
      link.connected(false);
      losses.add(reason);
    }
  }

  /** Only central's own refusal is one of the token: somebody between may answer 401 too. */
  @Override
  public void refused(int status, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    if (status == 401 && !AnswerParts.code(bytes).isEmpty()) {
      link.refused(used);
    }
  }
}
