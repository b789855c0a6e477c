package dev.drover.engine.crypto;

import java.util.Objects;

/**
 * One of the twelve ways in which devices write an ECDSA signature (checklist R-03).
 *
 * @param hashing whether the signer hashed the body once or twice
 * @param layout the signature's bytes
 * @param text how the bytes are written in the header
 */
public record SignatureForm(Hashing hashing, Layout layout, Text text) {
  /** The guide's form (document 2, step 1): double hash, raw r‖s, standard Base64. */
  public static final SignatureForm GUIDE =
      new SignatureForm(Hashing.DOUBLE, Layout.RAW, Text.BASE64);

  /** Checks that nothing is missing. */
  public SignatureForm {
    Objects.requireNonNull(hashing, "hashing");
    Objects.requireNonNull(layout, "layout");
    Objects.requireNonNull(text, "text");
  }

  /** What is signed. */
  public enum Hashing {
    /** ECDSA over SHA-256 of the body. */
    SINGLE,
    /** ECDSA over SHA-256 of SHA-256 of the body. */
    DOUBLE
  }

  /** The bytes of a signature. */
  public enum Layout {
    /** 64 bytes: r, then s. */
    RAW,
    /** An ASN.1 sequence of two integers. */
    DER
  }

  /** The text of a signature. */
  public enum Text {
    /** Standard alphabet; padding may be missing. */
    BASE64,
    /** URL alphabet; padding may be missing. */
    BASE64URL,
    /** Either case. */
    HEX
  }
}
