package dev.drover.e2e.model;

import com.mongodb.client.MongoDatabase;
import dev.drover.central.entity.Edit;
import dev.drover.central.entity.EntityOutbox;
import dev.drover.central.entity.EntityStore;
import dev.drover.central.entity.ItemRef;
import dev.drover.central.sync.SyncOperations;
import dev.drover.central.sync.SyncTraffic;
import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.guard.Authoriser;
import dev.drover.engine.http.ErrorRenderer;
import dev.drover.engine.outbox.OutboxSource.Entry;
import dev.drover.proto.ProtocolException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;

/**
 * Two instances of central on one database, with clocks that disagree. A restart forgets whatever
 * they had in memory. What they answer goes over a line that can be bad.
 */
final class ModelCentral {
  /** How the line treats the next request. */
  enum Line {
    GOOD,
    /** The request never arrives. */
    CUT,
    /** The answer breaks off in the middle. */
    BREAKS_OFF,
    /** Central is there and cannot. */
    UNAVAILABLE
  }

  /** One database per mall: an outbox knows no entities. */
  private final MongoDatabase database;

  private final String entity;
  private final Duration skew;
  private final List<EntityStore> stores = new ArrayList<>();
  private final List<SyncOperations> operations = new ArrayList<>();
  private final ErrorRenderer errors = new ErrorRenderer(Clock.systemUTC());
  private int requests;

  ModelCentral(MongoDatabase database, String entity, Duration skew) {
    this.database = database;
    this.entity = entity;
    this.skew = skew;
    restart();
    stores.get(0).create(entity, "{}");
  }

  /** kill -9: everything but the database is gone. */
  void restart() {
    stores.clear();
    operations.clear();
    for (Clock clock : List.of(Clock.systemUTC(), Clock.offset(Clock.systemUTC(), skew))) {
      EntityStore store = new EntityStore(database, clock);
      stores.add(store);
      operations.add(new SyncOperations(store, new SyncTraffic(new SimpleMeterRegistry())));
    }
  }

  /** Writes through one of the instances; an edit that does not meet what is there is skipped. */
  void write(Random random) {
    int items = 1 + random.nextInt(3);
    List<Edit> edits = new ArrayList<>();
    for (int i = 0; i < items; i++) {
      String collection = Checksums.COLLECTIONS.get(random.nextInt(4));
      String id = "i" + random.nextInt(12);
      ItemRef item = new ItemRef(entity, collection, id);
      String json = "{\"id\":\"" + id + "\",\"n\":" + random.nextInt(1000) + ".50}";
      boolean delete = random.nextInt(3) == 0;
      edits.add(
          delete ? new Edit(item, Edit.Kind.DELETE, null) : new Edit(item, Edit.Kind.UPSERT, json));
    }
    try {
      stores.get(random.nextInt(2)).writes().write(entity, edits);
    } catch (ProtocolException e) {
      // It deletes what is not there: nothing was written.
    }
  }

  /** The events that are owed now; those of an interrupted relay come again. */
  List<String> relay(boolean interrupted) {
    EntityOutbox outbox =
        new EntityOutbox(database, stores.get(0), Duration.ZERO, Clock.systemUTC());
    List<String> events = new ArrayList<>();
    for (Entry entry : outbox.claim(5)) {
      events.add(String.valueOf(entry.body()));
      if (!interrupted) {
        outbox.done(List.of(entry));
      }
    }
    return events;
  }

  /** Forgets all of the history that is told. */
  void forget() {
    stores.get(0).forget(java.time.Instant.now().plus(Duration.ofDays(1)));
  }

  int requests() {
    return requests;
  }

  /** Answers a request of the mall's HTTP client, in the mall's exchange. */
  void answer(Exchange request, String path, Line line, Random random) throws IOException {
    requests++;
    String query = request.getMessage().getHeader(Exchange.HTTP_QUERY, "", String.class);
    if (line == Line.CUT) {
      throw new IOException("the line is cut");
    }
    Exchange exchange = new DefaultExchange(request.getContext());
    exchange.setProperty(Authoriser.ENTITY, entity);
    parameters(query).forEach(exchange.getMessage()::setHeader);
    exchange.getMessage().setHeader("Accept-Encoding", random.nextBoolean() ? "gzip" : "");
    if (line == Line.UNAVAILABLE) {
      exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 503);
      exchange.getMessage().setBody("");
    } else {
      call(exchange, path, operations.get(random.nextInt(2)));
    }
    request.getMessage().removeHeaders("*");
    int status = exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, 200, Integer.class);
    request.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, status);
    request.getMessage().setHeader(Exchange.CONTENT_TYPE, "application/json");
    InputStream body = body(exchange);
    request.getMessage().setBody(line == Line.BREAKS_OFF ? broken(body, random) : body);
  }

  private void call(Exchange exchange, String path, SyncOperations instance) {
    try {
      switch (path) {
        case "/api/orchestrators/sync/full" -> instance.full(exchange);
        case "/api/orchestrators/sync/delta" -> instance.delta(exchange);
        case "/api/orchestrators/sync/checksum" -> instance.checksum(exchange);
        case "/api/orchestrators/sync/items" -> instance.items(exchange);
        default -> throw new AssertionError(path);
      }
    } catch (ProtocolException e) {
      exchange.setProperty(Exchange.EXCEPTION_CAUGHT, e);
      errors.render(exchange);
    }
  }

  private static Map<String, Object> parameters(String query) {
    Map<String, Object> parameters = new TreeMap<>();
    for (String pair : query.split("&")) {
      String[] parts = pair.split("=", 2);
      parameters.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return parameters;
  }

  private static InputStream body(Exchange exchange) {
    Object body = exchange.getMessage().getBody();
    return body instanceof InputStream stream
        ? stream
        : new ByteArrayInputStream(String.valueOf(body).getBytes(StandardCharsets.UTF_8));
  }

  private static InputStream broken(InputStream whole, Random random) throws IOException {
    byte[] bytes = whole.readAllBytes();
    InputStream start = new ByteArrayInputStream(bytes, 0, random.nextInt(bytes.length));
    return new SequenceInputStream(
        start,
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("the connection broke");
          }
        });
  }

  /** Everything central has, as a reader of the REST interface sees it. */
  Map<String, TreeMap<String, String>> contents() {
    Map<String, TreeMap<String, String>> contents = new TreeMap<>();
    for (String collection : Checksums.COLLECTIONS) {
      TreeMap<String, String> items = new TreeMap<>();
      stores
          .get(0)
          .list(entity, collection, 0, 1000)
          .forEachRemaining(page -> page.forEach(json -> items.put(id(json), json)));
      contents.put(collection, items);
    }
    return contents;
  }

  private static String id(String json) {
    try {
      return dev.drover.e2e.harness.Api.JSON.readTree(json).path("id").asText();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String global() {
    return stores.get(0).view(entity).roots().global();
  }
}
