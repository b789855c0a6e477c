package dev.drover.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.JWKSet;
import dev.drover.engine.backbone.FreePort;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Jwks;
import dev.drover.engine.crypto.PrivateKeys;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.TokenIssuer;
import dev.drover.engine.crypto.TokenVerifier;
import dev.drover.engine.guard.Authenticator;
import dev.drover.engine.guard.Authoriser;
import dev.drover.engine.limit.ByteBudget;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the port refuses before it keeps it, tried from raw sockets. A refusal throws away for two
 * seconds what still comes, so several run side by side, each with a port of its own.
 */
@Execution(ExecutionMode.CONCURRENT)
class HttpPortTest {
  private static final Duration SOON = Duration.ofSeconds(15);
  private static final int MEMORY = 4_000_000;
  private static final String ORIGIN = "https://console.example";
  private static final String CONTRACT =
      """
      security: [{bearer: []}]
      paths:
        /open: {post: {operationId: open, security: [], x-max-body: 4096, requestBody: {}}}
        /upload: {post: {operationId: upload, x-max-body: 1000000, requestBody: {}}}
        /slow: {post: {operationId: slow, security: [], x-max-body: 4096, requestBody: {}}}
        /proof: {post: {operationId: proof, security: [{proof: []}], requestBody: {}}}
        /read:
          get:
            operationId: read
            security: []
            parameters: [{name: last_event_id, in: query}]
        /well: {get: {operationId: well, security: [], x-reserved: true}}
        /large: {get: {operationId: large, security: []}}
        /documents: {get: {operationId: documents, security: []}}
      components:
        securitySchemes:
          bearer: {type: http, scheme: bearer}
          proof: {type: apiKey, in: header, name: X-Signature}
      """;

  @TempDir Path directory;
  private final Vertx vertx = Vertx.vertx();
  private final ByteBudget budget = new ByteBudget(MEMORY);
  private final DefaultCamelContext camel = new DefaultCamelContext();
  private final AtomicInteger ran = new AtomicInteger();
  private final AtomicInteger sourcesOpen = new AtomicInteger();
  private final CountDownLatch gate = new CountDownLatch(1);
  private final KeyPair key = PrivateKeys.generate();
  private final int port = FreePort.pick();
  private HttpPort http;
  private String token;

  private TokenVerifier verifier;

  @BeforeEach
  void start() throws Exception {
    HttpLimits limits =
        new HttpLimits(
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(1),
            400,
            300);
    JWKSet keys = Jwks.of(List.of((ECPublicKey) key.getPublic()));
    Clock clock = Clock.systemUTC();
    token =
        new TokenIssuer(key, clock)
            .issue(
                new Grant("orch-1", Role.ORCHESTRATOR, "mall-a", Optional.empty()),
                Duration.ofHours(1))
            .value();
    verifier = new TokenVerifier(() -> keys, clock);
    http =
        new HttpPort(
            vertx,
            HttpPort.Settings.plain("127.0.0.1", port, 1)
                .withLimits(limits)
                .withOrigins(List.of(ORIGIN)),
            Contract.of(List.of(Files.writeString(directory.resolve("c.yaml"), CONTRACT))),
            budget,
            Optional.of(verifier),
            clock);
    http.mount(camel);
    camel.addRoutes(routes());
    camel.start();
    http.listen();
  }

  private RouteBuilder routes() {
    return new RouteBuilder() {
      @Override
      public void configure() {
        from("platform-http:/upload")
            .process(exchange -> new Authenticator(verifier).authenticate(exchange))
            .process(exchange -> new Authoriser().authorise(exchange, "orchestrator", "entity"))
            .process(exchange -> ran.incrementAndGet())
            .setBody(simple("${body.length}"));
        for (String path : List.of("open", "proof")) {
          from("platform-http:/" + path)
              .process(exchange -> ran.incrementAndGet())
              .setBody(simple("${body.length}"));
        }
        from("platform-http:/slow").process(exchange -> gate.await());
        from("platform-http:/well").setBody(constant("well"));
        from("platform-http:/read").setBody(simple("cursor ${header.last_event_id}"));
        from("platform-http:/large").process(exchange -> endless(exchange, 10_000));
        from("platform-http:/documents").process(exchange -> endless(exchange, 900_000));
      }
    };
  }

