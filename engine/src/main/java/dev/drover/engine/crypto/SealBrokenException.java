package dev.drover.engine.crypto;

/** A sealed value is damaged, was sealed for another place, or its key is not known here. */
public final class SealBrokenException extends RuntimeException {
  /** Says what is wrong; never holds a value. */
  public SealBrokenException(String message) {
    super(message);
  }
}
