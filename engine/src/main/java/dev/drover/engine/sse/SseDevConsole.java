package dev.drover.engine.sse;

import dev.drover.engine.events.EventHub;
import dev.drover.engine.events.HubStats;
import dev.drover.engine.events.StreamInfo;
import java.util.Map;
import java.util.Set;
import org.apache.camel.spi.annotations.DevConsole;
import org.apache.camel.support.console.AbstractDevConsole;
import org.apache.camel.util.json.JsonArray;
import org.apache.camel.util.json.JsonObject;

/** Lists the open event streams of every transport, and the counters of the hub. */
@DevConsole(
    name = "sse",
    displayName = "Event Streams",
    description = "Open event streams and the counters of the event hub")
public final class SseDevConsole extends AbstractDevConsole {

  /** The console {@code drover/sse}. */
  public SseDevConsole() {
    super("drover", "sse", "Event Streams", "Open event streams and counters of the event hub");
  }

  @Override
  protected String doCallText(Map<String, Object> options) {
    StringBuilder text = new StringBuilder();
    for (EventHub hub : hubs()) {
      text.append("Log: ").append(hub.log().name()).append('\n');
      text.append("  ").append(hub.stats()).append('\n');
      for (StreamInfo stream : hub.connections()) {
        text.append("  ").append(stream).append('\n');
      }
    }
    return text.toString();
  }

  @Override
  protected Map<String, Object> doCallJson(Map<String, Object> options) {
    JsonArray logs = new JsonArray();
    for (EventHub hub : hubs()) {
      JsonObject log = new JsonObject();
      log.put("log", hub.log().name());
      log.put("stats", stats(hub.stats()));
      JsonArray streams = new JsonArray();
      hub.connections().forEach(stream -> streams.add(stream(stream)));
      log.put("streams", streams);
      logs.add(log);
    }
    JsonObject root = new JsonObject();
    root.put("logs", logs);
    return root;
  }

  private static JsonObject stats(HubStats stats) {
    JsonObject json = new JsonObject();
    json.put("streams", stats.streams());
    json.put("catchingUp", stats.catchingUp());
    json.put("dispatched", stats.dispatched());
    json.put("delivered", stats.delivered());
    json.put("slowDropped", stats.slowDropped());
    json.put("failedDispatches", stats.failedDispatches());
    json.put("logScans", stats.logScans());
    json.put("resyncs", stats.resyncs());
    return json;
  }

  private static JsonObject stream(StreamInfo stream) {
    JsonObject json = new JsonObject();
    json.put("connectionId", stream.connectionId());
    json.put("transport", stream.transport());
    json.put("key", stream.key());
    json.put("cursor", stream.cursor());
    json.put("lag", stream.lag());
    json.put("live", stream.live());
    json.put("since", stream.since().toString());
    return json;
  }

  private Set<EventHub> hubs() {
    return getCamelContext().getRegistry().findByType(EventHub.class);
  }
}
