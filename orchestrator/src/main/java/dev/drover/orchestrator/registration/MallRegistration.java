package dev.drover.orchestrator.registration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.crypto.PublicKeys;
import dev.drover.engine.crypto.Signatures;
import dev.drover.engine.crypto.TokenIds;
import dev.drover.engine.time.Tick;
import dev.drover.engine.time.Ticker;
import dev.drover.orchestrator.central.AnswerParts;
import dev.drover.orchestrator.central.CentralAnswerException;
import dev.drover.orchestrator.central.CentralCall;
import dev.drover.orchestrator.central.CentralCalls;
import dev.drover.orchestrator.central.CentralClock;
import dev.drover.orchestrator.central.CentralLink;
import dev.drover.orchestrator.central.CentralPendingException;
import dev.drover.orchestrator.central.CentralToken;
import dev.drover.orchestrator.store.MallSettings;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.proto.Json;
import dev.drover.proto.navign.RefreshRequest;
import dev.drover.proto.navign.RegisterRequest;
import dev.drover.proto.navign.RegisterResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** The steps by which a mall gets its token and keeps it fresh (document 1, section 1; R-04). */
public final class MallRegistration {
  private static final String IDEMPOTENCY_KEY = "X-Idempotency-Key";

  private static final String ATTEMPT = "registration_attempt";
  private static final String REFRESH = "refresh_attempt";

  private final CentralLink link;
  private final MallStore store;
  private final RegisterRequest request;
  private final ECPrivateKey key;
  private final String keyId;
  private final List<Duration> backoff;
  private final CentralClock central;
  private final Ticker ticker;
  private Tick notBefore;
  private int attempts;

  /**
   * The steps of one mall.
   *
   * @param request what it says of itself; its key is set here
   * @param key the mall's signing key
   * @param backoff waits between attempts; the last one repeats
   */
  public MallRegistration(
      CentralLink link,
      MallStore store,
      RegisterRequest request,
      KeyPair key,
      List<Duration> backoff,
      CentralClock central,
      Ticker ticker) {
    this.link = link;
    this.store = store;
    this.request = withKey(request, (ECPublicKey) key.getPublic());
    this.key = (ECPrivateKey) key.getPrivate();
    this.keyId = PublicKeys.fingerprint((ECPublicKey) key.getPublic());
    this.backoff = List.copyOf(backoff);
    this.central = central;
    this.ticker = ticker;
    this.notBefore = ticker.now();
  }

  private static RegisterRequest withKey(RegisterRequest request, ECPublicKey key) {
    return new RegisterRequest(
        request.entityId(),
        request.orchestratorId(),
        request.version(),
        request.capabilities(),
        PublicKeys.toPem(key),
        request.heartbeatInterval(),
        request.localAddress());
  }

  /**
   * Answers how the token is: {@code usable}, {@code seconds_left}, {@code ends_soon}, {@code
   * refresh_asked}, and whether the wait after the last attempt is over, {@code may_ask}.
   */
  public synchronized void look(Exchange exchange) {
    exchange
        .getMessage()
        .setBody(
            Map.of(
                "usable", link.token().isPresent(),
                "seconds_left", link.left().toSeconds(),
                "ends_soon", link.endsSoon(),
                "refresh_asked", link.refreshWanted(),
                "may_ask", !ticker.now().isBefore(notBefore)));
  }

  /** Central asked for another token. */
  public void wantRefresh() {
    link.wantRefresh();
  }

  /** Counted before it is known how it ends: what fails without a word waits too. */
  private synchronized void tried() {
    waitAtLeast(backoff.get(Math.min(attempts, backoff.size() - 1)));
    attempts++;
  }

  private void waitAtLeast(Duration wait) {
    notBefore = Tick.later(notBefore, ticker.now().plus(wait));
  }

  /**
   * Writes the signed registration. Its idempotency key and its time are stored before it is sent
   * for the first time, so that an answer that was lost on the way is given again.
   */
  public void writeRegistration(Exchange exchange) {
    tried();
    String plain = Json.text(request);
    Attempt attempt = attempt(ATTEMPT, plain);
    ObjectNode body = Json.object(plain.getBytes(StandardCharsets.UTF_8));
    sign(exchange.getMessage(), body.put("timestamp", attempt.timestamp()).toString());
    exchange.getMessage().setHeader(IDEMPOTENCY_KEY, attempt.key());
  }