  private void endless(Exchange exchange, int piece) {
    exchange.getExchangeExtension().setStreamCacheDisabled(true);
    sourcesOpen.incrementAndGet();
    exchange.getMessage().setBody(new BodyStream(new Endless(piece), false, bytes -> {}));
  }

  /** Pieces without end, which hold something open. */
  private final class Endless implements Iterator<byte[]>, AutoCloseable {
    private final int size;

    private Endless(int size) {
      this.size = size;
    }

    @Override
    public boolean hasNext() {
      return true;
    }

    @Override
    public byte[] next() {
      return new byte[size];
    }

    @Override
    public void close() {
      sourcesOpen.decrementAndGet();
    }
  }

  @AfterEach
  void stop() {
    gate.countDown();
    camel.stop();
    http.close();
  }

  private Socket send(String text) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(16 * 1024);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.setSoTimeout((int) SOON.toMillis());
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }

  /** Everything until the port closes the connection. */
  private static String rest(Socket socket) throws IOException {
    StringBuilder text = new StringBuilder();
    InputStream in = socket.getInputStream();
    byte[] piece = new byte[4096];
    try {
      for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
        text.append(new String(piece, 0, n, StandardCharsets.ISO_8859_1));
      }
    } catch (SocketException reset) {
      text.append("<reset>");
    }
    return text.toString();
  }

  private String answer(String request) throws IOException {
    try (Socket socket = send(request)) {
      return rest(socket);
    }
  }

  private static String head(String method, String path, String... headers) {
    StringBuilder text =
        new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
    Arrays.stream(headers).forEach(header -> text.append(header).append("\r\n"));
    return text.append("\r\n").toString();
  }

  private String bearer() {
    return "Authorization: Bearer " + token;
  }

  @Test
  void a2UnauthenticatedUploadsAreRefusedFromTheirHeaders() throws Exception {
    try (Socket socket = send(head("POST", "/upload", "Content-Length: 900000"))) {
      String answer = rest(socket);
      assertThat(answer)
          .startsWith("HTTP/1.1 401")
          .contains("AUTH_TOKEN_MISSING")
          .containsIgnoringCase("www-authenticate: Bearer")
          .containsIgnoringCase("cache-control: no-store");
      assertThat(budget.used()).isZero();
    }
    assertThat(answer(head("POST", "/upload", "Content-Length: 9", "Authorization: Bearer x.y.z")))
        .startsWith("HTTP/1.1 401")
        .contains("AUTH_TOKEN_INVALID")
        .containsIgnoringCase("error=\"invalid_token\"");
    assertThat(answer(head("POST", "/proof", "Content-Length: 9")))
        .startsWith("HTTP/1.1 401")
        .contains("AUTH_INVALID_SIGNATURE");
    assertThat(ran.get()).isZero();
  }

  @Test
  void a2WhoHasATokenIsServed() throws Exception {
    for (int i = 0; i < 2; i++) {
      String request =
          head("POST", "/upload", bearer(), "Content-Length: 3", "Connection: close") + "abc";
      assertThat(answer(request)).startsWith("HTTP/1.1 200").endsWith("3");
    }
    String chunked =
        head("POST", "/upload", bearer(), "Transfer-Encoding: chunked", "Connection: close")
            + ("1388\r\n" + "x".repeat(5000) + "\r\n").repeat(3)
            + "0\r\n\r\n";
    assertThat(answer(chunked)).startsWith("HTTP/1.1 200").contains("15000");
    await().atMost(SOON).until(() -> budget.used() == 0);
  }

  @Test
  void a2ALargerBodyThanTheOperationTakesIsRefusedFromItsHeaders() throws Exception {
    assertThat(answer(head("POST", "/open", "Content-Length: 4097")))
        .startsWith("HTTP/1.1 413")
        .contains("\"max_bytes\":4096");
    String chunked =
        head("POST", "/open", "Transfer-Encoding: chunked")
            + ("1000\r\n" + "x".repeat(4096) + "\r\n").repeat(2);
    assertThat(answer(chunked)).startsWith("HTTP/1.1 413");
    await().atMost(SOON).until(() -> budget.used() == 0);
  }

  @Test
  void a2BodiesTogetherAreBoundedByTheBudget() throws Exception {
    List<Socket> half = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      half.add(send(head("POST", "/upload", bearer(), "Content-Length: 1000000") + "x"));
    }
    await().atMost(SOON).until(() -> budget.used() == MEMORY);
    assertThat(answer(head("POST", "/upload", bearer(), "Content-Length: 10")))
        .startsWith("HTTP/1.1 503")
        .contains("SERVICE_BUSY")
        .containsIgnoringCase("retry-after: 1");
    for (Socket socket : half) {
      socket.close();
    }
    await().atMost(SOON).until(() -> budget.used() == 0);
  }

  @Test
  void a2ABodyIsCountedUntilItsExchangeIsDoneAlsoWhenItsCallerLeft() throws Exception {
    try (Socket socket = send(head("POST", "/slow", "Content-Length: 4000") + "x".repeat(4000))) {
      await().atMost(SOON).until(() -> budget.used() == 4000);
      assertThat(socket.isConnected()).isTrue();
    }
    await().atMost(SOON).until(() -> http.connections() == 0);
    assertThat(budget.used()).isEqualTo(4000);
    gate.countDown();
    await().atMost(SOON).until(() -> budget.used() == 0);
  }

  @Test
  void whatHasThreadsOfItsOwnIsAnsweredWhileAllOthersAreAtWork() throws Exception {
    List<Socket> slow = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      slow.add(send(head("POST", "/slow", "Content-Length: 1") + "x"));
    }
    Socket read = send(head("GET", "/read"));
    assertThat(answer(head("GET", "/well", "Connection: close")))
        .contains("200 OK")
        .contains("well");
    assertThat(read.getInputStream().available()).as("the others wait").isZero();
    gate.countDown();
    assertThat(rest(read)).contains("200 OK");
    for (Socket socket : slow) {
      socket.close();
    }
  }

  @Test
  void a9ThousandsOfUnfinishedBodiesWithoutATokenHoldAQuarterAtTheMost() throws Exception {
    List<Socket> half = new ArrayList<>();
    for (int i = 0; i < 290; i++) {
      half.add(send(head("POST", "/open", "Content-Length: 4096") + "x"));
    }
    assertThat(budget.used()).isLessThanOrEqualTo(MEMORY / 4);
    for (Socket socket : half) {
      assertThat(rest(socket)).matches("(?s)HTTP/1.1 (408|503) .*(REQUEST_TIMEOUT|SERVICE_BUSY).*");
      socket.close();
    }
    await().atMost(SOON).until(() -> budget.used() == 0 && http.connections() == 0);
  }

  @Test
  void a5UnfinishedRequestsAreClosed() throws Exception {
    List<Socket> half = new ArrayList<>();
    for (int i = 0; i < 350; i++) {
      half.add(send("GET /re"));
    }
    await().atMost(SOON).until(() -> http.connections() > 0);
    assertThat(http.connections()).as("of one address").isLessThanOrEqualTo(300);
    for (Socket socket : half) {
      assertThat(rest(socket)).isIn("", "<reset>");
      socket.close();
    }
    assertThat(answer(head("POST", "/open", "Content-Length: 9") + "x"))
        .startsWith("HTTP/1.1 408")
        .contains("REQUEST_TIMEOUT");
    assertThat(answer(head("GET", "/read"))).as("kept, then closed").startsWith("HTTP/1.1 200");
  }

  @Test
  void a9AReaderThatTakesNothingIsCutAndItsSourceClosed() throws Exception {
    List<Socket> readers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      readers.add(send(head("GET", "/large")));
    }
    await().atMost(SOON).until(() -> ran.get() == 0 && budget.used() > 0);
    await().atMost(SOON).until(() -> http.connections() == 0 && sourcesOpen.get() == 0);
    assertThat(budget.used()).isZero();
    for (Socket socket : readers) {
      socket.close();
    }
  }

  @Test
  void a9WhatUnreadAnswersHoldOfLargeDocumentsIsPaidFor() throws Exception {
    List<Socket> readers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      readers.add(send(head("GET", "/documents")));
    }
    await().atMost(SOON).until(() -> budget.used() >= 3 * 900_000);
    for (int i = 0; i < 77; i++) {
      readers.add(send(head("GET", "/documents")));
    }
    assertThat(budget.used()).isLessThanOrEqualTo(MEMORY);
    await().atMost(SOON).until(() -> budget.refused() > 0);
    await().atMost(SOON).until(() -> budget.used() == 0 && sourcesOpen.get() == 0);
    for (Socket socket : readers) {
      socket.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/%zz", "/%", "/%a", "/read?a=%zz", "/%c0%af", "/read%2", "/read?%zz"})
  void a6WhatCannotBeDecodedIsMalformed(String target) throws Exception {
    assertThat(answer(head("GET", target)))
        .startsWith("HTTP/1.1 400")
        .contains("\"code\":\"VALIDATION_FAILED\"")
        .contains(target.contains("?") ? "The query is malformed" : "The path is malformed")
        .contains("request_id");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"zz\r\nabc\r\n0\r\n\r\n", "-1\r\n", "3\r\nabcdef\r\n", "3x\r\nabc\r\n", "\r\n"})
  void aBodyThatBreaksOffInAChunkIsAnswered(String chunks) throws Exception {
    String chunked = head("POST", "/open", "Transfer-Encoding: chunked");
    assertThat(answer(chunked + chunks))
        .startsWith("HTTP/1.1 400")
        .contains("\"code\":\"VALIDATION_FAILED\"", "request_id", "The body breaks off");
    assertThat(answer(chunked + "3\r\nabc\r\n" + chunks)).startsWith("HTTP/1.1 400");
    String upload = head("POST", "/upload", bearer(), "Transfer-Encoding: chunked");
    assertThat(answer(upload + chunks)).as("a token to verify").startsWith("HTTP/1.1 400");
    assertThat(ran.get()).isZero();
    await().atMost(SOON).until(() -> budget.used() == 0 && http.connections() == 0);
  }

  @Test
  void aBrokenBodyIsAnsweredAfterTheRequestsBeforeIt() throws Exception {
    String broken = head("POST", "/open", "Transfer-Encoding: chunked") + "zz\r\n";
    String both = answer(head("GET", "/read") + broken);
    assertThat(both.split("HTTP/1.1 ", -1)).hasSize(3);
    assertThat(both).startsWith("HTTP/1.1 200").contains("HTTP/1.1 400", "The body breaks off");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host: a\r\nHost: b",
        "Host: a\r\nHost: a",
        "Host: a, b",
        "Host: a b",
        "X-No: 1",
        "Host:"
      })
  void hostIsOneName(String hosts) throws Exception {
    assertThat(answer("GET /read HTTP/1.1\r\n" + hosts + "\r\n\r\n"))
        .startsWith("HTTP/1.1 400")
        .contains("\"code\":\"VALIDATION_FAILED\"", "Host ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a_b:8081", "127.0.0.1:1", "[::1]:8081", "mall-1.example"})
  void everyNameOfAHostIsTaken(String host) throws Exception {
    String request = "GET /read HTTP/1.1\r\nConnection: close\r\nHost: " + host + "\r\n\r\n";
    assertThat(answer(request)).startsWith("HTTP/1.1 200");
    assertThat(answer("GET /read HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.0 200");
  }

  @Test
  void aLineAndAHeadThatAreTooLongAreToldApart() throws Exception {
    assertThat(answer(head("GET", "/read?x=" + "a".repeat(5_000))))
        .matches("(?s)HTTP/1\\.[01] 414 .*")
        .contains("\"code\":\"VALIDATION_FAILED\"", "4096");
    assertThat(answer(head("GET", "/read", "X-Long: " + "a".repeat(20_000))))
        .startsWith("HTTP/1.1 431")
        .contains("\"code\":\"VALIDATION_FAILED\"", "16384");
    String many = "X-Many: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".repeat(400);
    assertThat(answer(head("GET", "/read", many + "X-End: 1"))).startsWith("HTTP/1.1 431");
  }

  @Test
  void anUnknownVersionIsAnsweredInTheProtocolsForm() throws Exception {
    for (String version : List.of("HTTP/2.0", "HTTP/3.7", "HTTP/0.9", "RTSP/1.0")) {
      assertThat(answer("GET /read " + version + "\r\nHost: a\r\n\r\n"))
          .as(version)
          .startsWith("HTTP/1.1 505")
          .contains("\"code\":\"VALIDATION_FAILED\"", "request_id");
    }
    assertThat(answer("GET /read HTTP/1.2\r\nHost: a\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 200");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br", "identity, gzip", "GZIP"})
  void aPackedBodyIsRefusedWithWhatToDo(String encoding) throws Exception {
    String[] headers = {"Content-Length: 3", "Connection: close", "Content-Encoding: " + encoding};
    assertThat(answer(head("POST", "/open", headers) + "abc"))
        .startsWith("HTTP/1.1 415")
        .containsIgnoringCase("accept-encoding: identity\r\n")
        .contains("UNSUPPORTED_MEDIA_TYPE", "Content-Encoding is not supported", encoding);
    headers[2] = "Content-Encoding: identity";
    assertThat(answer(head("POST", "/open", headers) + "abc")).startsWith("HTTP/1.1 200");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: chunked;q=1",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: chunked, chunked",
        "Content-Length: 5",
        "Content-Length: +5",
        "Content-Length: 5, 5",
      })
  void c8NoRequestIsHiddenInAnother(String doubtful) throws Exception {
    String hidden = head("POST", "/open", "Content-Length: 0");
    for (String length : List.of("Content-Length: " + hidden.length(), "X-None: 1")) {
      if (doubtful.equals("Content-Length: 5") && length.startsWith("X")) {
        continue;
      }
      String answer = answer(head("POST", "/open", length, doubtful) + hidden + hidden);
      assertThat(answer.split("HTTP/1.1 ", -1)).as(answer).hasSize(2);
      assertThat(answer).startsWith("HTTP/1.1 400");
    }
    assertThat(ran.get()).isZero();
  }

  @Test
  void c8HeadIsAnsweredWhereverGetIs() throws Exception {
    String get = answer(head("GET", "/read?last_event_id=abc", "Connection: close"));
    String only = answer(head("HEAD", "/read?last_event_id=abc", "Connection: close"));
    assertThat(get).startsWith("HTTP/1.1 200").endsWith("\r\n\r\ncursor abc");
    assertThat(only)
        .startsWith("HTTP/1.1 200")
        .containsIgnoringCase("content-length: 10\r\n")
        .endsWith("\r\n\r\n");
    assertThat(answer(head("HEAD", "/open", "Connection: close")))
        .startsWith("HTTP/1.1 405")
        .containsIgnoringCase("allow: POST\r\n");
    assertThat(answer(head("HEAD", "/large", "Connection: close")))
        .startsWith("HTTP/1.1 200")
        .endsWith("\r\n\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"lastEventId", "Last-Event-ID", "last_event_id", "LASTEVENTID"})
  void b3NamesInQueriesAreReadWithoutRegardToTheirSpelling(String name) throws Exception {
    String request = head("GET", "/read?unknown=1&" + name + "=evt-7", "Connection: close");
    assertThat(answer(request)).startsWith("HTTP/1.1 200").endsWith("evt-7");
    assertThat(answer(head("GET", "/read?last_event_id=1&" + name + "=2", "Connection: close")))
        .startsWith("HTTP/1.1 400")
        .contains("\"field\":\"last_event_id\"");
  }

  @Test
  void c8OnlyNamedOriginsMayReadAnswers() throws Exception {
    String named = answer(head("GET", "/read", "Origin: " + ORIGIN, "Connection: close"));
    assertThat(named).containsIgnoringCase("access-control-allow-origin: " + ORIGIN + "\r\n");
    assertThat(answer(head("GET", "/read", "Origin: https://other", "Connection: close")))
        .startsWith("HTTP/1.1 200")
        .doesNotContainIgnoringCase("access-control");
    String preflight =
        answer(
            head(
                "OPTIONS",
                "/upload",
                "Origin: " + ORIGIN,
                "Access-Control-Request-Method: POST",
                "Connection: close"));
    assertThat(preflight)
        .startsWith("HTTP/1.1 204")
        .containsIgnoringCase("access-control-allow-methods: POST\r\n");
  }
}
