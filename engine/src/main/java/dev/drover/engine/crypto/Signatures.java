package dev.drover.engine.crypto;

import dev.drover.engine.crypto.SignatureForm.Hashing;
import dev.drover.engine.crypto.SignatureForm.Layout;
import dev.drover.engine.crypto.SignatureForm.Text;
import java.math.BigInteger;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;

/**
 * ECDSA P-256 over exact bytes, in the forms that devices use (checklist R-03, interop/navign.md
 * section 8).
 */
public final class Signatures {
  private static final int LONGEST_TEXT = 256;
  private static final Map<Hashing, List<Hashing>> ORDER =
      Map.of(
          Hashing.DOUBLE, List.of(Hashing.DOUBLE, Hashing.SINGLE),
          Hashing.SINGLE, List.of(Hashing.SINGLE, Hashing.DOUBLE));

  private Signatures() {}

  /**
   * Verifies a signature over the exact received bytes in any of the twelve forms; the guide's
   * double hash is the usual one.
   *
   * @param signature the header's text; null, blank or garbage is simply not valid
   * @return the form that matched, or empty when none does; never throws on a caller's input
   */
  public static Optional<SignatureForm> verify(ECPublicKey key, byte[] body, String signature) {
    return verify(key, body, signature, Hashing.DOUBLE);
  }

  /**
   * The same where callers mostly use another hashing: it is tried first, and each try costs as
   * much as everything else together.
   */
  public static Optional<SignatureForm> verify(
      ECPublicKey key, byte[] body, String signature, Hashing usual) {
    if (signature == null || signature.isBlank() || signature.length() > LONGEST_TEXT) {
      return Optional.empty();
    }
    ECPublicKeyParameters point = P256.parameters(key);
    byte[] once = Hashes.sha256(body);
    Map<Hashing, byte[]> hashes = Map.of(Hashing.SINGLE, once, Hashing.DOUBLE, Hashes.sha256(once));
    for (Text text : Text.values()) {
      Optional<byte[]> bytes = SignatureText.read(signature.strip(), text);
      if (bytes.isEmpty()) {
        continue;
      }
      for (Layout layout : Layout.values()) {
        Optional<byte[]> raw =
            layout == Layout.RAW ? rawOf(bytes.get()) : EcdsaDer.toRaw(bytes.get());
        if (raw.isEmpty()) {
          continue;
        }
        for (Hashing hashing : ORDER.get(usual)) {
          if (verifies(point, hashes.get(hashing), raw.get())) {
            return Optional.of(new SignatureForm(hashing, layout, text));
          }
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<byte[]> rawOf(byte[] bytes) {
    return bytes.length == 2 * EcdsaDer.SCALAR ? Optional.of(bytes) : Optional.empty();
  }

  /** Nothing here is secret, so it may take the quick way: a third of the time of the JDK's. */
  private static boolean verifies(ECPublicKeyParameters key, byte[] hash, byte[] raw) {
    ECDSASigner verifier = new ECDSASigner();
    verifier.init(false, key);
    BigInteger r = new BigInteger(1, Arrays.copyOf(raw, EcdsaDer.SCALAR));
    BigInteger s = new BigInteger(1, Arrays.copyOfRange(raw, EcdsaDer.SCALAR, raw.length));
    return verifier.verifySignature(hash, r, s);
  }

  /** Signs in the guide's form; deterministic (RFC 6979). */
  public static String sign(ECPrivateKey key, byte[] body) {
    return sign(key, body, SignatureForm.GUIDE);
  }

  /** Signs in a given form; deterministic (RFC 6979). */
  public static String sign(ECPrivateKey key, byte[] body, SignatureForm form) {
    byte[] hash = Hashes.sha256(body);
    if (form.hashing() == Hashing.DOUBLE) {
      hash = Hashes.sha256(hash);
    }
    ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
    signer.init(true, new ECPrivateKeyParameters(key.getS(), P256.DOMAIN));
    BigInteger[] rs = signer.generateSignature(hash);
    byte[] raw = EcdsaDer.raw(rs[0], rs[1]);
    return SignatureText.write(
        form.layout() == Layout.RAW ? raw : EcdsaDer.fromRaw(raw), form.text());
  }
}