  /**
   * Writes the signed refresh: for this token, at this time. One token is exchanged once; a lost
   * answer is given again, because the attempt is stored before it is sent.
   */
  public void writeRefresh(Exchange exchange) {
    tried();
    CentralToken token =
        link.token().orElseThrow(() -> new IllegalStateException("there is no token to exchange"));
    String tokenId = TokenIds.jti(token.value());
    Attempt attempt = attempt(REFRESH, tokenId);
    RefreshRequest body = new RefreshRequest(token.assignedId(), tokenId, attempt.timestamp());
    sign(exchange.getMessage(), Json.text(body));
    exchange.getMessage().setHeader(IDEMPOTENCY_KEY, attempt.key());
  }

  /** What makes a repetition the same request: its idempotency key and when it was signed. */
  private record Attempt(String key, String timestamp) {}

  /** The stored attempt for the same content, or a new one, stored. */
  private Attempt attempt(String setting, String content) {
    String[] known = store.settings().get(setting).orElse("").split("\n", 3);
    if (known.length == 3 && known[2].equals(content)) {
      return new Attempt(known[0], known[1]);
    }
    Attempt fresh =
        new Attempt(
            UUID.randomUUID().toString(),
            // Central compares it with its own clock.
            central.now().truncatedTo(ChronoUnit.MILLIS).toString());
    String text = fresh.key() + "\n" + fresh.timestamp() + "\n" + content;
    store.settings().set(Map.of(setting, Optional.of(text)));
    return fresh;
  }

  private void sign(Message message, String text) {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    message.setHeader("X-Signature", Signatures.sign(key, body));
    message.setHeader("X-Request-ID", UUID.randomUUID().toString());
    message.setHeader(Exchange.CONTENT_TYPE, "application/json");
    message.setBody(body);
  }

  /**
   * Takes the answer to a registration or a refresh.
   *
   * @throws CentralAnswerException when central refused, or gave a token that is of no use
   * @throws CentralPendingException while an operator is yet to approve it
   */
  public synchronized void take(Exchange exchange) throws IOException {
    int status = AnswerParts.status(exchange);
    if (status / 100 != 2) {
      refused(exchange, status);
    }
    if (status == 202) {
      // The next attempt is a new one: this one's time would be too old when somebody decides.
      store.settings().set(Map.of(ATTEMPT, Optional.empty()));
      throw new CentralPendingException(
          "the registration waits for an operator; this mall's key is " + keyId,
          CentralCalls.pauseAfter(exchange));
    }
    RegisterResponse answer =
        Json.MAPPER.readValue(exchange.getMessage().getBody(byte[].class), RegisterResponse.class);
    CentralToken token = new CentralToken(answer.token(), answer.expiresAt(), answer.assignedId());
    if (token.endsWithin(Duration.ZERO, central.now())) {
      // The same attempt would get the same answer.
      store.settings().set(Map.of(ATTEMPT, Optional.empty(), REFRESH, Optional.empty()));
      throw new CentralAnswerException(
          "central's token ended at "
              + Instant.ofEpochSecond(token.expiresAt())
              + ": its clock or this mall's is wrong");
    }
    Map<String, Optional<String>> settings = new HashMap<>();
    settings.put(ATTEMPT, Optional.empty());
    settings.put(REFRESH, Optional.empty());
    if (answer.initialSyncRequired()) {
      settings.put(
          MallSettings.RESYNC, Optional.of(MallSettings.resyncMark("initial_sync_required")));
    }
    link.accept(token, settings);
    if (link.token().isPresent() && !link.endsSoon()) {
      attempts = 0;
      notBefore = ticker.now();
    }
    // Otherwise the fresh token is at its end already: the waits go on growing.
  }

  private void refused(Exchange exchange, int status) {
    boolean refresh = CentralCalls.call(exchange).orElse(null) == CentralCall.REFRESH;
    if (refresh && (status == 401 || status == 403 || status == 404)) {
      // Too late for a refresh, or central does not know this mall any more.
      store.settings().set(Map.of(REFRESH, Optional.empty()));
      link.refused(null);
      notBefore = ticker.now();
    } else if (!refresh && status < 500 && status != 409 && status != 429) {
      // A refusal was the answer to this key: the next attempt is a new one.
      store.settings().set(Map.of(ATTEMPT, Optional.empty()));
    }
    throw new CentralAnswerException(
        "central refused the "
            + (refresh ? "refresh" : "registration")
            + ": "
            + status
            + " "
            + AnswerParts.code(exchange));
  }
}
