package dev.drover.orchestrator.central;

import com.nimbusds.jose.jwk.JWKSet;
import dev.drover.engine.crypto.Jwks;
import dev.drover.engine.time.Tick;
import dev.drover.engine.time.Ticker;
import dev.drover.orchestrator.store.MallStore;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.camel.Exchange;

/** The keys with which the mall verifies central's tokens, also while central is away. */
public final class CentralKeys {
  /** Exchange property: true when the keys should be asked for. */
  public static final String DUE = "DroverKeysDue";

  private static final String KEYS = "central_keys";

  private final MallStore store;
  private final BooleanSupplier centralIsThere;
  private final CentralOutcomes outcomes;
  private final Duration interval;
  private final Ticker ticker;
  private volatile JWKSet keys;
  private volatile Tick dueAt;

  /**
   * The keys that the store remembers.
   *
   * @param centralIsThere whether it makes sense to ask
   * @param interval how often they are asked for
   */
  public CentralKeys(
      MallStore store,
      BooleanSupplier centralIsThere,
      CentralOutcomes outcomes,
      Duration interval,
      Ticker ticker) {
    this.store = store;
    this.centralIsThere = centralIsThere;
    this.outcomes = outcomes;
    this.interval = interval;
    this.ticker = ticker;
    this.dueAt = ticker.now();
    this.keys = store.settings().get(KEYS).map(Jwks::parse).orElseGet(JWKSet::new);
  }

  /** The keys as of now; none before central was reached for the first time. */
  public JWKSet current() {
    return keys;
  }

  /** Sets {@link #DUE}. */
  public void plan(Exchange exchange) {
    boolean old = !ticker.now().isBefore(dueAt);
    exchange.setProperty(
        DUE, old && centralIsThere.getAsBoolean() && outcomes.due(CentralCall.KEYS));
  }

  /**
   * Stores central's answer.
   *
   * @throws CentralAnswerException when it is no set of keys; those known stay
   */
  public void take(Exchange exchange) {
    JWKSet fresh;
    try {
      fresh = Jwks.parse(exchange.getMessage().getBody(String.class));
    } catch (RuntimeException e) {
      throw new CentralAnswerException("central's keys cannot be read: " + e.getMessage(), e);
    }
    store.settings().set(Map.of(KEYS, Optional.of(Jwks.json(fresh))));
    keys = fresh;
    dueAt = ticker.now().plus(interval);
  }
}
