package dev.drover.orchestrator.beacon;

import dev.drover.engine.crypto.SignatureForm.Hashing;
import dev.drover.engine.crypto.Signatures;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import org.apache.camel.Exchange;

/**
 * What a device signs: a nonce of the mall's as text bytes, followed by the exact body bytes. It
 * shows {@code X-Device-ID}, {@code X-Nonce} and {@code X-Signature}; each nonce works once.
 */
public final class DeviceSignature {
  private static final String DEVICE = "X-Device-ID";
  private static final String NONCE = "X-Nonce";
  private static final String SIGNATURE = "X-Signature";

  private final Nonces nonces;

  /** Signatures over these nonces. */
  public DeviceSignature(Nonces nonces) {
    this.nonces = nonces;
  }

  /** A new nonce for a device. */
  Nonces.Challenge challenge(String deviceId) {
    return nonces.issue(deviceId);
  }

  /**
   * Refuses one who shows nothing.
   *
   * @throws ProtocolException AUTH_INVALID_SIGNATURE
   */
  static void requireShown(Exchange exchange) {
    List.of(DEVICE, NONCE, SIGNATURE).forEach(name -> shown(exchange, name));
  }

  /**
   * The device that a caller says it is.
   *
   * @throws ProtocolException AUTH_INVALID_SIGNATURE when it says none
   */
  static String deviceId(Exchange exchange) {
    return shown(exchange, DEVICE);
  }

  private static String shown(Exchange exchange, String name) {
    String value = exchange.getMessage().getHeader(name, "", String.class);
    if (value.isBlank()) {
      throw unproven("Send X-Device-ID, X-Nonce and X-Signature");
    }
    return value;
  }

  /**
   * The caller has signed its body with this key.
   *
   * @throws ProtocolException AUTH_INVALID_SIGNATURE
   */
  void require(Exchange exchange, String deviceId, ECPublicKey key, byte[] body) {
    String nonce = shown(exchange, NONCE);
    String signature = exchange.getMessage().getHeader(SIGNATURE, String.class);
    if (!proves(deviceId, key, nonce, body, signature)) {
      throw unproven(
          "X-Signature is not this device's over the nonce and the body, or the nonce was not for"
              + " it, has ended or was used");
    }
  }

  /** Whether this is the device's signature; one that is uses its nonce up. */
  boolean proves(String deviceId, ECPublicKey key, String nonce, byte[] body, String signature) {
    byte[] said = nonce.getBytes(StandardCharsets.UTF_8);
    byte[] whole = ByteBuffer.allocate(said.length + body.length).put(said).put(body).array();
    return nonces.valid(deviceId, nonce)
        && Signatures.verify(key, whole, signature, Hashing.SINGLE).isPresent()
        && nonces.use(nonce);
  }

  /** What is told to one who is not proven to be a device. */
  static ProtocolException unproven(String why) {
    return new ProtocolException(ErrorCode.AUTH_INVALID_SIGNATURE, why);
  }
}
