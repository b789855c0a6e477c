package dev.drover.engine.crypto;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Keys from the environment, for containers: {@code DROVER_KEY_<NAME>} with the name in upper case
 * and {@code -} as {@code _}; what is not there comes from a delegate.
 */
public final class EnvironmentKeyProvider implements KeyProvider {
  private static final String PREFIX = "DROVER_KEY_";
  private static final String OLD = "_OLD";

  private final Map<String, String> environment;
  private final KeyProvider delegate;

  /**
   * Keys of an environment.
   *
   * @param environment usually {@code System.getenv()}
   */
  public EnvironmentKeyProvider(Map<String, String> environment, KeyProvider delegate) {
    this.environment = Map.copyOf(environment);
    this.delegate = delegate;
  }

  /** PKCS#8 as PEM (newlines may be written as {@code \n}), or Base64 of that PEM or of its DER. */
  @Override
  public KeyPair signing(String name) {
    String variable = variable(name);
    String value = environment.get(variable);
    if (value == null || value.isBlank()) {
      return delegate.signing(name);
    }
    return pair(variable, value);
  }

  private static KeyPair pair(String variable, String value) {
    try {
      if (value.contains("-----BEGIN")) {
        return PrivateKeys.parse(value.replace("\\n", "\n"));
      }
      byte[] bytes = Base64.getMimeDecoder().decode(value.strip());
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      return text.contains("-----BEGIN") ? PrivateKeys.parse(text) : PrivateKeys.decode(bytes);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(variable + ": " + e.getMessage(), e);
    }
  }

  /** {@code …_OLD}: former keys, comma separated, newest first. */
  @Override
  public List<KeyPair> olderSigning(String name) {
    if (!given(name)) {
      return delegate.olderSigning(name);
    }
    String variable = variable(name) + OLD;
    return Arrays.stream(environment.getOrDefault(variable, "").split(","))
        .filter(value -> !value.isBlank())
        .map(value -> pair(variable, value))
        .toList();
  }

  @Override
  public Set<String> retiredSigning(String name) {
    return delegate.retiredSigning(name);
  }

  @Override
  public Rotation rotateSigning(String name, Optional<String> operation) {
    if (given(name)) {
      throw fromEnvironment(name);
    }
    return delegate.rotateSigning(name, operation);
  }

  @Override
  public boolean retireSigning(String name, String keyId) {
    if (given(name)) {
      throw new IllegalStateException(
          "The key comes from the environment: take it out of "
              + variable(name)
              + OLD
              + " and restart");
    }
    return delegate.retireSigning(name, keyId);
  }

  private IllegalStateException fromEnvironment(String name) {
    return new IllegalStateException(
        "The key comes from the environment: set "
            + variable(name)
            + " to the new key and "
            + variable(name)
            + OLD
            + " to the present one, and restart");
  }

  /** 32 bytes in Base64. */
  @Override
  public byte[] secret(String name) {
    String variable = variable(name);
    String value = environment.get(variable);
    if (value == null || value.isBlank()) {
      return delegate.secret(name);
    }
    return secret(variable, value);
  }

  private static byte[] secret(String variable, String value) {
    try {
      // or the text of a key file
      return KeyText.secret(value.replace("\\n", "\n"));
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(variable + " " + e.getMessage(), e);
    }
  }

  /** {@code …_OLD}: former values, comma separated. */
  @Override
  public List<byte[]> olderSecrets(String name) {
    if (!given(name)) {
      return delegate.olderSecrets(name);
    }
    String variable = variable(name) + OLD;
    return Arrays.stream(environment.getOrDefault(variable, "").split(","))
        .filter(value -> !value.isBlank())
        .map(value -> secret(variable, value))
        .toList();
  }

  @Override
  public byte[] rotate(String name) {
    if (given(name)) {
      throw fromEnvironment(name);
    }
    return delegate.rotate(name);
  }

  /** What stands in the environment stays there until somebody removes it. */
  @Override
  public void forgetOlder(String name) {
    if (!given(name)) {
      delegate.forgetOlder(name);
    }
  }

  private boolean given(String name) {
    return !environment.getOrDefault(variable(name), "").isBlank();
  }

  private static String variable(String name) {
    return PREFIX + name.toUpperCase(Locale.ROOT).replace('-', '_');
  }
}
