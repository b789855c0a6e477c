package dev.drover.engine.crypto;

import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERSequence;

/** Converts a P-256 signature between 64 raw bytes and DER. */
final class EcdsaDer {
  /** Bytes of r and of s. */
  static final int SCALAR = 32;

  private static final int LONGEST = 72;

  private EcdsaDer() {}

  /** Empty unless it is the one canonical encoding of two positive integers of at most 32 bytes. */
  static Optional<byte[]> toRaw(byte[] der) {
    if (der.length > LONGEST) {
      return Optional.empty();
    }
    try {
      if (ASN1Primitive.fromByteArray(der) instanceof ASN1Sequence sequence
          && sequence.size() == 2
          && sequence.getObjectAt(0) instanceof ASN1Integer r
          && sequence.getObjectAt(1) instanceof ASN1Integer s
          && fits(r.getValue())
          && fits(s.getValue())
          && Arrays.equals(encode(r.getValue(), s.getValue()), der)) {
        return Optional.of(raw(r.getValue(), s.getValue()));
      }
      return Optional.empty();
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  static byte[] fromRaw(byte[] raw) {
    return encode(
        new BigInteger(1, Arrays.copyOf(raw, SCALAR)),
        new BigInteger(1, Arrays.copyOfRange(raw, SCALAR, 2 * SCALAR)));
  }

  static byte[] raw(BigInteger r, BigInteger s) {
    byte[] raw = new byte[2 * SCALAR];
    put(r, raw, 0);
    put(s, raw, SCALAR);
    return raw;
  }

  private static boolean fits(BigInteger value) {
    return value.signum() > 0 && value.bitLength() <= 8 * SCALAR;
  }

  private static void put(BigInteger value, byte[] into, int offset) {
    byte[] bytes = value.toByteArray();
    int length = Math.min(bytes.length, SCALAR);
    System.arraycopy(bytes, bytes.length - length, into, offset + SCALAR - length, length);
  }

  private static byte[] encode(BigInteger r, BigInteger s) {
    try {
      return new DERSequence(new ASN1Integer[] {new ASN1Integer(r), new ASN1Integer(s)})
          .getEncoded(ASN1Encoding.DER);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
