package dev.drover.orchestrator.sync;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.schema.ParsedBody;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;

/** Requests and answers of the sync interface, as all its flows need them. */
public final class SyncCalls {
  private SyncCalls() {}

  /** Sets the query of the next request, which asks for a packed answer. */
  public static void ask(Exchange exchange, Map<String, String> query) {
    exchange
        .getMessage()
        .setHeader(
            Exchange.HTTP_QUERY,
            query.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + encode(entry.getValue()))
                .collect(Collectors.joining("&")));
    exchange.getMessage().setHeader("Accept-Encoding", "gzip");
    // The steps unpack themselves, so that they can count what came over the wire.
    exchange.setProperty(Exchange.SKIP_GZIP_ENCODING, true);
    exchange.getMessage().setBody(null);
  }

  private static String encode(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** The answer as JSON, checked by its schema before. */
  public static JsonNode answer(Exchange exchange, SyncRun run) {
    run.read(exchange);
    return ParsedBody.tree(exchange);
  }

  /** A text member; null when it is absent or null. */
  public static String text(JsonNode answer, String name) {
    JsonNode value = answer.path(name);
    return value.isMissingNode() || value.isNull() ? null : value.asText();
  }
}
