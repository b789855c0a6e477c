package dev.drover.engine.crypto;

import com.nimbusds.jose.jwk.JWK;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The verified tokens used last, by the digest of the token: the tokens themselves are not kept.
 */
final class TokenCache {
  /** What is remembered of a token: who it speaks for and the key that proved it. */
  record Entry(Principal principal, JWK key) {}

  private final Map<String, Entry> entries;

  TokenCache(int size) {
    this.entries =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Entry> eldest) {
            return size() > size;
          }
        };
  }

  synchronized Optional<Entry> get(String digest) {
    return Optional.ofNullable(entries.get(digest));
  }

  synchronized void put(String digest, Entry entry) {
    entries.put(digest, entry);
  }
}
