package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.Contracts;
import dev.drover.e2e.harness.Mall;
import dev.drover.e2e.harness.RawHttp;
import dev.drover.e2e.harness.Shared;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.camel.catalog.DefaultCamelCatalog;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every header that a component of the Camel catalogue obeys, in several spellings, as a header, a
 * query name and a form name on every operation: no effect, no echo, no 5xx.
 */
class HeaderInjectionTest {
  private static final Logger LOG = LoggerFactory.getLogger(HeaderInjectionTest.class);
  private static final CentralProcess CENTRAL = Shared.central();
  private static final String MARK = "injected.mark";

  /** Below the port's limits of 16 KiB for all headers and 4 KiB for the request line. */
  private static final int HEADER_BUDGET = 15_000;

  private static final int QUERY_BUDGET = 3_800;

  private static Set<String> read;

  private static Set<String> names() throws IOException {
    if (read == null) {
      read = readNames();
    }
    return new LinkedHashSet<>(read);
  }

  private static Set<String> readNames() throws IOException {
    DefaultCamelCatalog catalog = new DefaultCamelCatalog();
    Set<String> names = new LinkedHashSet<>();
    int constants = 0;
    for (String component : catalog.findComponentNames()) {
      JsonNode headers = Api.JSON.readTree(catalog.componentJSonSchema(component)).path("headers");
      for (var header : headers.properties()) {
        constants++;
        String name = header.getKey();
        names.add(name);
        names.add(name.toLowerCase(Locale.ROOT));
        names.add(name.toUpperCase(Locale.ROOT));
        names.add(component + "." + name);
      }
    }
    LOG.info("{} header constants, {} spellings", constants, names.size());
    assertThat(constants).isGreaterThan(1_000);
    // No header of a request may be named like this anyway: tokens only.
    names.removeIf(name -> !name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+"));
    // These are HTTP's own, or the protocol's.
    names.removeIf(
        name ->
            Set.of(
                    "accept",
                    "content-type",
                    "content-length",
                    "content-encoding",
                    "host",
                    "connection",
                    "authorization",
                    "transfer-encoding",
                    "upgrade",
                    "expect",
                    "te",
                    "origin",
                    "user-agent",
                    "traceparent",
                    "last-event-id")
                .contains(name.toLowerCase(Locale.ROOT)));
    return names;
  }

  private static List<String> bundles(Set<String> names, String format, int budget) {
    List<String> bundles = new ArrayList<>();
    StringBuilder bundle = new StringBuilder();
    for (String name : names) {
      String one = String.format(format, name, MARK);
      if (bundle.length() + one.length() > budget) {
        bundles.add(bundle.toString());
        bundle.setLength(0);
      }
      bundle.append(one);
    }
    bundles.add(bundle.toString());
    return bundles;
  }

  private static String state(Mall mall) {
    StringBuilder state = new StringBuilder();
    for (String path : List.of("", "/areas", "/beacons", "/merchants", "/connections")) {
      state.append(
          CENTRAL.api().get("/api/entities/" + mall.entity() + path, CENTRAL.admin()).body());
    }
    return state.toString();
  }

  private static void check(String what, String answer, String plain) {
    assertThat(answer).as(what).startsWith("HTTP/1.1 ").doesNotContain(MARK);
    if (!answer.startsWith("429", 9)) {
      // The limit is the caller's own: repetitions meet it.
      assertThat(answer.substring(9, 12))
          .as(what + ": " + answer)
          .isEqualTo(plain.substring(9, 12));
    }
    assertThat(answer.charAt(9)).as(what).isNotEqualTo('5');
    int head = answer.indexOf("\r\n\r\n");
    assertThat(answer.substring(0, head).toLowerCase(Locale.ROOT))
        .as(what)
        .doesNotContain("\r\ncamel", "\r\nkafka.");
  }

  private record Target(Contracts.Operation operation, String path, String body) {
    String send(String query, String headers) {
      String content = body == null ? "" : body;
      return RawHttp.send(
          CENTRAL.port(),
          "%s %s%s HTTP/1.1\r\nHost: central\r\nConnection: close\r\n%s%sContent-Length: %d\r\n\r\n%s"
              .formatted(
                  operation.method(),
                  path,
                  query.isEmpty() ? "" : "?" + query,
                  body == null ? "" : "Content-Type: application/json\r\n",
                  headers,
                  content.length(),
                  content));
    }
  }

  /** Streams answer for ever: they are asked without a token, so that the filter answers them. */
  private static Target target(Contracts.Operation operation, Mall mall) {
    return new Target(operation, operation.path(mall.entity()), operation.harmlessBody());
  }

  private static String bearer(Contracts.Operation operation) {
    boolean stream = operation.id().startsWith("event");
    return stream ? "" : "Authorization: Bearer " + CENTRAL.admin() + "\r\n";
  }

  @Test
  void namesOfTheCatalogueAsHeadersHaveNoEffect() throws IOException {
    Mall mall = Mall.fresh("inject-h");
    mall.register(CENTRAL.api());
    CENTRAL
        .api()
        .post("/api/entities/" + mall.entity() + "/areas", CENTRAL.admin(), "{\"id\":\"area-1\"}");
    String before = state(mall);
    List<String> bundles = bundles(names(), "%s: %s\r\n", HEADER_BUDGET);
    for (Contracts.Operation operation : Contracts.central()) {
      Target target = target(operation, mall);
      String bearer = bearer(operation);
      String plain = target.send("", bearer);
      for (String bundle : bundles) {
        check("headers on " + operation.id(), target.send("", bearer + bundle), plain);
      }
    }
    assertThat(state(mall)).isEqualTo(before);
  }

  @Test
  void namesOfTheCatalogueAsQueryHaveNoEffect() throws IOException {
    Mall mall = Mall.fresh("inject-q");
    mall.register(CENTRAL.api());
    CENTRAL
        .api()
        .post("/api/entities/" + mall.entity() + "/areas", CENTRAL.admin(), "{\"id\":\"area-1\"}");
    String before = state(mall);
    Set<String> names = names();
    names.removeIf(name -> !name.matches("[A-Za-z0-9._-]+"));
    // Names that an operation declares are its own.
    Set<String> declared = Contracts.queryNames();
    names.removeIf(name -> declared.contains(Contracts.plain(name)));
    List<String> bundles = bundles(names, "%s=%s&", QUERY_BUDGET);
    for (Contracts.Operation operation : Contracts.central()) {
      Target target = target(operation, mall);
      String bearer = bearer(operation);
      String plain = target.send("", bearer);
      for (String bundle : bundles) {
        check("query on " + operation.id(), target.send(bundle, bearer), plain);
      }
    }
    assertThat(state(mall)).isEqualTo(before);
  }

  @Test
  void aFormIsNotReadAtAll() throws IOException {
    Mall mall = Mall.fresh("inject-f");
    mall.register(CENTRAL.api());
    CENTRAL
        .api()
        .post("/api/entities/" + mall.entity() + "/areas", CENTRAL.admin(), "{\"id\":\"area-1\"}");
    String before = state(mall);
    for (Contracts.Operation operation : Contracts.central()) {
      if (!operation.takesBody()) {
        continue;
      }
      for (String bundle : bundles(names(), "%s=%s&", 500_000)) {
        Api.Answer answer =
            CENTRAL
                .api()
                .call(operation.method(), operation.path(mall.entity()))
                .token(CENTRAL.admin())
                .header("Content-Type", "application/x-www-form-urlencoded")
                .bytes(bundle.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .send();
        assertThat(answer.status()).as(operation.id()).isEqualTo(415);
        assertThat(answer.body()).doesNotContain(MARK);
        assertThat(answer.headers().map().toString()).doesNotContain(MARK);
      }
    }
    assertThat(state(mall)).isEqualTo(before);
  }
}
