package dev.drover.central.security;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import dev.drover.engine.crypto.Jwks;
import dev.drover.engine.crypto.KeyProvider;
import dev.drover.engine.guard.Operation;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.report.Fields;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.navign.SigningKey;
import dev.drover.proto.navign.SigningKeyList;
import java.io.IOException;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.camel.Exchange;

/**
 * Central's keys for tokens: the present one signs, former ones still verify, retired ones do not.
 * Centrals that share a key directory follow each other by {@link #reload}.
 */
public final class SigningKeys {
  private record State(KeyPair present, JWKSet all, Set<String> retired) {}

  private final KeyProvider keys;
  private final String name;
  private final Audit audit;
  private volatile State state;

  /** The keys of this name. */
  public SigningKeys(KeyProvider keys, String name, Audit audit) {
    this.keys = keys;
    this.name = name;
    this.audit = audit;
    this.state = read();
  }

  private State read() {
    Set<String> retired = Set.copyOf(keys.retiredSigning(name));
    KeyPair present = keys.signing(name);
    List<ECPublicKey> all = new ArrayList<>();
    all.add((ECPublicKey) present.getPublic());
    for (KeyPair old : keys.olderSigning(name)) {
      ECPublicKey key = (ECPublicKey) old.getPublic();
      if (!all.contains(key) && !retired.contains(Jwks.kid(key))) {
        all.add(key);
      }
    }
    State known = state;
    boolean same = known != null && kid(known.present()).equals(kid(present));
    return new State(same ? known.present() : present, Jwks.of(all), retired);
  }

  private static String kid(KeyPair pair) {
    return Jwks.kid((ECPublicKey) pair.getPublic());
  }

  /** Takes over what another process has changed in the key directory. */
  public synchronized void reload() {
    state = read();
  }

  /** The key that signs. */
  public KeyPair present() {
    return state.present();
  }

  /** The keys that verify, the present one first. */
  public JWKSet jwks() {
    return state.all();
  }

  /** Whether what a key has signed is refused. */
  public boolean retired(String keyId) {
    return state.retired().contains(keyId);
  }

  /** Answers with the keys and what each does. */
  public void list(Exchange exchange) {
    String present = kid(state.present());
    List<SigningKey> list = new ArrayList<>();
    for (JWK key : state.all().getKeys()) {
      String does = key.getKeyID().equals(present) ? "signing" : "verifying";
      list.add(new SigningKey(key.getKeyID(), does, null));
    }
    state.retired().forEach(kid -> list.add(new SigningKey(kid, "retired", null)));
    exchange.getMessage().setBody(Json.text(new SigningKeyList(list)));
  }

  /**
   * Makes a new key sign. The former one goes on verifying until it is retired. A repetition after
   * a crash finds the key that it has made.
   *
   * @throws ProtocolException VALIDATION_FAILED without a reason, or where keys cannot be changed
   */
  public synchronized void rotate(Exchange exchange) {
    Promises.store(exchange, "keys", () -> rotateDurably(exchange));
  }

  private void rotateDurably(Exchange exchange) {
    String reason = Audit.reason(Fields.body(exchange));
    Operation operation = Operation.of(exchange);
    reload();
    audit.note(exchange, "signing_key_rotated", kid(state.present()), reason);
    operation.check();
    KeyProvider.Rotation made;
    try {
      made = keys.rotateSigning(name, operation.id());
    } catch (IllegalStateException e) {
      throw fixed(e);
    }
    reload();
    SigningKey answer = new SigningKey(made.kid(), null, made.formerKid());
    exchange.getMessage().setBody(Json.text(answer));
  }

  /**
   * Ends a former key: it leaves the key set, and its tokens are refused here at once. A key ends
   * once, however often this is repeated.
   *
   * @throws ProtocolException VALIDATION_FAILED for the key that signs, NOT_FOUND
   */
  public synchronized void retire(Exchange exchange) {
    Promises.store(exchange, "keys", () -> retireDurably(exchange));
  }

  private void retireDurably(Exchange exchange) {
    String keyId = Fields.query(exchange, "kid").orElse("");
    String reason = Audit.reason(Fields.body(exchange));
    reload();
    if (keyId.equals(kid(state.present()))) {
      throw Fields.invalid("kid", "This key signs; make a new one first (keys rotate)");
    }
    audit.note(exchange, "signing_key_retired", keyId, reason);
    Operation.of(exchange).check();
    boolean found;
    try {
      found = keys.retireSigning(name, keyId);
    } catch (IllegalStateException e) {
      throw fixed(e);
    }
    reload();
    if (!found && !retired(keyId)) {
      throw new ProtocolException(ErrorCode.NOT_FOUND, "No former key has this kid");
    }
    exchange.getMessage().setBody(Json.text(new SigningKey(keyId, "retired", null)));
  }

  /** A disk that is full, say, is nothing that the caller did wrong. */
  private static RuntimeException fixed(IllegalStateException why) {
    if (why.getCause() instanceof IOException) {
      return why;
    }
    return new ProtocolException(ErrorCode.VALIDATION_FAILED, why.getMessage());
  }
}
